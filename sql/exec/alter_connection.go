package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
	"culvert/tunnel"
)

func alterConnection(ctx context.Context, s *Session, p *plan.AlterConnection) error {
	draft, err := s.change(ctx, "ALTER CONNECTION")
	if err != nil {
		return err
	}
	if d, ok := p.Object.Def.(*catalog.SSHTunnel); ok && d.HostKey != "" {
		if _, err := parseHostKey(d.HostKey); err != nil {
			return err
		}
	}
	if p.ForgetHostKeys {
		if err := catalog.ForgetHostKeys(ctx, s.conn, p.Object.ID); err != nil {
			return err
		}
	}
	if err := s.apply(ctx, draft, catalog.Edit{Put: p.Object}); err != nil || !p.Validate {
		return err
	}
	return checkConnection(ctx, s, p.Object)
}

func rotateKeys(ctx context.Context, s *Session, p *plan.RotateKeys) error {
	draft, err := s.change(ctx, "ALTER CONNECTION")
	if err != nil {
		return err
	}
	old, err := s.srv.openKeys(ctx, s.conn, p.Object.ID)
	if err != nil {
		return err
	}
	fresh, err := newKeyPair()
	if err != nil {
		return err
	}
	object := *p.Object
	def := *object.Def.(*catalog.SSHTunnel)
	object.Def = &def
	sealed, err := s.srv.sealKeys(object.ID, &def, [2]tunnel.KeyPair{old[1], fresh})
	if err != nil {
		return err
	}
	return s.apply(ctx, draft, catalog.Edit{Put: &object, Sealed: sealed})
}
