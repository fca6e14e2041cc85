package duckdb

import (
	"container/list"
	"context"
	"strings"
	"sync"

	"culvert/engine"
	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// query starts a query as one call. The text is made inside it, after what is
// still to be appended: it may need the table's columns.
func (c *conn) query(ctx context.Context, st *statement, text func() (string, error), bind func(bindings.PreparedStatement) error) (*rows, error) {
	k, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer c.calls.watch(ctx, k)()
	if err := c.appenders.close(true); err != nil {
		c.calls.end(k)
		return nil, c.fail(err)
	}
	sql, err := text()
	if err != nil {
		c.calls.end(k)
		return nil, c.fail(err)
	}
	r, err := c.start(ctx, k, st, sql, bind)
	if err != nil {
		return nil, c.fail(because(ctx, err))
	}
	return r, nil
}

// queryText runs DuckDB SQL of the engine's own.
func (c *conn) queryText(ctx context.Context, sql string) (*rows, error) {
	return c.query(ctx, &statement{}, func() (string, error) { return sql, nil }, nil)
}

// Query implements engine.Conn. The statement is prepared anew each time:
// DuckDB's prepared statements without parameters give stale results.
func (c *conn) Query(ctx context.Context, st engine.Statement) (engine.Rows, error) {
	r, err := c.queryStatement(ctx, st, "")
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Explain implements engine.Conn.
func (c *conn) Explain(ctx context.Context, st engine.Statement) ([]string, error) {
	r, err := c.queryStatement(ctx, st, "EXPLAIN ")
	if err != nil {
		return nil, err
	}
	var lines []string
	for {
		batch, err := r.Next(ctx)
		if err != nil {
			_ = r.Close() // the error that counts is err
			return nil, err
		}
		if batch == nil {
			return lines, r.Close()
		}
		for i := range batch.Len {
			plan := string(batch.Cols[len(batch.Cols)-1].Bytes(i))
			lines = append(lines, strings.Split(strings.TrimRight(plan, "\n"), "\n")...)
		}
	}
}

func (c *conn) queryStatement(ctx context.Context, st engine.Statement, prefix string) (*rows, error) {
	tr, err := c.d.cache.translate(st, false)
	if err != nil {
		return nil, c.fail(err)
	}
	text := func() (string, error) { return prefix + tr.SQL, setZone(c, st.TimeZone) }
	// EXPLAIN of a kept statement would be one itself.
	keep := st.Key != "" && prefix == "" && !tr.Reads
	return c.query(ctx, &statement{keep: keep}, text, func(p bindings.PreparedStatement) error {
		return bindParams(p, tr.Params, st.Params)
	})
}

// setZone sets the connection's time zone when it is another one.
func setZone(c *conn, zone string) error {
	if zone == "" {
		zone = "UTC"
	}
	if zone == c.zone {
		return nil
	}
	if err := execute(c.c, "SET TimeZone = "+literal(zone)); err != nil {
		return err
	}
	c.kept.clear() // their constants may depend on the zone
	c.zone = zone
	return nil
}

// bindParams binds the parameters that the translation refers to, in order.
func bindParams(p bindings.PreparedStatement, used []int, params []engine.Param) error {
	for i, index := range used {
		if index >= len(params) {
			return pgerr.New(pgerr.UndefinedParameter, "there is no parameter $%d", index+1)
		}
		if err := bindText(p, i+1, params[index].Text); err != nil {
			return err
		}
	}
	return nil
}

// translations is a bounded cache of translations, by Statement.Key.
type translations struct {
	mu    sync.Mutex
	limit int
	byKey map[string]*list.Element
	order *list.List // of *translation, the latest used in front
}

type translation struct {
	key string
	tr  *translated
}

func newTranslations(limit int) *translations {
	return &translations{limit: limit, byKey: map[string]*list.Element{}, order: list.New()}
}

// translate gives the translation of a statement, from the cache if it can.
func (t *translations) translate(st engine.Statement, stored bool) (*translated, error) {
	key := st.Key
	if key != "" && stored {
		key += "/stored"
	}
	if tr := t.get(key); tr != nil {
		return tr, nil
	}
	tr, err := translate(st, stored)
	if err == nil && key != "" {
		t.put(key, tr)
	}
	return tr, err
}

func (t *translations) get(key string) *translated {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.byKey[key]
	if e == nil {
		return nil
	}
	t.order.MoveToFront(e)
	return e.Value.(*translation).tr
}

func (t *translations) put(key string, tr *translated) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey[key] != nil {
		return // another session was quicker
	}
	t.byKey[key] = t.order.PushFront(&translation{key: key, tr: tr})
	if t.order.Len() > t.limit {
		oldest := t.order.Remove(t.order.Back()).(*translation)
		delete(t.byKey, oldest.key)
	}
}
