package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

// alterRename stores an object under its new name, and what has the name in
// its definition. Sources go on: what they connect with is the same.
func alterRename(ctx context.Context, s *Session, p *plan.AlterRename) error {
	draft, err := s.change(ctx, "ALTER")
	if err != nil {
		return err
	}
	var edits []catalog.Edit
	for _, object := range p.Objects {
		edits = append(edits, catalog.Edit{Put: object})
	}
	return s.apply(ctx, draft, edits...)
}
