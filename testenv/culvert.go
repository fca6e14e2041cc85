package testenv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// CulvertOptions says how to start culvert. The zero value starts the program
// of this source tree with an empty data directory on a fresh loopback address,
// port 6875, and the port after it for HTTP.
type CulvertOptions struct {
	SQLAddr string   // "127.x.y.z:port"; empty: a fresh address with port 6875
	DataDir string   // kept by Close when it is given; empty: a temporary one
	Flags   []string // further flags of culvert serve
	Env     []string // further environment, as KEY=value
	Race    bool     // build with the race detector (not with CULVERT_BIN)
}

// Culvert is a running culvert. Its methods are not safe for concurrent use,
// but for Psql, Exec, Query, Connect and the getters.
type Culvert struct {
	opts     CulvertOptions
	program  string
	dir      string
	host     string
	port     int
	httpAddr string
	proc     *process
}

// StartCulvert builds culvert where needed, starts it and waits until it is
// ready. CULVERT_BIN names a program to use instead of building one. The caller
// closes it.
func StartCulvert(ctx context.Context, opts CulvertOptions) (*Culvert, error) {
	program, err := culvertProgram(opts.Race)
	if err != nil {
		return nil, err
	}
	c := &Culvert{program: program}
	if opts.SQLAddr == "" {
		if opts.SQLAddr, err = FreeAddr(6875); err != nil {
			return nil, err
		}
	}
	c.host, c.port = splitAddr(opts.SQLAddr)
	c.httpAddr = fmt.Sprintf("%s:%d", c.host, c.port+1)
	if c.dir, err = tempDir("serve"); err != nil {
		return nil, err
	}
	if opts.DataDir == "" {
		opts.DataDir = filepath.Join(c.dir, "data")
	}
	c.opts = opts
	if err := c.Start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// NewCulvert starts culvert for a test and closes it at the test's end.
func NewCulvert(tb testing.TB, opts CulvertOptions) *Culvert {
	tb.Helper()
	if _, err := culvertProgram(opts.Race); err != nil { // may take minutes: outside the time for the start
		tb.Fatalf("culvert: %v", err)
	}
	c, err := StartCulvert(startContext(tb), opts)
	if err != nil {
		tb.Fatalf("culvert: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Errorf("closing culvert: %v", err)
		}
	})
	logTail(tb, "culvert", c.Log)
	return c
}

// Host returns the loopback address of the SQL port.
func (c *Culvert) Host() string { return c.host }

// Port returns the SQL port.
func (c *Culvert) Port() int { return c.port }

// SQLAddr returns "host:port" of the SQL port.
func (c *Culvert) SQLAddr() string { return c.opts.SQLAddr }

// HTTPAddr returns "host:port" of the HTTP port.
func (c *Culvert) HTTPAddr() string { return c.httpAddr }

// DataDir returns the data directory.
func (c *Culvert) DataDir() string { return c.opts.DataDir }

// PID returns the process id of the running program.
func (c *Culvert) PID() int { return c.proc.cmd.Process.Pid }

// DSN returns a connection string for pgx and libpq.
func (c *Culvert) DSN() string {
	return fmt.Sprintf("postgres://materialize@%s/materialize?sslmode=disable", c.opts.SQLAddr)
}

// Connect opens a connection as materialize; the caller closes it.
func (c *Culvert) Connect(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, c.DSN()) }

// Exec runs SQL over a connection of its own.
func (c *Culvert) Exec(ctx context.Context, sql string) error {
	_, err := c.Query(ctx, sql)
	return err
}

// Query runs SQL by the simple protocol over a connection of its own and returns
// the rows as text; a null is "NULL".
func (c *Culvert) Query(ctx context.Context, sql string) ([][]string, error) {
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return queryText(ctx, conn, sql)
}

// MustExec runs SQL and fails the test when it fails.
func (c *Culvert) MustExec(tb testing.TB, sql string) {
	tb.Helper()
	c.MustQuery(tb, sql)
}

// MustQuery runs SQL and fails the test when it fails.
func (c *Culvert) MustQuery(tb testing.TB, sql string) [][]string {
	tb.Helper()
	rows, err := c.Query(tb.Context(), sql)
	if err != nil {
		tb.Fatalf("%v\nin: %s", err, sql)
	}
	return rows
}

// Psql runs statements through psql, one after the other in one session, and
// returns what psql printed. It ends at the first error, which is then returned
// with psql's words.
func (c *Culvert) Psql(ctx context.Context, sql ...string) (string, error) {
	return Psql(ctx, c.Target(), sql...)
}

