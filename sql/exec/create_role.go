package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

func createRole(ctx context.Context, s *Session, p *plan.CreateRole) error {
	return putRole(ctx, s, "CREATE ROLE", p.Role)
}

// putRole stores a role.
func putRole(ctx context.Context, s *Session, what string, r *catalog.Role) error {
	draft, err := s.change(ctx, what)
	if err != nil {
		return err
	}
	s.tx.edits = sequence.Add(1)
	return draft.ApplyRole(ctx, s.conn, r, "")
}
