package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

func createCluster(ctx context.Context, s *Session, p *plan.CreateCluster) error {
	return putCluster(ctx, s, "CREATE CLUSTER", p.Cluster)
}

// putCluster stores a cluster.
func putCluster(ctx context.Context, s *Session, what string, c *catalog.Cluster) error {
	draft, err := s.change(ctx, what)
	if err != nil {
		return err
	}
	s.tx.edits = sequence.Add(1)
	return draft.ApplyCluster(ctx, s.conn, c, "")
}
