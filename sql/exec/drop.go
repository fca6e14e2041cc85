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
		case *catalog.SSHTunnel:
			if err := catalog.ForgetHostKeys(ctx, s.conn, object.ID); err != nil {
				return err
			}
		}
		edits = append(edits, catalog.Edit{Drop: object.ID})
	}
	if err := s.apply(ctx, draft, edits...); err != nil {
		return err
	}
	for _, schema := range p.Schemas {
		if err := draft.ApplySchema(ctx, s.conn, nil, schema.ID); err != nil {
			return err
		}
	}
	return nil
}
