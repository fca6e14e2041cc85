package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

// alterSecret seals a new value under the secret's ID. Sources whose
// connections read the secret start anew with it after the commit.
func alterSecret(ctx context.Context, s *Session, p *plan.AlterSecret) error {
	draft, err := s.change(ctx, "ALTER SECRET")
	if err != nil {
		return err
	}
	value, err := evaluateSecret(ctx, s, p.Object.Name, p.Value.Reveal())
	if err != nil {
		return err
	}
	sealed, err := s.srv.opts.Sealer.Seal(value, string(p.Object.ID))
	if err != nil {
		return err
	}
	return s.apply(ctx, draft, catalog.Edit{Put: p.Object, Sealed: sealed})
}
