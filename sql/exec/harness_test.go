package exec

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/catalog/systables"
	"culvert/connectors"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/server/wire"
	"culvert/sql/pgerr"
	"culvert/tunnel"
)

// node is a server over a data directory of its own, without a network.
type node struct {
	*Server
	engine engine.Engine
}

type names struct{ n int }

func (p *names) NextPhysical() engine.TableName {
	p.n++
	return engine.TableName{Schema: engine.SchemaData, Name: fmt.Sprint("p", p.n)}
}

func newNode(t testing.TB) *node {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	e, err := duckdb.Open(duckdb.Options{Dir: dir, MemoryLimit: 256 << 20})
	must(err)
	conn, err := e.Connect(ctx)
	must(err)
	must(catalog.Migrate(ctx, conn, []catalog.Migration{
		catalog.CreateTables(append(catalog.Tables(), connectors.StateTables()...)...), catalog.CreatePublicSchema, catalog.CreateFirstRoleAndCluster,
	}))
	manager, err := catalog.Open(ctx, conn, nil)
	must(err)
	must(conn.Close())
	must(secrets.CreateKey(filepath.Join(dir, "key")))
	sealer, err := secrets.OpenKey(filepath.Join(dir, "key"))
	must(err)
	tunnels := tunnel.NewManager(tunnel.Options{Store: NewHostKeyStore(e)})
	sources := connectors.NewSupervisor(connectors.Options{
		Engine: e, Publisher: Publisher{manager}, Physical: &names{},
		Cleaners: map[string]connectors.Cleaner{SlotCleanup: SlotDropper{e, manager, sealer, tunnels}.Drop},
	})
	s, err := New(Options{
		Engine: e, Catalog: manager, Sealer: sealer, Tunnels: tunnels, Sources: sources, System: systables.New(),
		Logger: slog.New(slog.DiscardHandler), Version: "test",
	})
	must(err)
	must(sources.Boot(ctx, nil))
	s.Start()
	t.Cleanup(func() {
		s.Close()
		sources.Close()
		tunnels.Close()
		must(e.Close(false))
	})
	return &node{Server: s, engine: e}
}

// client keeps what a session tells it.
type client struct{ lines []string }

func (c *client) Notice(n *pgerr.Error)        { c.lines = append(c.lines, string(n.Severity)+": "+n.Message) }
func (c *client) Parameter(name, value string) { c.lines = append(c.lines, name+" = "+value) }

// terminal is a session with what a person sees of it.
type terminal struct {
	t       testing.TB
	session *Session
	client  *client
}

var pids uint32

func (n *node) terminal(t testing.TB) *terminal {
	t.Helper()
	pids++
	c := &client{}
	s, err := n.Open(context.Background(), Info{Role: catalog.RoleName, Superuser: true, PID: pids}, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &terminal{t: t, session: s, client: c}
}

// run runs the statements of a text as a simple Query message does, and gives
// notices, rows, tags and the error, a line each.
func (term *terminal) run(text string) string {
	term.t.Helper()
	ctx := context.Background()
	term.client.lines = nil
	var out []string
	err := func() error {
		statements, err := term.session.Parse(text)
		if err != nil {
			return err
		}
		for _, st := range statements {
			lines, err := term.one(ctx, st)
			out = append(out, lines...)
			if err != nil {
				return err
			}
		}
		return term.session.Sync(ctx)
	}()
	out = append(term.client.lines, out...)
	if err != nil {
		term.session.Abort()
		out = append(out, errorLines(err)...)
	}
	return strings.Join(out, "\n") + "\n"
}

func errorLines(err error) []string {
	e := pgerr.From(err)
	line := fmt.Sprintf("ERROR %s: %s", e.Code, e.Message)
	if e.Position > 0 {
		line += fmt.Sprintf(" (at %d)", e.Position)
	}
	lines := []string{line}
	if e.Detail != "" {
		lines = append(lines, "DETAIL: "+e.Detail)
	}
	if e.Hint != "" {
		lines = append(lines, "HINT: "+e.Hint)
	}
	return lines
}

func (term *terminal) one(ctx context.Context, st Statement) (lines []string, err error) {
	p, err := term.session.Prepare(ctx, st, nil)
	if err != nil {
		return nil, err
	}
	r, err := term.session.Execute(ctx, p, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.Columns() != nil {
		var names []string
		for _, c := range r.Columns() {
			names = append(names, c.Name)
		}
		lines = append(lines, strings.Join(names, " | "))
	}
	var count int64
	for {
		batch, err := r.Next(ctx)
		if err != nil {
			return lines, err
		}
		if batch == nil {
			break
		}
		count += int64(batch.Len)
		lines = append(lines, term.rows(r.Columns(), batch)...)
	}
	return append(lines, r.Tag(count)), nil
}

func (term *terminal) rows(columns []wire.Column, batch *engine.Batch) []string {
	var lines []string
	for i := range batch.Len {
		var cells []string
		for j := range columns {
			cells = append(cells, fmt.Sprint(batch.Cols[j].Value(i)))
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	return lines
}
