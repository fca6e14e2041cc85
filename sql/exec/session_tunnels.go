package exec

import (
	"context"
	"net"
	"time"

	"culvert/catalog"
	"culvert/sql/pgerr"
	"culvert/tunnel"
)

// directDial reaches what no tunnel leads to.
var directDial = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext

// sessionTunnel gives the configuration of a tunnel as the session sees it.
// What it learns of host keys is kept with the transaction when the tunnel is
// not committed as it is.
func sessionTunnel(ctx context.Context, s *Session, object *catalog.Object) (tunnel.Config, error) {
	config, err := s.srv.tunnelConfig(ctx, s.conn, object)
	if err != nil {
		return config, err
	}
	if s.srv.opts.Catalog.Current().Catalog.Object(object.ID) != object {
		config.Store = transactionKeys(ctx, s)
	}
	return config, nil
}

// tunnelDial gives the dial function of a tunnel: the shared one when the
// session sees the tunnel as it is committed, else one of the transaction.
func tunnelDial(ctx context.Context, s *Session, id catalog.ID) (tunnel.DialFunc, error) {
	object := s.catalog().Object(id)
	if object == nil {
		return nil, pgerr.New(pgerr.InternalError, "the SSH tunnel %s is not in the catalog", id)
	}
	if s.srv.opts.Catalog.Current().Catalog.Object(id) == object {
		return s.srv.opts.Tunnels.Dialer(string(id)), nil
	}
	config, err := sessionTunnel(ctx, s, object)
	if err != nil {
		return nil, err
	}
	private := s.srv.opts.Tunnels.Private(config)
	s.tx.release = append(s.tx.release, private.Close)
	return private.Dial, nil
}

// transactionKeys is the transaction's own store of host keys.
func transactionKeys(ctx context.Context, s *Session) *transactionHostKeys {
	if s.tx.hostKeys == nil {
		s.tx.hostKeys = &transactionHostKeys{MemoryHostKeys: tunnel.NewMemoryHostKeys(), shared: s.srv.HostKeys()}
		if s.tx.draft != nil {
			for id := range s.tx.draft.Change().Objects {
				known, err := catalog.HostKeys(ctx, s.conn, id)
				if err == nil && len(known) == 0 {
					s.tx.hostKeys.forgotten = append(s.tx.hostKeys.forgotten, id)
				}
			}
		}
	}
	return s.tx.hostKeys
}

// transactionHostKeys has the host keys that a transaction learnt, on top of
// those that are pinned and that it has not reset.
type transactionHostKeys struct {
	*tunnel.MemoryHostKeys
	shared    tunnel.HostKeyStore
	forgotten []catalog.ID
}

// Lookup gives what the transaction learnt, else what is pinned.
func (t *transactionHostKeys) Lookup(ctx context.Context, id, host string, port uint16) ([]tunnel.HostKey, error) {
	own, err := t.MemoryHostKeys.Lookup(ctx, id, host, port)
	if err != nil || len(own) > 0 {
		return own, err
	}
	for _, f := range t.forgotten {
		if string(f) == id {
			return nil, nil
		}
	}
	return t.shared.Lookup(ctx, id, host, port)
}

// storeLearnt writes the host keys that the transaction learnt into it.
func storeLearnt(ctx context.Context, s *Session) error {
	if s.tx.hostKeys == nil {
		return nil
	}
	var keys []catalog.HostKey
	s.tx.hostKeys.Learnt(func(id, host string, port uint16, key tunnel.HostKey) {
		keys = append(keys, catalog.HostKey{
			Connection: catalog.ID(id), Host: host, Port: port, PublicKey: key.String(), Fingerprint: key.Fingerprint(),
		})
	})
	for _, key := range keys {
		if s.catalog().Object(key.Connection) == nil {
			continue
		}
		if err := catalog.PinHostKey(ctx, s.conn, key, s.srv.opts.Clock()); err != nil {
			return err
		}
	}
	return nil
}
