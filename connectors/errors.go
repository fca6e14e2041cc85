package connectors

import (
	"context"
	"errors"
)

// Class says what the supervisor does about an error.
type Class uint8

// The classes.
const (
	// Transient errors are retried within 0.1 to 0.8 s: networks, handshakes,
	// servers that restart.
	Transient Class = iota
	// Refused errors are retried after 1 s to 30 s, and at once when the source
	// is woken: logins, host keys, configuration.
	Refused
	// Definite errors end the source until a person acts.
	Definite
)

// Error is an error of a source with its class and what to do about it.
type Error struct {
	Class Class
	Err   error
	Hint  string
}

// Error is the text of the error itself.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the error itself.
func (e *Error) Unwrap() error { return e.Err }

// Fail wraps err with a class and a hint ("" for none).
func Fail(class Class, err error, hint string) error {
	return &Error{Class: class, Err: err, Hint: hint}
}

// Legged is an error that knows the leg of the way that failed. Errors of
// tunnels implement it with "ssh"; the text of the error then follows the leg
// in statuses, and what wraps it is left out.
type Legged interface {
	error
	SourceErrorPrefix() string
}

// Slow is an error that asks for the pace of Refused (a refused login, a host
// key that changed). Errors of tunnels implement it.
type Slow interface {
	error
	RetrySlowly() bool
}

// Hinted is an error that says what a person can do.
type Hinted interface {
	error
	ErrorHint() string
}

// ClassOf gives the class of an error; what nobody classified is Transient.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) && e.Class != Transient {
		return e.Class
	}
	var slow Slow
	if errors.As(err, &slow) && slow.RetrySlowly() {
		return Refused
	}
	return Transient
}

// blame gives the reason of an error of a source: when the way upstream does not
// work, an upstream that does not answer is not to blame. What names another leg
// than the connector's own, or stays wrong until a person acts, stands.
func blame(err error, spec SourceSpec) (mended <-chan struct{}, reason error) {
	if spec.Way == nil {
		return nil, err
	}
	mended, broken := spec.Way()
	var legged Legged
	if broken == nil || ClassOf(err) != Transient || errors.As(err, &legged) && legged.SourceErrorPrefix() != spec.Connector.Leg() {
		return mended, err
	}
	return mended, broken
}

// Describe gives the text and hint that a status shows for err: the leg, which
// is the one that the error names or else leg, and the error.
func Describe(err error, leg string) (text, hint string) {
	if errors.Is(err, context.DeadlineExceeded) && errors.Unwrap(err) == nil {
		return leg + ": timed out", ""
	}
	text = leg + ": " + err.Error()
	var legged Legged
	if errors.As(err, &legged) {
		text = legged.SourceErrorPrefix() + ": " + legged.Error()
	}
	var e *Error
	if errors.As(err, &e) {
		hint = e.Hint
	}
	var hinted Hinted
	if hint == "" && errors.As(err, &hinted) {
		hint = hinted.ErrorHint()
	}
	return text, hint
}
