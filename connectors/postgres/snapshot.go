package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"culvert/connectors"
	"culvert/connectors/decode"

	"github.com/jackc/pglogrepl"
	"golang.org/x/sync/errgroup"
)

const (
	copyLanes = 4       // connections upstream, each with one to the engine
	rangeRows = 491_520 // of one range and engine transaction: four row groups of the engine
	// rangePages bounds a range by its size, for tables of few or unknown rows.
	rangePages   = 16_384
	minimumPages = 512
	lockWait     = "10s"
)

// snapshot is the copying of some tables from one exported snapshot.
type snapshot struct {
	*run
	position pglogrepl.LSN // transactions whose commit is at or behind it are not in the snapshot
	publish  bool          // tables may be read as soon as they are complete
	exported string
	locks    string // the statement that locks the tables
	tasks    chan copyRange
}

// copying is a table that is being copied.
type copying struct {
	*table
	now     *PublishedTable
	state   connectors.TableState
	left    atomic.Int64 // ranges that are not committed yet
	rows    atomic.Int64
	known   int64
	stopped atomic.Bool // a definite error was found
	// The parsers are the table's, but for the columns whose trailing blanks are
	// left out upstream. Few bytes of those are many here, so that decoding takes
	// step rows at a time.
	parsers []decode.Parser
	exprs   []string // what is selected
	step    int
}

// paddedBytes is how many blanks one batch may have.
const paddedBytes = 4 << 20

// newCopying prepares the copy of a table. Upstreams before PostgreSQL 14 cannot
// trim bytes.
func newCopying(t *table, now *PublishedTable, state connectors.TableState, version int) *copying {
	c := &copying{table: t, now: now, state: state, parsers: slices.Clone(t.parsers), step: math.MaxInt}
	blanks := 0
	for i, col := range t.Columns {
		expr := identifier(col.Name)
		if padded, ok := decode.Padded(col.Type); ok && version >= 14 {
			expr, c.parsers[i] = padded.SQL(expr), padded.Parser()
			blanks += padded.Added
		}
		c.exprs = append(c.exprs, expr)
	}
	if blanks > 0 {
		c.step = max(paddedBytes/blanks, 1)
	}
	return c
}

// copyRange is some pages of a table; to is 0 for the end of the table, and
// whole means without a condition.
type copyRange struct {
	table    *copying
	from, to int64
	whole    bool
}

// copyTables copies the tables that have no complete snapshot.
func (r *run) copyTables(ctx context.Context) error {
	var todo []*copying
	ready := false
	for _, t := range r.tables {
		state := r.states[t.Object]
		switch {
		case state.Error != "":
		case state.Position == 0:
			todo = append(todo, newCopying(t, r.upstream[t.OID], state, r.version))
		default:
			ready = true
		}
	}
	if len(todo) == 0 {
		return nil
	}
	s := &snapshot{run: r, publish: !ready}
	r.rt.Log().Info("snapshot begins", "tables", len(todo))
	if err := s.copyAll(ctx, todo); err != nil {
		return fmt.Errorf("copying tables: %w", err)
	}
	for _, t := range todo {
		r.counts.Staged += t.rows.Load()
		r.counts.Committed += t.rows.Load()
	}
	r.rt.Log().Info("snapshot ends", "tables", len(todo), "position", s.position.String())
	return nil
}

// copyAll holds the tables still (no rewriting, truncation or schema change),
// exports a snapshot and copies.
func (s *snapshot) copyAll(ctx context.Context, todo []*copying) error {
	leader, err := s.cfg.Params.connect(ctx, lockSettings)
	if err != nil {
		return err
	}
	defer leader.close()
	// The lock comes before the snapshot: rewritten and truncated tables look
	// empty to snapshots that are older than the rewriting.
	s.locks = lockTables(todo)
	if _, err := leader.exec(ctx, "BEGIN READ ONLY; "+s.locks); err != nil {
		if code(err) == codeLockNotAvailable {
			return fmt.Errorf("locking the tables timed out after %s. A snapshot waits for in-progress upstream transactions that change a table's schema to end", lockWait)
		}
		return fmt.Errorf("locking the tables: %w", err)
	}
	if todo, err = s.recheck(ctx, leader, todo); err != nil || len(todo) == 0 {
		return err
	}
	ranges, err := s.plan(ctx, leader, todo)
	if err != nil {
		return err
	}
	for _, t := range todo {
		if t.state, err = s.rt.NewTable(ctx, s.conn, t.spec); err != nil {
			return fmt.Errorf("making a table for %s.%s: %w", t.Schema, t.Name, err)
		}
		s.states[t.Object] = t.state
		s.rt.Rows(t.Object, connectors.Progress{Known: t.known})
	}
	lanes := min(copyLanes, len(ranges))
	wires, err := s.open(ctx, lanes)
	if err != nil {
		return err
	}
	s.rt.Running()
	s.tasks = make(chan copyRange, len(ranges))
	for _, r := range ranges {
		s.tasks <- r
	}
	close(s.tasks)
	defer s.rt.Load(len(wires))()
	group, ctx := errgroup.WithContext(ctx)
	for _, w := range wires {
		group.Go(connectors.Guard(func() error { return s.lane(ctx, w) }))
	}
	return group.Wait()
}

