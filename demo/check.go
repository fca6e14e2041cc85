package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"culvert/testenv"
)

// tables are the shop's tables with a column list that orders their rows.
var tables = []struct{ name, order string }{
	{"customers", "id"}, {"products", "id"}, {"orders", "id"}, {"order_items", "order_id, line"},
	{"page_views", "seen_at, path"},
}

// sameText compares the answer to one query on both sides, byte for byte.
func (st *stage) sameText(ctx context.Context, sql string) error {
	return st.compare(ctx, sql, func(a, b string) bool { return a == b })
}

// sameValues compares numbers by value: computed from numeric without precision,
// they may have other trailing zeros than PostgreSQL's.
func (st *stage) sameValues(ctx context.Context, sql string) error {
	return st.compare(ctx, sql, func(a, b string) bool {
		if a == b {
			return true
		}
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		return okX && okY && x.Cmp(y) == 0
	})
}

func (st *stage) compare(ctx context.Context, sql string, equal func(a, b string) bool) error {
	want, err := st.postgres.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("upstream: %w", err)
	}
	got, err := st.culvert.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("culvert: %w", err)
	}
	if len(got) != len(want) {
		return fmt.Errorf("culvert has %d rows, upstream %d, for: %s", len(got), len(want), sql)
	}
	for i := range want {
		if !slices.EqualFunc(got[i], want[i], equal) {
			return fmt.Errorf("culvert has %q, upstream %q, in row %d of: %s", got[i], want[i], i+1, sql)
		}
	}
	return nil
}

// allSame compares every row of every table, as text, on both sides. Nothing may
// be writing upstream.
func (st *stage) allSame(ctx context.Context) error {
	for _, t := range tables {
		if err := st.sameText(ctx, "SELECT * FROM "+t.name+" ORDER BY "+t.order); err != nil {
			return err
		}
	}
	return nil
}

// catchUp waits until all tables are the same on both sides, for so long at most,
// and returns how long it took.
func (st *stage) catchUp(ctx context.Context, within time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	start := time.Now()
	counts := "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_items), (SELECT count(*) FROM page_views)"
	if err := testenv.WaitFor(ctx, func() error { return st.sameText(ctx, counts) }); err != nil {
		return 0, fmt.Errorf("the copy did not catch up within %v: %w", within, err)
	}
	took := time.Since(start)
	if err := testenv.WaitFor(ctx, func() error { return st.allSame(ctx) }); err != nil {
		return 0, fmt.Errorf("the copy differs: %w", err)
	}
	return took, nil
}

// arrives waits until a query on culvert gives one row that begins with the
// values wanted, for so long at most, and returns how long that took.
func (st *stage) arrives(ctx context.Context, within time.Duration, sql string, want ...string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	start := time.Now()
	err := testenv.WaitFor(ctx, func() error {
		rows, err := st.culvert.Query(ctx, sql)
		if err != nil {
			return err
		}
		if len(rows) != 1 || !slices.Equal(rows[0][:min(len(rows[0]), len(want))], want) {
			return fmt.Errorf("%s gives %q, not %q", sql, rows, want)
		}
		return nil
	})
	return time.Since(start), err
}

// statusIs waits until a source has a status, and returns its error text.
func (st *stage) statusIs(ctx context.Context, source, status string, within time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	text := ""
	err := testenv.WaitFor(ctx, func() error {
		rows, err := st.culvert.Query(ctx, fmt.Sprintf(
			"SELECT status, coalesce(error, '') FROM mz_internal.mz_source_statuses WHERE name = '%s'", source))
		if err != nil {
			return err
		}
		if len(rows) != 1 {
			return fmt.Errorf("%s has %d rows of status", source, len(rows))
		}
		text = rows[0][1]
		if rows[0][0] != status {
			return fmt.Errorf("%s is %s (%s)", source, rows[0][0], text)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("%s should be %s within %v: %w", source, status, within, err)
	}
	return text, nil
}

// readKeys reads the tunnel's two public keys.
func (st *stage) readKeys(ctx context.Context) ([]string, error) {
	rows, err := st.culvert.Query(ctx,
		"SELECT public_key_1, public_key_2 FROM mz_catalog.mz_ssh_tunnel_connections")
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 || len(rows[0]) != 2 {
		return nil, errors.New("mz_ssh_tunnel_connections should have one row with two keys")
	}
	return rows[0], nil
}
