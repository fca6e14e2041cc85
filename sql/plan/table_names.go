package plan

import (
	"fmt"
	"unicode/utf8"
)

// madeName is makeObjectName: name1_name2_label, of which the longer name is
// cut until the whole fits.
func madeName(name1, name2, label string) string {
	overhead := 0
	if name2 != "" {
		overhead++
	}
	if label != "" {
		overhead += len(label) + 1
	}
	available := maxNameBytes - overhead
	n1, n2 := len(name1), len(name2)
	for n1+n2 > available {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	out := clip(name1, n1)
	if name2 != "" {
		out += "_" + clip(name2, n2)
	}
	if label != "" {
		out += "_" + label
	}
	return out
}

// clip cuts a name to at most n bytes, between characters.
func clip(name string, n int) string {
	for n > 0 && n < len(name) && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

// freeName is the first of name1_name2_label, name1_name2_label1 … that is free.
func freeName(name1, name2, label string, taken func(string) bool) string {
	for n := 0; ; n++ {
		end := label
		if n > 0 {
			end += fmt.Sprint(n)
		}
		if name := madeName(name1, name2, end); !taken(name) {
			return name
		}
	}
}
