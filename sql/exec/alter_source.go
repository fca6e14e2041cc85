package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

// alterSource stores the tables that a source gets and forgets those that it
// loses; the source goes on with the others, and takes the new ones up after
// the commit.
func alterSource(ctx context.Context, s *Session, p *plan.AlterSource) error {
	draft, err := s.change(ctx, "ALTER SOURCE")
	if err != nil {
		return err
	}
	var edits []catalog.Edit
	for _, object := range p.Drop {
		edits = append(edits, catalog.Edit{Drop: object.ID})
	}
	for _, object := range p.Put {
		edits = append(edits, catalog.Edit{Put: object})
	}
	return s.apply(ctx, draft, edits...)
}
