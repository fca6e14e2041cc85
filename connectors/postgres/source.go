package postgres

import (
	"context"
	"errors"
	"fmt"

	"culvert/connectors"
	"culvert/connectors/decode"
	"culvert/engine"

	"github.com/jackc/pglogrepl"
)

// Source is a PostgreSQL source; it is a connectors.Connector.
type Source struct {
	cfg    Config
	tables []*table
}

// table is a table of the source with what ingesting it needs.
type table struct {
	Table
	spec    connectors.Table
	parsers []decode.Parser
	key     []int // columns that identify rows, by index; empty: whole rows do
}

// New makes a source. It fails when a type has no representation.
func New(cfg Config) (*Source, error) {
	s := &Source{cfg: cfg}
	specs := cfg.SupervisorTables()
	for i, t := range cfg.Tables {
		entry := &table{Table: t, spec: specs[i]}
		for k, col := range t.Columns {
			_, parser, ok := decode.ForType(col.Type)
			if !ok {
				return nil, fmt.Errorf("column %s of %s.%s has a type that cannot be ingested", col.Name, t.Schema, t.Name)
			}
			entry.parsers = append(entry.parsers, parser)
			for _, attnum := range t.Key {
				if attnum == col.Attnum {
					entry.key = append(entry.key, k)
				}
			}
		}
		if len(entry.key) != len(t.Key) {
			return nil, fmt.Errorf("a key column of %s.%s is not ingested", t.Schema, t.Name)
		}
		s.tables = append(s.tables, entry)
	}
	return s, nil
}

// Leg names the protocol in front of errors.
func (s *Source) Leg() string { return leg }

// Run copies the tables that have no snapshot, then follows the stream.
func (s *Source) Run(ctx context.Context, rt *connectors.Runtime) error {
	conn, err := rt.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	r := &run{Source: s, rt: rt, conn: conn, states: rt.Tables()}
	if err := r.loadProgress(ctx); err != nil {
		return err
	}
	control, err := s.cfg.Params.connect(ctx, nil)
	if err != nil {
		return err
	}
	err = r.prepare(ctx, control)
	control.close()
	if err != nil {
		return err
	}
	if err := r.copyTables(ctx); err != nil {
		return err
	}
	return r.stream(ctx)
}

// run is one Run of a source.
type run struct {
	*Source
	rt       *connectors.Runtime
	conn     engine.Conn // of the apply goroutine
	states   map[string]connectors.TableState
	position pglogrepl.LSN // every transaction that ends at or before it is applied
	counts   connectors.Counts
	version  int
	upstream map[uint32]*PublishedTable // what the publication has now
}

// loadProgress reads how far the source has come.
func (r *run) loadProgress(ctx context.Context) error {
	parts, err := r.rt.Progress(ctx, r.conn)
	if err != nil {
		return err
	}
	for _, p := range parts {
		r.position, r.counts = pglogrepl.LSN(p.Position), p.Counts
	}
	r.rt.Counted(r.counts, int64(r.position), int64(r.position))
	return nil
}

// prepare checks that upstream is what it was, and has a slot for us.
func (r *run) prepare(ctx context.Context, control *client) error {
	r.version = control.version()
	pub, err := r.inspect(ctx, control)
	if err != nil {
		return err
	}
	r.upstream = map[uint32]*PublishedTable{}
	for i := range pub.Tables {
		r.upstream[pub.Tables[i].OID] = &pub.Tables[i]
	}
	failed, err := r.findBroken(ctx, control, pub)
	if err != nil {
		return err
	}
	if err := r.saveFailed(ctx, failed); err != nil {
		return err
	}
	position := r.position
	if position == 0 { // then complete snapshots stand on the slot, if there are any
		for _, state := range r.states {
			if at := pglogrepl.LSN(state.Position); at != 0 && (position == 0 || at < position) {
				position = at
			}
		}
	}
	if err := r.ensureSlot(ctx, control, position); err != nil || r.position != 0 {
		return err
	}
	// Nothing is stored yet: the stream will begin where the slot does.
	s, err := control.slot(ctx, r.cfg.Slot)
	if err == nil {
		r.rt.Counted(r.counts, int64(s.confirmed), int64(s.confirmed))
	}
	return err
}

// inspect describes the publication, and makes sure that the cluster is the one
// that the source was made on.
func (s *Source) inspect(ctx context.Context, control *client) (*Publication, error) {
	pub, err := control.describe(ctx, s.cfg.Params.Database, s.cfg.Publication)
	if err != nil {
		if errors.Is(err, errNoPublication) {
			return nil, s.publicationGone()
		}
		return nil, err
	}
	if s.cfg.SystemID != "" && pub.SystemID != "" && s.cfg.SystemID != pub.SystemID {
		return nil, definite("Point the connection back, or drop the source and create it again.",
			"the connection leads to another database cluster: expected system identifier %s but got %s", s.cfg.SystemID, pub.SystemID)
	}
	return pub, nil
}

func (s *Source) publicationGone() error {
	return definite("Create the publication again, then drop the source and create it again.", "publication %q does not exist", s.cfg.Publication)
}

// saveFailed stores the definite errors of tables.
func (r *run) saveFailed(ctx context.Context, failed map[string]tableError) error {
	var changed []connectors.TableState
	for object, e := range failed {
		changed = append(changed, r.fail(object, e))
	}
	if len(changed) == 0 {
		return nil
	}
	return r.rt.SaveTables(ctx, r.conn, changed...)
}

// fail marks a table as failed in memory and gives the state to store.
func (r *run) fail(object string, e tableError) connectors.TableState {
	state := r.states[object]
	state.Error, state.Hint = e.text, e.hint
	r.states[object] = state
	return state
}
