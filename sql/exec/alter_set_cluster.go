package exec

import (
	"context"

	"culvert/sql/plan"
)

func alterSetCluster(ctx context.Context, s *Session, p *plan.AlterSetCluster) error {
	return putObjects(ctx, s, "ALTER", p.Object)
}
