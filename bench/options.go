package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// rowsPerScale is how many rows pgbench_accounts has for each unit of the scale.
const rowsPerScale = 100_000

// options says what is measured and how large it is.
type options struct {
	Scale       int  `json:"scale"` // pgbench's: pgbench_accounts has 100,000 rows for each
	Quick       bool `json:"quick"`
	References  bool `json:"referencesOnly"`
	BatchRows   int  `json:"batchRows"`   // rows changed by the updates leg
	Batches     int  `json:"batches"`     // transactions of the updates leg
	SingleRows  int  `json:"singleRows"`  // single-row transactions of the catchup leg
	Commits     int  `json:"commits"`     // of the visible legs
	Connections int  `json:"connections"` // of the connect leg
	ResultRows  int  `json:"resultRows"`  // of the result leg
	Messages    int  `json:"messages"`    // of each topic of the Kafka legs

	rateTime time.Duration // of each rate that the select1 leg measures
	repeats  int           // of the result leg; the fastest counts
	legs     []string      // empty: all
	json     bool
}

// parseOptions reads the flags; -quick makes everything small, and an explicit
// -scale still counts.
func parseOptions(args []string, usage io.Writer) (options, error) {
	o := options{
		BatchRows: 1_000_000, Batches: 100, SingleRows: 300_000, Commits: 200, Connections: 100,
		ResultRows: 1_000_000, Messages: 1_000_000, rateTime: 3 * time.Second, repeats: 3,
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(usage)
	rows := flags.String("rows", "", "legs to run, separated by commas: "+legNames()+" (default all)")
	flags.IntVar(&o.Scale, "scale", 0, "pgbench's scale: 100,000 rows each (default 50, with -quick 2)")
	flags.BoolVar(&o.Quick, "quick", false, "a small run that takes seconds; its figures are not the budget's")
	flags.BoolVar(&o.References, "references", false, "measure the references only, without culvert")
	flags.BoolVar(&o.json, "json", false, "print the report as JSON")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.Quick {
		o.BatchRows, o.Batches, o.SingleRows, o.Commits, o.Connections = 20_000, 20, 3_000, 20, 10
		o.ResultRows, o.Messages, o.rateTime, o.repeats = 100_000, 20_000, 300*time.Millisecond, 1
	}
	if o.Scale == 0 {
		o.Scale = 50
		if o.Quick {
			o.Scale = 2
		}
	}
	if o.Scale < 0 || flags.NArg() > 0 {
		return o, fmt.Errorf("usage: -scale takes a positive number, and there are no arguments but flags")
	}
	o.BatchRows, o.ResultRows = min(o.BatchRows, o.accounts()), min(o.ResultRows, o.accounts())
	for name := range strings.SplitSeq(*rows, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !slices.ContainsFunc(legs, func(l leg) bool { return l.name == name }) {
			return o, fmt.Errorf("there is no leg %q: choose from %s", name, legNames())
		}
		o.legs = append(o.legs, name)
	}
	return o, nil
}

// accounts returns how many rows pgbench_accounts has.
func (o options) accounts() int { return o.Scale * rowsPerScale }

func (o options) wants(leg string) bool { return len(o.legs) == 0 || slices.Contains(o.legs, leg) }

// needsPostgres tells whether a leg that is wanted uses PostgreSQL.
func (o options) needsPostgres() bool {
	return slices.ContainsFunc(legs, func(l leg) bool { return o.wants(l.name) && !strings.HasPrefix(l.name, "kafka-") })
}
