package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"culvert/connectors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// Deadlines of a connection.
const (
	connectTimeout = 10 * time.Second // dial, TLS and login
	queryTimeout   = 15 * time.Second // one question to the catalogs
	cancelTimeout  = 2 * time.Second  // the dial of a cancel request
)

// pinned are the settings upstream that change how values print, and those that
// would end a session which is waiting.
var pinned = map[string]string{
	"DateStyle":                           "ISO, MDY",
	"IntervalStyle":                       "postgres",
	"TimeZone":                            "UTC",
	"extra_float_digits":                  "3",
	"bytea_output":                        "hex",
	"client_encoding":                     "UTF8",
	"xmlbinary":                           "base64",
	"search_path":                         "pg_catalog",
	"application_name":                    "culvert",
	"statement_timeout":                   "0",
	"lock_timeout":                        "0",
	"idle_in_transaction_session_timeout": "0",
	"row_security":                        "off", // an error rather than fewer rows
	// A backend whose peer is gone ends by itself.
	"tcp_keepalives_idle":     "10",
	"tcp_keepalives_interval": "5",
	"tcp_keepalives_count":    "3",
}

// client is a connection to a database upstream.
type client struct{ *pgconn.PgConn }

// connect opens a connection with the pinned settings and those given.
func (p Params) connect(ctx context.Context, settings map[string]string) (*client, error) {
	cfg, err := p.config()
	if err != nil {
		return nil, connectors.Fail(connectors.Refused, err, "")
	}
	for name, value := range settings {
		cfg.RuntimeParams[name] = value
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgconn.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, connectError(err)
	}
	return &client{conn}, nil
}

// config makes pgconn's configuration. Nothing of it comes from the environment
// of this process.
func (p Params) config() (*pgconn.Config, error) {
	cfg, err := pgconn.ParseConfig("host=upstream user=culvert sslmode=disable passfile=/dev/null")
	if err != nil {
		return nil, fmt.Errorf("configuring the connection: %w", err)
	}
	cfg.Host, cfg.Port, cfg.Database, cfg.User, cfg.Password = p.Host, p.Port, p.Database, p.User, p.Password.RevealString()
	cfg.Fallbacks = nil
	if cfg.TLSConfig, err = p.tls(); err != nil {
		return nil, err
	}
	cfg.ConnectTimeout = connectTimeout
	cfg.MaxProtocolMessageBodyLen = 1 << 30 // PostgreSQL's own limit of a field
	cfg.RuntimeParams = map[string]string{}
	for name, value := range pinned {
		cfg.RuntimeParams[name] = value
	}
	// Names are resolved where the connection leaves: at the bastion.
	cfg.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	addr := net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port)))
	connected := false
	cfg.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		if connected { // pgconn cancels a query through a second connection
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, cancelTimeout)
			defer cancel()
		}
		conn, err := p.Dial(ctx, "tcp", addr)
		if err == nil {
			connected = true
		}
		return conn, err
	}
	return cfg, nil
}

// tls gives what libpq does for the mode: verify-ca checks the chain and not
// the name, and so does require when there is a root certificate.
func (p Params) tls() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: p.Host}
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
	switch p.SSLMode {
	case SSLDisable, "":
		return nil, nil
	case SSLRequire, SSLVerifyCA:
		cfg.InsecureSkipVerify = true
		if p.SSLMode == SSLVerifyCA || p.SSLCA != "" {
			cfg.VerifyConnection = func(state tls.ConnectionState) error { return verifyChain(state, cfg.RootCAs) }
		}
	case SSLVerifyFull:
	default:
		return nil, fmt.Errorf("unknown SSL MODE %q", p.SSLMode)
	}
	return cfg, nil
}

func verifyChain(state tls.ConnectionState, roots *x509.CertPool) error {
	opts := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, cert := range state.PeerCertificates[1:] {
		opts.Intermediates.AddCert(cert)
	}
	_, err := state.PeerCertificates[0].Verify(opts)
	return err
}

// close ends the connection and waits until nothing of it is left.
func (c *client) close() {
	if !c.IsClosed() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.Close(ctx) // the socket is closed whatever happens
		return
	}
	// An interrupted call is being cancelled upstream in the background.
	timer := time.NewTimer(cancelTimeout + time.Second)
	defer timer.Stop()
	select {
	case <-c.CleanupDone():
	case <-timer.C:
		_ = c.Conn().Close() // ends what still waits
		<-c.CleanupDone()
	}
}

// query runs one statement with text parameters. A NULL is a nil slice.
func (c *client) query(ctx context.Context, sql string, args ...string) ([][][]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	values := make([][]byte, len(args))
	for i, arg := range args {
		values[i] = []byte(arg)
	}
	result := c.ExecParams(ctx, sql, values, nil, nil, nil).Read()
	if result.Err != nil {
		return nil, queryError(result.Err)
	}
	return result.Rows, nil
}

// exec runs a text without parameters, and gives the rows of its last statement.
func (c *client) exec(ctx context.Context, sql string) ([][][]byte, error) {
	results, err := c.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, queryError(err)
	}
	if len(results) == 0 {
		return nil, nil
	}
	return results[len(results)-1].Rows, nil
}

// version is the major version of the server.
func (c *client) version() int {
	text := c.ParameterStatus("server_version")
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	v, _ := strconv.Atoi(text[:n]) // digits; 0 when there are none
	return v
}

// terminate sends Terminate on a connection that was taken from pgconn.
func terminate(conn net.Conn) {
	if buf, err := (&pgproto3.Terminate{}).Encode(nil); err == nil {
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second)) // a broken connection fails the write
		_, _ = conn.Write(buf)                                 // closing says the same, less politely
	}
	_ = conn.Close() // there is nothing more to save
}
