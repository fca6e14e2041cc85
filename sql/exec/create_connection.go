package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
	"culvert/tunnel"
)

func (s *Session) createConnection(ctx context.Context, p *plan.CreateConnection) error {
	draft, err := s.change(ctx, "CREATE CONNECTION")
	if err != nil {
		return err
	}
	edit := catalog.Edit{Put: p.Object}
	if d, ok := p.Object.Def.(*catalog.SSHTunnel); ok {
		if edit.Sealed, err = s.newTunnelKeys(p.Object.ID, d); err != nil {
			return err
		}
	}
	if err := s.apply(ctx, draft, edit); err != nil || !p.Validate {
		return err
	}
	return s.checkConnection(ctx, p.Object)
}

// newTunnelKeys makes both key pairs of a new SSH tunnel.
func (s *Session) newTunnelKeys(id catalog.ID, d *catalog.SSHTunnel) (sealed []byte, err error) {
	if d.HostKey != "" {
		if _, err := parseHostKey(d.HostKey); err != nil {
			return nil, err
		}
	}
	var keys [2]tunnel.KeyPair
	for i := range keys {
		if keys[i], err = newKeyPair(); err != nil {
			return nil, err
		}
	}
	return s.srv.sealKeys(id, d, keys)
}
