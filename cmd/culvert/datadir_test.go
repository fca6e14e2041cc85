package main_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"culvert/catalog"
	"culvert/engine"
	"culvert/testenv"
)

var makeDatadir = flag.String("make-datadir", "", "make testdata/NAME, a data directory of this version; see testdata/datadir.md")

// datadirSchema is what is upstream of the data directories that are kept.
const datadirSchema = `
CREATE TABLE kept (id int PRIMARY KEY, n numeric, t text, at timestamptz, tags text[], doc jsonb);
INSERT INTO kept VALUES (1, 1.50, 'one', '2026-01-02 03:04:05.678+00', '{a,NULL}', '{"b": 1}'), (2, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE full_identity (a int, b text);
ALTER TABLE full_identity REPLICA IDENTITY FULL;
INSERT INTO full_identity VALUES (1, 'x'), (1, 'x');
`

// TestDataDirectoriesOfEarlierVersionsOpen: each was written by an earlier
// format; it is migrated, has what it had, and can be changed and opened again.
func TestDataDirectoriesOfEarlierVersionsOpen(t *testing.T) {
	t.Parallel()
	if *makeDatadir != "" {
		writeDatadir(t, filepath.Join("testdata", *makeDatadir))
		return // its servers still live; opening it is the next run's
	}
	kept, err := filepath.Glob("testdata/datadir-v*")
	if err != nil || len(kept) == 0 {
		t.Fatalf("no data directories: %v", err)
	}
	for _, dir := range kept {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: unpackDatadir(t, dir)})
			checkDatadir(t, c)
			c.MustExec(t, "CREATE SECRET later AS 'x'")
			c.MustExec(t, "ALTER CONNECTION tunnel ROTATE KEYS")
			if err := c.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.MustExec(t, "DROP SECRET later")
			c.MustExec(t, "ALTER SECRET pgpass AS 'y'")
			checkDatadir(t, c)
			c.MustExec(t, "DROP SECRET pgpass CASCADE")
		})
	}
}

// TestEveryEarlierFormatIsKept: a new migration comes with a data directory of
// the format before it.
func TestEveryEarlierFormatIsKept(t *testing.T) {
	t.Parallel()
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	var format int
	err := inDatadir(t.Context(), c.DataDir(), func(conn engine.Conn) error {
		value, err := catalog.ReadMeta(t.Context(), conn, "format")
		if err != nil {
			return err
		}
		format, err = strconv.Atoi(value)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < format; n++ {
		if _, err := os.Stat(fmt.Sprintf("testdata/datadir-v%d", n)); err != nil {
			t.Errorf("%v: see testdata/datadir.md", err)
		}
	}
}

// checkDatadir checks what writeDatadir made.
func checkDatadir(t *testing.T, c *testenv.Culvert) {
	t.Helper()
	for sql, want := range map[string]string{
		"SELECT * FROM kept ORDER BY id": "1|1.50|one|2026-01-02 03:04:05.678+00|{a,NULL}|{\"b\": 1}\n2|NULL|NULL|NULL|NULL|NULL",
		"SELECT * FROM full_identity":    "1|x\n1|x",
		"SHOW SECRETS":                   "pgpass|",
		"SHOW CONNECTIONS":               "pg|postgres|the shop\ntunnel|ssh-tunnel|",
		"SHOW SUBSOURCES ON s":           "full_identity|subsource\nkept|subsource\ns_progress|progress",
		"SELECT count(*) FROM mz_ssh_tunnel_connections WHERE public_key_1 LIKE 'ssh-ed25519 %' AND public_key_2 LIKE 'ssh-ed25519 %'": "1",
	} {
		var lines []string
		for _, row := range c.MustQuery(t, sql) {
			lines = append(lines, strings.Join(row, "|"))
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("%s:\n%s\nnot\n%s", sql, got, want)
		}
	}
	create := c.MustQuery(t, "SHOW CREATE SOURCE s")[0][1]
	if !strings.HasPrefix(create, "CREATE SOURCE materialize.public.s IN CLUSTER quickstart FROM POSTGRES CONNECTION materialize.public.pg (PUBLICATION = 'p')") {
		t.Error(create)
	}
	// The keys could be unsealed: the bastion of that time is what is missing.
	if err := c.Exec(t.Context(), "VALIDATE CONNECTION pg"); err == nil || !strings.Contains(everything(err), "Connection refused") {
		t.Errorf("VALIDATE CONNECTION: %v", err)
	}
}

// writeDatadir makes a data directory of this version.
func writeDatadir(t *testing.T, dir string) {
	t.Helper()
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	pg.MustExec(t, datadirSchema)
	pg.MustExec(t, "CREATE PUBLICATION p FOR ALL TABLES")
	bastion := testenv.NewBastion(t, testenv.BastionOptions{})
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	c.MustExec(t, fmt.Sprintf("CREATE CONNECTION tunnel TO SSH TUNNEL (HOST '%s', USER '%s', PORT %d)", bastion.Host(), bastion.User(), bastion.Port()))
	if err := bastion.SetAuthorizedKeys(c.MustQuery(t, "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections")[0]...); err != nil {
		t.Fatal(err)
	}
	c.MustExec(t, fmt.Sprintf("CREATE SECRET pgpass AS '%s'", pg.Password()))
	c.MustExec(t, fmt.Sprintf("CREATE CONNECTION pg TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres, SSH TUNNEL tunnel)", pg.Host(), pg.Port()))
	c.MustExec(t, "COMMENT ON CONNECTION pg IS 'the shop'")
	c.MustExec(t, "CREATE SOURCE s FROM POSTGRES CONNECTION pg (PUBLICATION 'p') FOR ALL TABLES")
	testenv.Eventually(t, 20*time.Second, func() error {
		rows, err := c.Query(t.Context(), "SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM full_identity)")
		if err == nil && !slices.Equal(rows[0], []string{"2", "2"}) {
			err = fmt.Errorf("rows: %v", rows[0])
		}
		return err
	})
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(dir), packDatadir(c.DataDir(), dir)); err != nil {
		t.Fatal(err)
	}
}

// packDatadir keeps a data directory: each file compressed, since most of the
// data file is empty.
func packDatadir(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.IsDir() { // what was spilled is nobody's any more
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, f.Name()))
		if err != nil {
			return err
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(text); err != nil {
			return err
		}
		if err := errors.Join(w.Close(), os.WriteFile(filepath.Join(to, f.Name()+".gz"), packed.Bytes(), 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// unpackDatadir makes a copy of a data directory that is kept.
func unpackDatadir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	files, err := filepath.Glob(filepath.Join(from, "*.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		packed, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".gz")
		if err := os.WriteFile(filepath.Join(to, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
