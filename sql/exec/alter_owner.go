package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

func alterOwner(ctx context.Context, s *Session, p *plan.AlterOwner) error {
	switch {
	case p.Schema != nil:
		return putSchema(ctx, s, "ALTER", p.Schema)
	case p.Cluster != nil:
		return putCluster(ctx, s, "ALTER", p.Cluster)
	}
	return putObjects(ctx, s, "ALTER", p.Object)
}

// putSchema stores a schema.
func putSchema(ctx context.Context, s *Session, what string, schema *catalog.Schema) error {
	draft, err := s.change(ctx, what)
	if err != nil {
		return err
	}
	s.tx.edits = sequence.Add(1)
	return draft.ApplySchema(ctx, s.conn, schema, "")
}
