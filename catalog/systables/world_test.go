package systables_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"culvert/catalog"
	"culvert/catalog/systables"
	"culvert/connectors"
	"culvert/connectors/decode/format"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/engine/enginetest"
	"culvert/sql/analyze"
	"culvert/sql/types"
)

// world is an engine with a small catalog: a secret, a tunnel, a connection
// and a source that fills two tables.
type world struct {
	t     testing.TB
	conn  engine.Conn
	draft *catalog.Draft
	cat   *scope
	set   *systables.Set
}

var moment = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixMicro()

// liveTestRows are the rows of the live relations.
var liveTestRows = map[string][][]any{
	"egress_ips": {{"203.0.113.7", int32(32), "203.0.113.7/32"}},
	"source_statuses": {
		{"u5", "u5", "stalled", "ssh: no route", "Check the bastion.", moment, moment, nil, nil, nil},
		{"u7", "u5", "running", nil, nil, moment, nil, true, int64(10), int64(10)},
	},
	"source_statistics": {{"u5", int64(1), int64(2), int64(3), int64(4), int64(10), int64(10), true, int64(7), nil}},
	"tunnels":           {{"u3", "bastion", int32(22), "mz", false, "connected", moment, "SHA256:abc", int32(1), int64(5), int64(6), int32(0), nil, nil, nil}},
	"cleanups":          {{"u99", "postgres-slot", "materialize_00", moment, int32(2), "ssh: refused", moment}},
	"activity": {{int32(42), "9f3c1f04-6f0e-4a87-8f0f-0d5f2b1f8a11", "materialize", "psql", "127.0.0.1", int32(5000), moment, nil, moment, moment,
		"idle", "SELECT $1", false}},
	"settings": {{"TimeZone", "UTC", nil, "Session", "time zone", "user", "string", "default", nil, nil, nil, "UTC", "UTC"}},
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx := context.Background()
	e, err := duckdb.Open(duckdb.Options{Dir: t.TempDir(), MemoryLimit: 256 << 20})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := e.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if err := e.Close(true); err != nil {
			t.Error(err)
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(catalog.Migrate(ctx, conn, []catalog.Migration{
		catalog.CreateTables(append(catalog.Tables(), connectors.StateTables()...)...), catalog.CreatePublicSchema, catalog.CreateFirstRoleAndCluster, catalog.CreateFirstLogin,
	}))
	manager, err := catalog.Open(ctx, conn, nil)
	must(err)
	set := systables.New()
	for _, s := range set.Statics() {
		must(e.RegisterStatic(s.Name, s.Columns, s.Rows))
	}
	for _, l := range set.Lives() {
		must(e.RegisterLive(engine.LiveRelation{Name: l.Name, Columns: l.Columns, Rows: func(context.Context) (*engine.Batch, error) {
			return engine.BatchOf(l.Columns, liveTestRows[l.Name]...), nil
		}}))
	}
	w := &world{t: t, conn: conn, draft: catalog.NewDraft(manager.Current().Catalog), cat: newScope(set), set: set}
	w.fill()
	return w
}

// fill makes the objects u2 to u10.
func (w *world) fill() {
	columns := []catalog.Column{
		{Name: "id", Type: types.T(types.Int4OID), NotNull: true},
		{Name: "Total", Type: types.Type{OID: types.NumericOID, Mod: 10<<16 + 2 + 4}, Comment: "in euros"},
		{Name: "tags", Type: types.T(types.TextArrayOID)},
	}
	key := []catalog.Key{{Name: "orders_pkey", Primary: true, Columns: []int{0}}, {Name: "orders_tags_key", Columns: []int{2, 1}}}
	source := catalog.ID("u5")
	w.put(&catalog.Object{ID: "u2", Kind: catalog.KindSecret, Name: "pgpass", Def: &catalog.Secret{}})
	w.put(&catalog.Object{ID: "u3", Kind: catalog.KindConnection, Name: "ssh_connection",
		Def: &catalog.SSHTunnel{Host: "bastion", Port: 22, User: "mz", PublicKey1: "ssh-ed25519 A", PublicKey2: "ssh-ed25519 B"}})
	w.put(&catalog.Object{ID: "u4", Kind: catalog.KindConnection, Name: "pg_connection", Uses: []catalog.ID{"u2", "u3"},
		Def: &catalog.Postgres{Host: "db", Port: 5432, Tunnel: "u3"}})
	w.put(&catalog.Object{ID: source, Kind: catalog.KindSource, Name: "mz_source", Uses: []catalog.ID{"u4"},
		Def: &catalog.PostgresSource{Connection: "u4", Publication: "p", Slot: "materialize_01"}})
	w.put(&catalog.Object{ID: "u6", Kind: catalog.KindSource, Name: "mz_source_progress", Uses: []catalog.ID{source},
		Columns: []catalog.Column{{Name: "lsn", Type: types.T(types.Int8OID)}}, Def: &catalog.Progress{Source: source}})
	w.put(&catalog.Object{ID: "u7", Kind: catalog.KindSource, Name: "orders", Columns: columns, Keys: key, Uses: []catalog.ID{source},
		Def: &catalog.Subsource{Source: source, Schema: "public", Table: "orders"}})
	w.put(&catalog.Object{ID: "u8", Kind: catalog.KindTable, Name: "items", Columns: columns[:2], Uses: []catalog.ID{source},
		Def: &catalog.Subsource{Source: source, Schema: "public", Table: "items", FromTable: true}})
	w.put(&catalog.Object{ID: "u9", Kind: catalog.KindView, Name: "recent", Columns: columns[:1], Uses: []catalog.ID{"u7"},
		Def: &catalog.View{Query: `SELECT orders.id FROM "#".u7 orders(id)`, Text: "SELECT id FROM public.orders"}})
	w.fillNamed()
	w.fillKafka()
	w.fillState()
	w.put(&catalog.Object{ID: "u16", Kind: catalog.KindIndex, Name: "orders_idx", Comment: "by text", Uses: []catalog.ID{"u7"},
		Def: &catalog.Index{On: "u7", Keys: []catalog.IndexKey{{Column: 1, Text: `"Total"`}, {Column: -1, Text: "lower('x')"}}}})
}

// fillNamed makes the cluster u17, which sources and indexes are in, and the role
// u19, which owns its replica.
func (w *world) fillNamed() {
	w.t.Helper()
	ctx := context.Background()
	role := &catalog.Role{ID: "u19", Name: "joe", Comment: "an owner"}
	if err := w.draft.ApplyRole(ctx, w.conn, role, ""); err != nil {
		w.t.Fatal(err)
	}
	cluster := &catalog.Cluster{
		ID: "u17", Name: "ingest", OwnerID: catalog.RoleID, Comment: "sources", CreateSQL: "CREATE CLUSTER ingest", Redacted: "CREATE",
		Managed: true, Size: "50cc", ReplicationFactor: 1, Disk: true, AvailabilityZones: []string{"a", "b"}, IntrospectionInterval: "00:00:01",
		Replicas: []catalog.Replica{{ID: "u18", Name: "r1", OwnerID: "u19", Size: "50cc", AvailabilityZone: "a", Comment: "the first"}},
	}
	if err := w.draft.ApplyCluster(ctx, w.conn, cluster, ""); err != nil {
		w.t.Fatal(err)
	}
}

// fillKafka makes the objects u11 to u15: a source that is a relation, and one
// that has a table.
func (w *world) fillKafka() {
	rows := catalog.KafkaRows{
		Key: &catalog.Format{Spec: format.Spec{Kind: format.Text}}, Value: &catalog.Format{Spec: format.Spec{Kind: format.JSON}},
		Envelope: catalog.EnvelopeUpsert,
	}
	columns := []catalog.Column{{Name: "key", Type: types.T(types.TextOID), NotNull: true}, {Name: "data", Type: types.T(types.JSONBOID)}}
	w.put(&catalog.Object{ID: "u11", Kind: catalog.KindConnection, Name: "kafka_connection", Uses: []catalog.ID{"u3"},
		Def: &catalog.Kafka{Brokers: []catalog.KafkaBroker{{Address: "broker1:9092", Tunnel: "u3"}, {Address: "broker2"}}}})
	w.put(&catalog.Object{ID: "u12", Kind: catalog.KindConnection, Name: "csr", Uses: []catalog.ID{"u2"},
		Def: &catalog.SchemaRegistry{URL: "https://registry", Password: "u2"}})
	w.put(&catalog.Object{ID: "u13", Kind: catalog.KindSource, Name: "latest", Columns: columns, Uses: []catalog.ID{"u11"},
		Def: &catalog.KafkaSource{Connection: "u11", Topic: "prices", GroupPrefix: "materialize-u11-u13", Rows: &rows}})
	w.put(&catalog.Object{ID: "u14", Kind: catalog.KindSource, Name: "topic", Uses: []catalog.ID{"u11"},
		Def: &catalog.KafkaSource{Connection: "u11", Topic: "orders", GroupPrefix: "materialize-u11-u14"}})
	w.put(&catalog.Object{ID: "u15", Kind: catalog.KindTable, Name: "messages", Columns: columns, Uses: []catalog.ID{"u14"},
		Def: &catalog.KafkaTable{Source: "u14", Topic: "orders", KafkaRows: rows}})
}

// fillState makes a pinned host key and a past status.
func (w *world) fillState() {
	w.t.Helper()
	ctx := context.Background()
	key := catalog.HostKey{Connection: "u3", Host: "bastion", Port: 22, PublicKey: "ssh-ed25519 C", Fingerprint: "SHA256:abc"}
	if err := catalog.PinHostKey(ctx, w.conn, key, time.UnixMicro(moment)); err != nil {
		w.t.Fatal(err)
	}
	found := connectors.SourceError{
		Object: "u15", Part: 1, Position: 7, At: time.UnixMicro(moment), Text: "value: invalid JSON", Key: []byte("k"), Value: []byte{0, 255}, Kept: true,
	}
	if err := connectors.AddSourceErrors(ctx, w.conn, found); err != nil {
		w.t.Fatal(err)
	}
	for _, def := range connectors.StateTables() {
		if def.Name.Name != "status_history" {
			continue
		}
		rows := engine.BatchOf(def.Columns,
			[]any{"u5", "u5", moment, "running", "", ""}, []any{"u5", "u5", moment + 1, "stalled", "ssh: no route", "Check the bastion."})
		if err := w.conn.Append(ctx, def.Name, rows); err != nil {
			w.t.Fatal(err)
		}
	}
}

// put adds objects to the catalog's tables.
func (w *world) put(objects ...*catalog.Object) {
	w.t.Helper()
	edits := make([]catalog.Edit, len(objects))
	for i, o := range objects {
		switch o.Def.(type) {
		case *catalog.PostgresSource, *catalog.KafkaSource, *catalog.Index:
			o.ClusterID = "u17"
		}
		o.SchemaID, o.OwnerID, o.CreateSQL, o.Redacted = "u1", catalog.RoleID, "CREATE "+o.Name, "CREATE"
		edits[i] = catalog.Edit{Put: o}
	}
	if err := w.draft.Apply(context.Background(), w.conn, edits...); err != nil {
		w.t.Fatal(err)
	}
}

// query runs a query and gives its rows, a line each.
func (w *world) query(text string) ([]string, error) {
	w.t.Helper()
	an, err := analyzeText(w.t, text, w.cat)
	if err != nil {
		return nil, err
	}
	return w.run(an)
}

func (w *world) run(an *analyze.Analyzed) ([]string, error) {
	ctx := context.Background()
	st := engine.Statement{Query: an.Query}
	for _, h := range an.Hidden {
		value := map[analyze.SessionKind]string{
			analyze.CurrentUser: "materialize", analyze.SessionUser: "materialize", analyze.CurrentDatabase: "materialize", analyze.CurrentSchema: "public",
			analyze.CurrentSchemas: "{mz_catalog,pg_catalog,public}",
		}[h.Kind]
		st.Params = append(st.Params, engine.Param{Type: h.Type, Text: &value})
	}
	rows, err := w.conn.Query(ctx, st)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []string
	for {
		batch, err := rows.Next(ctx)
		if err != nil || batch == nil {
			return lines, err
		}
		for i := range batch.Len {
			lines = append(lines, enginetest.Line(batch, i))
		}
	}
}

func TestEveryRelationRuns(t *testing.T) {
	w := newWorld(t)
	for _, r := range w.set.Relations() {
		start := time.Now()
		if _, err := w.query(fmt.Sprintf("SELECT * FROM %s.%s", r.Schema, r.Name)); err != nil {
			t.Errorf("%s.%s: %v", r.Schema, r.Name, err)
		}
		if took := time.Since(start); took > 30*time.Millisecond {
			t.Logf("%s.%s took %v", r.Schema, r.Name, took)
		}
	}
}
