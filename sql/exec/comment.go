package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

func commentOn(ctx context.Context, s *Session, p *plan.Comment) error {
	draft, err := s.change(ctx, "COMMENT")
	if err != nil {
		return err
	}
	return s.apply(ctx, draft, catalog.Edit{Put: p.Object})
}
