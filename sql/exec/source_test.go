package exec

import (
	"context"
	"strings"
	"testing"
	"time"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/connectors/postgres"
	"culvert/engine"
	"culvert/sql/types"
	"culvert/testenv"
)

// addSource commits a source s over a connection to a port on which nothing
// listens, with one table t; its password is the secret named.
func (n *node) addSource(t *testing.T, secret string) (source *catalog.Object) {
	t.Helper()
	m := n.opts.Catalog
	public := m.Current().Catalog.SchemaNamed(catalog.PublicSchema).ID
	object := func(kind catalog.Kind, name string, def catalog.Definition, uses ...catalog.ID) *catalog.Object {
		return &catalog.Object{ID: m.NextID(), Kind: kind, SchemaID: public, Name: name, OwnerID: catalog.RoleID, Uses: uses, Def: def}
	}
	password := m.Current().Catalog.Lookup(public, secret)
	connection := object(catalog.KindConnection, "pg_"+secret, &catalog.Postgres{
		Host: "127.0.0.1", Port: 1, Database: "postgres", User: catalog.StringOrSecret{Text: "u"}, Password: password.ID, SSLMode: "disable",
	}, password.ID)
	source = object(catalog.KindSource, "s_"+secret, &catalog.PostgresSource{Connection: connection.ID, Publication: "p", Slot: "materialize_" + secret}, connection.ID)
	table := object(catalog.KindTable, "t_"+secret, &catalog.Subsource{
		Source: source.ID, Schema: "public", Table: "t", UpstreamOID: 1, Key: []int{0},
		Columns: []catalog.SubsourceColumn{{Name: "id", Attnum: 1, Type: types.T(types.Int4OID)}},
	}, source.ID)
	table.Columns = []catalog.Column{{Name: "id", Type: types.T(types.Int4OID), NotNull: true}}
	n.commit(t, catalog.Edit{Put: connection}, catalog.Edit{Put: source}, catalog.Edit{Put: table})
	return source
}

