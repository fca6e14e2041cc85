package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"culvert/connectors"
	"culvert/connectors/decode/format"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const leg = "kafka"

// What a person can do.
const (
	hintPlaintext = "Add SECURITY PROTOCOL 'PLAINTEXT' (or 'SASL_PLAINTEXT') to the connection if the brokers do not use TLS."
	hintSSL       = "Set SECURITY PROTOCOL to 'SSL' (or 'SASL_SSL') if the brokers use TLS, and to a SASL protocol if they ask for a login."
	hintAuthority = "Set SSL CERTIFICATE AUTHORITY to the certificate of the authority that signed the brokers' certificates."
	hintCover     = "Add the broker to BROKERS with its SSH TUNNEL, or give the connection a default SSH TUNNEL."
	hintRecreate  = "Drop the source and create it again."
)

// brokerError is an error on the way to a broker.
type brokerError struct {
	text string
	hint string
	err  error
}

func (e *brokerError) Error() string             { return e.text }
func (e *brokerError) Unwrap() error             { return e.err }
func (e *brokerError) ErrorHint() string         { return e.hint }
func (e *brokerError) SourceErrorPrefix() string { return leg }

// dialError words a connection that could not be opened, in the words that
// users of librdkafka know. What a tunnel says stands as it is, unless nothing
// says that the broker is behind it.
func dialError(addr string, covered bool, err error) error {
	var legged connectors.Legged
	tunnelled := errors.As(err, &legged)
	if tunnelled && covered {
		return err
	}
	var dns *net.DNSError
	text := fmt.Sprintf("Meta data fetch error: BrokerTransportFailure (Local: Broker transport failure): broker %s: %v", addr, reason(err))
	switch {
	case errors.As(err, &dns):
		text = fmt.Sprintf("Failed to resolve hostname: broker %s: %v", addr, dns)
	case tunnelled:
		text = fmt.Sprintf("broker %s: %s: %v", addr, legged.SourceErrorPrefix(), legged)
	}
	if covered {
		return &brokerError{text, "", err}
	}
	return &brokerError{text + " (no broker clause of the connection covers this broker)", hintCover, err}
}

// reason leaves out the addresses of an error of the network.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// handshakeError words a TLS handshake that failed. A broker without TLS takes
// the first bytes for the length of a request that is too long, and closes.
func handshakeError(addr string, err error) error {
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &record), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return connectors.Fail(connectors.Refused, &brokerError{fmt.Sprintf("broker %s: Broker does not support SSL connections", addr), hintPlaintext, err}, hintPlaintext)
	case errors.As(err, &unknown), errors.As(err, &name):
		return connectors.Fail(connectors.Refused, &brokerError{fmt.Sprintf("broker %s: %v", addr, err), hintAuthority, err}, hintAuthority)
	}
	return &brokerError{fmt.Sprintf("broker %s: TLS handshake: %v", addr, err), "", err}
}

// refusals are answers of brokers that stay so until somebody acts.
var refusals = []*kerr.Error{
	kerr.SaslAuthenticationFailed, kerr.UnsupportedSaslMechanism, kerr.IllegalSaslState, kerr.ClusterAuthorizationFailed,
	kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.InvalidTopicException,
}

// failure gives an error of a request its class and words.
func (c *client) failure(err error) error {
	if err == nil || connectors.ClassOf(err) != connectors.Transient {
		return err
	}
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return connectors.Fail(connectors.Refused, err, "")
		}
	}
	var first *kgo.ErrFirstReadEOF
	if errors.As(err, &first) {
		return connectors.Fail(connectors.Refused, errors.New("the broker closed the connection before it answered"), hintSSL)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		if last := c.way.lastError(); last != nil {
			return last
		}
		return errTimeout
	}
	var known *brokerError
	if errors.As(err, &known) {
		return known
	}
	return err
}

var errTimeout error = noAnswer{}

// noAnswer is the error of brokers that say nothing.
type noAnswer struct{}

func (noAnswer) Error() string { return "the brokers did not answer in time" }

// Timeout is that of net.Error.
func (noAnswer) Timeout() bool { return true }

// definite makes an error that a person must deal with.
func definite(hint, format string, args ...any) error {
	return connectors.Fail(connectors.Definite, fmt.Errorf(format, args...), hint)
}

// stalls tells whether an error of a decoder is not about the message: a schema
// registry does not answer.
func stalls(err error) bool { return format.Retryable(err) }
