package main

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"culvert/testenv"
)

func TestShopHasWhatTheGuideNeeds(t *testing.T) {
	p := testenv.NewPostgres(t, testenv.PostgresOptions{})
	p.MustExec(t, shop)
	got := p.MustQuery(t, "SELECT count(*) FROM pg_publication_tables WHERE pubname = 'mz_source'")
	if got[0][0] != "5" {
		t.Fatalf("the publication has %s tables", got[0][0])
	}
	for _, table := range tables {
		rows := p.MustQuery(t, "SELECT count(*), count(DISTINCT ("+table.order+")) FROM "+table.name)
		if rows[0][0] == "0" || rows[0][0] != rows[0][1] {
			t.Errorf("%s: %s rows, of which %s differ in (%s)", table.name, rows[0][0], rows[0][1], table.order)
		}
	}
}

func TestAStageThatDoesNotOpenIsClosed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if st, err := openStage(ctx, &screen{out: &out}); st != nil || !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, %v", st, err)
	}
}

// TestDemoRunsToItsEnd is make demo as a test.
func TestDemoRunsToItsEnd(t *testing.T) {
	t.Setenv("DEMO_EXIT", "1")
	var out bytes.Buffer
	if err := run(t.Context(), &screen{out: &out}); err != nil {
		t.Fatalf("%v\n\nwhat it showed:\n%s", err, out.String())
	}
}
