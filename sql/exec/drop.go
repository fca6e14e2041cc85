package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

// dropObjects removes objects from the catalog. Physical tables go after the commit;
// so does the slot upstream, which is noted in the same transaction, with all
// that is needed to reach it even when the connection is dropped as well.
func dropObjects(ctx context.Context, s *Session, p *plan.Drop) error {
	draft, err := s.change(ctx, "DROP")
	if err != nil {
		return err
	}
	var edits []catalog.Edit
	for _, object := range p.Objects {
		switch object.Def.(type) {
		case *catalog.PostgresSource:
			if err := noteSlot(ctx, s, object); err != nil {
				return err
			}
		case *catalog.OwnTable:
			own, _ := object.Own()
			if err := s.conn.DropTable(ctx, own.PhysicalName()); err != nil {
				return err
			}
		case *catalog.SSHTunnel:
			if err := catalog.ForgetHostKeys(ctx, s.conn, object.ID); err != nil {
				return err
			}
		}
		edits = append(edits, catalog.Edit{Drop: object.ID})
	}
	for _, object := range p.Changed {
		edits = append(edits, catalog.Edit{Put: object})
	}
	if err := s.apply(ctx, draft, edits...); err != nil {
		return err
	}
	return dropNamed(ctx, s, draft, p)
}

// dropNamed removes what is in no schema, and then schemas.
func dropNamed(ctx context.Context, s *Session, draft *catalog.Draft, p *plan.Drop) error {
	for _, cluster := range p.ChangedClusters {
		if err := draft.ApplyCluster(ctx, s.conn, cluster, ""); err != nil {
			return err
		}
	}
	for _, cluster := range p.Clusters {
		if err := draft.ApplyCluster(ctx, s.conn, nil, cluster.ID); err != nil {
			return err
		}
	}
	for _, role := range p.Roles {
		if err := draft.ApplyRole(ctx, s.conn, nil, role.ID); err != nil {
			return err
		}
	}
	for _, schema := range p.Schemas {
		if err := draft.ApplySchema(ctx, s.conn, nil, schema.ID); err != nil {
			return err
		}
	}
	return nil
}
