package main_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"culvert/testenv"
)

const firstPassword = "first-pass-\u00fc"

// pki are the certificates of a test, in files.
type pki struct {
	dir       string
	authority *testenv.Authority
}

func newPKI(t *testing.T) *pki {
	t.Helper()
	authority, err := testenv.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	p := &pki{t.TempDir(), authority}
	p.write(t, "ca.pem", authority.PEM)
	return p
}

func (p *pki) path(name string) string { return filepath.Join(p.dir, name) }

func (p *pki) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// issue writes name.pem and name.key, valid until end.
func (p *pki) issue(t *testing.T, name string, end time.Time, subjects ...string) {
	t.Helper()
	cert, key, err := p.authority.IssueUntil(end, subjects...)
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, name+".key", key)
	p.write(t, name+".pem", cert)
}

// secured starts culvert with a certificate for its address.
func secured(t *testing.T, p *pki, flags ...string) *testenv.Culvert {
	t.Helper()
	addr, err := testenv.FreeAddr(6875)
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ := net.SplitHostPort(addr)
	p.issue(t, "server", time.Now().Add(time.Hour), host)
	return testenv.NewCulvert(t, testenv.CulvertOptions{SQLAddr: addr, Flags: append([]string{
		"--tls-cert", p.path("server.pem"), "--tls-key", p.path("server.key"),
	}, flags...)})
}

func withPassword(t *testing.T, p *pki, flags ...string) *testenv.Culvert {
	t.Helper()
	p.write(t, "password", firstPassword+"\n")
	return secured(t, p, append([]string{"--auth", "scram", "--password-file", p.path("password")}, flags...)...)
}

// login says how a client connects.
type login struct {
	user, password string
	options        string // of a connection string: sslmode=require …
}

