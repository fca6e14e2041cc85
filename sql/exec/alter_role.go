package exec

import (
	"context"

	"culvert/sql/plan"
)

func alterRole(ctx context.Context, s *Session, p *plan.AlterRole) error {
	if err := setLogin(s, p.Role, p.Login); err != nil {
		return err
	}
	return putRole(ctx, s, "ALTER ROLE", p.Role)
}