// commit commits edits of the catalog.
func (n *node) commit(t *testing.T, edits ...catalog.Edit) {
	t.Helper()
	ctx := context.Background()
	err := n.withConn(ctx, func(conn engine.Conn) error {
		snap, err := n.opts.Catalog.Begin(func() error { return conn.Begin(ctx) })
		if err != nil {
			return err
		}
		draft := catalog.NewDraft(snap.Catalog)
		if err := draft.Apply(ctx, conn, edits...); err != nil {
			return err
		}
		return n.opts.Catalog.Commit(ctx, conn, draft)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// within fails the test when done is not closed in time.
func within(t *testing.T, limit time.Duration, done <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s does not end", what)
	}
}

// TestADroppedTableEndsTheWaitForIt: a query that waits for a first snapshot
// ends when the table goes.
func TestADroppedTableEndsTheWaitForIt(t *testing.T) {
	n := newNode(t)
	main := n.terminal(t)
	main.run("CREATE SECRET a AS 'x'")
	n.addSource(t, "a")
	waiting, done := n.terminal(t), make(chan struct{})
	var answer string
	go func() {
		defer close(done)
		answer = waiting.run("SELECT * FROM t_a")
	}()
	testenv.Eventually(t, 5*time.Second, func() error {
		return expect(main.run("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"), "\n2\n")
	})
	if got := main.run("DROP SOURCE s_a CASCADE"); !strings.Contains(got, "DROP SOURCE") {
		t.Fatal(got)
	}
	within(t, 10*time.Second, done, "the query")
	if !strings.Contains(answer, "ERROR 42P01") {
		t.Errorf("the answer is %s", answer)
	}
}

// TestABrokenSecretBreaksItsSourceOnly: a secret that cannot be opened stalls
// the sources that need it, with an error; all else goes on, at boot, too.
func TestABrokenSecretBreaksItsSourceOnly(t *testing.T) {
	n := newNode(t)
	main := n.terminal(t)
	main.run("CREATE SECRET a AS 'x'; CREATE SECRET b AS 'y'")
	a := n.addSource(t, "a")
	broken := n.opts.Catalog.Current().Catalog.Lookup(a.SchemaID, "a")
	n.commit(t, catalog.Edit{Put: broken, Sealed: []byte("damaged")})
	b := n.addSource(t, "b")
	for source, want := range map[*catalog.Object]string{a: "open", b: "connect"} {
		testenv.Eventually(t, 10*time.Second, func() error {
			r := n.opts.Sources.Ready(string(n.tableOf(source)))
			if r.Source.State != connectors.StateStalled {
				return expect(r.Source.State.String(), "stalled")
			}
			return expect(r.Source.Error, want)
		})
	}
	specs, err := n.Boot(context.Background())
	if err != nil || len(specs) != 2 {
		t.Errorf("boot gives %d sources and %v", len(specs), err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		main.run("ALTER SECRET a AS 'z'")
	}()
	within(t, 10*time.Second, done, "ALTER SECRET")
	testenv.Eventually(t, 10*time.Second, func() error {
		return expect(n.opts.Sources.Ready(string(n.tableOf(a))).Source.Error, "connect")
	})
}

// tableOf is the ID of a source's table.
func (n *node) tableOf(source *catalog.Object) catalog.ID {
	for _, user := range n.opts.Catalog.Current().Catalog.Users(source.ID) {
		if _, ok := user.Def.(*catalog.Subsource); ok {
			return user.ID
		}
	}
	return ""
}

// TestSourcesThatComeAndGo: the reconciler works on a source while the source
// and its secret are dropped.
func TestSourcesThatComeAndGo(t *testing.T) {
	n := newNode(t)
	main := n.terminal(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			main.run("CREATE SECRET a AS 'x'")
			n.addSource(t, "a") // does not wait for the reconciler
			main.run("DROP SOURCE s_a CASCADE; DROP CONNECTION pg_a; DROP SECRET a")
		}
	}()
	within(t, 60*time.Second, done, "making and dropping sources")
}

// TestAPlanOfAnotherTransaction: a statement that was prepared on what one
// transaction had changed does not see it in the next, which has changed
// something else.
func TestAPlanOfAnotherTransaction(t *testing.T) {
	n := newNode(t)
	main := n.terminal(t)
	for _, name := range []string{"a", "b"} {
		main.run("CREATE SECRET " + name + " AS 'x'")
		n.addSource(t, name)
	}
	rename := func(from string) {
		t.Helper()
		main.run("BEGIN")
		draft, err := main.session.change(context.Background(), "ALTER TABLE")
		if err != nil {
			t.Fatal(err)
		}
		table := *draft.Catalog().Lookup(draft.Catalog().SchemaNamed(catalog.PublicSchema).ID, from)
		table.Name = "x"
		if err := main.session.apply(context.Background(), draft, catalog.Edit{Put: &table}); err != nil {
			t.Fatal(err)
		}
	}
	rename("t_a")
	statements, err := main.session.Parse("SELECT * FROM x")
	if err != nil {
		t.Fatal(err)
	}
	p, err := main.session.Prepare(context.Background(), statements[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	main.run("ROLLBACK")
	rename("t_b")
	_, err = main.session.Execute(context.Background(), p, nil)
	if err == nil || !strings.Contains(err.Error(), `table "x" had no snapshot`) {
		t.Errorf("the error is %v", err)
	}
}

func expect(got, want string) error {
	if !strings.Contains(got, want) {
		return errUnexpected(got)
	}
	return nil
}

type errUnexpected string

func (e errUnexpected) Error() string { return "unexpected: " + string(e) }

func TestASizeRestartsNothing(t *testing.T) {
	mark := func(def catalog.PostgresSource) string {
		return fingerprint(&catalog.Postgres{Host: "db"}, postgres.Params{}, &def)
	}
	was := mark(catalog.PostgresSource{Slot: "a"})
	if mark(catalog.PostgresSource{Slot: "a", Size: "small"}) != was {
		t.Error("a source with another size would be started again")
	}
	if mark(catalog.PostgresSource{Slot: "b"}) == was {
		t.Error("a source with another slot would go on")
	}
}
