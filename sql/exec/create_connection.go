package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
	"culvert/tunnel"
)

func createConnection(ctx context.Context, s *Session, p *plan.CreateConnection) error {
	draft, err := s.change(ctx, "CREATE CONNECTION")
	if err != nil {
		return err
	}
	edit := catalog.Edit{Put: p.Object}
	if d, ok := p.Object.Def.(*catalog.SSHTunnel); ok {
		if edit.Sealed, err = newTunnelKeys(s, p.Object.ID, d); err != nil {
			return err
		}
	}
	if err := s.apply(ctx, draft, edit); err != nil || !p.Validate {
		return err
	}
	return checkConnection(ctx, s, p.Object)
}

// newTunnelKeys makes both key pairs of a new SSH tunnel.
func newTunnelKeys(s *Session, id catalog.ID, d *catalog.SSHTunnel) (sealed []byte, err error) {
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
