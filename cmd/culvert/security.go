package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/engine"
	"culvert/server/auth"
)

// tlsFlags are the flags of encryption.
type tlsFlags struct{ cert, key, clientCA, mode string }

// The modes of TLS.
const (
	tlsDisable = "disable"
	tlsAllow   = "allow"
	tlsRequire = "require"
)

func (c *config) securityFlags(f *pflag.FlagSet) {
	f.StringVar(&c.auth, "auth", string(auth.Trust), "how clients log in: trust (as the role they name), scram (with a password or a certificate) or cert (with a certificate)")
	f.StringVar(&c.passwordFile, "password-file", "", "file with the password of the role materialize; read while the role has none")
	f.StringVar(&c.tls.cert, "tls-cert", "", "PEM file of the server's certificate and its chain; read again when it changes")
	f.StringVar(&c.tls.key, "tls-key", "", "PEM file of the certificate's key")
	f.StringVar(&c.tls.clientCA, "tls-client-ca", "", "PEM file of the authorities of clients' certificates, whose common name is the role")
	f.StringVar(&c.tls.mode, "tls-mode", "", "disable, allow or require encryption (default allow with --tls-cert, else disable)")
}

// checkSecurity completes the flags of logins and encryption.
func (c *config) checkSecurity() error {
	if c.tls.mode == "" {
		c.tls.mode = tlsDisable
		if c.tls.cert != "" {
			c.tls.mode = tlsAllow
		}
	}
	switch c.tls.mode {
	case tlsDisable:
	case tlsAllow, tlsRequire:
		if c.tls.cert == "" {
			return fmt.Errorf("--tls-mode %s needs --tls-cert and --tls-key", c.tls.mode)
		}
	default:
		return fmt.Errorf("--tls-mode: %q is not disable, allow or require", c.tls.mode)
	}
	switch {
	case (c.tls.cert == "") != (c.tls.key == ""):
		return errors.New("--tls-cert and --tls-key belong together")
	case c.tls.clientCA != "" && c.tls.mode == tlsDisable:
		return errors.New("--tls-client-ca needs --tls-cert and --tls-key: certificates are shown on encrypted connections")
	}
	switch auth.Method(c.auth) {
	case auth.Trust, auth.Scram:
	case auth.Cert:
		if c.tls.clientCA == "" {
			return errors.New("--auth cert needs --tls-client-ca")
		}
	default:
		return fmt.Errorf("--auth: %q is not trust, scram or cert", c.auth)
	}
	return nil
}

// checkListeners refuses to listen where strangers would be let in.
func (c *config) checkListeners() error {
	local, err := isLoopback(c.sqlAddr)
	if err != nil {
		return fmt.Errorf("--sql-listen-addr: %w", err)
	}
	if !local && c.auth == string(auth.Trust) && !c.insecureListen {
		return fmt.Errorf("--sql-listen-addr %s is reachable from other machines, and clients log in without a password: listen on 127.0.0.1, or say --auth scram or --insecure-listen", c.sqlAddr)
	}
	if local, err = isLoopback(c.httpAddr); err != nil {
		return fmt.Errorf("--http-listen-addr: %w", err)
	}
	if !local && !c.insecureListen {
		return fmt.Errorf("--http-listen-addr %s is reachable from other machines, and needs no password: listen on 127.0.0.1, or say --insecure-listen", c.httpAddr)
	}
	return nil
}

// isLoopback tells whether only this machine reaches an address.
func isLoopback(addr string) (bool, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false, err
	}
	if strings.EqualFold(host, "localhost") {
		return true, nil
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback(), nil
}

// warnOfListeners says in the log what the flags let strangers do.
func (c *config) warnOfListeners(log *slog.Logger) {
	if c.insecureListen && c.auth == string(auth.Trust) {
		log.Warn("--insecure-listen: whoever reaches the SQL address can log in without a password", "address", c.sqlAddr)
	}
	if local, err := isLoopback(c.sqlAddr); err == nil && !local && c.tls.mode != tlsRequire {
		log.Warn("clients may connect without encryption: --tls-mode require refuses them", "address", c.sqlAddr, "tls_mode", c.tls.mode)
	}
}

// certificates opens those of the flags; nil: TLS is off.
func (c *config) certificates(log *slog.Logger) (*auth.Certificates, error) {
	if c.tls.mode == tlsDisable {
		return nil, nil
	}
	return auth.OpenCertificates(auth.Files{Cert: c.tls.cert, Key: c.tls.key, ClientCA: c.tls.clientCA}, log)
}

// logins are the roles of the catalog, as logging in needs them.
type logins struct{ store *store }

// Account finds a role as it is now.
func (l logins) Account(_ context.Context, name string) (auth.Account, bool, error) {
	role := l.store.catalog.Current().Catalog.RoleNamed(name)
	if role == nil {
		return auth.Account{}, false, nil
	}
	account := auth.Account{Role: auth.Role{Name: role.Name, Superuser: role.Superuser}, Login: role.Login}
	if role.ValidUntil != nil {
		account.ValidUntil = time.UnixMicro(*role.ValidUntil)
	}
	if len(role.Password) == 0 {
		return account, true, nil
	}
	text, err := l.store.sealer.Open(role.Password, role.PasswordPlace())
	if err != nil {
		return auth.Account{}, false, err
	}
	verifier, err := auth.ParseVerifier(text.RevealString())
	account.Password = &verifier
	return account, true, err
}

// setFirstPassword gives the first role the password that lies in a file, while
// the role has none.
func (s *store) setFirstPassword(ctx context.Context, e engine.Engine, path string) error {
	first := s.catalog.Current().Catalog.Role(catalog.RoleID)
	if path == "" || first == nil || len(first.Password) > 0 {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("--password-file: %w", err)
	}
	password := strings.TrimRight(string(content), "\r\n")
	if password == "" {
		return fmt.Errorf("--password-file: %s is empty", path)
	}
	verifier, err := auth.NewVerifier(password)
	if err != nil {
		return err
	}
	changed := *first
	changed.Password, err = s.sealer.Seal(secrets.NewValue([]byte(verifier.Text())), changed.PasswordPlace())
	if err != nil {
		return err
	}
	conn, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	snapshot, err := s.catalog.Begin(func() error { return conn.Begin(ctx) })
	if err != nil {
		return err
	}
	defer s.catalog.End(snapshot)
	defer conn.Rollback()
	draft := catalog.NewDraft(snapshot.Catalog)
	if err := draft.ApplyRole(ctx, conn, &changed, ""); err != nil {
		return err
	}
	return s.catalog.Commit(ctx, conn, draft)
}
