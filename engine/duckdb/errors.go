package duckdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"syscall"

	"culvert/engine"
	"culvert/sql/pgerr"
)

// This file alone looks at the texts of DuckDB's errors. Its golden test,
// testdata/errors.txt, provokes each of them.

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
// as the rest of the C API does: "Conversion Error: …".
func parseError(text string) engineError {
	var e engineError
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &e) == nil && e.Type != "" {
		if inner := strings.Index(e.Message, `{"exception_type"`); inner >= 0 {
			if nested := parseError(e.Message[inner:]); nested.Type != "" {
				return nested
			}
		}
		return e
	}
	kind, message, ok := strings.Cut(text, ": ")
	if kind, ok2 := strings.CutSuffix(kind, " Error"); ok && ok2 {
		return engineError{Type: kind, Message: message}
	}
	return engineError{Message: text}
}

// rule maps errors of DuckDB. The first rule that fits counts.
type rule struct {
	kind    string // DuckDB's exception type; "" fits all
	subtype string // its subtype; "" fits all
	text    string // a part of the message; "" fits all
	code    pgerr.Code
	// message replaces DuckDB's; "" keeps it.
	message string
	detail  bool  // DuckDB's message becomes the detail
	cause   error // what errors.Is finds
}

var rules = []rule{
	// The state of the engine.
	{kind: "FATAL", code: pgerr.InternalError, message: "the engine failed", detail: true, cause: &fatalError{}},
	{text: "database has been invalidated", code: pgerr.InternalError, message: "the engine failed", detail: true, cause: &fatalError{}},
	{kind: "IO", text: "Could not set lock on file", cause: engine.ErrLocked},
	{kind: "INTERRUPT", code: pgerr.QueryCanceled, message: "canceling statement due to user request"},
	{kind: "Interrupt", code: pgerr.QueryCanceled, message: "canceling statement due to user request"},

	// Resources.
	{text: "No space left on device", code: pgerr.DiskFull, message: "could not write to the data directory: No space left on device"},
	{text: "File too large", code: pgerr.DiskFull, message: "could not write to the data directory: File too large"},
	{text: "Disk quota exceeded", code: pgerr.DiskFull, message: "could not write to the data directory: Disk quota exceeded"},
	{text: "max_temp_directory_size", code: pgerr.DiskFull, message: "temporary file size exceeds the limit", detail: true},
	{kind: "Out of Memory", code: pgerr.OutOfMemory, message: "out of memory", detail: true},
	{text: "Permission denied", code: pgerr.InsufficientPrivilege, message: "could not open the data file: Permission denied"},
	{text: "Read-only file system", code: pgerr.IOError, message: "could not write to the data directory: Read-only file system"},
	{kind: "IO", code: pgerr.IOError},

	// Transactions.
	{text: "Cannot CHECKPOINT", cause: engine.ErrBusy},
	{text: "no transaction is active", code: pgerr.NoActiveSQLTransaction, cause: errNoTransaction},
	{text: "Current transaction is aborted", code: pgerr.InFailedSQLTransaction,
		message: "current transaction is aborted, commands ignored until end of transaction block"},
	{kind: "TransactionContext", text: "onflict", cause: engine.ErrConflict},
	{kind: "TransactionContext", text: "has been altered", cause: engine.ErrConflict},
	{kind: "TransactionContext", text: "has been dropped", cause: engine.ErrConflict},
	{kind: "Transaction", text: "onflict", cause: engine.ErrConflict},
}

// classes are the codes of exception types that no rule above is about.
var classes = map[string]pgerr.Code{
	"Conversion":      pgerr.InvalidTextRepresentation,
	"Out of Range":    pgerr.NumericValueOutOfRange,
	"Decimal":         pgerr.NumericValueOutOfRange,
	"Divide by Zero":  pgerr.DivisionByZero,
	"Not implemented": pgerr.FeatureNotSupported,
	"Invalid Input":   pgerr.InvalidParameterValue,
	"Constraint":      pgerr.IntegrityConstraintViolation,
	"Invalid type":    pgerr.DatatypeMismatch,
	"Mismatch Type":   pgerr.DatatypeMismatch,
	"Dependency":      pgerr.DependentObjectsStillExist,
	"Permission":      pgerr.InsufficientPrivilege,
}

var _ = regexp.MustCompile

// classify turns the text of a DuckDB error into an error of the contract.
func classify(text string) error {
	if e, ok := raised(text); ok {
		return e
	}
	e := parseError(text)
	for _, r := range rules {
		if r.fits(e) {
			return r.apply(e)
		}
	}
	code, ok := classes[e.Type]
	if !ok {
		code = pgerr.InternalError
	}
	return pgerr.New(code, "%s", e.Message)
}

func (r rule) fits(e engineError) bool {
	return (r.kind == "" || r.kind == e.Type) && (r.subtype == "" || r.subtype == e.Subtype) &&
		strings.Contains(e.Message, r.text)
}

func (r rule) apply(e engineError) error {
	if r.code == "" {
		return fmt.Errorf("%w: %s", r.cause, e.Message)
	}
	message := r.message
	if message == "" {
		message = e.Message
	}
	err := pgerr.Wrap(r.cause, r.code, "%s", message)
	if r.detail {
		err = err.WithDetail("%s", e.Message)
	}
	return err
}

// classifyOS turns an error of the operating system into one for clients.
func classifyOS(err error, doing string) error {
	code := pgerr.IOError
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		code = pgerr.DiskFull
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		code = pgerr.InsufficientPrivilege
	}
	return pgerr.Wrap(err, code, "%s: %v", doing, err)
}
