package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"culvert/connectors/decode/format"
	"culvert/connectors/schemaregistry"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		if err := changeForever(dir); err != nil {
			fmt.Println(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// migrations are those of a server without sources' own state.
var migrations = []Migration{CreateTables(Tables()...), CreatePublicSchema, CreateFirstRoleAndCluster, CreateFirstLogin}

// fixture is a data directory with its catalog.
type fixture struct {
	*testing.T
	dir  string
	e    engine.Engine
	m    *Manager
	conn engine.Conn // outside transactions
}

func start(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, dir: t.TempDir()}
	f.open()
	t.Cleanup(func() { f.close() })
	return f
}

func (f *fixture) check(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) open() {
	f.Helper()
	var err error
	f.e, err = duckdb.Open(duckdb.Options{Dir: f.dir})
	f.check(err)
	f.conn, err = f.e.Connect(f.Context())
	f.check(err)
	f.check(Migrate(f.Context(), f.conn, migrations))
	f.m, err = Open(f.Context(), f.conn, nil)
	f.check(err)
}

func (f *fixture) close() {
	f.Helper()
	f.check(f.conn.Close())
	f.check(f.e.Close(true))
}

// reopen closes the directory and opens it again; what is read must be what
// was in memory, and the tables must agree with each other.
func (f *fixture) reopen() {
	f.Helper()
	before := f.m.Current().Catalog
	f.close()
	f.open()
	f.same(f.m.Current().Catalog, before)
	f.consistent()
}

// same compares all but the version of two catalogs.
func (f *fixture) same(got, want *Catalog) {
	f.Helper()
	if diff := difference(got, want); diff != "" {
		f.Error(diff)
	}
}

func difference(got, want *Catalog) string {
	if !reflect.DeepEqual(got.schemas, want.schemas) {
		return fmt.Sprintf("schemas are %v, not %v", got.Schemas(), want.Schemas())
	}
	if !reflect.DeepEqual(got.clusters, want.clusters) || !reflect.DeepEqual(got.roles, want.roles) {
		return fmt.Sprintf("clusters and roles are %v and %v, not %v and %v", got.Clusters(), got.Roles(), want.Clusters(), want.Roles())
	}
	if !reflect.DeepEqual(got.names, want.names) {
		return fmt.Sprintf("names are %v, not %v", got.names, want.names)
	}
	for id, w := range want.objects {
		if g := got.objects[id]; !reflect.DeepEqual(g, w) {
			return fmt.Sprintf("%s is\n%+v, not\n%+v", id, g, w)
		}
		if g, w := got.Users(id), want.Users(id); len(g) != len(w) {
			return fmt.Sprintf("%s has %d users, not %d", id, len(g), len(w))
		}
	}
	if len(got.objects) != len(want.objects) || len(got.users) != len(want.users) {
		return fmt.Sprintf("there are %d objects of which %d are used, not %d and %d",
			len(got.objects), len(got.users), len(want.objects), len(want.users))
	}
	return ""
}

// consistent compares each table of the catalog with what the objects in
// memory have in it.
func (f *fixture) consistent() {
	f.Helper()
	c := f.m.Current().Catalog
	for _, table := range objectTables {
		var want []string
		for _, o := range c.Objects() {
			rows := [][]any{}
			if table.rows != nil {
				rows = table.rows(o)
			} else {
				row, err := objectRow(o)
				f.check(err)
				rows = append(rows, row)
			}
			for _, row := range rows {
				want = append(want, fmt.Sprint(row))
			}
		}
		slices.Sort(want)
		if got := f.rows(table.def); !slices.Equal(got, want) {
			f.Errorf("%s holds\n%s\nnot\n%s", table.def.Name.Name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// rows are the rows of a table, sorted.
func (f *fixture) rows(def engine.TableDef) []string {
	f.Helper()
	rows, err := f.conn.Scan(f.Context(), def.Name, nil)
	values, err := engine.Collect(f.Context(), rows, err)
	f.check(err)
	var lines []string
	for _, v := range values {
		lines = append(lines, fmt.Sprint(v))
	}
	slices.Sort(lines)
	return lines
}

// transaction is what a session does: a snapshot, a draft, a connection.
type transaction struct {
	f     *fixture
	conn  engine.Conn
	snap  Snapshot
	draft *Draft
}

func (f *fixture) begin() *transaction {
	f.Helper()
	conn, err := f.e.Connect(f.Context())
	f.check(err)
	snap, err := f.m.Begin(func() error { return conn.Begin(f.Context()) })
	f.check(err)
	return &transaction{f: f, conn: conn, snap: snap, draft: NewDraft(snap.Catalog)}
}

func (tx *transaction) apply(edits ...Edit) {
	tx.f.Helper()
	tx.f.check(tx.draft.Apply(tx.f.Context(), tx.conn, edits...))
}

// commit commits, or rolls back when it must; the connection is closed.
func (tx *transaction) commit() error {
	tx.f.Helper()
	err := tx.f.m.Commit(tx.f.Context(), tx.conn, tx.draft)
	if err != nil {
		tx.f.check(tx.conn.Rollback())
	}
	tx.f.check(tx.conn.Close())
	return err
}

func (tx *transaction) rollback() {
	tx.f.Helper()
	tx.f.check(tx.conn.Rollback())
	tx.f.check(tx.conn.Close())
}

// change commits edits in a transaction of their own.
func (f *fixture) change(edits ...Edit) {
	f.Helper()
	tx := f.begin()
	tx.apply(edits...)
	f.check(tx.commit())
}

func put(objects ...*Object) []Edit {
	var edits []Edit
	for _, o := range objects {
		edits = append(edits, Edit{Put: o})
	}
	return edits
}

// secret makes the simplest of objects.
func secret(id ID, name string) *Object {
	return &Object{
		ID: id, Kind: KindSecret, SchemaID: "u1", Name: name, OwnerID: RoleID, Def: &Secret{},
		CreateSQL: "CREATE SECRET " + name, Redacted: "CREATE SECRET " + name,
	}
}

// connection makes a connection that uses others.
func connection(id ID, name string, uses ...ID) *Object {
	o := secret(id, name)
	o.Kind, o.Uses, o.Def = KindConnection, uses, &Postgres{Host: "db", Port: 5432, Database: "d", User: StringOrSecret{Text: "u"}, SSLMode: "disable"}
	return o
}

// everyDefinition has an object of each definition, with all that it can hold.
func everyDefinition() []*Object {
	tunnel := secret("u3", "tunnel")
	tunnel.Kind, tunnel.Def = KindConnection, &SSHTunnel{
		Host: "bastion", Port: 22, User: "it's", PublicKey1: "ssh-ed25519 AAAA", PublicKey2: "ssh-ed25519 BBBB",
		HostKey: "SHA256:x", NoHostKeyCheck: true,
	}
	tunnel.Comment = " "
	pg := connection("u4", "Grüße \"x\" \\ 日本", "u2", "u3")
	pg.Def = &Postgres{
		Host: "h", Port: 65535, Database: "d", User: StringOrSecret{Secret: "u2"}, Password: "u2", SSLMode: "verify-full",
		SSLCert: StringOrSecret{Text: "-----\n'"}, SSLKey: "u2", SSLCA: StringOrSecret{Secret: "u2"}, Tunnel: "u3",
	}
	source := secret("u5", "source")
	source.Kind, source.Uses, source.ClusterID = KindSource, []ID{"u4"}, ClusterID
	source.Def = &PostgresSource{
		Connection: "u4", Publication: "p", Slot: "materialize_0", Database: "d", SystemID: "7", Size: "small",
	}
	progress := secret("u6", "progress")
	progress.Kind, progress.Uses, progress.Def = KindSource, []ID{"u5"}, &Progress{Source: "u5"}
	progress.Columns = []Column{{Name: "lsn", Type: types.T(types.Int8OID)}}
	table := secret("u7", "table")
	table.Kind, table.Uses = KindTable, []ID{"u5"}
	table.Columns = []Column{
		{Name: "a", Type: types.T(types.Int4OID), NotNull: true, Comment: "the key"},
		{Name: "A", Type: types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(10, 2)}},
	}
	table.Keys = []Key{{Name: "pk", Primary: true, Columns: []int{0, 1}}, {Name: "other", Columns: []int{1}}}
	table.Def = &Subsource{
		Source: "u5", Schema: "s", Table: "t", UpstreamOID: 1 << 31, Full: true, Key: []int{0}, FromTable: true,
		Columns: []SubsourceColumn{{Name: "a", Attnum: 3, Type: types.T(types.Int4OID)}, {Name: "A", Attnum: 9, Type: types.T(600), AsText: true}},
	}
	view := secret("u8", "view")
	view.Kind, view.Uses, view.Comment = KindView, []ID{"u7", "u5"}, "all of it"
	view.Columns, view.Def = table.Columns[:1], &View{Query: "SELECT a FROM materialize.public.\"table\""}
	index := secret("u13", "index")
	index.Kind, index.Uses, index.ClusterID = KindIndex, []ID{"u7"}, ClusterID
	index.Def = &Index{On: "u7", Keys: []IndexKey{{Column: 1, Text: `"A"`}, {Column: -1, Text: "lower('x')"}}}
	list := []*Object{secret("u2", "secret"), tunnel, pg, source, progress, table, view}
	return append(append(list, kafkaDefinitions()...), index)
}

// kafkaDefinitions has an object of each definition that Kafka needs.
func kafkaDefinitions() []*Object {
	kafka := connection("u9", "kafka", "u2", "u3")
	kafka.Def = &Kafka{
		Brokers: []KafkaBroker{{Address: "b1:9092", Tunnel: "u3"}, {Address: "b2"}}, Listed: true, Tunnel: "u3",
		Protocol: ProtocolSASLSSL, SASLMechanism: "PLAIN", SASLUser: StringOrSecret{Text: "u"}, SASLPassword: "u2",
		SSLCert: StringOrSecret{Text: "pem"}, SSLKey: "u2", SSLCA: StringOrSecret{Secret: "u2"}, ProgressTopic: "p", ProgressReplication: 3,
	}
	registry := connection("u10", "registry", "u2", "u3")
	registry.Def = &SchemaRegistry{
		URL: "https://r:8081", User: StringOrSecret{Text: "u"}, Password: "u2", SSLCert: StringOrSecret{Text: "pem"}, SSLKey: "u2",
		SSLCA: StringOrSecret{Text: "ca"}, Tunnel: "u3",
	}
	rows := KafkaRows{
		Key: &Format{Spec: format.Spec{Kind: format.CSV, CSV: &format.CSVOptions{Header: []string{"a"}, Delimiter: ";"}}},
		Value: &Format{
			Spec: format.Spec{
				Kind: format.Avro, WireFormat: true, Regex: "x", Message: "m", Descriptors: []byte{0, 255},
				Schema: &schemaregistry.Schema{ID: 7, Subject: "t-value", Type: schemaregistry.Avro, Text: `"string"`},
			},
			Registry: "u10", Document: true,
		},
		Envelope: EnvelopeUpsert, KeepErrors: true, Identity: []int{0}, Hidden: []types.Type{types.T(types.ByteaOID)},
		Columns: []KafkaColumn{{From: OriginKey}, {From: OriginValue, Field: 1}, {From: OriginHeader, Header: "h"}},
	}
	source := connection("u11", "topic", "u9", "u10")
	source.Kind, source.ClusterID, source.Def = KindSource, ClusterID, &KafkaSource{
		Connection: "u9", Topic: "t", TopicID: "id", GroupPrefix: "g", GroupSuffix: "s", Start: []int64{0, 7}, StartTimestamp: 5, Refresh: 1000, Size: "s", Rows: &rows,
	}
	table := connection("u12", "kafka_table", "u11", "u10")
	table.Kind, table.Def = KindTable, &KafkaTable{Source: "u11", Topic: "t", KafkaRows: rows}
	return []*Object{kafka, registry, source, table}
}

func TestEveryDefinitionComesBack(t *testing.T) {
	f := start(t)
	objects := append(everyDefinition(), everyOwnTable())
	sequence := connection("", "sequence")
	sequence.Kind, sequence.Def = KindSequence, &Sequence{Type: types.Int4OID, Start: 2, Increment: 3, Min: 1, Max: 9, Cache: 1, Cycle: true, Generation: 4, Restart: 5, OwnedBy: "u2", Attnum: 6, Identity: true}
	objects = append(objects, sequence)
	forms := map[string]bool{}
	for _, o := range objects {
		forms[o.Def.definition()] = true
	}
	if len(forms) != len(definitions()) {
		t.Errorf("the test makes %d of %d definitions", len(forms), len(definitions()))
	}
	for _, o := range objects {
		o.ID = f.m.NextID() // the IDs that they have
	}
	f.change(put(objects...)...)
	f.consistent()
	f.reopen()
	c := f.m.Current().Catalog
	for _, o := range objects {
		if got := c.Lookup(o.SchemaID, o.Name); got == nil || got.ID != o.ID {
			t.Errorf("%s is not found by its name", o.Name)
		}
	}
	if users := c.Users("u5"); len(users) != 3 || users[0].ID != "u6" || users[2].ID != "u8" {
		t.Errorf("u5 is used by %v", users)
	}
	if database, schema, name := c.FullName(objects[0]); database+"."+schema+"."+name != "materialize.public.secret" {
		t.Errorf("the full name is %s.%s.%s", database, schema, name)
	}
	// Replacing and dropping leave no row of what was.
	renamed := *objects[5]
	renamed.Name, renamed.Columns, renamed.Keys = "narrow", renamed.Columns[:1], nil
	f.change(Edit{Drop: "u8"}, Edit{Put: &renamed})
	f.consistent()
	f.reopen()
	f.change(Edit{Drop: "u15"}, Edit{Drop: "u14"}, Edit{Drop: "u13"}, Edit{Drop: "u12"}, Edit{Drop: "u11"}, Edit{Drop: "u10"}, Edit{Drop: "u9"})
	f.change(Edit{Drop: "u7"}, Edit{Drop: "u6"}, Edit{Drop: "u5"}, Edit{Drop: "u4"}, Edit{Drop: "u3"}, Edit{Drop: "u2"})
	f.reopen()
	for _, def := range Tables() {
		first := []string{"meta", "ids", "schemas", "roles", "role_logins", "clusters", "cluster_replicas"} // not of objects
		if !slices.Contains(first, def.Name.Name) && len(f.rows(def)) > 0 {
			t.Errorf("%s is not empty: %v", def.Name.Name, f.rows(def))
		}
	}
}

func TestSchemasComeBack(t *testing.T) {
	f := start(t)
	tx := f.begin()
	team := &Schema{ID: f.m.NextID(), Name: "team", OwnerID: RoleID, Comment: "ours"}
	f.check(tx.draft.ApplySchema(t.Context(), tx.conn, team, ""))
	inTeam := secret(f.m.NextID(), "s")
	inTeam.SchemaID = team.ID
	tx.apply(put(inTeam, secret(f.m.NextID(), "s"))...)
	f.check(tx.commit())
	f.reopen()
	c := f.m.Current().Catalog
	if c.SchemaNamed("team").ID != team.ID || c.Lookup(team.ID, "s").ID != inTeam.ID || c.Lookup("u1", "s").ID == inTeam.ID {
		t.Error("objects of one name in two schemas are mixed up")
	}
	tx = f.begin()
	tx.apply(Edit{Drop: inTeam.ID})
	f.check(tx.draft.ApplySchema(t.Context(), tx.conn, nil, team.ID))
	again := &Schema{ID: f.m.NextID(), Name: "team", OwnerID: RoleID}
	f.check(tx.draft.ApplySchema(t.Context(), tx.conn, again, ""))
	f.check(tx.commit())
	f.reopen()
	if got := f.m.Current().Catalog.SchemaNamed("team"); got.ID != again.ID {
		t.Errorf("schema team is %s", got.ID)
	}
}

func TestSealedValuesFollowTheirObject(t *testing.T) {
	f := start(t)
	sealed := func(want string) {
		t.Helper()
		got, err := ReadSealed(t.Context(), f.conn, "u2")
		f.check(err)
		if string(got) != want {
			t.Errorf("sealed is %q, not %q", got, want)
		}
	}
	f.change(Edit{Put: secret("u2", "s"), Sealed: []byte("one\x00")})
	sealed("one\x00")
	f.change(Edit{Put: secret("u2", "renamed")}) // keeps what is sealed
	f.reopen()
	sealed("one\x00")
	tx := f.begin()
	tx.apply(Edit{Put: secret("u2", "renamed"), Sealed: []byte("two")})
	own, err := ReadSealed(t.Context(), tx.conn, "u2")
	f.check(err)
	if string(own) != "two" {
		t.Errorf("the transaction itself sees %q", own)
	}
	sealed("one\x00")
	f.check(tx.commit())
	sealed("two")
	f.change(Edit{Drop: "u2"})
	sealed("")
	if rows := f.rows(tableSealed); rows != nil {
		t.Errorf("sealed values are left: %d", len(rows))
	}
}

func TestTheLastEditOfAnObjectCounts(t *testing.T) {
	f := start(t)
	f.change(
		Edit{Put: secret("u2", "a"), Sealed: []byte("one")}, Edit{Put: secret("u2", "b"), Sealed: []byte("two")}, Edit{Put: secret("u2", "c")},
		Edit{Put: secret("u3", "x"), Sealed: []byte("gone")}, Edit{Drop: "u3"},
	)
	f.reopen()
	sealed, err := ReadSealed(t.Context(), f.conn, "u2")
	f.check(err)
	if rows := f.rows(tableSealed); string(sealed) != "two" || len(rows) != 1 || f.m.Current().Catalog.Object("u2").Name != "c" {
		t.Errorf("sealed is %q, of %d rows", sealed, len(rows))
	}
}

func TestRollbackLeavesNothing(t *testing.T) {
	f := start(t)
	f.change(put(everyDefinition()...)...)
	before := f.m.Current()
	tx := f.begin()
	tx.apply(Edit{Drop: "u8"}, Edit{Put: secret("u20", "new"), Sealed: []byte("x")})
	if tx.draft.Catalog().Lookup("u1", "new") == nil || tx.draft.Catalog().Object("u8") != nil {
		t.Error("the transaction does not see its own changes")
	}
	tx.rollback()
	if f.m.Current() != before {
		t.Error("a rollback changes what is committed")
	}
	f.reopen()
	if rows := f.rows(tableSealed); rows != nil {
		t.Error("a sealed value is left of a rollback")
	}
}

// serialization tells whether an error is 40001 with a hint.
func serialization(err error) bool {
	var e *pgerr.Error
	return errors.As(err, &e) && e.Code == pgerr.SerializationFailure && e.Hint != ""
}

// connectAndBegin is begin for goroutines other than the test's own.
func connectAndBegin(ctx context.Context, f *fixture) (*transaction, error) {
	conn, err := f.e.Connect(ctx)
	if err != nil {
		return nil, err
	}
	snap, err := f.m.Begin(func() error { return conn.Begin(ctx) })
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &transaction{f: f, conn: conn, snap: snap, draft: NewDraft(snap.Catalog)}, nil
}
