package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

// createTableFromSource stores a table; its source takes it up after the
// commit.
func createTableFromSource(ctx context.Context, s *Session, p *plan.CreateTableFromSource) error {
	draft, err := s.change(ctx, "CREATE TABLE")
	if err != nil {
		return err
	}
	return s.apply(ctx, draft, catalog.Edit{Put: p.Table})
}
