package exec

import (
	"context"

	"culvert/sql/plan"
)

func createSchema(ctx context.Context, s *Session, p *plan.CreateSchema) error {
	draft, err := s.change(ctx, "CREATE SCHEMA")
	if err != nil {
		return err
	}
	s.tx.edits = sequence.Add(1)
	return draft.ApplySchema(ctx, s.conn, p.Schema, "")
}
