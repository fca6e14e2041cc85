package analyze

import (
	"strings"

	"culvert/sql/pgerr"
)

// maxFuzzyDistance is PostgreSQL's MAX_FUZZY_DISTANCE (parse_relation.c).
const maxFuzzyDistance = 3

// missingColumn fails for a column that is nowhere, with PostgreSQL's hints
// (parse_relation.c, errorMissingColumn).
func (s *scope) missingColumn(alias, name string, loc int) {
	err := pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", name)
	if alias != "" {
		err = pgerr.New(pgerr.UndefinedColumn, "column %s.%s does not exist", alias, name)
	}
	found := s.fuzzySearch(alias, name)
	switch {
	case found.exact != nil:
		err.WithHint("There is a column named \"%s\" in table \"%s\", but it cannot be referenced from this part of the query.", name, found.exact.alias)
	case found.first != nil && found.second == nil:
		err.WithHint("Perhaps you meant to reference the column \"%s.%s\".", found.first.alias, found.firstName)
	case found.second != nil:
		err.WithHint("Perhaps you meant to reference the column \"%s.%s\" or the column \"%s.%s\".",
			found.first.alias, found.firstName, found.second.alias, found.secondName)
	}
	s.env.failAt(loc, err)
}

type fuzzy struct {
	distance              int
	first, second, exact  *seen
	firstName, secondName string
}

func (s *scope) fuzzySearch(alias, name string) fuzzy {
	f := fuzzy{distance: maxFuzzyDistance + 1}
	for at := s; at != nil; at = at.parent {
		for _, e := range at.seen {
			penalty := 0
			if alias != "" {
				penalty = levenshtein(alias, e.alias, maxFuzzyDistance)
			}
			for _, col := range e.names {
				if col == name && (alias == "" || alias == e.alias) {
					f.exact = e
					return f
				}
				f.consider(e, name, col, penalty)
			}
		}
	}
	if f.distance > maxFuzzyDistance {
		return fuzzy{}
	}
	return f
}

// consider is updateFuzzyAttrMatchState.
func (f *fuzzy) consider(e *seen, match, actual string, penalty int) {
	if actual == "" || penalty > f.distance {
		return
	}
	d := levenshtein(actual, match, f.distance+1-penalty)
	if d > len(match)/2 {
		return
	}
	d += penalty
	switch {
	case d < f.distance:
		f.distance, f.first, f.firstName = d, e, actual
		f.second = nil
	case d == f.distance:
		switch {
		case f.second != nil: // too many at one distance: none of them
			f.first, f.second = nil, nil
			f.distance = d - 1
		case f.first != nil:
			f.second, f.secondName = e, actual
		case d <= maxFuzzyDistance:
			f.first, f.firstName = e, actual
		}
	}
}

// levenshtein is the distance of two names, or limit+1 when it is more.
func levenshtein(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range len(a) {
		cur := make([]int, len(b)+1)
		cur[0] = i + 1
		for j := range len(b) {
			sub := prev[j]
			if a[i] != b[j] {
				sub++
			}
			cur[j+1] = min(sub, prev[j+1]+1, cur[j]+1)
		}
		prev = cur
	}
	return min(prev[len(b)], limit+1)
}

// missingEntry fails for a FROM entry that a column names and that is not
// in sight (parse_relation.c, errorMissingRTE).
func (s *scope) missingEntry(schema, name string, loc int) {
	near := s.nearEntry(schema, name)
	badAlias := ""
	if near == nil {
		s.env.failAt(loc, pgerr.New(pgerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", name))
	}
	if near.aliased && near.alias != name && near.item != nil && near.item.relVisible && s.inSight(near.item) {
		badAlias = near.alias
	}
	err := pgerr.New(pgerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", name)
	if badAlias != "" {
		err.WithHint("Perhaps you meant to reference the table alias \"%s\".", badAlias)
	} else {
		err.WithHint("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", near.alias)
	}
	s.env.failAt(loc, err)
}

// nearEntry is searchRangeTableForRel: an entry that the name may have meant,
// in sight or not.
func (s *scope) nearEntry(schema, name string) *seen {
	rel, _ := s.env.cat.Relation(schema, name)
	isCTE := schema == "" && s.findCTE(name) != nil
	for at := s; at != nil; at = at.parent {
		for _, e := range at.seen {
			switch {
			case isCTE && e.cte == name, !isCTE && rel != nil && e.rel != nil && e.rel.OID == rel.OID, e.alias == name:
				return e
			}
		}
	}
	return nil
}

func (s *scope) inSight(it *item) bool {
	for at := s; at != nil; at = at.parent {
		for _, have := range at.items {
			if have == it {
				return true
			}
		}
	}
	return false
}

// missingTable is the error of a name that no relation has.
func (s *scope) missingTable(schema, name string, loc int) {
	if others, ok := s.env.cat.(OtherObjects); ok {
		if err := others.NoRelation(schema, name); err != nil {
			s.env.failAt(loc, err)
		}
	}
	full := name
	if schema != "" {
		full = schema + "." + name
	}
	s.env.failAt(loc, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", full))
}

func joinName(parts []string) string { return strings.Join(parts, ".") }
