// Bench measures culvert against its performance budget. It starts a real
// PostgreSQL with pgbench's tables, a real sshd in front of it, culvert, and a
// second PostgreSQL that subscribes to the same tables by logical replication
// through the same bastion, and a real Apache Kafka with a schema registry; runs
// each row of the budget on culvert and on its reference; and prints one table. docs/benchmarks.md says what each row means.
//
// Everything that it started is gone when it ends, however it ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case interrupted:
		fmt.Fprintln(os.Stderr, "bench: interrupted")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what args ask for, prints the report to out and what it is doing
// to progress. A row that misses its budget is no error; one that cannot be
// measured, or whose result is wrong, is.
func run(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	opts, err := parseOptions(args, progress)
	if err != nil {
		return err
	}
	start := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(progress, "%6.1fs  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	st, err := openStage(ctx, opts, say)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	rep := &report{Options: opts}
	rep.Machine, rep.Versions = describeMachine(), st.versions(ctx)
	for _, l := range legs {
		if !opts.wants(l.name) {
			continue
		}
		say("%s: %s", l.name, l.about)
		if err := measure(ctx, st, rep, l); err != nil {
			return errors.Join(fmt.Errorf("%s: %w%s", l.name, err, st.lastWords()), rep.write(out, opts.json))
		}
	}
	rep.addMemory()
	return rep.write(out, opts.json)
}

// measure runs one leg and adds its rows to the report, with the peak of
// culvert's memory while it ran.
func measure(ctx context.Context, st *stage, rep *report, l leg) error {
	if err := st.resetPeak(); err != nil {
		return err
	}
	rows, err := l.run(ctx, st)
	if err != nil {
		return err
	}
	peak, err := st.peak()
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Leg, rows[i].PeakMB = l.name, peak
	}
	rep.Rows = append(rep.Rows, rows...)
	return nil
}

// leg measures one or several rows of the budget.
type leg struct {
	name  string
	about string
	run   func(context.Context, *stage) ([]row, error)
}

// legs lists the legs in the order in which they run: the later ones use the
// copies that the first one makes, or make them unmeasured.
var legs = []leg{
	{"snapshot", "first copy of pgbench_accounts through the bastion", snapshotLeg},
	{"updates", "large transactions, caught up with after a pause", updatesLeg},
	{"catchup", "single-row transactions, caught up with after a pause", catchUpLeg},
	{"visible", "from an upstream commit to the row's being visible", visibleLeg},
	{"connect", "connecting, with a first SELECT 1", connectLeg},
	{"select1", "SELECT 1 over one connection", selectLeg},
	{"result", "a large result as text", resultLeg},
	{"kafka-bytes", "a topic through the bastion, as it is", bytesReading.run},
	{"kafka-json", "a topic through the bastion, as jsonb", jsonReading.run},
	{"kafka-avro", "a topic through the bastion, with its schema registry", avroReading.run},
	{"kafka-upsert", "a topic through the bastion, the last value of each key", upsertReading.run},
	{"kafka-visible", "from producing a message to the row's being visible", produceLeg},
}

func legNames() string {
	names := make([]string, len(legs))
	for i, l := range legs {
		names[i] = l.name
	}
	return strings.Join(names, ", ")
}
