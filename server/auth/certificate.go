package auth

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// ALPN is the protocol that clients name which begin with TLS at once
// (PostgreSQL 17 documentation, section 54.2.10).
const ALPN = "postgresql"

// Identity is what a server shows its clients: one certificate with its key, and
// the authorities whose clients it knows. It is immutable.
type Identity struct {
	Config  *tls.Config
	Binding []byte // tls-server-end-point of the certificate; nil: it has none
}

// Files are where an Identity lies.
type Files struct {
	Cert, Key string // PEM; the certificate's chain after it
	ClientCA  string // PEM; "": clients are not asked for certificates
}

func (f Files) list() []string {
	if f.ClientCA == "" {
		return []string{f.Cert, f.Key}
	}
	return []string{f.Cert, f.Key, f.ClientCA}
}

// load reads the files.
func (f Files) load() (*Identity, error) {
	pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate %s and its key: %w", f.Cert, err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{ALPN},
		SessionTicketsDisabled: true, // each connection shows its certificate, as with PostgreSQL
	}
	if f.ClientCA != "" {
		text, err := os.ReadFile(f.ClientCA)
		if err != nil {
			return nil, fmt.Errorf("reading the clients' authorities: %w", err)
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate", f.ClientCA)
		}
		config.ClientAuth = tls.VerifyClientCertIfGiven
	}
	return &Identity{Config: config, Binding: endPoint(pair.Leaf)}, nil
}

// endPoint is tls-server-end-point (RFC 5929, section 4.1): the certificate's
// hash by the function of its signature, but SHA-256 for MD5 and SHA-1. Those
// whose signature does not name one function, as libpq 15 sees it, have none:
// RSASSA-PSS and Ed25519.
func endPoint(leaf *x509.Certificate) []byte {
	var hash crypto.Hash
	switch leaf.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.SHA256WithRSA, x509.ECDSAWithSHA256:
		hash = crypto.SHA256
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384:
		hash = crypto.SHA384
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512:
		hash = crypto.SHA512
	default:
		return nil
	}
	h := hash.New()
	h.Write(leaf.Raw)
	return h.Sum(nil)
}

// Certificates gives the Identity that lies in files, and reads them again once
// they have changed. It is safe for concurrent use.
type Certificates struct {
	files Files
	log   *slog.Logger

	mu      sync.Mutex
	now     *Identity
	stamps  []stamp // of the files when they were last read
	lastErr string
}

// stamp tells a file's content from an earlier one.
type stamp struct {
	modified time.Time
	size     int64
	info     os.FileInfo
}

// OpenCertificates reads the files.
func OpenCertificates(files Files, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{files: files, log: log}
	stamps, err := c.stat()
	if err != nil {
		return nil, err
	}
	identity, err := files.load()
	if err != nil {
		return nil, err
	}
	c.now, c.stamps = identity, stamps
	return c, nil
}

func (c *Certificates) stat() ([]stamp, error) {
	var stamps []stamp
	for _, path := range c.files.list() {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		stamps = append(stamps, stamp{info.ModTime(), info.Size(), info})
	}
	return stamps, nil
}

// Current gives the Identity of now. Files that cannot be read, or do not belong
// together (one of them has been written, the other not yet), leave the one
// before; they are tried again at the next call.
func (c *Certificates) Current() *Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamps, err := c.stat()
	if err == nil && sameStamps(stamps, c.stamps) {
		return c.now
	}
	var next *Identity
	if err == nil {
		next, err = c.files.load()
	}
	if err != nil {
		if err.Error() != c.lastErr {
			c.log.Error("the certificate cannot be read again: the one before stays", "error", err)
		}
		c.lastErr = err.Error()
		return c.now
	}
	c.now, c.stamps, c.lastErr = next, stamps, ""
	c.log.Info("the certificate was read again", "valid_until", next.Config.Certificates[0].Leaf.NotAfter)
	return c.now
}

func sameStamps(a, b []stamp) bool {
	for i := range a {
		if !a[i].modified.Equal(b[i].modified) || a[i].size != b[i].size || !os.SameFile(a[i].info, b[i].info) {
			return false
		}
	}
	return true
}
