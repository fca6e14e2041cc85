package schemaregistry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/twmb/franz-go/pkg/sr"
)

// Reason says what a registry's failure means for whoever asked.
type Reason uint8

// The reasons.
const (
	// Unreachable: no answer; the next try may have one.
	Unreachable Reason = iota
	// Unavailable: the registry answered that it cannot serve now.
	Unavailable
	// Unauthorized: user, password or certificate were refused.
	Unauthorized
	// NotFound: the registry has no such subject, version or schema ID.
	NotFound
	// Invalid: an answer that a registry does not give.
	Invalid
)

// Error is a failure to read from a registry. Its text names the registry and
// what was asked for, and holds no secret.
type Error struct {
	Reason Reason
	text   string
	cause  error
}

// Error is the text.
func (e *Error) Error() string { return e.text }

// Unwrap gives the cause; errors of tunnels stay reachable.
func (e *Error) Unwrap() error { return e.cause }

// Transient tells whether the same question may be answered later.
func (e *Error) Transient() bool { return e.Reason <= Unauthorized }

// RetrySlowly tells whether a person must act before a retry can succeed.
func (e *Error) RetrySlowly() bool { return e.Reason >= Unauthorized }

// IsTransient tells whether err comes of a registry that may answer later.
func IsTransient(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Transient()
}

// IsNotFound tells whether the registry has not what was asked for.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Reason == NotFound
}

// classify words an error of the library; what names the thing asked for.
func (c *Client) classify(err error, what string) error {
	if err == nil {
		return nil
	}
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	at := "schema registry at " + c.base
	var answer *sr.ResponseError
	if !errors.As(err, &answer) {
		return c.unanswered(err, at, what)
	}
	detail := answer.Message
	if detail == "" {
		detail = clip(string(answer.Raw))
	}
	e := &Error{cause: err}
	switch code := answer.StatusCode; {
	case code == http.StatusUnauthorized:
		e.Reason, e.text = Unauthorized, at+": authentication failed (401): the user name or password is wrong or missing"
	case code == http.StatusForbidden:
		e.Reason, e.text = Unauthorized, at+": permission denied (403) for "+what
	case code == http.StatusNotFound && answer.ErrorCode >= 40400:
		e.Reason, e.text = NotFound, at+" has no "+what
	case code == http.StatusTooManyRequests || code >= 500:
		e.Reason, e.text = Unavailable, fmt.Sprintf("%s cannot answer for %s now (%d): %s", at, what, code, detail)
	default:
		e.Reason, e.text = Invalid, fmt.Sprintf("%s answered %d for %s: %s", at, code, what, detail)
	}
	return e
}

// unanswered words an error for which there is no answer of HTTP.
func (c *Client) unanswered(err error, at, what string) error {
	e := &Error{cause: err}
	var request *url.Error
	switch {
	case errors.As(err, &request) && request.Timeout() || errors.Is(err, context.DeadlineExceeded):
		e.text = at + " cannot be reached: timed out"
	case request != nil:
		e.text = at + " cannot be reached: " + request.Err.Error()
	default:
		e.Reason, e.text = Invalid, at+" gave no valid answer for "+what+": is it a schema registry?"
	}
	return e
}

func clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
