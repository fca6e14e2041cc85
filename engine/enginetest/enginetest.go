// Package enginetest is the suite that every engine passes: the promises of
// the contract in culvert/engine, each as a test.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"culvert/engine"
	"culvert/sql/types"
)

// Opener opens the engine on a data directory.
type Opener func(dir string) (engine.Engine, error)

// Run checks every promise of the contract on engines that open opens. The
// test binary's TestMain calls Child first.
func Run(t *testing.T, open Opener) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"ValuesOfEveryTypeComeBack", valuesComeBack},
		{"NullsAtTheBordersOfChunksComeBack", nullsAtBorders},
		{"InfinityComesBack", infinityComesBack},
		{"LongTextsComeBack", longTexts},
		{"TablesAreListedAsMade", tablesAreListed},
		{"AppendChecksItsBatch", appendChecks},
		{"AppendedRowsAreSeenInTheirTransaction", appendedRowsAreSeen},
		{"SnapshotIsTakenAtBegin", snapshotAtBegin},
		{"UncommittedRowsAreNotSeen", uncommittedNotSeen},
		{"RollbackUndoesEverything", rollbackUndoes},
		{"FailedTransactionDoesNotCommit", failedDoesNotCommit},
		{"ConflictIsReported", conflictIsReported},
		{"TransactionsOfDifferentTablesCommitSideBySide", sideBySide},
		{"DeletesOfDifferentRowsCommitSideBySide", deletesSideBySide},
		{"OneTableMadeInTwoTransactionsConflicts", sameTableTwice},
		{"TablesMadeSideBySide", tablesSideBySide},
		{"DeleteKeysDeletesEveryMatch", deleteKeys},
		{"DeleteKeysTakesNullAsEqual", deleteNullKeys},
		{"DeleteKeysCountsDuplicateKeysOnce", deleteDuplicateKeys},
		{"DeleteKeysOfManyTypes", deleteTypedKeys},
		{"DeleteCopiesDeletesExactlyN", deleteCopies},
		{"DeleteAndInsertOfOneKeyInOneTransaction", deleteInsert},
		{"TruncateDeletesAll", truncateDeletesAll},
		{"FetchByKeysReadsWholeRows", fetchByKeys},
		{"FetchByKeysMayReuseItsKeys", fetchReusesKeys},
		{"ScanMatches", scanMatches},
		{"RowsClosedEarlyReleaseTheirSnapshot", rowsClosedEarly},
		{"CancelledContextStopsACall", cancelledContext},
		{"InterruptWithoutACallDoesNothing", interruptIdle},
		{"CheckpointRunsBesideReadersAndWriters", checkpointBeside},
		{"DroppedTableFailsItsWriter", droppedTable},
		{"FiftyConnectionsWork", fiftyConnections},
		{"ClosedAndOpenedAgainKeepsItsRows", reopen},
		{"KilledProcessKeepsWhatWasCommitted", killed},
		{"DataDirectoryIsLocked", locked},
		{"QueryReadsStoredRows", queryReads},
		{"QueryTakesParameters", queryParameters},
		{"QuerySeesRowsAppendedSinceItWasTranslated", querySeesNewRows},
		{"QueryErrorHasItsCode", queryError},
		{"ErrorInMidStreamIsReported", errorInMidStream},
		{"InterruptStopsAQuery", interruptQuery},
		{"EndOfTheContextStopsAQuery", endOfContext},
		{"InterruptStopsOpenRows", interruptRows},
		{"ExplainPrintsAPlan", explainPlan},
		{"LiveRelationIsReadPerStatement", liveRelation},
		{"LiveRelationIsFixedWithinAStatement", liveSelfJoin},
		{"LiveRelationJoinsStoredRowsInATransaction", liveInTransaction},
		{"LiveRelationHoldsEveryType", liveTypes},
		{"LiveRelationErrorIsReported", liveErrors},
		{"LiveRelationNameIsTakenOnce", liveTwice},
		{"LiveRelationsAreReadConcurrently", liveConcurrently},
		{"StaticRelationIsRead", staticRelation},
		{"StagedRowsAreInserted", stageAndInsert},
		{"StagedRowsEndWithTheirTransaction", stageRollsBack},
		{"DeleteQueryDeletesByRowID", deleteQuery},
		{"DeleteQueriesOfOneRowConflict", deleteQueryConflicts},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fixture{T: t, open: open, dir: t.TempDir()}
			f.start()
			defer f.stop()
			test.run(t, f)
		})
	}
}

