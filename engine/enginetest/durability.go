package enginetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"culvert/engine"
)

func reopen(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "kept", EveryType()...)
	b := batch(3000)
	for _, p := range EveryType() {
		b.Cols = append(b.Cols, Values(p, 3000, 1, 4))
	}
	f.check(c.Append(f.Context(), name, b))
	want := f.all(c, name)
	for _, quick := range []bool{true, false} {
		f.check(f.connect().Append(f.Context(), name, batch(0, b.Cols...)))
		for _, c := range f.conns {
			f.check(c.Close())
		}
		f.conns = nil
		f.check(f.e.Close(quick))
		size, err := f.e.LogSize()
		f.check(err)
		if quick != (size > 0) {
			t.Errorf("Close(%v) leaves a log of %d bytes", quick, size)
		}
		f.start()
		f.equal(f.all(f.connect(), name), want...)
	}
}

func locked(t *testing.T, f *fixture) {
	if e, err := f.open(f.dir); !errors.Is(err, engine.ErrLocked) {
		t.Errorf("opening twice gives %v", err)
		if err == nil {
			_ = e.Close(true)
		}
	}
	f.connect()
	child := childProcess(f.dir)
	out, err := child.CombinedOutput()
	if err != nil || string(out) != "locked\n" {
		t.Errorf("a second process printed %q: %v", out, err)
	}
}

// childVariable names the directory for the process that killed kills.
const childVariable = "CULVERT_ENGINETEST_DIR"

// childRows is the number of rows of each transaction of the child.
const childRows = 1000

// Child runs the process that one test kills, and tells whether this is it.
// TestMain calls it first and returns when it is true.
func Child(open Opener) bool {
	dir := os.Getenv(childVariable)
	if dir == "" {
		return false
	}
	fmt.Println(writeForever(open, dir))
	return true
}

func childProcess(dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childVariable+"="+dir)
	return cmd
}

// writeForever commits batches and prints the number of each after its commit,
// until it fails.
func writeForever(open Opener, dir string) error {
	ctx := context.Background()
	e, err := open(dir)
	if errors.Is(err, engine.ErrLocked) {
		return errors.New("locked")
	}
	if err != nil {
		return err
	}
	c, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	if err := c.CreateTable(ctx, tableDef("acked", Int32, Text)); err != nil {
		return err
	}
	for i := 0; ; i++ {
		if err := c.Begin(ctx); err != nil {
			return err
		}
		// The batch before is replaced, so that exactly one is there.
		if err := c.Truncate(ctx, table("acked")); err != nil {
			return err
		}
		numbers := engine.Column{Phys: Int32, I32: make([]int32, childRows)}
		for k := range numbers.I32 {
			numbers.I32[k] = int32(i)
		}
		if err := c.Append(ctx, table("acked"), batch(childRows, numbers, Values(Text, childRows, i, 0))); err != nil {
			return err
		}
		if err := c.Commit(ctx); err != nil {
			return err
		}
		if i%20 == 10 {
			if err := e.Checkpoint(ctx); err != nil {
				return err
			}
		}
		fmt.Println(i)
	}
}

func killed(t *testing.T, f *fixture) {
	for _, last := range []int{5, 11, 40} {
		f.dir = t.TempDir()
		child := childProcess(f.dir)
		out, err := child.StdoutPipe()
		f.check(err)
		f.check(child.Start())
		acked := -1
		for lines := bufio.NewScanner(out); acked < last && lines.Scan(); {
			if _, err := fmt.Sscan(lines.Text(), &acked); err != nil {
				t.Errorf("the child says: %s", lines.Text())
				break
			}
		}
		f.check(child.Process.Kill())
		_ = child.Wait() // it was killed
		f.afterKill(acked)
	}
}

// afterKill opens what a killed process left: the last batch that it reported,
// or a later one, and nothing else.
func (f *fixture) afterKill(acked int) {
	f.Helper()
	e, err := f.open(f.dir)
	f.check(err)
	defer func() { f.check(e.Close(false)) }()
	c, err := e.Connect(f.Context())
	f.check(err)
	defer func() { f.check(c.Close()) }()
	rows, err := c.Scan(f.Context(), table("acked"), nil)
	f.check(err)
	lines := f.sorted(rows)
	if len(lines) != childRows {
		f.Fatalf("%d rows after batch %d", len(lines), acked)
	}
	var first, last int
	fmt.Sscanf(lines[0], "%d|", &first)
	fmt.Sscanf(lines[len(lines)-1], "%d|", &last)
	if first != last || first < acked {
		f.Errorf("batches %d to %d are there after batch %d was reported", first, last, acked)
	}
}
