package exec

import (
	"context"

	"culvert/sql/plan"
)

func commentOn(ctx context.Context, s *Session, p *plan.Comment) error {
	switch {
	case p.Schema != nil:
		return putSchema(ctx, s, "COMMENT", p.Schema)
	case p.Cluster != nil:
		return putCluster(ctx, s, "COMMENT", p.Cluster)
	case p.Role != nil:
		return putRole(ctx, s, "COMMENT", p.Role)
	}
	return putObjects(ctx, s, "COMMENT", p.Object)
}
