package duckdb

import (
	"context"
	"fmt"
	"strings"

	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Rows are found by joining the table with the keys. NULLs are rare in keys
// and only = lets the engine skip what is out of the keys' range, so IS NOT
// DISTINCT FROM is used for the columns that have one.

// matching is the join condition between table columns cols of t and the
// columns of the feed k.
func matching(names []string, cols []int, keys *engine.Batch) (string, error) {
	if len(cols) == 0 || len(cols) > len(keys.Cols) {
		return "", pgerr.New(pgerr.InternalError, "%d key columns in a batch of %d", len(cols), len(keys.Cols))
	}
	terms := make([]string, len(cols))
	for i, col := range cols {
		if col < 0 || col >= len(names) {
			return "", pgerr.New(pgerr.InternalError, "no column %d in the table", col)
		}
		operator := "="
		if hasNull(&keys.Cols[i], keys.Len) {
			operator = "IS NOT DISTINCT FROM"
		}
		terms[i] = fmt.Sprintf("t.%s %s k.k%d", quote(names[col]), operator, i)
	}
	return strings.Join(terms, " AND "), nil
}

// hasNull tells whether a key column has a NULL, also within lists.
func hasNull(c *engine.Column, n int) bool {
	if c.Phys.Kind == types.KindList {
		return true
	}
	for i := 0; c.Valid != nil && i < n; i++ {
		if c.IsNull(i) {
			return true
		}
	}
	return false
}

// from is the FROM clause of a feed.
func from(number int64) string { return fmt.Sprintf("%s(%d)", feedFunction, number) }

// DeleteKeys implements engine.Conn.
func (c *conn) DeleteKeys(ctx context.Context, table engine.TableName, cols []int, keys *engine.Batch) (int64, error) {
	return c.deleteFed(ctx, table, keys, func(names []string, feed int64) (string, error) {
		on, err := matching(names, cols, keys)
		return fmt.Sprintf("DELETE FROM %s AS t USING %s AS k WHERE %s", path(table), from(feed), on), err
	})
}

// DeleteCopies implements engine.Conn.
func (c *conn) DeleteCopies(ctx context.Context, table engine.TableName, rows *engine.Batch, counts []int64) (int64, error) {
	if len(counts) < rows.Len {
		return 0, c.fail(pgerr.New(pgerr.InternalError, "%d counts for %d rows", len(counts), rows.Len))
	}
	n := len(rows.Cols)
	fed := &engine.Batch{Len: rows.Len, Cols: append([]engine.Column{}, rows.Cols...)}
	numbers := make([]int64, rows.Len)
	for i := range numbers {
		numbers[i] = int64(i)
	}
	int8 := types.Physical{Kind: types.KindInt64}
	fed.Cols = append(fed.Cols, engine.Column{Phys: int8, I64: numbers}, engine.Column{Phys: int8, I64: counts})
	return c.deleteFed(ctx, table, fed, func(names []string, feed int64) (string, error) {
		cols := make([]int, n)
		for i := range cols {
			cols[i] = i
		}
		on, err := matching(names, cols, rows)
		return fmt.Sprintf("DELETE FROM %s WHERE rowid IN (SELECT id FROM (SELECT t.rowid AS id, k.k%d AS wanted, "+
			"row_number() OVER (PARTITION BY k.k%d) AS place FROM %s AS t JOIN %s AS k ON %s) WHERE place <= wanted)",
			path(table), n+1, n, path(table), from(feed), on), err
	})
}

// deleteFed runs a DELETE that reads a feed, and counts what it deleted.
func (c *conn) deleteFed(ctx context.Context, table engine.TableName, keys *engine.Batch, print func([]string, int64) (string, error)) (int64, error) {
	if err := checkBatch(keys); err != nil {
		return 0, c.fail(err)
	}
	if keys.Len == 0 {
		return 0, nil
	}
	feed := c.d.feeds.add(keys)
	defer c.d.feeds.remove(feed)
	deleted := int64(0)
	err := c.do(ctx, func() error {
		names, err := tableColumns(c.c, table.Schema, table.Name)
		if err != nil {
			return err
		}
		sql, err := print(names, feed)
		if err != nil {
			return err
		}
		deleted, err = executeCount(c.c, sql)
		return err
	})
	return deleted, err
}

// FetchByKeys implements engine.Conn.
func (c *conn) FetchByKeys(ctx context.Context, table engine.TableName, cols []int, keys *engine.Batch) (engine.Rows, error) {
	if err := checkBatch(keys); err != nil {
		return nil, c.fail(err)
	}
	feed := c.d.feeds.add(keys.Clone()) // the caller may reuse them
	rows, err := c.query(ctx, &statement{feed: feed}, func() (string, error) {
		names, err := tableColumns(c.c, table.Schema, table.Name)
		if err != nil {
			return "", err
		}
		on, err := matching(names, cols, keys)
		return fmt.Sprintf("SELECT t.* FROM %s AS t SEMI JOIN %s AS k ON %s", path(table), from(feed), on), err
	}, nil)
	if err != nil {
		c.d.feeds.remove(feed)
		return nil, err
	}
	return rows, nil
}

// Scan implements engine.Conn.
func (c *conn) Scan(ctx context.Context, table engine.TableName, match *engine.Match) (engine.Rows, error) {
	if match != nil {
		return c.FetchByKeys(ctx, table, match.Cols, match.Key)
	}
	rows, err := c.queryText(ctx, "FROM "+path(table))
	if err != nil {
		return nil, err
	}
	return rows, nil
}
