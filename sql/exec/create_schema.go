package exec

import (
	"context"

	"culvert/sql/plan"
)

func createSchema(ctx context.Context, s *Session, p *plan.CreateSchema) error {
	return putSchema(ctx, s, "CREATE SCHEMA", p.Schema)
}
