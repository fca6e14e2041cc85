package exec

import (
	"context"

	"culvert/sql/plan"
)

func createIndex(ctx context.Context, s *Session, p *plan.CreateIndex) error {
	return putObjects(ctx, s, "CREATE INDEX", p.Index)
}
