package postgres

import (
	"fmt"
	"testing"

	"culvert/connectors"
	"culvert/connectors/connectortest"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/testenv"
)

// subject is a source with a keyed table and one with FULL identity.
type subject struct {
	*rig
	next int
}

func TestContract(t *testing.T) {
	t.Parallel()
	open := func(tb testing.TB) func() (engine.Engine, error) {
		dir := tb.TempDir()
		return func() (engine.Engine, error) {
			return duckdb.Open(duckdb.Options{Dir: dir, MemoryLimit: 512 << 20})
		}
	}
	connectortest.Run(t, open, func(tb testing.TB, w *connectortest.World) connectortest.Subject {
		r := &rig{t: tb, World: w, pg: testenv.NewPostgres(tb, testenv.PostgresOptions{})}
		r.proxy = testenv.NewProxy(tb, r.pg.Addr())
		r.exec(`CREATE TABLE keyed (k int PRIMARY KEY, v text); INSERT INTO keyed SELECT i, 'v' || i FROM generate_series(1, 500) i;
			CREATE TABLE bag (v text); ALTER TABLE bag REPLICA IDENTITY FULL; INSERT INTO bag SELECT 'x' FROM generate_series(1, 100);
			CREATE PUBLICATION p FOR TABLE keyed, bag;
			CREATE PROCEDURE work(start int, n int) LANGUAGE plpgsql AS $$ BEGIN FOR i IN start..start + n - 1 LOOP
				INSERT INTO keyed VALUES (100000 + i, 'new ' || i); UPDATE keyed SET v = v || '!' WHERE k = i % 500 + 1;
				IF i % 3 = 0 THEN DELETE FROM keyed WHERE k = 100000 + i - 2; END IF;
				INSERT INTO bag VALUES (i % 5);
				IF i % 4 = 0 THEN DELETE FROM bag WHERE ctid = (SELECT min(ctid) FROM bag); END IF;
				COMMIT; END LOOP; END $$`)
		return &subject{rig: r}
	})
}

func (s *subject) Spec(tb testing.TB) connectors.SourceSpec {
	tb.Helper()
	return s.spec(s.config())
}

func (s *subject) Write(tb testing.TB, n int) {
	tb.Helper()
	s.pg.MustExec(tb, fmt.Sprintf("CALL work(%d, %d)", s.next, n))
	s.next += n
}

func (s *subject) Want(tb testing.TB, object string) []string {
	tb.Helper()
	return s.upstream("SELECT * FROM " + object)
}

func (s *subject) Break(tb testing.TB) {
	tb.Helper()
	s.proxy.Refuse(true)
	s.proxy.Cut()
}

func (s *subject) Heal(tb testing.TB) {
	tb.Helper()
	s.proxy.Refuse(false)
}
