package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

// alterCluster stores a cluster and what has its name in its definition.
func alterCluster(ctx context.Context, s *Session, p *plan.AlterCluster) error {
	if err := putCluster(ctx, s, "ALTER CLUSTER", p.Cluster); err != nil {
		return err
	}
	return putObjects(ctx, s, "ALTER CLUSTER", p.Objects...)
}

// putObjects stores objects as they are to be.
func putObjects(ctx context.Context, s *Session, what string, objects ...*catalog.Object) error {
	draft, err := s.change(ctx, what)
	if err != nil || len(objects) == 0 {
		return err
	}
	edits := make([]catalog.Edit, len(objects))
	for i, o := range objects {
		edits[i] = catalog.Edit{Put: o}
	}
	return s.apply(ctx, draft, edits...)
}
