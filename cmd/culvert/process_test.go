package main_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"culvert/catalog"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/testenv"
)

// program runs culvert to its end and gives its exit code, standard output and
// standard error.
func program(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return programAs(t, nil, env, args...)
}

// programAs is program as another user. The program is opened by this one: the
// other may be unable to reach it by its path.
func programAs(t *testing.T, cred *syscall.Credential, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	path, err := testenv.CulvertProgram()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/proc/self/fd/3", args...)
	cmd.ExtraFiles = []*os.File{file}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = "/"
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// refusedStart checks that a start fails with exit code 1 and a last line that
// says all of this.
func refusedStart(t *testing.T, env, args []string, says ...string) {
	t.Helper()
	code, stdout, stderr := program(t, env, args...)
	checkRefused(t, code, stdout, stderr, says...)
}

func checkRefused(t *testing.T, code int, stdout, stderr string, says ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	last := lines[len(lines)-1]
	if code != 1 || stdout != "" || !strings.HasPrefix(last, "culvert: ") {
		t.Fatalf("exit code %d, output %q, %s", code, stdout, stderr)
	}
	for _, text := range says {
		if !strings.Contains(last, text) {
			t.Errorf("it should say %q: %s", text, last)
		}
	}
}

// serveArgs are the flags of a start on free addresses.
func serveArgs(t *testing.T, dir string, more ...string) []string {
	t.Helper()
	return append([]string{"serve", "--data-dir", dir, "--sql-listen-addr", "127.0.0.1:0", "--http-listen-addr", "127.0.0.1:0"}, more...)
}

func TestWrongFlagsAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		env  string
		args []string
		says string
	}{
		{"", []string{"nonsense"}, `unknown command "nonsense"`},
		{"", []string{"serve", "here"}, "here"},
		{"", []string{"serve"}, "--data-dir is required"},
		{"", []string{"version", "--nonsense"}, "unknown flag: --nonsense"},
		{"", serveArgs(t, dir, "--max-connections", "0"), "--max-connections must be at least 1"},
		{"", serveArgs(t, dir, "--max-connections", "many"), `invalid argument "many" for "--max-connections"`},
		{"", serveArgs(t, dir, "--history-rows", "0"), "--history-rows must be at least 1"},
		{"", serveArgs(t, dir, "--engine-memory-limit", "much"), `"much" is not a size such as 64MiB`},
		{"", serveArgs(t, dir, "--log-level", "loud"), `--log-level: "loud" is not debug, info, warn or error`},
		{"", serveArgs(t, filepath.Join(dir, "egress"), "--egress-ip", "300.1.2.3"), `--egress-ip: "300.1.2.3" is neither an address nor a CIDR`},
		{"", serveArgs(t, dir, "--sql-listen-addr", "0.0.0.0:0"), "--sql-listen-addr 0.0.0.0:0 is reachable from other machines"},
		{"", serveArgs(t, dir, "--sql-listen-addr", ":6875"), "--insecure-listen"},
		{"", serveArgs(t, dir, "--http-listen-addr", "[::]:0"), "--http-listen-addr [::]:0 is reachable"},
		{"", serveArgs(t, dir, "--sql-listen-addr", "nowhere"), "--sql-listen-addr: address nowhere: missing port"},
		{"", serveArgs(t, filepath.Join(dir, "taken"), "--sql-listen-addr", taken.Addr().String()), "--sql-listen-addr: listen tcp"},
		{"", serveArgs(t, filepath.Join(dir, "taken"), "--http-listen-addr", taken.Addr().String()), "--http-listen-addr: listen tcp"},
		{"", serveArgs(t, file), "data directory"},
		{"CULVERT_MAX_CONNECTIONS=0", serveArgs(t, dir), "--max-connections must be at least 1"},
		{"CULVERT_SPILL_SIZE=much", serveArgs(t, dir), "CULVERT_SPILL_SIZE"},
	} {
		refusedStart(t, []string{c.env}, c.args, c.says)
	}
}

func TestVersionIsPrinted(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := program(t, nil, "version")
	if code != 0 || stderr != "" || !regexp.MustCompile(`^culvert \S+\n$`).MatchString(stdout) {
		t.Fatalf("%d %q %q", code, stdout, stderr)
	}
}

