package duckdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"syscall"

	"culvert/sql/pgerr"
)

// This file and error_rules.go alone look at the texts of DuckDB's errors. The
// golden test, testdata/errors, provokes each of them.

// engineError is an error as DuckDB words it.
type engineError struct {
	Type    string `json:"exception_type"`
	Message string `json:"exception_message"`
	Subtype string `json:"error_subtype"`
}

// fatalError is in the chain of errors after which the engine is of no use.
type fatalError struct{ text string }

func (e *fatalError) Error() string { return e.text }

// errNoTransaction is in the chain when ROLLBACK finds no transaction.
var errNoTransaction = errors.New("no transaction is active")

func isNoTransaction(err error) bool { return errors.Is(err, errNoTransaction) }

// parseError reads an error as JSON, as connections report them, or as text,
// as the rest of the C API does: "Conversion Error: …". Errors may be nested.
func parseError(text string) engineError {
	var e engineError
	if strings.HasPrefix(text, "{") && json.NewDecoder(strings.NewReader(text)).Decode(&e) == nil && e.Type != "" {
		if _, inner, ok := strings.Cut(e.Message, `{"exception_type"`); ok {
			if nested := parseError(`{"exception_type"` + inner); nested.Type != "" {
				return nested
			}
		}
		return e
	}
	if m := plainError.FindStringSubmatch(text); m != nil {
		if _, inner, ok := strings.Cut(m[2], `{"exception_type"`); ok {
			return parseError(`{"exception_type"` + inner)
		}
		return engineError{Type: m[1], Message: m[2]}
	}
	return engineError{Message: text}
}

var plainError = regexp.MustCompile(`(?s)^([A-Za-z ]+) Error: (.*)$`)

// classify turns the text of a DuckDB error into an error of the contract.
func classify(text string) error {
	if e, ok := raised(text); ok {
		return e
	}
	e := parseError(text)
	for i := range rules {
		if err := rules[i].apply(e); err != nil {
			return err
		}
	}
	code, ok := classes[e.Type]
	if !ok {
		code = pgerr.InternalError
	}
	return pgerr.New(code, "%s", primary(firstLine(e.Message)))
}

// rule maps errors of DuckDB. The first rule that fits counts.
type rule struct {
	kind string         // DuckDB's exception type; "" fits all
	text *regexp.Regexp // what the message contains; nil fits all
	code pgerr.Code     // "": cause alone is the error
	// message is for clients; $1 is what the first group of text matched, and
	// ${type} is the PostgreSQL name of the DuckDB type that it matched.
	message string
	detail  bool  // the first line of DuckDB's message becomes the detail
	cause   error // what errors.Is finds
}

// apply gives the error for clients, or nil when the rule does not fit.
func (r *rule) apply(e engineError) error {
	if r.kind != "" && r.kind != e.Type {
		return nil
	}
	message := r.message
	if r.text != nil {
		m := r.text.FindStringSubmatchIndex(e.Message)
		if m == nil {
			return nil
		}
		message = string(r.text.ExpandString(nil, message, e.Message, m))
	}
	if before, name, ok := strings.Cut(message, "type:"); ok {
		name, after, _ := strings.Cut(name, ":")
		message = before + typeInMessages(name) + after
	}
	if r.code == "" {
		return fmt.Errorf("%w: %s", r.cause, firstLine(e.Message))
	}
	cause := r.cause
	if _, ok := cause.(*fatalError); ok {
		cause = &fatalError{text: firstLine(e.Message)}
	}
	err := pgerr.Wrap(cause, r.code, "%s", message)
	if r.detail {
		err = err.WithDetail("%s", sentence(firstLine(e.Message)))
	}
	return err
}

// firstLine cuts DuckDB's advice off a message.
func firstLine(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	return line
}

// primary makes a primary message of one of DuckDB's: lower case, no stop.
func primary(text string) string {
	if len(text) > 1 && text[1] >= 'a' && text[1] <= 'z' {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return strings.TrimRight(text, ".!;")
}

// sentence makes a detail of a message.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimRight(text[1:], ".!;") + "."
}

// typeInMessages is PostgreSQL's name of a type that DuckDB's messages name.
func typeInMessages(name string) string {
	name, _, _ = strings.Cut(name, "(")
	if known, ok := messageTypes[name]; ok {
		return known
	}
	return strings.ToLower(name)
}

// classifyOS turns an error of the operating system into one for clients, with
// PostgreSQL's codes (errcode_for_file_access in elog.c).
func classifyOS(err error, doing string) error {
	code := pgerr.IOError
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		code = pgerr.DiskFull
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EROFS):
		code = pgerr.InsufficientPrivilege
	}
	return pgerr.Wrap(err, code, "%s: %v", doing, err)
}
