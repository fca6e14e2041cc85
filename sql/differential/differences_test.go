package differential_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// most is how long the list of differences may be.
const most = 15

// difference is an entry of docs/differences.md: an error that only culvert
// gives, another number of zeros behind the point, or another last digit of a
// double.
type difference struct {
	code   string // SQLSTATE; empty: numbers differ in how they are shown
	digits bool   // in their last digits, not only in zeros
	used   bool
}

// entry is the heading of a difference: its name, then "error 0A000", "display
// scale" or "last digits".
var entry = regexp.MustCompile(`(?m)^## (.+): (?:error ([0-9A-Z]{5})|display scale|(last digits))$`)

func differences(t *testing.T) map[string]*difference {
	text, err := os.ReadFile("../../docs/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]*difference{}
	for _, m := range entry.FindAllStringSubmatch(string(text), -1) {
		list[m[1]] = &difference{code: m[2], digits: m[3] != ""}
	}
	if headings := strings.Count(string(text), "\n## "); headings != len(list) || headings > most {
		t.Fatalf("docs/differences.md has %d headings, of which %d are differences that differ in name; at most %d may be there", headings, len(list), most)
	}
	return list
}

// holds tells whether two answers differ as the entry says, and in no other way.
func (d *difference) holds(want, got answer) error {
	if d.code != "" {
		pgErr, ok := errors.AsType[*pgconn.PgError](got.err)
		if want.err != nil || !ok || pgErr.Code != d.code {
			return fmt.Errorf("not the error %s here alone", d.code)
		}
		return nil
	}
	if want.err != nil || got.err != nil || !slices.Equal(want.columns, got.columns) || len(want.cells) != len(got.cells) {
		return errors.New("more differs than the display scale")
	}
	same := true
	for i, row := range want.cells {
		for j, cell := range row {
			if other := got.cells[i][j]; cell != other {
				same = false
				if !d.equal(cell, other) {
					return fmt.Errorf("%s is not %s", other, cell)
				}
			}
		}
	}
	if same {
		return errors.New("nothing differs")
	}
	return nil
}

// closeness is how far a sum of doubles may be off: some units in the last place.
const closeness = 1e-14

func (d *difference) equal(a, b string) bool {
	if d.digits {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		return errX == nil && errY == nil && math.Abs(x-y) <= closeness*math.Max(math.Abs(x), math.Abs(y))
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}
