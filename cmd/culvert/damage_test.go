package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"culvert/testenv"
)

// TestADamagedDataDirectoryIsRefused: each damage has its message, and what was
// put right opens again.
func TestADamagedDataDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	c.MustExec(t, "CREATE SECRET s AS 'x'")
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.DataDir(), "cv.db")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	headers := bytes.Clone(whole)
	copy(headers[:3*4096], bytes.Repeat([]byte{0xff}, 3*4096))
	blocks := bytes.Clone(whole)
	for i := 3 * 4096; i < len(blocks); i++ {
		blocks[i] ^= 0x55
	}
	for name, content := range map[string][]byte{
		"another kind of file": []byte(strings.Repeat("SQLite format 3\x00", 4096)),
		"empty":                {},
		"a part":               whole[:5000],
		"headers":              headers,
		"blocks":               blocks,
	} {
		t.Run(name, func(t *testing.T) {
			writeFile(t, file, content)
			refusedStart(t, nil, serveArgs(t, c.DataDir()), "opening the data file: the data file is damaged")
		})
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	refusedStart(t, nil, serveArgs(t, c.DataDir()), "the data file cv.db is missing from "+c.DataDir())
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	refusedStart(t, nil, serveArgs(t, c.DataDir()), "opening the data file")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, whole)
	// Files of others stay as they are.
	foreign := filepath.Join(c.DataDir(), "notes.txt")
	writeFile(t, foreign, []byte("not culvert's"))
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.MustExec(t, "DROP SECRET s")
	if text, err := os.ReadFile(foreign); err != nil || string(text) != "not culvert's" {
		t.Errorf("a file that is not culvert's: %q %v", text, err)
	}
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestATornLogLosesItsLastTransactionOnly: a log whose last transaction is cut,
// which no promise was made about, is replayed up to there.
func TestATornLogLosesItsLastTransactionOnly(t *testing.T) {
	t.Parallel()
	// Without a source, whose progress is a transaction, too.
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c.MustExec(t, "CREATE SECRET whole AS 'x'")
	log := filepath.Join(c.DataDir(), "cv.db.wal")
	must(c.Kill())
	info, err := os.Stat(log)
	must(err)
	half := info.Size()
	must(c.Start(t.Context()))
	for _, cut := range []int64{1, 20, 60} {
		c.MustExec(t, "CREATE SECRET torn AS 'x'") // the name is free again
		must(c.Kill())
		info, err := os.Stat(log)
		must(err)
		if info.Size()-cut <= half {
			t.Fatalf("the log grew from %d to %d bytes", half, info.Size())
		}
		must(os.Truncate(log, info.Size()-cut))
		must(c.Start(t.Context()))
		if rows := c.MustQuery(t, "SELECT name FROM mz_secrets WHERE name IN ('whole', 'torn')"); len(rows) != 1 || rows[0][0] != "whole" {
			t.Errorf("secrets: %q", rows)
		}
	}
}

// TestALogOfGarbageIsRefused: what cannot be replayed is not taken for an end.
func TestALogOfGarbageIsRefused(t *testing.T) {
	t.Parallel()
	c := testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: t.TempDir()})
	for _, name := range []string{"a", "b", "c", "d"} {
		c.MustExec(t, "CREATE SECRET "+name+" AS '"+strings.Repeat(name, 1000)+"'")
	}
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.DataDir(), "cv.db.wal")
	log, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(log)
	for i := len(log) / 2; i < len(log)/2+200; i++ {
		damaged[i] ^= 0x55
	}
	writeFile(t, path, damaged)
	refusedStart(t, nil, serveArgs(t, c.DataDir()), "opening the data file: the data file is damaged")
	writeFile(t, path, log)
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.MustExec(t, "DROP SECRET a, b, c, d")
}
