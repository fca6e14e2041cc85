package testenv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// PostgresOptions says what kind of PostgreSQL to start. The zero value is a
// server with logical replication on a fresh loopback address, port 5432.
type PostgresOptions struct {
	Addr     string            // "127.x.y.z:port"; empty: a fresh address with port 5432
	Password string            // of the user postgres, over TCP; empty: "postgres"
	SSL      bool              // offer TLS with a self-signed certificate
	Durable  bool              // keep fsync and synchronous_commit as PostgreSQL has them
	Settings map[string]string // further settings, as in postgresql.conf
	HBA      []string          // lines put in front of pg_hba.conf
}

// Postgres is a running PostgreSQL. Its methods are not safe for concurrent use,
// but for Exec, Query, Connect and the getters.
type Postgres struct {
	opts PostgresOptions
	tool postgresTools
	dir  string // has data, log and the socket
	host string
	port int
	proc *process
}

// StartPostgres starts a PostgreSQL that was initialised with the C locale and
// UTF8, wal_level logical, and passwords (scram-sha-256) over TCP. The caller
// closes it.
func StartPostgres(ctx context.Context, opts PostgresOptions) (*Postgres, error) {
	tool, err := findPostgres()
	if err != nil {
		return nil, err
	}
	if opts.Password == "" {
		opts.Password = "postgres"
	}
	if opts.Addr == "" {
		if opts.Addr, err = FreeAddr(5432); err != nil {
			return nil, err
		}
	}
	p := &Postgres{opts: opts, tool: tool}
	p.host, p.port = splitAddr(opts.Addr)
	if p.dir, err = tempDir("pg"); err != nil {
		return nil, err
	}
	if err := p.prepare(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if err := p.Start(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if err := p.Exec(ctx, "ALTER ROLE postgres PASSWORD "+quoteLiteral(opts.Password)); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// NewPostgres starts a PostgreSQL for a test and closes it at the test's end.
func NewPostgres(tb testing.TB, opts PostgresOptions) *Postgres {
	tb.Helper()
	p, err := StartPostgres(startContext(tb), opts)
	if err != nil {
		tb.Fatalf("PostgreSQL: %v", err)
	}
	tb.Cleanup(func() {
		if err := p.Close(); err != nil {
			tb.Errorf("closing PostgreSQL: %v", err)
		}
	})
	logTail(tb, "PostgreSQL", p.Log)
	return p
}

// Host returns the loopback address that the server listens on.
func (p *Postgres) Host() string { return p.host }

// Port returns the TCP port.
func (p *Postgres) Port() int { return p.port }

// Addr returns "host:port".
func (p *Postgres) Addr() string { return p.opts.Addr }

// Password returns the password of the user postgres.
func (p *Postgres) Password() string { return p.opts.Password }

// SocketDir returns the folder of the unix socket, where no password is asked.
func (p *Postgres) SocketDir() string { return p.dir }

// DSN returns a connection string for pgx and libpq that goes over TCP, as user
// postgres into database postgres, with TLS when the server offers it.
func (p *Postgres) DSN() string {
	mode := "disable"
	if p.opts.SSL {
		mode = "require"
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword("postgres", p.opts.Password),
		Host: p.opts.Addr, Path: "/postgres", RawQuery: "sslmode=" + mode,
	}
	return u.String()
}

// SocketDSN returns a connection string that goes over the unix socket.
func (p *Postgres) SocketDSN() string {
	return fmt.Sprintf("host=%s port=%d user=postgres dbname=postgres", p.dir, p.port)
}

// Connect opens a connection over the unix socket; the caller closes it.
func (p *Postgres) Connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.Connect(ctx, p.SocketDSN())
}

// Exec runs SQL (several statements, without parameters, are one transaction)
// over a connection of its own.
func (p *Postgres) Exec(ctx context.Context, sql string) error {
	conn, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("upstream: %w", err)
	}
	return nil
}

// Query runs one statement over a connection of its own and returns its rows as
// text; a null is "NULL".
func (p *Postgres) Query(ctx context.Context, sql string) ([][]string, error) {
	conn, err := p.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return queryText(ctx, conn, sql)
}

// MustExec runs SQL and fails the test when it fails.
func (p *Postgres) MustExec(tb testing.TB, sql string) {
	tb.Helper()
	if err := p.Exec(tb.Context(), sql); err != nil {
		tb.Fatalf("%v\nin: %s", err, sql)
	}
}

// MustQuery runs one statement and fails the test when it fails.
func (p *Postgres) MustQuery(tb testing.TB, sql string) [][]string {
	tb.Helper()
	rows, err := p.Query(tb.Context(), sql)
	if err != nil {
		tb.Fatalf("%v\nin: %s", err, sql)
	}
	return rows
}

// Start starts the server again after Stop or Kill, on the same address and
// data, and waits until it answers.
func (p *Postgres) Start(ctx context.Context) error {
	proc, err := startProcess(processSpec{
		name: "PostgreSQL", path: filepath.Join(p.tool.bin, "postgres"), args: []string{"-D", p.dataDir()},
		dir: p.dir, log: p.logPath(), cred: p.tool.cred, death: syscall.SIGQUIT,
	})
	if err != nil {
		return err
	}
	p.proc = proc
	err = waitFor(ctx, proc.done, func() error {
		conn, err := p.Connect(ctx)
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
	if err != nil {
		return fmt.Errorf("waiting for PostgreSQL on %s: %w\n%s", p.opts.Addr, err, p.Log())
	}
	return nil
}

// Stop ends the server: in the fast mode, which disconnects clients and writes
// a checkpoint, or immediately, as after a crash.
func (p *Postgres) Stop(immediate bool) error {
	sig := syscall.SIGINT
	if immediate {
		sig = syscall.SIGQUIT
	}
	return p.proc.stop(sig, 60*time.Second)
}

// Kill ends every process of the server with SIGKILL.
func (p *Postgres) Kill() error { return p.proc.kill() }

// Restart stops the server in the fast mode and starts it again.
func (p *Postgres) Restart(ctx context.Context) error {
	if err := p.Stop(false); err != nil {
		return err
	}
	return p.Start(ctx)
}

// Freeze stops every process of the server without ending it (SIGSTOP): its
// sockets stay open and nobody answers.
func (p *Postgres) Freeze() error { _, err := p.proc.signalTree(syscall.SIGSTOP); return err }

// Thaw lets a frozen server go on.
func (p *Postgres) Thaw() error { _, err := p.proc.signalTree(syscall.SIGCONT); return err }

// Log returns what the server has logged.
func (p *Postgres) Log() string {
	text, err := os.ReadFile(p.logPath())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Close stops the server and removes its files. It may be called twice.
func (p *Postgres) Close() error {
	var err error
	if p.proc != nil {
		_ = p.proc.signal(syscall.SIGCONT) // a frozen server would not see the stop
		if stopErr := p.proc.stop(syscall.SIGQUIT, 10*time.Second); stopErr != nil {
			err = stopErr
		}
		p.removeSharedMemory()
		p.proc = nil
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}
