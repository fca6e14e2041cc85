package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// row is one figure of the budget, with its reference from the same run.
type row struct {
	Leg       string  `json:"leg"`
	Name      string  `json:"name"`
	Value     float64 `json:"value"`     // culvert's; 0: not measured
	Reference float64 `json:"reference"` // 0: there is none
	Unit      string  `json:"unit"`      // of both
	Against   string  `json:"against"`   // what the reference is
	Ratio     float64 `json:"ratio"`     // see the budget; 0 without either
	PeakMB    float64 `json:"peakMB"`    // culvert's VmHWM during the leg
	Note      string  `json:"note,omitempty"`
	Mark      string  `json:"mark"` // "goal", "must", "MISS", or empty when not judged
	Budget    budget  `json:"budget"`
}

// budget is what a row is held against.
type budget struct {
	Must   float64 `json:"must"`
	Goal   float64 `json:"goal"`   // 0: there is none
	AtMost bool    `json:"atMost"` // the less the better
	Of     kind    `json:"of"`     // what is judged, and how the ratio is taken
	Unit   string  `json:"unit"`
}

// kind says what of a row is judged.
type kind string

const (
	byValue  kind = "value"  // the value itself; the ratio, value / reference, informs
	bySlower kind = "slower" // value / reference
	byFaster kind = "faster" // reference / value, for times
)

// judge fills in the ratio and the mark.
func (r *row) judge() {
	if r.Value == 0 {
		return
	}
	judged := r.Value
	if r.Reference > 0 {
		r.Ratio = r.Value / r.Reference
		if r.Budget.Of == byFaster {
			r.Ratio = r.Reference / r.Value
		}
	}
	if r.Budget.Of != byValue {
		judged = r.Ratio
	}
	switch {
	case r.Budget.Goal > 0 && r.Budget.meets(judged, r.Budget.Goal):
		r.Mark = "goal"
	case r.Budget.meets(judged, r.Budget.Must):
		r.Mark = "must"
	default:
		r.Mark = "MISS"
	}
}

func (b budget) meets(got, limit float64) bool {
	if b.AtMost {
		return got <= limit
	}
	return got >= limit
}

// say writes a limit as the budget does: "≤ 2.5×", "≥ 20,000/s".
func (b budget) say(limit float64) string {
	if limit == 0 {
		return "–"
	}
	sign := "≥ "
	if b.AtMost {
		sign = "≤ "
	}
	return sign + figure(limit) + b.Unit
}

// report is the outcome of a run.
type report struct {
	Machine  string   `json:"machine"`
	Versions []string `json:"versions"`
	Options  options  `json:"options"`
	Rows     []row    `json:"rows"`
}

// addMemory adds the row on culvert's memory: the largest peak of all legs.
func (r *report) addMemory() {
	most := row{
		Leg: "memory", Name: "peak resident memory (VmHWM)", Unit: "MB",
		Budget: budget{Must: 600, Goal: 400, AtMost: true, Of: byValue, Unit: " MB"},
	}
	for _, row := range r.Rows {
		if row.PeakMB > most.Value {
			most.Value, most.PeakMB, most.Note = row.PeakMB, row.PeakMB, "during "+row.Leg
		}
	}
	if most.Value > 0 {
		r.Rows = append(r.Rows, most)
	}
}

// write judges the rows and prints the report: one table that Markdown takes as
// it is, or JSON.
func (r *report) write(out io.Writer, asJSON bool) error {
	for i := range r.Rows {
		r.Rows[i].judge()
	}
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	if _, err := fmt.Fprintf(out, "\n%s\n%s\n%s\n\n", r.Machine, strings.Join(r.Versions, ", "), r.Options.sizes()); err != nil {
		return err
	}
	lines := [][]string{
		{"what", "culvert", "reference", "against", "ratio", "must", "goal", "mark", "peak MB", "note"},
		{"---", "--:", "--:", "---", "--:", "---", "---", "---", "--:", "---"},
	}
	for _, row := range r.Rows {
		lines = append(lines, row.cells())
	}
	_, err := io.WriteString(out, align(lines))
	return err
}

// sizes says how large the run was.
func (o options) sizes() string {
	text := fmt.Sprintf("scale %d (%s rows), %s rows updated in %d transactions, %s single-row transactions, %d commits, %s messages",
		o.Scale, figure(float64(o.accounts())), figure(float64(o.BatchRows)), o.Batches, figure(float64(o.SingleRows)), o.Commits, figure(float64(o.Messages)))
	if o.Quick {
		text += "; a quick run, whose figures are not the budget's"
	}
	return text
}

func (r row) cells() []string {
	value := func(v float64) string {
		if v == 0 {
			return "–"
		}
		return strings.TrimSpace(figure(v) + " " + r.Unit)
	}
	ratio, peak := "–", "–"
	if r.Ratio > 0 {
		ratio = strconv.FormatFloat(r.Ratio, 'f', 2, 64) + "×"
	}
	if r.PeakMB > 0 {
		peak = figure(r.PeakMB)
	}
	return []string{
		r.Name, value(r.Value), value(r.Reference), r.Against, ratio,
		r.Budget.say(r.Budget.Must), r.Budget.say(r.Budget.Goal), r.Mark, peak, r.Note,
	}
}

// figure writes a number with three digits or so, thousands apart by commas.
func figure(v float64) string {
	switch {
	case v >= 1000:
		text := strconv.FormatFloat(v, 'f', 0, 64)
		for i := len(text) - 3; i > 0; i -= 3 {
			text = text[:i] + "," + text[i:]
		}
		return text
	case v >= 100 || v == float64(int(v)):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0")
}

// align pads the cells of each column to one width.
func align(lines [][]string) string {
	width := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, cell := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, cells := range lines {
		for i, cell := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if strings.HasSuffix(lines[1][i], ":") && cell != lines[1][i] {
				cell, pad = pad+cell, ""
			}
			b.WriteString("| " + cell + pad + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}
