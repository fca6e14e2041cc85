package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"culvert/connectors"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs of PostgreSQL (appendix A) that decide what happens next.
const (
	codeObjectInUse         = "55006"
	codeDuplicateObject     = "42710"
	codeUndefinedObject     = "42704"
	codeUndefinedTable      = "42P01"
	codeUndefinedColumn     = "42703"
	codePrerequisite        = "55000" // object_not_in_prerequisite_state: an invalidated slot
	codeInsufficientRights  = "42501"
	codeInvalidCatalogName  = "3D000"
	codeLockNotAvailable    = "55P03" // lock_timeout
	codeConfigurationLimit  = "53400" // all replication slots are in use
	classInvalidAuth        = "28"
	classFeatureUnsupported = "0A"
)

// code gives the SQLSTATE of an error from upstream, or "".
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// connectError words a failed connection as Materialize does: what the server
// says, what a tunnel says, or `error connecting to server: …`.
func connectError(err error) error {
	var legged connectors.Legged
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &legged):
		return err
	case errors.As(err, &refused):
		return queryError(err)
	case errors.Is(err, context.DeadlineExceeded):
		return noAnswer{}
	}
	return fmt.Errorf("error connecting to server: %w", cause(err))
}

// noAnswer is the error of a server that does not let us in in time.
type noAnswer struct{}

func (noAnswer) Error() string { return "error connecting to server: timed out" }

// Timeout is that of net.Error.
func (noAnswer) Timeout() bool { return true }

// cause leaves out pgconn's description of the connection, which repeats what
// the user knows.
func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// queryError gives the class of an error from a server, and its message alone.
func queryError(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case strings.HasPrefix(e.Code, classInvalidAuth), e.Code == codeInvalidCatalogName, e.Code == codeInsufficientRights:
		return connectors.Fail(connectors.Refused, &serverError{e}, e.Hint)
	}
	return &serverError{e}
}

// serverError is an error from a server, worded by its primary message and
// detail, without severity and code.
type serverError struct{ *pgconn.PgError }

func (e *serverError) Error() string {
	if e.Detail != "" {
		return e.Message + ": " + e.Detail
	}
	return e.Message
}

// Unwrap keeps the code reachable.
func (e *serverError) Unwrap() error { return e.PgError }

// ErrorHint is what the server advises.
func (e *serverError) ErrorHint() string { return e.Hint }

// definite makes an error that a person must deal with.
func definite(hint, format string, args ...any) error {
	return connectors.Fail(connectors.Definite, fmt.Errorf(format, args...), hint)
}

func isDefinite(err error) bool { return err != nil && connectors.ClassOf(err) == connectors.Definite }
