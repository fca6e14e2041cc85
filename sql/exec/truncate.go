package exec

import (
	"context"
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// runTruncate empties tables (ExecuteTruncate). Those whose rows refer to them
// must be emptied, too.
func runTruncate(ctx context.Context, s *Session, st *ast.Utility) (*Result, error) {
	node := st.Tree.Node.GetTruncateStmt()
	for _, n := range node.Relations {
		if rv := n.GetRangeVar(); !isOwn(s, rv) {
			return nil, refuseTruncate(s, st, rv)
		}
	}
	if s.transaction().readOnly {
		return nil, errReadOnly(st.Tag())
	}
	if _, err := s.begin(ctx); err != nil {
		return nil, err
	}
	var tables []*catalog.Object
	for _, n := range node.Relations {
		rv := n.GetRangeVar()
		rel, ok := s.scope().Relation(rv.GetSchemaname(), rv.GetRelname())
		if !ok || rel.Own == nil { // dropped meanwhile
			return nil, refuseTruncate(s, st, rv)
		}
		if o := s.catalog().Object(catalog.ID(rel.ID)); !slices.Contains(tables, o) {
			tables = append(tables, o)
		}
	}
	tables, err := withReferring(s, tables, node.Behavior == pg_query.DropBehavior_DROP_CASCADE)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		if err := truncateTable(ctx, s, table, node.RestartSeqs); err != nil {
			return nil, err
		}
	}
	return done(st.Tag()), nil
}

// refuseTruncate answers for what cannot be emptied; PostgreSQL says no position.
func refuseTruncate(s *Session, st *ast.Utility, rv *pg_query.RangeVar) error {
	return pgerr.From(refuseTarget(s, &st.Postgres, rv)).At(0)
}

func isOwn(s *Session, rv *pg_query.RangeVar) bool {
	rel, ok := s.scope().Relation(rv.GetSchemaname(), rv.GetRelname())
	return ok && rel.Own != nil
}

// withReferring adds the tables that refer to those to be emptied, or fails.
func withReferring(s *Session, tables []*catalog.Object, cascade bool) ([]*catalog.Object, error) {
	for i := 0; i < len(tables); i++ {
		for _, r := range s.catalog().Referencing(tables[i].ID) {
			switch {
			case slices.Contains(tables, r.Table):
			case !cascade:
				return nil, pgerr.New(pgerr.FeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint").
					WithDetail("Table \"%s\" references \"%s\".", r.Table.Name, tables[i].Name).
					WithHint("Truncate table \"%s\" at the same time, or use TRUNCATE ... CASCADE.", r.Table.Name)
			default:
				s.client.Notice(pgerr.Notice("truncate cascades to table \"%s\"", r.Table.Name))
				tables = append(tables, r.Table)
			}
		}
	}
	return tables, nil
}

func truncateTable(ctx context.Context, s *Session, table *catalog.Object, restart bool) error {
	own, _ := table.Own()
	s.tx.claim().Table(table.ID, catalog.TableChanged)
	if err := s.conn.Truncate(ctx, own.PhysicalName()); err != nil || !restart {
		return err
	}
	return restartSequences(ctx, s, own)
}

// restartSequences begins a new generation of the sequences that a table owns: so
// they go on as they were when the transaction is rolled back.
func restartSequences(ctx context.Context, s *Session, own *catalog.OwnTable) error {
	var edits []catalog.Edit
	for _, c := range own.Columns {
		if c.Sequence == "" {
			continue
		}
		sequence := *s.catalog().Object(c.Sequence)
		if def, ok := sequence.Def.(*catalog.Sequence); ok {
			again := *def
			again.Generation = int(s.srv.opts.Catalog.NextID().Number()) // of no transaction that failed
			again.Restart = again.Start
			sequence.Def = &again
			edits = append(edits, catalog.Edit{Put: &sequence})
		}
	}
	if edits == nil {
		return nil
	}
	draft, err := s.change(ctx, "TRUNCATE TABLE")
	if err != nil {
		return err
	}
	return s.apply(ctx, draft, edits...)
}