// psql runs statements by psql without a terminal.
func (l login) psql(t *testing.T, c *testenv.Culvert, sql ...string) (string, error) {
	t.Helper()
	target := c.Target()
	target.User, target.Password, target.Args = l.user, l.password, []string{"-w", "-At"}
	target.Database = "dbname=materialize " + l.options
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd, err := testenv.PsqlCommand(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // \password then reads standard input
	cmd.Stdin = strings.NewReader(strings.Join(sql, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// pgx connects by pgx, and gives the SQLSTATE and message of a refusal.
func (l login) pgx(t *testing.T, c *testenv.Culvert) (encrypted bool, err error) {
	t.Helper()
	text := fmt.Sprintf("host=%s port=%d user='%s' dbname=materialize %s", c.Host(), c.Port(), l.user, l.options)
	if l.password != "" {
		text += " password='" + l.password + "'"
	}
	conn, err := pgx.Connect(t.Context(), text)
	if err != nil {
		return false, err
	}
	defer conn.Close(t.Context())
	_, encrypted = conn.PgConn().Conn().(*tls.Conn)
	var one int
	return encrypted, conn.QueryRow(t.Context(), "SELECT 1").Scan(&one)
}

func stateOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code + " " + e.Message
	}
	return fmt.Sprint(err)
}

func TestPasswordsAndEncryptionWithPsqlAndPgx(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	c := withPassword(t, p)
	root := "sslrootcert=" + p.path("ca.pem")
	for options, encrypted := range map[string]bool{
		"sslmode=disable": false, "sslmode=prefer": true, "sslmode=require": true,
		"sslmode=verify-ca " + root: true, "sslmode=verify-full " + root: true,
	} {
		l := login{"materialize", firstPassword, options}
		out, err := l.psql(t, c, `\conninfo`, "SELECT 'in'")
		if err != nil || !strings.Contains(out, "in\n") || strings.Contains(out, "SSL connection (protocol: TLSv1.3") != encrypted {
			t.Errorf("psql %s: %v, %s", options, err, out)
		}
		if got, err := l.pgx(t, c); err != nil || got != encrypted {
			t.Errorf("pgx %s: encrypted %t, %v", options, got, err)
		}
		l.password = "wrong"
		out, err = l.psql(t, c, "SELECT 'in'")
		if err == nil || !strings.Contains(out, `FATAL:  password authentication failed for user "materialize"`) {
			t.Errorf("psql %s with a wrong password: %s", options, out)
		}
	}
	bound := login{"materialize", firstPassword, "sslmode=require channel_binding=require"}
	if out, err := bound.psql(t, c, "SELECT 'in'"); err != nil {
		t.Errorf("psql with channel binding: %s", out)
	}
	if _, err := bound.pgx(t, c); err != nil {
		t.Errorf("pgx with channel binding: %v", err)
	}
	other := login{"materialize", firstPassword, "sslmode=verify-full host=localhost hostaddr=" + c.Host() + " " + root}
	if out, err := other.psql(t, c, "SELECT 'in'"); err == nil || !strings.Contains(out, "does not match host name") {
		t.Errorf("verify-full for another name: %s", out)
	}
	_, err := login{"nobody", "x", "sslmode=require"}.pgx(t, c)
	if got := stateOf(err); got != `28P01 password authentication failed for user "nobody"` {
		t.Errorf("an unknown role: %s", got)
	}
	if out, err := (login{"materialize", firstPassword, "dbname=nosuch"}).psql(t, c, "SELECT 1"); err == nil || !strings.Contains(out, `FATAL:  database "nosuch" does not exist`) {
		t.Errorf("an unknown database: %s", out)
	}
	direct := login{"materialize", firstPassword, "sslmode=require sslnegotiation=direct"}
	if encrypted, err := direct.pgx(t, c); err != nil || !encrypted {
		t.Errorf("TLS from the first byte: %v", err)
	}
	response, err := http.Get("http://" + c.HTTPAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	metrics, _ := io.ReadAll(response.Body)
	if !regexp.MustCompile(`(?m)^culvert_logins_refused_total\{code="28P01"\} [6-9]$`).Match(metrics) {
		t.Error("/metrics does not count refused logins")
	}
	if strings.Contains(c.Log(), firstPassword) || !strings.Contains(c.Log(), "login refused") {
		t.Error("the log should tell of refused logins, and no password")
	}
}

func TestRolesWithPasswords(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	c := withPassword(t, p)
	admin := login{"materialize", firstPassword, ""}
	must := func(l login, sql ...string) string {
		t.Helper()
		out, err := l.psql(t, c, sql...)
		if err != nil {
			t.Fatalf("%s: %s", sql, out)
		}
		return out
	}
	refused := func(l login, says string) {
		t.Helper()
		if out, err := l.psql(t, c, "SELECT 1"); err == nil || !strings.Contains(out, says) {
			t.Errorf("%s should fail by %q: %s", l.user, says, out)
		}
	}
	must(admin, "CREATE USER app PASSWORD 'app-pass-1';", "CREATE ROLE quiet PASSWORD 'quiet-pass-1';",
		"CREATE ROLE late LOGIN PASSWORD 'late-pass-1' VALID UNTIL '2001-01-01';", "CREATE ROLE empty LOGIN;",
		"CREATE ROLE never LOGIN PASSWORD 'never-pass-1' VALID UNTIL 'infinity';")
	must(login{"app", "app-pass-1", ""}, "SELECT 1;")
	must(login{"never", "never-pass-1", ""}, "SELECT 1;")
	refused(login{"quiet", "quiet-pass-1", ""}, `role "quiet" is not permitted to log in`)
	refused(login{"late", "late-pass-1", ""}, `password authentication failed for user "late"`)
	refused(login{"empty", "x", ""}, `password authentication failed for user "empty"`)

	must(admin, `\password app`, "app-pass-2", "app-pass-2")
	refused(login{"app", "app-pass-1", ""}, "password authentication failed")
	must(login{"app", "app-pass-2", ""}, `\password`, "app-pass-3", "app-pass-3")
	app := login{"app", "app-pass-3", ""}
	must(app, "SELECT 1;")
	for _, sql := range []string{
		"CREATE ROLE x", "DROP ROLE quiet", "ALTER ROLE app SUPERUSER", "ALTER ROLE materialize PASSWORD 'x'",
		"ALTER ROLE app VALID UNTIL 'infinity'", "ALTER ROLE quiet RENAME TO loud", "COMMENT ON ROLE quiet IS 'x'",
	} {
		if out, err := app.psql(t, c, sql+";"); err == nil || !strings.Contains(out, "permission denied to ") {
			t.Errorf("%s by a role that is no superuser: %s", sql, out)
		}
	}
	shown := must(admin, "SELECT rolname, rolsuper, rolcanlogin, rolpassword, rolvaliduntil FROM pg_roles ORDER BY 1;",
		"SELECT usename, passwd FROM pg_user ORDER BY 1;", "SELECT rolname, rolvaliduntil FROM pg_authid ORDER BY 1;", "SHOW ROLES;",
		"BEGIN;", "ALTER ROLE app PASSWORD 'app-pass-4';", "SELECT query FROM pg_stat_activity;", "COMMIT;")
	if !strings.Contains(shown, "app|f|t|********|\n") || !strings.Contains(shown, "late|f|t|********|2001-01-01 00:00:00+00") ||
		strings.Contains(shown, "-pass-") || strings.Contains(shown, "SCRAM") {
		t.Error(shown)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	must(login{"app", "app-pass-4", ""}, "SELECT 1;")
	must(admin, "ALTER USER app PASSWORD NULL;")
	refused(login{"app", "app-pass-4", ""}, "password authentication failed")
	noticed := must(admin, "ALTER USER app PASSWORD '';", "DROP USER app;")
	if !strings.Contains(noticed, "NOTICE:  empty string is not a valid password, clearing password") {
		t.Error(noticed)
	}
	if out, err := admin.psql(t, c, "CREATE ROLE y PASSWORD 'md5"+strings.Repeat("0", 32)+"';"); err == nil || !strings.Contains(out, "MD5 passwords are not supported") {
		t.Error(out)
	}
	if out, err := admin.psql(t, c, "ALTER ROLE never PASSWORD 'never-pass-9"); err == nil && strings.Contains(out, "never-pass-9") {
		t.Error(out)
	}
	if strings.Contains(c.Log(), "-pass-") {
		t.Error("a password is in the log")
	}
}

func TestModesOfTLS(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	required := secured(t, p, "--tls-mode", "require")
	plain := login{"materialize", "", "sslmode=disable"}
	if _, err := plain.pgx(t, required); stateOf(err) != `28000 connection of user "materialize" is not encrypted` {
		t.Errorf("a plain connection: %v", err)
	}
	if out, err := (login{"materialize", "", "sslmode=require"}).psql(t, required, "SELECT 1;"); err != nil {
		t.Error(out)
	}
	if err := checkCancel(t, required, "sslmode=require"); err != nil {
		t.Error(err)
	}
	off := secured(t, p, "--tls-mode", "disable")
	if out, err := (login{"materialize", "", "sslmode=require"}).psql(t, off, "SELECT 1;"); err == nil || !strings.Contains(out, "server does not support SSL") {
		t.Error(out)
	}
	if out, err := (login{"materialize", "", "sslmode=prefer"}).psql(t, off, "SELECT 1;"); err != nil {
		t.Error(out)
	}
	if _, err := (login{"nobody", "", "sslmode=disable"}).pgx(t, off); stateOf(err) != `28000 role "nobody" does not exist` {
		t.Errorf("an unknown role: %v", err)
	}
}

// checkCancel cancels a statement of an encrypted connection: pgx asks for it
// on another.
func checkCancel(t *testing.T, c *testenv.Culvert, options string) error {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, fmt.Sprintf("host=%s port=%d user=materialize dbname=materialize %s", c.Host(), c.Port(), options))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	done := make(chan error, 1)
	go func() {
		_, err := conn.Exec(ctx, "SELECT count(*) FROM generate_series(1, 100000000000)").ReadAll()
		done <- err
	}()
	for {
		if err := conn.CancelRequest(ctx); err != nil {
			return err
		}
		select {
		case err := <-done:
			if !strings.HasPrefix(stateOf(err), "57014") {
				return fmt.Errorf("the statement ended by %w", err)
			}
			return nil
		case <-time.After(50 * time.Millisecond): // it may not have begun
		}
	}
}

func TestCertificatesAreReadAgain(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	c := secured(t, p)
	l := login{"materialize", "", "sslmode=verify-full sslrootcert=" + p.path("ca.pem")}
	if out, err := l.psql(t, c, "SELECT 1;"); err != nil {
		t.Fatal(out)
	}
	p.issue(t, "server", time.Now().Add(-time.Minute), c.Host())
	if out, err := l.psql(t, c, "SELECT 1;"); err == nil || !strings.Contains(out, "certificate verify failed") {
		t.Errorf("the expired certificate: %s", out)
	}
	p.write(t, "server.pem", "half a certificate")
	if out, err := l.psql(t, c, "SELECT 1;"); err == nil || !strings.Contains(out, "certificate verify failed") {
		t.Errorf("the one before should stay: %s", out)
	}
	p.issue(t, "server", time.Now().Add(time.Hour), c.Host())
	if out, err := l.psql(t, c, "SELECT 1;"); err != nil {
		t.Errorf("the new certificate: %s", out)
	}
	if !strings.Contains(c.Log(), "the one before stays") || !strings.Contains(c.Log(), "read again") {
		t.Error("the log does not tell of it")
	}
}

func TestCertificatesOfClients(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	p.issue(t, "joe", time.Now().Add(time.Hour), "joe")
	stranger := newPKI(t)
	stranger.issue(t, "joe", time.Now().Add(time.Hour), "joe")
	c := withPassword(t, p, "--tls-client-ca", p.path("ca.pem"))
	if out, err := (login{"materialize", firstPassword, "sslmode=require"}).psql(t, c, "CREATE ROLE joe LOGIN;"); err != nil {
		t.Fatal(out)
	}
	shows := func(p *pki) string {
		return "sslmode=require sslcert=" + p.path("joe.pem") + " sslkey=" + p.path("joe.key")
	}
	if out, err := (login{"joe", "", shows(p)}).psql(t, c, "SELECT 1;"); err != nil {
		t.Errorf("by certificate: %s", out)
	}
	if _, err := (login{"joe", "", shows(p)}).pgx(t, c); err != nil {
		t.Errorf("by certificate: %v", err)
	}
	_, err := login{"materialize", firstPassword, shows(p)}.pgx(t, c)
	if stateOf(err) != `28000 certificate authentication failed for user "materialize"` {
		t.Errorf("another's certificate: %v", err)
	}
	if out, err := (login{"joe", "", shows(stranger)}).psql(t, c, "SELECT 1;"); err == nil {
		t.Errorf("a certificate of other authorities: %s", out)
	}
	only := secured(t, p, "--auth", "cert", "--tls-client-ca", p.path("ca.pem"))
	if _, err := (login{"materialize", "", "sslmode=require"}).pgx(t, only); stateOf(err) != "28000 connection requires a valid client certificate" {
		t.Errorf("no certificate: %v", err)
	}
	if _, err := (login{"joe", "", shows(p)}).pgx(t, only); stateOf(err) != `28000 role "joe" does not exist` {
		t.Errorf("a certificate of a role that does not exist: %v", err)
	}
}

func TestListeningBeyondLoopbackNeedsPasswords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newPKI(t)
	p.issue(t, "server", time.Now().Add(time.Hour), "localhost")
	for _, c := range []struct {
		flags []string
		says  string
	}{
		{[]string{"--sql-listen-addr", "0.0.0.0:0"}, "--auth scram"},
		{[]string{"--auth", "scram", "--http-listen-addr", "0.0.0.0:0"}, "--http-listen-addr 0.0.0.0:0 is reachable"},
		{[]string{"--auth", "password"}, `"password" is not trust, scram or cert`},
		{[]string{"--auth", "cert"}, "needs --tls-client-ca"},
		{[]string{"--tls-mode", "require"}, "needs --tls-cert"},
		{[]string{"--tls-mode", "sometimes"}, "is not disable, allow or require"},
		{[]string{"--tls-cert", p.path("server.pem")}, "belong together"},
		{[]string{"--tls-client-ca", p.path("ca.pem")}, "needs --tls-cert"},
		{[]string{"--tls-cert", p.path("ca.pem"), "--tls-key", p.path("server.key")}, "reading the certificate"},
		{[]string{"--auth", "scram", "--password-file", p.path("nosuch")}, "--password-file"},
	} {
		refusedStart(t, nil, append(serveArgs(t, dir), c.flags...), c.says)
	}
	p.write(t, "password", firstPassword)
	free, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	addr, err := testenv.FreeAddr(port)
	if err != nil {
		t.Fatal(err)
	}
	c := testenv.NewCulvert(t, testenv.CulvertOptions{SQLAddr: addr, Flags: []string{
		"--auth", "scram", "--password-file", p.path("password"), "--sql-listen-addr", fmt.Sprintf("0.0.0.0:%d", port),
	}})
	if out, err := (login{"materialize", firstPassword, ""}).psql(t, c, "SELECT 1;"); err != nil {
		t.Error(out)
	}
	if !strings.Contains(c.Log(), "clients may connect without encryption") {
		t.Error("the log does not warn")
	}
}
