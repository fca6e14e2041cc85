package differential_test

import (
	"os"
	"strings"
	"testing"
)

// statement is a statement of a file of testdata.
type statement struct {
	sql      string
	differs  string   // the name of an entry of docs/differences.md
	textOnly bool     // its binary form holds what two servers cannot share
	args     [][]byte // of $1 and so on, as text; nil is NULL
	codeOnly bool     // of its error, the SQLSTATE alone is compared
}

// ordered tells whether the order of the rows is part of the answer.
func (s statement) ordered() bool { return strings.Contains(strings.ToLower(s.sql), "order by") }

// read reads a file with a statement on each line; indented lines go on. A line
// "-- differs: name" stands before a statement that shows a difference,
// "-- args: 1 | NULL" before one with parameters, "-- text" before one whose values are compared as text only, "-- code" before
// one whose error may have other words, and
// "-- each: a, b, c" before statements that are run for each of the words, in
// the place of {}, up to "-- end".
func read(t *testing.T, file string) []statement {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []statement
	var next statement
	var each []string
	begin := 0 // of the statements for each
	for line := range strings.SplitSeq(string(raw)+"-- end", "\n") {
		args, isArgs := strings.CutPrefix(line, "-- args: ")
		words, isEach := strings.CutPrefix(line, "-- each: ")
		switch name, ok := strings.CutPrefix(line, "-- differs: "); {
		case ok:
			next.differs = name
		case isArgs:
			next.args = arguments(args)
		case line == "-- text":
			next.textOnly = true
		case line == "-- code":
			next.codeOnly = true
		case isEach:
			each, begin = strings.Split(words, ", "), len(out)
		case line == "-- end" && each != nil:
			out, each = append(out[:begin], repeat(out[begin:], each)...), nil
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "--"):
		case line[0] == ' ' && len(out) > 0:
			out[len(out)-1].sql += "\n" + line
		default:
			next.sql = line
			out, next = append(out, next), statement{}
		}
	}
	return out
}

func repeat(templates []statement, words []string) []statement {
	var out []statement
	for _, word := range words {
		for _, s := range templates {
			s.sql = strings.ReplaceAll(s.sql, "{}", word)
			out = append(out, s)
		}
	}
	return out
}

func arguments(line string) (args [][]byte) {
	for arg := range strings.SplitSeq(line, " | ") {
		if arg == "NULL" {
			args = append(args, nil)
		} else {
			args = append(args, []byte(arg))
		}
	}
	return args
}
