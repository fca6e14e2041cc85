package exec

import (
	"container/list"
	"fmt"
	"sync"

	"culvert/sql/ast"
	"culvert/sql/types"
)

// Bounds of the plan cache.
const (
	maxPlans     = 2_000
	maxPlanBytes = 4 << 10 // of a text
)

// planCache keeps what the texts of queries were parsed and analyzed to, for
// all sessions. It is safe for concurrent use.
//
// A parse depends on the text alone. An analysis depends on the catalog's
// version, the search path, the declared parameters and the settings by which
// literals are read; session values such as now() are parameters of it. What a
// transaction has changed for itself is not kept, nor is the analysis of a
// literal that is read by the clock, such as 'today'.
type planCache struct {
	mu      sync.Mutex
	recent  *list.List // of *cached, the most recent first
	entries map[any]*list.Element
}

type cached struct{ key, value any }

func newPlanCache() *planCache {
	return &planCache{recent: list.New(), entries: map[any]*list.Element{}}
}

func (c *planCache) get(key any) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cached).value
}

func (c *planCache) put(key, value any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != nil {
		return
	}
	c.entries[key] = c.recent.PushFront(&cached{key, value})
	if c.recent.Len() > maxPlans {
		last := c.recent.Remove(c.recent.Back()).(*cached)
		delete(c.entries, last.key)
	}
}

// parseKey is the key of a parse.
type parseKey struct{ text string }

// parsed gives the statements of a text that was read before.
func (c *planCache) parsed(text string) []Statement {
	statements, _ := c.get(parseKey{text}).([]Statement)
	return statements
}

// keepParsed keeps the parse of a text that has nothing but queries: those are
// what comes again, and their text is no secret.
func (c *planCache) keepParsed(text string, statements []Statement) {
	if len(text) > maxPlanBytes || len(statements) == 0 {
		return
	}
	for _, st := range statements {
		if _, ok := st.Statement.(*ast.Query); !ok {
			return
		}
	}
	c.put(parseKey{text}, statements)
}

// planKey is the key of an analysis.
type planKey struct {
	statement ast.Statement // by address: parses are shared
	stamp     stamp
	declared  string
	zone      string
	dateStyle string
}

// newPlanKey gives the key under which a query's analysis may be kept; ok is
// false when it is this transaction's own.
func newPlanKey(s *Session, st Statement, declared []types.OID) (key planKey, ok bool) {
	query, isQuery := st.Statement.(*ast.Query)
	if !isQuery || s.tx != nil && s.tx.edits > 0 || len(query.Tree.Text) > maxPlanBytes {
		return planKey{}, false
	}
	types := "none"
	if declared != nil {
		types = fmt.Sprint(declared)
	}
	return planKey{
		statement: st.Statement, stamp: s.stamp(), declared: types,
		zone: s.settings.get("TimeZone"), dateStyle: s.settings.get("DateStyle"),
	}, true
}
