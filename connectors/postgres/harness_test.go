package postgres

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"culvert/catalog/secrets"
	"culvert/connectors"
	"culvert/connectors/connectortest"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/testenv"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testSlot = "materialize_0123456789abcdef0123456789abcdef"

// rig is an upstream with a proxy in front, and a world for sources.
type rig struct {
	*connectortest.World
	pg    *testenv.Postgres
	proxy *testenv.Proxy
	dial  connectors.DialFunc
	t     testing.TB
}

// newRig starts an upstream on which setup has run.
func newRig(t testing.TB, setup string) *rig {
	t.Helper()
	return newRigWith(t, testenv.PostgresOptions{}, setup)
}

func newRigWith(t testing.TB, opts testenv.PostgresOptions, setup string) *rig {
	t.Helper()
	r := &rig{t: t, pg: testenv.NewPostgres(t, opts)}
	r.proxy = testenv.NewProxy(t, r.pg.Addr())
	r.pg.MustExec(t, setup)
	dir := t.TempDir()
	r.World = connectortest.New(t, func() (engine.Engine, error) {
		return duckdb.Open(duckdb.Options{Dir: dir, MemoryLimit: 512 << 20})
	})
	r.Cleaners["postgres"] = func(ctx context.Context, c connectors.Cleanup) error {
		return DropSlot(ctx, r.params(), c.Target)
	}
	return r
}

// params lead through the proxy.
func (r *rig) params() Params {
	dial := r.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 2 * time.Second}).DialContext
	}
	return Params{
		Host: r.proxy.Host(), Port: uint16(r.proxy.Port()), Database: "postgres", User: "postgres",
		Password: secrets.NewValue([]byte(r.pg.Password())), Dial: dial,
	}
}

// config describes all tables of publication p, by the names of the tables.
func (r *rig) config(textColumns ...string) Config {
	r.t.Helper()
	pub, err := DescribePublication(r.t.Context(), r.params(), "p", ForSource)
	if err != nil {
		r.t.Fatalf("describing the publication: %v", err)
	}
	cfg := Config{Params: r.params(), Publication: "p", Slot: testSlot, SystemID: pub.SystemID}
	for _, t := range pub.Tables {
		key, ok := t.Key(nil)
		if !ok {
			r.t.Fatalf("table %s has no identity", t.Name)
		}
		table := Table{Object: t.Name, OID: t.OID, Schema: t.Schema, Name: t.Name, Key: key}
		for _, c := range t.Columns {
			col := Column{Attnum: c.Attnum, Name: c.Name, Upstream: c.Type, Type: c.Type, NotNull: c.NotNull}
			if slices.Contains(textColumns, t.Name+"."+c.Name) {
				col.Type.OID, col.Type.Mod = 25, -1
			}
			table.Columns = append(table.Columns, col)
		}
		cfg.Tables = append(cfg.Tables, table)
	}
	return cfg
}

func (r *rig) spec(cfg Config) connectors.SourceSpec {
	r.t.Helper()
	source, err := New(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	return connectors.SourceSpec{ID: "src", Name: "src", Fingerprint: "1", Tables: cfg.SupervisorTables(), Connector: source}
}

// start boots the world with a source of all tables and waits for them.
func (r *rig) start() Config {
	r.t.Helper()
	cfg := r.config()
	r.Start(r.t, r.spec(cfg))
	for _, t := range cfg.Tables {
		r.AwaitReady(r.t, t.Object)
	}
	return cfg
}

func (r *rig) exec(sql string) {
	r.t.Helper()
	r.pg.MustExec(r.t, sql)
}

// upstream reads rows as the world prints them.
func (r *rig) upstream(sql string) []string {
	r.t.Helper()
	var all []string
	for _, row := range r.pg.MustQuery(r.t, sql) {
		for i := range row {
			if row[i] == "NULL" {
				row[i] = "∅"
			}
		}
		all = append(all, strings.Join(row, "|"))
	}
	slices.Sort(all)
	return all
}

// same waits until tables have the rows that they have upstream.
func (r *rig) same(tables ...string) {
	r.t.Helper()
	for _, table := range tables {
		want := r.upstream("SELECT * FROM " + table)
		testenv.Eventually(r.t, 40*time.Second, func() error {
			conn, err := r.Engine.Connect(r.t.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			rows, ok, err := r.Read(r.t.Context(), conn, table)
			if err != nil {
				return err
			}
			if !ok {
				return fmt.Errorf("%s is not ready: %+v", table, r.Sup.Ready(table).Status)
			}
			return difference(rows[table], want)
		})
	}
}

// difference tells how rows differ from what they should be.
func difference(got, want []string) error {
	if slices.Equal(got, want) {
		return nil
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Errorf("%d rows instead of %d: %q is missing", len(got), len(want), want[i])
		case i >= len(want):
			return fmt.Errorf("%d rows instead of %d: %q is too much", len(got), len(want), got[i])
		case got[i] != want[i]:
			return fmt.Errorf("%d rows (of %d): %q instead of %q", len(got), len(want), got[i], want[i])
		}
	}
	return nil
}

// sum adds the second columns of tables in one snapshot.
func (r *rig) sum(ctx context.Context, conn engine.Conn, objects ...string) (ok bool, sum int64, err error) {
	physical, err := r.Begin(ctx, conn)
	if err != nil {
		return false, 0, err
	}
	defer func() { _ = conn.Rollback() }() // nothing was written
	for _, object := range objects {
		name, found := physical[object]
		if !found {
			return false, 0, nil
		}
		rows, err := conn.Scan(ctx, name, nil)
		if err != nil {
			return false, 0, err
		}
		for {
			batch, err := rows.Next(ctx)
			if err != nil || batch == nil {
				if closeErr := rows.Close(); err == nil {
					err = closeErr
				}
				if err != nil {
					return false, 0, err
				}
				break
			}
			for _, n := range batch.Cols[1].I32[:batch.Len] {
				sum += int64(n)
			}
		}
	}
	return true, sum, nil
}
