// Package pgerr holds the errors that reach a client: a SQLSTATE, a primary
// message, and what PostgreSQL's ErrorResponse can carry beside them.
//
// Inside culvert errors are wrapped with what was being done; at the edge they
// become an *Error. Messages follow PostgreSQL's style: the primary message in
// lower case without a full stop, detail and hint as sentences.
package pgerr

import (
	"errors"
	"fmt"
)

// Code is a SQLSTATE: five characters, PostgreSQL 15 documentation, appendix A.
type Code string

// Severity is the S and V field of an ErrorResponse or NoticeResponse.
type Severity string

// The severities that culvert sends.
const (
	SeverityError   Severity = "ERROR"
	SeverityFatal   Severity = "FATAL"
	SeverityPanic   Severity = "PANIC"
	SeverityWarning Severity = "WARNING"
	SeverityNotice  Severity = "NOTICE"
	SeverityInfo    Severity = "INFO"
)

// Error is an error with the fields of PostgreSQL's ErrorResponse. The zero
// Severity means SeverityError. It is safe for concurrent reading.
type Error struct {
	Severity   Severity
	Code       Code
	Message    string
	Detail     string
	Hint       string
	Position   int // 1-based character of the client's text; 0: none
	Where      string
	Schema     string
	Table      string
	Column     string
	DataType   string
	Constraint string

	cause error
}

// New makes an error of the given class; format and args make its message.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of the given class whose cause stays reachable through
// errors.Is and errors.As. The cause's text is not part of the message.
func Wrap(cause error, code Code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.cause = cause
	return e
}

// Notice makes a message of severity NOTICE with the code of success, 00000.
func Notice(format string, args ...any) *Error {
	return &Error{Severity: SeverityNotice, Code: SuccessfulCompletion, Message: fmt.Sprintf(format, args...)}
}

// Error is the primary message followed by the detail, where there is one.
func (e *Error) Error() string {
	if e.Detail != "" {
		return e.Message + ": " + e.Detail
	}
	return e.Message
}

// Unwrap gives the cause set by Wrap.
func (e *Error) Unwrap() error { return e.cause }

// WithDetail sets the detail and returns e.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// At sets the position, a 1-based character of the client's text, and returns e.
func (e *Error) At(position int) *Error {
	e.Position = position
	return e
}

// From gives the *Error in err's chain, or an internal error (XX000) that
// carries err's text. From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, InternalError, "%s", err.Error())
}

// Is tells whether err carries the given SQLSTATE.
func Is(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