// startWait is how long a start may take, on a machine with other work to do.
const startWait = 2 * time.Minute

// Start starts culvert again after Stop or Kill, on the same data directory and
// addresses, and waits until GET /readyz answers 200.
func (c *Culvert) Start(ctx context.Context) error {
	if err := c.StartUnready(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	err := waitFor(ctx, c.proc.done, func() error { return c.probe(ctx, "/readyz") })
	if err != nil {
		return fmt.Errorf("waiting for culvert on %s: %w\n%s", c.opts.SQLAddr, err, c.Log())
	}
	return nil
}

// StartUnready starts culvert without waiting; see Wait and Ready.
func (c *Culvert) StartUnready() error {
	args := append([]string{
		"serve", "--data-dir", c.opts.DataDir,
		"--sql-listen-addr", c.opts.SQLAddr, "--http-listen-addr", c.httpAddr,
	}, c.opts.Flags...)
	proc, err := startProcess(processSpec{
		name: "culvert", path: c.program, args: args, env: c.opts.Env, dir: c.dir, log: c.logPath(),
	})
	if err != nil {
		return err
	}
	c.proc = proc
	return nil
}

// Ready returns nil when GET /readyz answers 200, and why not otherwise.
func (c *Culvert) Ready(ctx context.Context) error { return c.probe(ctx, "/readyz") }

// Wait waits until culvert ends by itself and returns its exit code; -1 when a
// signal ended it.
func (c *Culvert) Wait(ctx context.Context) (int, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-c.proc.done:
		return c.proc.cmd.ProcessState.ExitCode(), nil
	}
}

// probe asks the HTTP port for a path over a connection of its own.
func (c *Culvert) probe(ctx context.Context, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.httpAddr+path, nil)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	return errors.Join(fmt.Errorf("%s answers %s: %s", path, resp.Status, body), err)
}

// Stop asks culvert to end (SIGTERM), which it must within 10 s and with exit
// code 0.
func (c *Culvert) Stop() error {
	if err := c.proc.stop(syscall.SIGTERM, 12*time.Second); err != nil {
		return err
	}
	if code := c.proc.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("culvert exited with %d: %w", code, c.proc.err)
	}
	return nil
}

// Kill ends culvert with SIGKILL.
func (c *Culvert) Kill() error { return c.proc.kill() }

// Restart stops culvert by SIGTERM and starts it again.
func (c *Culvert) Restart(ctx context.Context) error {
	if err := c.Stop(); err != nil {
		return err
	}
	return c.Start(ctx)
}

// Log returns what culvert has logged since StartCulvert, over all its starts.
func (c *Culvert) Log() string {
	text, err := os.ReadFile(c.logPath())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// LogPath returns the file that Log reads, for tests that follow it as it grows.
func (c *Culvert) LogPath() string { return c.logPath() }

// Close kills culvert and removes its files. It may be called twice.
func (c *Culvert) Close() error {
	var err error
	if c.proc != nil {
		err = c.proc.kill()
		c.proc = nil
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

func (c *Culvert) logPath() string { return filepath.Join(c.dir, "log") }

// CulvertProgram returns the path of the program that StartCulvert runs, built
// where needed, for tests that run it by themselves.
func CulvertProgram() (string, error) { return culvertProgram(false) }

// built holds the outcome of building culvert in this process, without and with
// the race detector.
var built [2]struct {
	once sync.Once
	path string
	err  error
}

// culvertProgram returns the program to run: CULVERT_BIN, or what the source
// tree builds into .cache, once per process and one process at a time.
func culvertProgram(race bool) (string, error) {
	if path := os.Getenv("CULVERT_BIN"); path != "" && !race {
		return filepath.Abs(path)
	}
	b := &built[0]
	if race {
		b = &built[1]
	}
	b.once.Do(func() { b.path, b.err = buildCulvert(race) })
	return b.path, b.err
}

func buildCulvert(race bool) (string, error) {
	root, err := ModuleRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, ".cache", "testenv")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	unlock, err := lockFile(filepath.Join(dir, "build.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	path, args := filepath.Join(dir, "culvert"), []string{"build"}
	if race {
		path, args = path+"-race", append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "-o", path, "./cmd/culvert")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building culvert: %w\n%s", err, out)
	}
	return path, nil
}

// ModuleRoot returns the folder of culvert's go.mod, looking upwards from the
// working directory.
func ModuleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module culvert\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod of culvert at or above the working directory")
		}
		dir = parent
	}
}
