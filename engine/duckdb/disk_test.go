package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"culvert/engine"
	"culvert/engine/enginetest"
	"culvert/sql/pgerr"
)

// fullVariable names the directory for the process that fillDisk runs in.
const fullVariable = "CULVERT_DUCKDB_FULL_DIR"

var fullTable = engine.TableName{Schema: engine.SchemaData, Name: "full"}

// limitFiles lets no file of the process grow beyond so many bytes; 0 lifts the
// limit.
func limitFiles(bytes uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if limit.Cur = bytes; bytes == 0 {
		limit.Cur = limit.Max
	}
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}

// fillDisk appends until no file may grow any more, in a process of its own,
// prints how many rows are there, and has a checkpoint fail.
func fillDisk(dir string) error {
	if err := limitFiles(16 << 20); err != nil {
		return err
	}
	ctx := context.Background()
	e, err := openDirectory(dir)
	if err != nil {
		return err
	}
	c, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	def := engine.TableDef{Name: fullTable, Columns: []engine.ColumnDef{{Name: "c1", Phys: enginetest.Int32}, {Name: "c2", Phys: enginetest.Text}}}
	if err := c.CreateTable(ctx, def); err != nil {
		return err
	}
	rows := 0
	for _, n := range []int{100000, 1000} {
		b := &engine.Batch{Len: n, Cols: []engine.Column{enginetest.Values(enginetest.Int32, n, 0, 0), enginetest.Values(enginetest.Text, n, 0, 0)}}
		for err = nil; err == nil && rows < 10000000; {
			if err = c.Append(ctx, fullTable, b); err == nil {
				rows += n
			}
		}
		if !pgerr.Is(err, pgerr.DiskFull) {
			return fmt.Errorf("a full disk gives %w", err)
		}
	}
	if e.Err() == nil {
		out, err := run(&testing.T{}, c.(*conn), "SELECT count(*) FROM cv.d.full")
		if err != nil || out[0] != fmt.Sprint(rows) {
			return fmt.Errorf("%v rows instead of %d: %w", out, rows, err)
		}
	}
	if e.Err() == nil {
		if err := failCheckpoint(ctx, e); err != nil {
			return err
		}
	}
	fmt.Println("rows", rows)
	return nil
}

// failCheckpoint has a checkpoint come upon a disk that takes nothing, which
// ends the engine: its log is whole, but it cannot be appended to any more.
func failCheckpoint(ctx context.Context, e engine.Engine) error {
	if err := limitFiles(1); err != nil {
		return err
	}
	err := e.Checkpoint(ctx)
	if lifted := limitFiles(0); lifted != nil {
		return lifted
	}
	if err == nil {
		return errors.New("a checkpoint succeeds without writing")
	}
	if e.Err() == nil {
		return fmt.Errorf("the engine goes on after %w", err)
	}
	return nil
}

func TestFullDiskFailsTheCommitAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fullVariable+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "rows ") {
		t.Fatalf("the child printed %q: %v", out, err)
	}
	e, err := openDirectory(dir)
	must(t, err)
	defer func() { must(t, e.Close(true)) }()
	c := connectTest(t, e.(*database))
	defer c.Close()
	if got := mustRun(t, c, "SELECT 'rows ' || count(*) FROM cv.d.full"); got[0] != strings.TrimSpace(string(out)) {
		t.Errorf("after the restart %s, before %s", got[0], out)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, []byte("x"), 0o600))
	damaged := filepath.Join(dir, "damaged")
	must(t, os.Mkdir(damaged, 0o700))
	must(t, os.WriteFile(filepath.Join(damaged, dataFile), []byte(strings.Repeat("not a database ", 1000)), 0o600))
	for path, want := range map[string]pgerr.Code{file: pgerr.IOError, damaged: pgerr.DataCorrupted} {
		_, err := openDirectory(path)
		if !pgerr.Is(err, want) {
			t.Errorf("opening %s gives %v", filepath.Base(path), err)
		}
	}
	// The failed open has left the directory free.
	must(t, os.Remove(filepath.Join(damaged, dataFile)))
	e, err := openDirectory(damaged)
	must(t, err)
	must(t, e.Close(false))
}

func TestTemporaryFilesAreBoundedAndRemoved(t *testing.T) {
	dir := t.TempDir()
	open := func() *database {
		e, err := Open(Options{Dir: dir, MemoryLimit: 64 << 20, MaxTempSize: 256 << 20, Threads: 2})
		must(t, err)
		return e.(*database)
	}
	d := open()
	c := connectTest(t, d)
	r, err := c.queryText(context.Background(), "SELECT hash(range) AS h, repeat('x', 50) AS x FROM range(2000000) ORDER BY h")
	must(t, err)
	_, err = r.Next(context.Background())
	must(t, err)
	spilled, err := filepath.Glob(filepath.Join(dir, "tmp", "*"))
	must(t, err)
	if len(spilled) == 0 {
		t.Error("a sort beyond the memory limit has no temporary file")
	}
	for _, file := range spilled {
		if !strings.HasPrefix(filepath.Base(file), "duckdb_temp_") {
			t.Errorf("a temporary file is called %s", filepath.Base(file))
		}
	}
	must(t, r.Close())
	must(t, c.Close())
	must(t, d.Close(true))
	left := filepath.Join(dir, "tmp", "duckdb_temp_storage_DEFAULT-0.tmp")
	must(t, os.MkdirAll(filepath.Dir(left), 0o700))
	must(t, os.WriteFile(left, []byte("left by a killed process"), 0o600))
	d = open()
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("a temporary file of a killed process is still there: %v", err)
	}
	must(t, d.Close(true))
}
