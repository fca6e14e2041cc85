package duckdb

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"sync"

	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// scan is a batch that a statement reads through a table function. DuckDB
// points into its texts; pins holds them in place until the statement ends.
type scan struct {
	names []string
	types []types.Physical
	batch *engine.Batch

	mu   sync.Mutex // a self join reads one batch by several scans, but each has its own pins
	pins runtime.Pinner
}

// cursor is one pass over a scan, by one thread.
type cursor struct {
	scan *scan
	cols []uint64 // the columns wanted; the row ID, which we lack, is out of range
	row  int
}

// fill puts the next rows into a chunk; no rows are the end.
func (c *cursor) fill(chunk bindings.DataChunk) error {
	c.scan.mu.Lock()
	defer c.scan.mu.Unlock()
	batch := c.scan.batch
	n := min(vectorSize, batch.Len-c.row)
	for i, col := range c.cols {
		if col >= uint64(len(batch.Cols)) {
			continue
		}
		v, err := chunkVector(chunk, i)
		if err != nil {
			return err
		}
		if err := writeColumn(v, &batch.Cols[col], c.row, n, &c.scan.pins); err != nil {
			return err
		}
	}
	bindings.DataChunkSetSize(chunk, bindings.IdxT(n))
	c.row += n
	return nil
}

// liveFunction is a registered live relation.
type liveFunction struct {
	d   *database
	rel engine.LiveRelation
}

// livePrefix begins the names of the table functions behind live relations:
// they all live in system.main.
const livePrefix = "live_"

// RegisterLive implements engine.Engine.
func (d *database) RegisterLive(rel engine.LiveRelation) error {
	d.registering.Lock()
	defer d.registering.Unlock()
	if d.live[rel.Name] {
		return pgerr.New(pgerr.DuplicateTable, "live relation \"%s\" is already registered", rel.Name)
	}
	for _, column := range rel.Columns {
		if _, err := typeName(column.Phys); err != nil {
			return fmt.Errorf("registering %s: %w", rel.Name, err)
		}
	}
	c, err := connect(d.db)
	if err != nil {
		return err
	}
	defer bindings.Disconnect(&c)
	if err := newTableFunction(c, livePrefix+rel.Name, &liveFunction{d: d, rel: rel}, scanBind); err != nil {
		return err
	}
	d.live[rel.Name] = true
	return nil
}

// bind gives the rows of the relation for the statement that the connection
// runs now: made once, however often the statement names the relation.
func (f *liveFunction) bind(connection uint64) (*scan, error) {
	f.d.connsMu.Lock()
	c := f.d.conns[connection]
	f.d.connsMu.Unlock()
	if c == nil || c.stmt == nil {
		return nil, pgerr.New(pgerr.InternalError, "live relation \"%s\" read outside a statement", f.rel.Name)
	}
	st := c.stmt
	batch := st.live[f.rel.Name]
	if batch == nil {
		made, err := f.rows(st.ctx)
		if err != nil {
			st.liveErr = fmt.Errorf("reading %s: %w", f.rel.Name, err)
			return nil, st.liveErr
		}
		batch = made
		if st.live == nil {
			st.live = map[string]*engine.Batch{}
		}
		st.live[f.rel.Name] = batch
	}
	s := &scan{batch: batch}
	for _, column := range f.rel.Columns {
		s.names = append(s.names, column.Name)
		s.types = append(s.types, column.Phys)
	}
	return s, nil
}

// rows calls the relation's function; its panic is an error.
func (f *liveFunction) rows(ctx context.Context) (batch *engine.Batch, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = pgerr.New(pgerr.InternalError, "making the rows failed: %v", p)
		}
	}()
	batch, err = f.rel.Rows(ctx)
	if err != nil {
		return nil, err
	}
	if len(batch.Cols) != len(f.rel.Columns) {
		return nil, pgerr.New(pgerr.InternalError, "%d columns instead of %d", len(batch.Cols), len(f.rel.Columns))
	}
	for i, column := range f.rel.Columns {
		if !samePhysical(batch.Cols[i].Phys, column.Phys) {
			return nil, pgerr.New(pgerr.InternalError, "column %s has another type than registered", column.Name)
		}
	}
	return batch, checkBatch(batch)
}

func samePhysical(a, b types.Physical) bool {
	if a.Kind != b.Kind || a.Width != b.Width || a.Scale != b.Scale || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	return a.Elem == nil || samePhysical(*a.Elem, *b.Elem)
}

// feedFunction is the table function that reads a batch by its number.
const feedFunction = "culvert_feed"

// feeds holds the batches that running statements of the engine read: keys to
// delete or to look up. Unlike a temporary table they leave nothing behind.
type feeds struct {
	mu   sync.Mutex
	last int64
	all  map[int64]*engine.Batch
}

// registerFeed registers the table function that reads feeds.
func (d *database) registerFeed(c bindings.Connection) error {
	d.feeds.all = map[int64]*engine.Batch{}
	return newTableFunction(c, feedFunction, &d.feeds, feedBind, bindings.TypeBigInt)
}

// add makes a batch readable and gives its number. The batch must not change
// until remove.
func (f *feeds) add(b *engine.Batch) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.all[f.last] = b
	return f.last
}

func (f *feeds) remove(number int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, number)
}

// bind makes the scan of a batch; its columns are k0, k1, …
func (f *feeds) bind(number int64) (*scan, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	batch := f.all[number]
	if batch == nil {
		return nil, pgerr.New(pgerr.InternalError, "no batch %d to read", number)
	}
	s := &scan{batch: batch, types: physicals(batch.Cols)}
	for i := range batch.Cols {
		s.names = append(s.names, "k"+strconv.Itoa(i))
	}
	return s, nil
}
