package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestQuickRunMeasuresEveryRow runs all legs small, on real servers and culvert:
// those of PostgreSQL and those of Kafka side by side.
func TestQuickRunMeasuresEveryRow(t *testing.T) {
	groups := map[bool][]string{}
	for _, l := range legs {
		kafka := strings.HasPrefix(l.name, "kafka-")
		groups[kafka] = append(groups[kafka], l.name)
	}
	for _, names := range groups {
		t.Run(names[0], func(t *testing.T) {
			t.Parallel()
			rep := quickRun(t, "-rows", strings.Join(names, ","))
			for _, r := range rep.Rows {
				if r.Value <= 0 || r.Mark == "" || r.PeakMB <= 0 {
					t.Errorf("%s: %q is not measured: %v, %q, %v MB", r.Leg, r.Name, r.Value, r.Mark, r.PeakMB)
				}
				if (r.Reference <= 0 || r.Ratio <= 0 || r.Against == "") && r.Leg != "memory" {
					t.Errorf("%s: %q has no reference", r.Leg, r.Name)
				}
			}
			for _, name := range names {
				if !slices.ContainsFunc(rep.Rows, func(r row) bool { return r.Leg == name }) {
					t.Errorf("the leg %s reported nothing", name)
				}
			}
		})
	}
}

// TestReferencesRunWithoutCulvert shows that the references stand by themselves,
// so that they can be measured where culvert does not start.
func TestReferencesRunWithoutCulvert(t *testing.T) {
	t.Parallel()
	rep := quickRun(t, "-references", "-rows", "snapshot,select1")
	for _, r := range rep.Rows {
		if r.Reference <= 0 || r.Against == "" {
			t.Errorf("%s: %q has no reference", r.Leg, r.Name)
		}
		if r.Value != 0 || r.Mark != "" {
			t.Errorf("%s: %q is judged (%v, %s) without culvert", r.Leg, r.Name, r.Value, r.Mark)
		}
	}
}

// quickRun runs the benchmarks small and returns their report.
func quickRun(t *testing.T, args ...string) report {
	t.Helper()
	var out, progress bytes.Buffer
	if err := run(t.Context(), append([]string{"-quick", "-json", "-scale", "1"}, args...), &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Log(progress.String())
	var rep report
	if err := json.Unmarshal(out.Bytes(), &rep); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return rep
}

func TestOptionsRefuseUnknownLegs(t *testing.T) {
	for _, args := range [][]string{{"-rows", "snapshot,nonsense"}, {"-scale", "-1"}, {"surplus"}, {"-nonsense"}} {
		if _, err := parseOptions(args, &bytes.Buffer{}); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
	o, err := parseOptions([]string{"-rows", "snapshot, result", "-scale", "3"}, &bytes.Buffer{})
	if err != nil || !o.wants("result") || o.wants("connect") || o.accounts() != 300_000 || o.ResultRows != 300_000 {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestRowsAreJudgedByTheirBudget(t *testing.T) {
	slower := budget{Must: 2.5, Goal: 1.5, AtMost: true, Of: bySlower}
	faster := budget{Must: 4, Goal: 6, Of: byFaster}
	value := budget{Must: 20_000, Goal: 40_000, Of: byValue}
	for _, c := range []struct {
		value, reference float64
		budget           budget
		ratio            float64
		mark             string
	}{
		{3, 2, slower, 1.5, "goal"},
		{4, 2, slower, 2, "must"},
		{6, 2, slower, 3, "MISS"},
		{2, 14, faster, 7, "goal"},
		{2, 8, faster, 4, "must"},
		{2, 6, faster, 3, "MISS"},
		{50_000, 100_000, value, 0.5, "goal"},
		{20_000, 100_000, value, 0.2, "must"},
		{19_999, 100, value, 199.99, "MISS"},
		{0, 100, value, 0, ""},
	} {
		r := row{Value: c.value, Reference: c.reference, Budget: c.budget}
		r.judge()
		if r.Ratio != c.ratio || r.Mark != c.mark {
			t.Errorf("%+v: ratio %v, mark %q", c, r.Ratio, r.Mark)
		}
	}
}

func TestMemoryRowNamesTheHungriestLeg(t *testing.T) {
	rep := report{Rows: []row{{Leg: "a", PeakMB: 100}, {Leg: "b", PeakMB: 700}, {Leg: "c", PeakMB: 300}}}
	rep.addMemory()
	last := rep.Rows[len(rep.Rows)-1]
	last.judge()
	if last.Value != 700 || last.Note != "during b" || last.Mark != "MISS" {
		t.Errorf("%+v", last)
	}
}

func TestReportIsOneAlignedTable(t *testing.T) {
	rep := report{Machine: "a machine", Versions: []string{"PostgreSQL 15"}, Rows: []row{
		{Name: "snapshot", Value: 12.34, Reference: 10, Unit: "s", Budget: budget{Must: 2.5, Goal: 1.5, AtMost: true, Of: bySlower, Unit: "×"}},
		{Name: "rate", Reference: 1_234_567, Unit: "/s", Budget: budget{Must: 20_000, Goal: 40_000, Of: byValue, Unit: "/s"}},
	}}
	var out bytes.Buffer
	if err := rep.write(&out, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a machine", "12.3 s", "1.23×", "≤ 2.5×", "1,234,567 /s", "≥ 20,000/s", "goal"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	_, table, _ := strings.Cut(out.String(), "| what")
	lines := strings.Split(strings.TrimSpace("| what"+table), "\n")
	for _, line := range lines {
		if len([]rune(line)) != len([]rune(lines[0])) || strings.Count(line, "|") != strings.Count(lines[0], "|") {
			t.Errorf("the columns are not aligned:\n%s", out.String())
			break
		}
	}
}

func TestQuantiles(t *testing.T) {
	var times []time.Duration
	for i := 200; i > 0; i-- {
		times = append(times, time.Duration(i)*time.Millisecond)
	}
	for q, want := range map[float64]float64{0.5: 100, 0.95: 190, 1: 200, 0: 1} {
		if got := quantile(times, q); got != want {
			t.Errorf("the %v-quantile of 1…200 ms is %v", q, got)
		}
	}
	if quantile(nil, 0.5) != 0 {
		t.Error("no times have a quantile")
	}
}
