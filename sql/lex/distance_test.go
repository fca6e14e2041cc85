package lex

import "testing"

func TestEditDistanceCountsSlipsOfTheFingers(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"HOST", "HOST", 0}, {"", "HOST", 4}, {"HOST", "", 4}, {"HOTS", "HOST", 1}, {"HOSTT", "HOST", 1},
		{"HST", "HOST", 1}, {"POST", "HOST", 1}, {"TSOH", "HOST", 3}, {"ORDRE", "ORDERS", 2},
	} {
		if got := EditDistance(c.a, c.b); got != c.want {
			t.Errorf("EditDistance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
