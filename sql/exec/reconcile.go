package exec

import (
	"context"
	"fmt"
	"sync"
	"time"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/connectors/postgres"
	"culvert/engine"
)

// reconciler brings tunnels and sources in line with the committed catalog.
//
// Commit tells it of a change with the catalog's lock held, so noting is all
// that happens there; the work is done by one goroutine, which reads secrets
// from the engine. Sessions wait for it after a commit: what a statement made
// is in place when it is answered.
type reconciler struct {
	server *Server
	stop   context.CancelFunc
	ended  chan struct{}

	mu      sync.Mutex
	changed []*catalog.Change // noted, and not brought about
	noted   uint64            // changes noted
	done    uint64            // changes brought about
	news    chan struct{}     // closed and replaced when noted or done grows
}

func newReconciler(s *Server) *reconciler {
	r := &reconciler{server: s, ended: make(chan struct{}), news: make(chan struct{})}
	s.opts.Catalog.Watch(r.note)
	return r
}

func (r *reconciler) note(_ *catalog.Catalog, change *catalog.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed = append(r.changed, change)
	r.noted++
	r.announce()
}

func (r *reconciler) announce() {
	close(r.news)
	r.news = make(chan struct{})
}

// start runs the reconciler, which begins with all that the catalog has.
func (r *reconciler) start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	go r.run(ctx)
}

func (r *reconciler) close() {
	if r.stop != nil {
		r.stop()
		<-r.ended
	}
}