func TestEveryFlagIsAlsoInTheEnvironment(t *testing.T) {
	t.Parallel()
	keyFile := filepath.Join(t.TempDir(), "key")
	c := testenv.NewCulvert(t, testenv.CulvertOptions{
		Env: []string{
			"CULVERT_EGRESS_IP=203.0.113.9,2001:db8::/32", "CULVERT_MAX_CONNECTIONS=2", "CULVERT_LOG_LEVEL=error",
			"CULVERT_SECRETS_KEY_FILE=" + keyFile, "CULVERT_DATA_DIR=/nowhere", // the flag is stronger
		},
	})
	if rows := c.MustQuery(t, "SELECT cidr FROM mz_egress_ips ORDER BY 1"); len(rows) != 2 || rows[0][0] != "2001:db8::/32" || rows[1][0] != "203.0.113.9/32" {
		t.Errorf("egress: %v", rows)
	}
	if info, err := os.Stat(keyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v %v", info, err)
	}
	if log := c.Log(); log != "" {
		t.Errorf("at level error nothing is logged: %s", log)
	}
	var refused error
	for range 4 { // two, and one that is kept for the owner; the query's own may still be about to end
		conn, err := c.Connect(t.Context())
		if err == nil {
			defer conn.Close(t.Context())
		} else {
			refused = err
		}
	}
	if !hasCode(refused, "53300") {
		t.Errorf("one connection too many: %v", refused)
	}
}

func hasCode(err error, code string) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && pgErr.Code == code
}

func TestTheHostsOwnAddressesAreTheEgress(t *testing.T) {
	t.Parallel()
	c := testenv.NewCulvert(t, testenv.CulvertOptions{})
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			want[ip.IP.String()] = true
		}
	}
	rows := c.MustQuery(t, "SELECT egress_ip FROM mz_egress_ips")
	for _, row := range rows {
		if !want[row[0]] {
			t.Errorf("%s is not of this host", row[0])
		}
	}
	if len(rows) != len(want) {
		t.Errorf("%v, not %v", rows, want)
	}
}

func TestADataDirectoryHasOneOwner(t *testing.T) {
	t.Parallel()
	c := testenv.NewCulvert(t, testenv.CulvertOptions{})
	refusedStart(t, nil, serveArgs(t, c.DataDir()), c.DataDir()+" is in use by another culvert", "one process owns a data directory")
	c.MustExec(t, "CREATE SECRET s AS 'x'") // the first one goes on
	// One that is killed leaves nothing that stands in the way of the next.
	if err := errors.Join(c.Kill(), c.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	refusedStart(t, nil, serveArgs(t, c.DataDir()), c.DataDir()+" is in use by another culvert")
	c.MustExec(t, "DROP SECRET s")
}

func TestTheSecretsKeyMustBeTheRightOne(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	other := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	c.MustExec(t, "CREATE SECRET s AS 'x'")
	if err := errors.Join(c.Stop(), other.Stop()); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(c.DataDir(), "secrets.key")
	aside := key + ".aside"
	start := serveArgs(t, c.DataDir())

	if err := os.Chmod(key, 0o640); err != nil {
		t.Fatal(err)
	}
	refusedStart(t, nil, start, key, "may be read by others than its owner")
	if err := errors.Join(os.Chmod(key, 0o600), os.Rename(key, aside)); err != nil {
		t.Fatal(err)
	}
	refusedStart(t, nil, start, key, "restore the file, or name it by --secrets-key-file")
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no key should have been made: %v", err)
	}
	wrong := filepath.Join(other.DataDir(), "secrets.key")
	refusedStart(t, nil, append(start, "--secrets-key-file", wrong), wrong, "does not open the sealed values of this data directory")
	damaged := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(damaged, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	refusedStart(t, nil, append(start, "--secrets-key-file", damaged), damaged)

	if err := os.Rename(aside, key); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	c.MustExec(t, "DROP SECRET s")
}

func TestANewerFormatIsRefused(t *testing.T) {
	t.Parallel()
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := setFormat(t.Context(), c.DataDir(), "1000"); err != nil {
		t.Fatal(err)
	}
	refusedStart(t, nil, serveArgs(t, c.DataDir()), "the data directory has format 1000", "run a newer version")
}

// setFormat writes the format number of a data directory.
func setFormat(ctx context.Context, dir, format string) error {
	return inDatadir(ctx, dir, func(conn engine.Conn) error {
		if err := conn.Begin(ctx); err != nil {
			return err
		}
		if err := catalog.WriteMeta(ctx, conn, "format", format); err != nil {
			return err
		}
		return conn.Commit(ctx)
	})
}

// inDatadir opens the data file of a culvert that does not run.
func inDatadir(ctx context.Context, dir string, use func(engine.Conn) error) error {
	e, err := duckdb.Open(duckdb.Options{Dir: dir, MemoryLimit: 128 << 20})
	if err != nil {
		return err
	}
	conn, err := e.Connect(ctx)
	if err == nil {
		err = use(conn)
		conn.Close()
	}
	return errors.Join(err, e.Close(false))
}

func TestADataDirectoryThatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // for the other user
		t.Fatal(err)
	}
	var cred *syscall.Credential
	if os.Geteuid() == 0 {
		cred = nobody(t)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := programAs(t, cred, nil, serveArgs(t, dir)...)
	checkRefused(t, code, stdout, stderr, dir, "ermission denied")
	code, stdout, stderr = programAs(t, cred, nil, serveArgs(t, filepath.Join(dir, "new"))...)
	checkRefused(t, code, stdout, stderr, "making the data directory", "ermission denied")
}

