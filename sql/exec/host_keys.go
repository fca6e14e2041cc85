package exec

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"culvert/catalog"
	"culvert/engine"
	"culvert/tunnel"
)

// HostKeyStore keeps pinned host keys in the engine. It is safe for concurrent
// use.
type HostKeyStore struct {
	engine engine.Engine
	clock  func() time.Time

	mu sync.Mutex // one Learn at a time: two first logins must not both pin
}

// NewHostKeyStore makes the store of a server.
func NewHostKeyStore(e engine.Engine) *HostKeyStore {
	return &HostKeyStore{engine: e, clock: time.Now}
}

// HostKeys is the store of the server's tunnels.
func (s *Server) HostKeys() *HostKeyStore { return NewHostKeyStore(s.opts.Engine) }

// Lookup gives the pinned keys of a connection's bastion.
func (h *HostKeyStore) Lookup(ctx context.Context, connection, host string, port uint16) ([]tunnel.HostKey, error) {
	conn, err := h.engine.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return lookupHostKeys(ctx, conn, connection, host, port)
}

func lookupHostKeys(ctx context.Context, conn engine.Conn, connection, host string, port uint16) ([]tunnel.HostKey, error) {
	stored, err := catalog.HostKeys(ctx, conn, catalog.ID(connection))
	if err != nil {
		return nil, err
	}
	var keys []tunnel.HostKey
	for _, k := range stored {
		if k.Host != host || k.Port != port {
			continue
		}
		key, err := tunnel.ParseHostKey(k.PublicKey)
		if err != nil {
			return nil, fmt.Errorf("the pinned host key of %s is damaged: %w", connection, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Learn pins a key after the first successful login.
func (h *HostKeyStore) Learn(ctx context.Context, connection, host string, port uint16, key tunnel.HostKey) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	conn, err := h.engine.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	pinned, err := lookupHostKeys(ctx, conn, connection, host, port)
	if err != nil {
		return err
	}
	if len(pinned) > 0 {
		same := func(k tunnel.HostKey) bool { return k.Fingerprint() == key.Fingerprint() }
		if slices.ContainsFunc(pinned, same) {
			return nil
		}
		return fmt.Errorf("another host key was pinned meanwhile: %s", pinned[0].Fingerprint())
	}
	return catalog.PinHostKey(ctx, conn, catalog.HostKey{
		Connection: catalog.ID(connection), Host: host, Port: port, PublicKey: key.String(), Fingerprint: key.Fingerprint(),
	}, h.clock())
}
