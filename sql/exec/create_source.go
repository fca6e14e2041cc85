package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

// createSource stores the source and its tables. The supervisor starts it
// after the commit; the slot's name is stored before the slot is made.
func createSource(ctx context.Context, s *Session, p *plan.CreateSource) error {
	draft, err := s.change(ctx, "CREATE SOURCE")
	if err != nil {
		return err
	}
	edits := []catalog.Edit{{Put: p.Source}, {Put: p.Progress}}
	for _, table := range p.Tables {
		edits = append(edits, catalog.Edit{Put: table})
	}
	return s.apply(ctx, draft, edits...)
}
