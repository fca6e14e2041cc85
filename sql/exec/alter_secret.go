package exec

import (
	"context"

	"culvert/sql/plan"
)

// alterSecret gives a secret a new value. Sources whose connections read the
// secret start anew with it after the commit.
func alterSecret(ctx context.Context, s *Session, p *plan.AlterSecret) error {
	return putSecret(ctx, s, "ALTER SECRET", p.Object, p.Value)
}