func (r *reconciler) run(ctx context.Context) {
	defer close(r.ended)
	for ctx.Err() == nil {
		r.mu.Lock()
		idle, news := r.done == r.noted, r.news
		r.mu.Unlock()
		if idle {
			select {
			case <-news:
			case <-ctx.Done():
			}
			continue
		}
		if err := r.bring(ctx); err != nil && ctx.Err() == nil {
			r.server.opts.Logger.Error("bringing tunnels and sources in line with the catalog", "error", err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
}

// wait returns when every change noted before is brought about, or ctx ends.
func (r *reconciler) wait(ctx context.Context) {
	r.mu.Lock()
	target := r.noted
	for r.done < target && r.stop != nil {
		news := r.news
		r.mu.Unlock()
		select {
		case <-news:
		case <-r.ended:
			return
		case <-ctx.Done():
			return
		}
		r.mu.Lock()
	}
	r.mu.Unlock()
}

// bring sets the tunnels that changed and hands the supervisor the sources. It
// reads secrets in the engine's snapshot that belongs to the catalog which it
// works on: what was dropped since is still there.
func (r *reconciler) bring(ctx context.Context) error {
	s := r.server
	return s.withConn(ctx, func(conn engine.Conn) error {
		var changes []*catalog.Change
		snap, err := s.opts.Catalog.Begin(func() error {
			r.mu.Lock()
			changes = r.changed // no more are noted before the snapshot is taken
			r.mu.Unlock()
			return conn.Begin(ctx)
		})
		if err != nil {
			return err
		}
		defer s.opts.Catalog.End(snap)
		var woken []string
		for _, change := range changes {
			for _, o := range change.Sorted() {
				if err := s.bringTunnel(ctx, conn, snap.Catalog, o); err != nil {
					return err
				}
				if o.New != nil && o.New.Kind == catalog.KindConnection {
					woken = append(woken, sourcesUsing(snap.Catalog, o.New.ID)...)
				}
			}
		}
		specs, err := s.sourceSpecs(ctx, conn, snap.Catalog)
		if err != nil {
			return err
		}
		s.opts.Sources.Apply(specs)
		s.opts.Sources.Restart(false, woken...)
		r.brought(len(changes))
		return nil
	})
}

// brought notes that the oldest n changes are brought about.
func (r *reconciler) brought(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed = r.changed[n:]
	r.done += uint64(n)
	r.announce()
}

// bringTunnel sets or removes a tunnel that changed.
func (s *Server) bringTunnel(ctx context.Context, conn engine.Conn, c *catalog.Catalog, change catalog.ObjectChange) error {
	if change.New == nil {
		if _, ok := change.Old.Def.(*catalog.SSHTunnel); ok {
			s.opts.Tunnels.Remove(string(change.Old.ID))
		}
		return nil
	}
	if _, ok := change.New.Def.(*catalog.SSHTunnel); !ok || c.Object(change.New.ID) != change.New {
		return nil // another kind, or changed once more since
	}
	config, err := s.tunnelConfig(ctx, conn, change.New)
	if isDamaged(err) {
		s.opts.Logger.Error("an SSH tunnel cannot be set up", "connection", change.New.ID, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("tunnel %s: %w", change.New.ID, err)
	}
	s.opts.Tunnels.Set(config)
	return nil
}

// Boot sets up the tunnels and gives the sources of the catalog as it is: what
// the supervisor boots with, before Start.
func (s *Server) Boot(ctx context.Context) ([]connectors.SourceSpec, error) {
	c := s.opts.Catalog.Current().Catalog
	var specs []connectors.SourceSpec
	err := s.withConn(ctx, func(conn engine.Conn) error {
		for _, o := range c.Objects() {
			if err := s.bringTunnel(ctx, conn, c, catalog.ObjectChange{New: o}); err != nil {
				return err
			}
		}
		var err error
		specs, err = s.sourceSpecs(ctx, conn, c)
		return err
	})
	return specs, err
}

// sourceSpecs describes all sources to the supervisor.
func (s *Server) sourceSpecs(ctx context.Context, conn engine.Conn, c *catalog.Catalog) ([]connectors.SourceSpec, error) {
	var specs []connectors.SourceSpec
	for _, o := range c.Objects() {
		var spec connectors.SourceSpec
		var err error
		switch def := o.Def.(type) {
		case *catalog.PostgresSource:
			spec, err = s.postgresSpec(ctx, conn, c, o, def)
		case *catalog.KafkaSource:
			spec, err = committed(s, conn).kafkaSpec(ctx, c, o, def)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", o.ID, err)
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

func (s *Server) postgresSpec(ctx context.Context, conn engine.Conn, c *catalog.Catalog, source *catalog.Object, def *catalog.PostgresSource) (connectors.SourceSpec, error) {
	connection := c.Object(def.Connection).Def.(*catalog.Postgres)
	params, err := s.postgresParams(ctx, conn, connection)
	if err != nil && !isDamaged(err) {
		return connectors.SourceSpec{}, err
	}
	if connection.Tunnel != "" {
		params.Dial = connectors.DialFunc(s.opts.Tunnels.Dialer(string(connection.Tunnel)))
	}
	config := postgres.Config{Params: params, Publication: def.Publication, Slot: def.Slot, SystemID: def.SystemID}
	for _, user := range c.Users(source.ID) {
		if table, ok := user.Def.(*catalog.Subsource); ok {
			config.Tables = append(config.Tables, sourceTable(user, table))
		}
	}
	var connector connectors.Connector
	if err == nil {
		connector, err = postgres.New(config)
	}
	if err != nil {
		connector = broken{leg: "postgres", err: err}
	}
	return connectors.SourceSpec{
		ID: string(source.ID), Name: source.Name,
		Fingerprint: fingerprint(connection, params, def),
		Tables:      config.SupervisorTables(),
		Connector:   connector,
		Way:         s.way(c, def.Connection),
	}, nil
}

// broken is the connector of a source that cannot be set up: it says why, and
// is no reason for others not to run.
type broken struct {
	leg string
	err error
}

// Leg names what cannot be reached.
func (b broken) Leg() string { return b.leg }

// Run fails.
func (b broken) Run(context.Context, *connectors.Runtime) error {
	return connectors.Fail(connectors.Refused, b.err, "Give the secrets of its connection their values again with ALTER SECRET.")
}

func sourceTable(object *catalog.Object, def *catalog.Subsource) postgres.Table {
	t := postgres.Table{Object: string(object.ID), OID: def.UpstreamOID, Schema: def.Schema, Name: def.Table}
	for i, c := range def.Columns {
		t.Columns = append(t.Columns, postgres.Column{
			Attnum: c.Attnum, Name: c.Name, Upstream: c.Type, Type: object.Columns[i].Type, NotNull: object.Columns[i].NotNull,
		})
	}
	for _, k := range def.Key {
		t.Key = append(t.Key, def.Columns[k].Attnum)
	}
	return t
}

// fingerprint changes when what a source connects with does, contents of
// secrets included. The size that a source is given changes nothing.
func fingerprint(connection *catalog.Postgres, params postgres.Params, def *catalog.PostgresSource) string {
	unsized := *def
	unsized.Size = ""
	mark := newFingerprint(connection, &unsized, params.User, params.SSLCA, params.SSLCert)
	mark.secrets(params.Password.RevealString(), params.SSLKey.RevealString())
	return mark.text()
}
