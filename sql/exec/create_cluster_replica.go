package exec

import (
	"context"

	"culvert/sql/plan"
)

func createClusterReplica(ctx context.Context, s *Session, p *plan.CreateClusterReplica) error {
	return putCluster(ctx, s, "CREATE CLUSTER REPLICA", p.Cluster)
}
