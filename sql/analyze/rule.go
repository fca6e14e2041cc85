package analyze

// clause is the part of a query that an expression stands in: PostgreSQL's
// ParseExprKind.
type clause uint8

const (
	clauseNone clause = iota
	clauseSelect
	clauseFromSubselect
	clauseFromFunction
	clauseJoin
	clauseWhere
	clauseHaving
	clauseFilter
	clausePartition
	clauseWindowOrder
	clauseFrameRange
	clauseFrameRows
	clauseFrameGroups
	clauseGroup
	clauseOrder
	clauseDistinct
	clauseLimit
	clauseOffset
	clauseValues
	clauseUpdate
	clauseReturning
	clauseDefault
	clauseCheck
	clauseGenerated
	clauseUsing
)

// rule says what a clause allows, and how messages call it.
type rule struct {
	name       string
	aggregates bool
	windows    bool
	sets       bool
	// own texts where PostgreSQL does not use the name
	aggText, winText, setText string
}

var rules = [...]rule{
	clauseNone:          {name: "this context"},
	clauseSelect:        {name: "SELECT", aggregates: true, windows: true, sets: true},
	clauseFromSubselect: {name: "FROM", aggText: "aggregate functions are not allowed in FROM clause of their own query level"},
	clauseFromFunction: {name: "function in FROM", sets: true, aggText: "aggregate functions are not allowed in functions in FROM",
		winText: "window functions are not allowed in functions in FROM"},
	clauseJoin: {name: "JOIN/ON", aggText: "aggregate functions are not allowed in JOIN conditions",
		winText: "window functions are not allowed in JOIN conditions", setText: "set-returning functions are not allowed in JOIN conditions"},
	clauseWhere:       {name: "WHERE"},
	clauseHaving:      {name: "HAVING", aggregates: true},
	clauseFilter:      {name: "FILTER"},
	clausePartition:   {name: "window PARTITION BY", aggregates: true, sets: true, winText: windowDefs},
	clauseWindowOrder: {name: "window ORDER BY", aggregates: true, sets: true, winText: windowDefs},
	clauseFrameRange:  {name: "window RANGE", winText: windowDefs, setText: setWindowDefs, aggText: "aggregate functions are not allowed in window RANGE"},
	clauseFrameRows:   {name: "window ROWS", winText: windowDefs, setText: setWindowDefs, aggText: "aggregate functions are not allowed in window ROWS"},
	clauseFrameGroups: {name: "window GROUPS", winText: windowDefs, setText: setWindowDefs, aggText: "aggregate functions are not allowed in window GROUPS"},
	clauseGroup:       {name: "GROUP BY", sets: true},
	clauseOrder:       {name: "ORDER BY", aggregates: true, windows: true, sets: true},
	clauseDistinct:    {name: "DISTINCT ON", aggregates: true, windows: true, sets: true},
	clauseLimit:       {name: "LIMIT"},
	clauseOffset:      {name: "OFFSET"},
	clauseValues:      {name: "VALUES"},
	clauseUpdate:      {name: "UPDATE"},
	clauseReturning:   {name: "RETURNING"},
	clauseDefault:     {name: "DEFAULT expressions"},
	clauseCheck:       {name: "check constraints"},
	clauseGenerated:   {name: "column generation expressions"},
	clauseUsing:       {name: "transform expressions"},
}

const (
	windowDefs    = "window functions are not allowed in window definitions"
	setWindowDefs = "set-returning functions are not allowed in window definitions"
)

func (c clause) rule() rule { return rules[c] }

func (r rule) aggregateText() string {
	if r.aggText != "" {
		return r.aggText
	}
	return "aggregate functions are not allowed in " + r.name
}

func (r rule) windowText() string {
	if r.winText != "" {
		return r.winText
	}
	return "window functions are not allowed in " + r.name
}

func (r rule) setsText() string {
	if r.setText != "" {
		return r.setText
	}
	return "set-returning functions are not allowed in " + r.name
}

// in transforms with another clause set.
func in[T any](s *scope, c clause, do func() T) T {
	saved := s.clause
	s.clause = c
	defer func() { s.clause = saved }()
	return do()
}