// nobody is the user without rights.
func nobody(t *testing.T) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr); err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// get asks the HTTP port.
func get(t *testing.T, c *testenv.Culvert, path string) (int, string) {
	t.Helper()
	code, body, err := ask(t.Context(), c, path)
	if err != nil {
		t.Fatal(err)
	}
	return code, body
}

// ask asks the HTTP port of a culvert that may not be there.
func ask(ctx context.Context, c *testenv.Culvert, path string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.HTTPAddr()+path, nil)
	if err != nil {
		return 0, "", err
	}
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// exitCode tells whether a culvert has ended by itself, and how.
func exitCode(c *testenv.Culvert) (code int, ended bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	code, err := c.Wait(ctx)
	return code, err == nil
}

// directSource makes a source without a tunnel, and waits for its table t.
func directSource(t *testing.T, c *testenv.Culvert, pg *testenv.Postgres) {
	t.Helper()
	pg.MustExec(t, "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 1000) i")
	pg.MustExec(t, "CREATE PUBLICATION p FOR TABLE t")
	c.MustExec(t, fmt.Sprintf("CREATE SECRET pgpass AS '%s'", pg.Password()))
	c.MustExec(t, fmt.Sprintf("CREATE CONNECTION c TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres)", pg.Host(), pg.Port()))
	c.MustExec(t, "CREATE SOURCE s FROM POSTGRES CONNECTION c (PUBLICATION 'p') FOR ALL TABLES")
	if rows := c.MustQuery(t, "SELECT count(*) FROM t"); rows[0][0] != "1000" {
		t.Fatalf("the source's table has %v rows", rows)
	}
}

func TestSIGTERMEndsClientsAndSources(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	directSource(t, c, pg)
	health(t, c)

	idle, err := c.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close(ctx)
	inTransaction, err := c.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer inTransaction.Close(ctx)
	if _, err := inTransaction.Exec(ctx, "BEGIN; CREATE SECRET uncommitted AS 'x'"); err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("tcp", c.SQLAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	busy, err := c.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close(ctx)
	ended := make(chan error, 1)
	go func() {
		_, err := busy.Exec(ctx, "SELECT count(*) FROM generate_series(1, 100000000000) a")
		ended <- err
	}()
	testenv.Eventually(t, 10*time.Second, func() error {
		rows, err := c.Query(ctx, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'")
		if err == nil && rows[0][0] != "2" {
			err = fmt.Errorf("%s sessions are active", rows[0][0])
		}
		return err
	})

	begun := time.Now()
	if err := c.Stop(); err != nil { // also when the exit code is not 0
		t.Fatal(err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("SIGTERM took %v", took)
	}
	if err := <-ended; !hasCode(err, "57P01") {
		t.Errorf("a running statement ends with %v", err)
	}
	if _, err := idle.Exec(ctx, "SELECT 1"); !hasCode(err, "57P01") {
		t.Errorf("an idle client is told %v", err)
	}

	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	pg.MustExec(t, "INSERT INTO t VALUES (1001, 'new')")
	testenv.Eventually(t, 20*time.Second, func() error {
		rows, err := c.Query(ctx, "SELECT count(*), (SELECT count(*) FROM mz_secrets WHERE name = 'uncommitted') FROM t")
		if err == nil && (rows[0][0] != "1001" || rows[0][1] != "0") {
			err = fmt.Errorf("rows and secrets: %v", rows[0])
		}
		return err
	})
}

// health checks what the HTTP port says of a culvert that has a source.
func health(t *testing.T, c *testenv.Culvert) {
	t.Helper()
	for _, path := range []string{"/livez", "/readyz"} {
		if code, body := get(t, c, path); code != http.StatusOK || body != "ok\n" {
			t.Errorf("%s answers %d %q", path, code, body)
		}
	}
	if code, _ := get(t, c, "/nothing"); code != http.StatusNotFound {
		t.Errorf("/nothing answers %d", code)
	}
	testenv.Eventually(t, 10*time.Second, func() error {
		code, metrics := get(t, c, "/metrics")
		if code != http.StatusOK {
			return fmt.Errorf("/metrics answers %d", code)
		}
		for _, pattern := range []string{
			`culvert_sessions \d+`, `culvert_sources\{state="running"\} [1-9]`, `culvert_source_rows_committed_total\{source="u\d+"\} 1000`,
			`culvert_engine_log_bytes \d`, `process_resident_memory_bytes `, `go_goroutines `,
		} {
			if !regexp.MustCompile(`(?m)^` + pattern).MatchString(metrics) {
				return fmt.Errorf("/metrics should have %s:\n%s", pattern, metrics)
			}
		}
		return nil
	})
}