// recheck leaves out the tables that have changed since they were described:
// from here on the locks keep them as they are.
func (s *snapshot) recheck(ctx context.Context, leader *client, todo []*copying) ([]*copying, error) {
	pub := &Publication{Name: s.cfg.Publication}
	if err := leader.describeMembers(ctx, pub); err != nil {
		return nil, err
	}
	if len(pub.Tables) == 0 {
		return nil, fmt.Errorf("publication %q has changed", pub.Name) // the next try tells how
	}
	broken, err := s.findBroken(ctx, leader, pub)
	if err != nil {
		return nil, err
	}
	var still []*copying
	failed := map[string]tableError{}
	for _, t := range todo {
		if e, found := broken[t.Object]; found {
			failed[t.Object] = e
			continue
		}
		at := slices.IndexFunc(pub.Tables, func(p PublishedTable) bool { return p.OID == t.OID })
		t.now = &pub.Tables[at]
		still = append(still, t)
	}
	return still, s.saveFailed(ctx, failed)
}

// lockSettings are those of connections that lock tables.
var lockSettings = map[string]string{"lock_timeout": lockWait}

// lockTables takes the lock that reading takes, for all tables. Every
// connection of the snapshot keeps it: one that took it table by table would
// wait behind a schema change that waits for the others.
func lockTables(todo []*copying) string {
	names := make([]string, len(todo))
	for i, t := range todo {
		names[i] = t.source()
	}
	return "LOCK TABLE " + strings.Join(names, ", ") + " IN ACCESS SHARE MODE"
}

// source is the table as FROM names it: a partitioned table with its
// partitions, any other without the tables that inherit from it.
func (t *copying) source() string {
	name := identifier(t.Schema) + "." + identifier(t.Name)
	if t.now.Partitioned {
		return name
	}
	return "ONLY " + name
}

// plan divides the tables into ranges of pages.
func (s *snapshot) plan(ctx context.Context, leader *client, todo []*copying) ([]copyRange, error) {
	var all []copyRange
	for _, t := range todo {
		rows, err := leader.query(ctx, `SELECT pg_relation_size(oid) / current_setting('block_size')::int, reltuples::bigint, relpages
			FROM pg_catalog.pg_class WHERE oid = $1::oid`, strconv.FormatUint(uint64(t.OID), 10))
		if err != nil {
			return nil, err
		}
		if len(rows) != 1 {
			return nil, fmt.Errorf("table %s.%s is not there", t.Schema, t.Name)
		}
		pages, _ := strconv.ParseInt(string(rows[0][0]), 10, 64) // numbers, as selected
		tuples, _ := strconv.ParseInt(string(rows[0][1]), 10, 64)
		analyzed, _ := strconv.ParseInt(string(rows[0][2]), 10, 64)
		t.known = -1
		step := int64(rangePages)
		if tuples > 0 && analyzed > 0 {
			t.known = tuples * max(pages, analyzed) / analyzed
			step = min(step, max(rangeRows*analyzed/tuples, 1))
		}
		step = max(min(step, (pages+copyLanes-1)/copyLanes), minimumPages)
		if t.now.Partitioned || s.version < 14 || pages <= step { // ranges of ctid are scanned as such from 14 on
			t.left.Store(1)
			all = append(all, copyRange{table: t, whole: true})
			continue
		}
		for from := int64(0); from < pages; from += step {
			to := from + step
			if to >= pages {
				to = 0
			}
			t.left.Add(1)
			all = append(all, copyRange{table: t, from: from, to: to})
		}
	}
	return all, nil
}

// open exports a snapshot and opens connections that read it. They hold it by
// themselves: the slot that exported it is gone when open returns.
func (s *snapshot) open(ctx context.Context, lanes int) (wires []*wire, err error) {
	exporter, err := s.export(ctx)
	if err != nil {
		return nil, err
	}
	defer exporter.close()
	defer func() {
		if err != nil {
			for _, w := range wires {
				w.close()
			}
		}
	}()
	for range lanes {
		c, err := s.cfg.Params.connect(ctx, lockSettings)
		if err != nil {
			return wires, err
		}
		_, err = c.exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT "+literal(s.exported)+"; "+s.locks)
		if err != nil {
			c.close()
			return wires, fmt.Errorf("reading the exported snapshot: %w", err)
		}
		w, err := take(ctx, c, copyQuiet)
		if err != nil {
			c.close()
			return wires, err
		}
		wires = append(wires, w)
	}
	return wires, nil
}

// export makes a temporary slot, which lives as long as its connection, and
// with it a snapshot that is exact at the slot's position.
func (s *snapshot) export(ctx context.Context) (*client, error) {
	c, err := s.cfg.Params.connect(ctx, replicationSettings)
	if err != nil {
		return nil, err
	}
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		c.close()
		return nil, err
	}
	row, err := s.createSlot(ctx, c, "culvert_snapshot_"+hex.EncodeToString(id[:]), "TEMPORARY LOGICAL "+plugin+" EXPORT_SNAPSHOT")
	if err == nil {
		s.exported = string(row[2])
		s.position, err = pglogrepl.ParseLSN(string(row[1]))
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// copyQuiet is how long a COPY may send nothing.
const copyQuiet = 12 * time.Second

// sql is the COPY of a range.
func (r copyRange) sql() string {
	var b strings.Builder
	b.WriteString("COPY (SELECT ")
	b.WriteString(strings.Join(r.table.exprs, ", "))
	b.WriteString(" FROM " + r.table.source())
	and := " WHERE "
	if !r.whole {
		fmt.Fprintf(&b, "%sctid >= '(%d,0)'", and, r.from)
		and = " AND "
		if r.to > 0 {
			fmt.Fprintf(&b, "%sctid < '(%d,0)'", and, r.to)
		}
	}
	if filter := r.table.now.RowFilter; filter != "" {
		b.WriteString(and + "(" + filter + ")")
	}
	b.WriteString(") TO STDOUT")
	return b.String()
}

// identifier quotes a name for SQL upstream.
func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal quotes a text for SQL upstream.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
