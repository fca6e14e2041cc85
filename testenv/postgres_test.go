package testenv

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestPostgresAnswersOverTLSWithPassword(t *testing.T) {
	p := NewPostgres(t, PostgresOptions{SSL: true, Password: "it's a secret"})
	conn, err := pgx.Connect(t.Context(), p.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := queryText(t.Context(), conn, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
	if err != nil || len(rows) != 1 || rows[0][0] != "t" {
		t.Fatalf("the connection does not use TLS: %v, %v", rows, err)
	}
	wrong := strings.Replace(p.DSN(), "secret", "guess", 1)
	if _, err := pgx.Connect(t.Context(), wrong); err == nil {
		t.Fatal("a wrong password was let in")
	}
	if got := p.MustQuery(t, "SHOW wal_level")[0][0]; got != "logical" {
		t.Fatalf("wal_level is %s", got)
	}
	if got := p.MustQuery(t, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'")[0][0]; got != "C" {
		t.Fatalf("the collation is %s", got)
	}
}

func TestPostgresSurvivesKillAndRestart(t *testing.T) {
	p := NewPostgres(t, PostgresOptions{Durable: true})
	p.MustExec(t, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := p.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Fatal("a killed server answered")
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.MustQuery(t, "SELECT a FROM t"); len(got) != 1 || got[0][0] != "1" {
		t.Fatalf("the row is gone: %v", got)
	}
}

func TestPostgresFreezesAndThaws(t *testing.T) {
	p := NewPostgres(t, PostgresOptions{})
	conn, err := p.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := p.Freeze(); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := p.Query(short, "SELECT 1"); err == nil {
		t.Fatal("a frozen server answered")
	}
	if err := p.Thaw(); err != nil {
		t.Fatal(err)
	}
	if rows, err := queryText(t.Context(), conn, "SELECT 1"); err != nil || len(rows) != 1 {
		t.Fatalf("the thawed server's session is gone: %v, %v", rows, err)
	}
}

func TestPostgresLeavesNothing(t *testing.T) {
	p, err := StartPostgres(t.Context(), PostgresOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pids := append(descendants(p.proc.cmd.Process.Pid), p.proc.cmd.Process.Pid)
	if len(pids) < 3 {
		t.Fatalf("only %d processes were seen", len(pids))
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := waitGone(pids); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(p.dir); !os.IsNotExist(err) {
		t.Fatalf("the folder %s is still there: %v", p.dir, err)
	}
}