// fixture is an open engine for one test.
type fixture struct {
	*testing.T
	open  Opener
	dir   string
	e     engine.Engine
	conns []engine.Conn
}

func (f *fixture) start() {
	f.Helper()
	e, err := f.open(f.dir)
	f.check(err)
	f.e = e
}

// stop closes all connections and the engine.
func (f *fixture) stop() {
	f.Helper()
	for _, c := range f.conns {
		if err := c.Close(); err != nil {
			f.Errorf("closing a connection: %v", err)
		}
	}
	f.conns = nil
	if err := f.e.Close(false); err != nil {
		f.Errorf("closing the engine: %v", err)
	}
}

func (f *fixture) check(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) connect() engine.Conn {
	f.Helper()
	c, err := f.e.Connect(f.Context())
	f.check(err)
	f.conns = append(f.conns, c)
	return c
}

// table is what the tests call a table of the schema d.
func table(name string) engine.TableName {
	return engine.TableName{Schema: engine.SchemaData, Name: name}
}

// create makes a table with columns c1, c2, … and gives its name.
func (f *fixture) create(c engine.Conn, name string, columns ...types.Physical) engine.TableName {
	f.Helper()
	f.check(c.CreateTable(f.Context(), tableDef(name, columns...)))
	return table(name)
}

func tableDef(name string, columns ...types.Physical) engine.TableDef {
	def := engine.TableDef{Name: table(name)}
	for i, p := range columns {
		def.Columns = append(def.Columns, engine.ColumnDef{Name: fmt.Sprintf("c%d", i+1), Phys: p})
	}
	return def
}

// all reads a table, sorted.
func (f *fixture) all(c engine.Conn, name engine.TableName) []string {
	f.Helper()
	rows, err := c.Scan(f.Context(), name, nil)
	f.check(err)
	return f.sorted(rows)
}

// count counts the rows of a table.
func (f *fixture) count(c engine.Conn, name engine.TableName) int {
	f.Helper()
	return len(f.all(c, name))
}

func (f *fixture) sorted(rows engine.Rows) []string {
	f.Helper()
	lines, err := read(f.Context(), rows)
	f.check(err)
	slices.Sort(lines)
	return lines
}

// read reads rows to the end and closes them.
func read(ctx context.Context, rows engine.Rows) ([]string, error) {
	var lines []string
	for {
		batch, err := rows.Next(ctx)
		if err != nil || batch == nil {
			return lines, errors.Join(err, rows.Close())
		}
		for i := range batch.Len {
			lines = append(lines, Line(batch, i))
		}
	}
}

// equal compares lines.
func (f *fixture) equal(got []string, want ...string) {
	f.Helper()
	if !slices.Equal(got, want) {
		f.Fatalf("got %s, want %s", brief(got), brief(want))
	}
}

func brief(lines []string) string {
	if len(lines) > 20 {
		return fmt.Sprintf("%d lines, %s …", len(lines), strings.Join(lines[:20], ", "))
	}
	return fmt.Sprintf("%d lines: %s", len(lines), strings.Join(lines, ", "))
}

// soon fails the test when what takes longer than ten seconds.
func (f *fixture) soon(what string, done <-chan error) error {
	f.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		f.Fatalf("%s takes too long", what)
		return nil
	}
}
