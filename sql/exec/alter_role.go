package exec

import (
	"context"

	"culvert/sql/plan"
)

func alterRole(ctx context.Context, s *Session, p *plan.AlterRole) error {
	return putRole(ctx, s, "ALTER ROLE", p.Role)
}
