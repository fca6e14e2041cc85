package catalog

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"culvert/engine/duckdb"
	"culvert/sql/types"
)

// childVariable names the directory for the process that TestKill kills.
const childVariable = "CULVERT_CATALOG_TEST_DIR"

// step is the i-th transaction of the child: it makes a connection that uses a
// new secret, gives the connection before it another name and columns, and
// drops the pair that is three steps old.
func step(i int) []Edit {
	secretID, connectionID := idOf(10+2*i), idOf(11+2*i)
	edits := []Edit{
		{Put: secret(secretID, fmt.Sprintf("s%d", i)), Sealed: []byte(fmt.Sprint("sealed ", i))},
		{Put: connection(connectionID, fmt.Sprintf("c%d", i), secretID)},
	}
	if i >= 1 {
		before := connection(idOf(9+2*i), fmt.Sprintf("renamed%d", i-1), idOf(8+2*i))
		before.Columns = []Column{{Name: "x", Type: types.T(types.Int4OID)}, {Name: "y", Type: types.T(types.TextOID)}}
		edits = append(edits, Edit{Put: before})
	}
	if i >= 3 {
		edits = append(edits, Edit{Drop: idOf(11 + 2*(i-3))}, Edit{Drop: idOf(10 + 2*(i-3))})
	}
	return edits
}

// after is the catalog that steps 0 to last lead to.
func after(base *Catalog, last int) *Catalog {
	d := NewDraft(base)
	for i := range last + 1 {
		for _, e := range step(i) {
			if e.Put != nil {
				d.Put(e.Put)
			} else {
				d.Drop(e.Drop)
			}
		}
	}
	return d.now
}

// changeForever commits the steps and prints the number of each after its
// commit.
func changeForever(dir string) error {
	ctx := context.Background()
	e, err := duckdb.Open(duckdb.Options{Dir: dir})
	if err != nil {
		return err
	}
	conn, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	if err := Migrate(ctx, conn, migrations); err != nil {
		return err
	}
	m, err := Open(ctx, conn, nil)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		snap, err := m.Begin(func() error { return conn.Begin(ctx) })
		if err != nil {
			return err
		}
		draft := NewDraft(snap.Catalog)
		if err := draft.Apply(ctx, conn, step(i)...); err != nil {
			return err
		}
		if err := m.Commit(ctx, conn, draft); err != nil {
			return err
		}
		if i%25 == 20 {
			if err := e.Checkpoint(ctx); err != nil {
				return err
			}
		}
		fmt.Println(i)
	}
}

// TestKill: what a killed process leaves is the catalog of exactly the commits
// that it reported, or of one more that it could not report any more.
func TestKill(t *testing.T) {
	for _, last := range []int{0, 3, 21, 60} {
		t.Run(fmt.Sprint(last), func(t *testing.T) {
			f := &fixture{T: t, dir: t.TempDir()}
			child := exec.Command(os.Args[0], "-test.run=^$")
			child.Env = append(os.Environ(), childVariable+"="+f.dir)
			out, err := child.StdoutPipe()
			f.check(err)
			f.check(child.Start())
			acked := -1
			lines := bufio.NewScanner(out)
			for acked < last && lines.Scan() {
				if _, err := fmt.Sscan(lines.Text(), &acked); err != nil {
					t.Errorf("the child says: %s", lines.Text())
					break
				}
			}
			f.check(child.Process.Kill())
			for lines.Scan() { // what it reported before it died
				if _, err := fmt.Sscan(lines.Text(), &acked); err != nil {
					break
				}
			}
			_ = child.Wait() // it was killed
			f.afterKill(acked)
		})
	}
}

func (f *fixture) afterKill(acked int) {
	f.Helper()
	f.open()
	defer f.close()
	got := f.m.Current().Catalog
	base := withPublic()
	last := acked
	if got.Object(idOf(10+2*(acked+1))) != nil {
		last = acked + 1
	}
	if acked < 0 {
		f.Fatal("the child reported nothing")
	}
	f.same(got, after(base, last))
	f.consistent()
	for _, o := range got.Objects() {
		sealed, err := ReadSealed(f.Context(), f.conn, o.ID)
		f.check(err)
		if (o.Kind == KindSecret) != (sealed != nil) {
			f.Errorf("%s %s has %q sealed", o.Kind, o.Name, sealed)
		}
	}
	if rows := f.rows(tableSealed); len(rows) != len(got.objects)/2 {
		f.Errorf("%d values are sealed for %d objects", len(rows), len(got.objects))
	}
}
