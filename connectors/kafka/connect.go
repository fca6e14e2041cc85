package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"culvert/connectors"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Limits of a connection.
const (
	dialTimeout    = 10 * time.Second // TCP, tunnel and TLS
	requestTimeout = 8 * time.Second  // of a request about a topic, retries included
	checkTimeout   = 10 * time.Second // of Validate and DescribeTopic
	maxResponse    = 256 << 20        // of one fetch: a message has to fit
)

// client is a client of the brokers, and what it met on the way there.
type client struct {
	*kgo.Client
	way *way
}

// way opens connections to brokers.
type way struct {
	params Params
	tls    *tls.Config // nil: none

	mu   sync.Mutex
	last error // of the last connection that was tried; nil after a success
}

// connect makes a client; nothing is sent before its first use.
func (p Params) connect(opts ...kgo.Opt) (*client, error) {
	if p.Protocol == "" {
		p.Protocol = SSL
	}
	w := &way{params: p}
	var err error
	if w.tls, err = p.tls(); err != nil {
		return nil, connectors.Fail(connectors.Refused, err, "")
	}
	all := []kgo.Opt{
		kgo.SeedBrokers(p.Brokers...), kgo.Dialer(w.dial), kgo.ClientID("culvert"), kgo.DisableClientMetrics(),
		kgo.MetadataMinAge(200 * time.Millisecond), kgo.RetryTimeout(requestTimeout - 2*time.Second),
		kgo.RetryBackoffFn(backoff), kgo.RequestTimeoutOverhead(requestTimeout), kgo.BrokerMaxReadBytes(maxResponse),
	}
	if p.Protocol.authenticated() {
		mechanism, err := p.mechanism()
		if err != nil {
			return nil, connectors.Fail(connectors.Refused, err, "")
		}
		all = append(all, kgo.SASL(mechanism))
	}
	cl, err := kgo.NewClient(append(all, opts...)...)
	if err != nil {
		return nil, connectors.Fail(connectors.Refused, fmt.Errorf("configuring the client: %w", err), "")
	}
	return &client{cl, w}, nil
}

// backoff is the pause between tries of a request, or of a connection.
func backoff(tries int) time.Duration {
	return min(time.Duration(tries)*100*time.Millisecond, time.Second/2)
}

// dial connects to a broker by the name that it advertises.
func (w *way) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := w.open(ctx, network, addr)
	w.mu.Lock()
	if !errors.Is(err, context.Canceled) {
		w.last = err
	}
	w.mu.Unlock()
	return conn, err
}

// lastError is why the last connection could not be made.
func (w *way) lastError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func (w *way) open(ctx context.Context, network, addr string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("broker %s: %w", addr, err)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dial, covered := w.params.Dial(host, uint16(port))
	conn, err := dial(ctx, network, addr)
	if err != nil {
		return nil, dialError(addr, covered, err)
	}
	if w.tls == nil {
		return &plainConn{Conn: conn, addr: addr}, nil
	}
	cfg := w.tls.Clone()
	cfg.ServerName = host
	encrypted := tls.Client(conn, cfg)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the handshake's error is the one that counts
		return nil, handshakeError(addr, err)
	}
	return encrypted, nil
}

// plainConn is a connection without TLS that knows a broker with it by the
// first answer: an alert (RFC 8446, section 5.1: type 21, version 3.x).
type plainConn struct {
	net.Conn
	addr string
	seen bool // something was read; reads do not overlap
}

// Read reads, and fails when the peer speaks TLS.
func (c *plainConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if !c.seen && n > 1 && b[0] == 21 && b[1] == 3 {
		return 0, connectors.Fail(connectors.Refused, &brokerError{"broker " + c.addr + ": the broker expects TLS", hintSSL, nil}, hintSSL)
	}
	c.seen = c.seen || n > 0
	return n, err
}

// tls gives the configuration of TLS, or nil.
func (p Params) tls() (*tls.Config, error) {
	if !p.Protocol.encrypted() {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if p.SSLCert != "" {
		pair, err := tls.X509KeyPair([]byte(p.SSLCert), p.SSLKey.Reveal())
		if err != nil {
			return nil, errors.New("SSL CERTIFICATE and SSL KEY are not a pair of certificate and key in PEM")
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	if p.SSLCA != "" {
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM([]byte(p.SSLCA)) {
			return nil, errors.New("SSL CERTIFICATE AUTHORITY has no certificate in PEM")
		}
	}
	return cfg, nil
}

// mechanism gives the client's half of the authentication.
func (p Params) mechanism() (sasl.Mechanism, error) {
	switch p.Mechanism {
	case Plain:
		return plain.Auth{User: p.User, Pass: p.Password.RevealString()}.AsMechanism(), nil
	case ScramSHA256:
		return scram.Auth{User: p.User, Pass: p.Password.RevealString()}.AsSha256Mechanism(), nil
	case ScramSHA512:
		return scram.Auth{User: p.User, Pass: p.Password.RevealString()}.AsSha512Mechanism(), nil
	}
	return nil, fmt.Errorf("unknown SASL mechanism %q", p.Mechanism)
}
