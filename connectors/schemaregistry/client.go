// Package schemaregistry is a client of a Confluent Schema Registry: it reads
// subjects and schemas, with all that they refer to, over a dial function.
package schemaregistry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"culvert/catalog/secrets"

	"github.com/twmb/franz-go/pkg/sr"
)

const (
	requestTimeout   = 10 * time.Second // dial, TLS, request and answer
	maxResponseBytes = 64 << 20
)

// DialFunc opens a connection, through a tunnel or not.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// Params say where a registry is and how to log in.
type Params struct {
	URL      string // http or https, host and port; no path, no user
	Username string
	Password secrets.Value
	SSLCA    string // PEM; "": the system's trust store
	SSLCert  string // PEM of the client's certificate, with SSLKey
	SSLKey   secrets.Value
}

// Client asks one registry. It is safe for concurrent use. What it learnt by ID
// it keeps: a registry never changes the schema of an ID.
type Client struct {
	base      string
	registry  *sr.Client
	transport *http.Transport

	mu   sync.Mutex
	byID map[int]*Schema
}

// New makes a client; it does not connect. TLS checks the host name of the URL,
// whatever the connection goes through. Close frees the connections.
func New(p Params, dial DialFunc) (*Client, error) {
	base, err := p.base()
	if err != nil {
		return nil, err
	}
	tlsConfig, err := p.tls()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        tlsConfig,
		MaxIdleConns:           4,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	opts := []sr.ClientOpt{
		sr.URLs(base),
		sr.UserAgent("culvert"),
		sr.HTTPClient(&http.Client{
			Timeout:   requestTimeout,
			Transport: bounded{transport},
			// A redirect would take the password to another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}),
	}
	if p.Username != "" || !p.Password.IsZero() {
		opts = append(opts, sr.PreReq(func(r *http.Request) error {
			r.SetBasicAuth(p.Username, p.Password.RevealString())
			return nil
		}))
	}
	registry, err := sr.NewClient(opts...)
	if err != nil {
		return nil, err
	}
	return &Client{base: base, registry: registry, transport: transport, byID: map[int]*Schema{}}, nil
}

// Close frees the connections that no request uses.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

func (p Params) base() (string, error) {
	u, err := url.Parse(p.URL)
	switch {
	case p.URL == "":
		return "", errors.New("must specify URL")
	case err != nil:
		return "", errors.New("URL is not a URL") // the parser's error repeats it, password and all
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("URL must begin with http:// or https://")
	case u.Hostname() == "":
		return "", errors.New("URL must specify domain name")
	case u.User != nil:
		return "", errors.New("URL must not have a user or password: use USERNAME and PASSWORD")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("URL must have an empty path")
	}
	return u.Scheme + "://" + u.Host, nil
}

func (p Params) tls() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if (p.SSLCert == "") != p.SSLKey.IsZero() {
		return nil, errors.New("reading from SSL-auth Confluent Schema Registry requires both SSL KEY and SSL CERTIFICATE")
	}
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

// bounded cuts answers that are larger than any schema.
type bounded struct{ next http.RoundTripper }

// RoundTrip makes the request with a bounded body of the answer.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxResponseBytes)
	}
	return resp, err
}
