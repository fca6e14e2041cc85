package tunnel

import (
	"context"
	"errors"
	"sync"
)

// MemoryHostKeys is a HostKeyStore that forgets with the process. A
// transaction gives one to its private tunnels and stores what was learnt when
// it commits. It is safe for concurrent use.
type MemoryHostKeys struct {
	mu   sync.Mutex
	keys map[hostKeySlot]HostKey
}

type hostKeySlot struct {
	connectionID string
	host         string
	port         uint16
}

// NewMemoryHostKeys makes an empty store.
func NewMemoryHostKeys() *MemoryHostKeys {
	return &MemoryHostKeys{keys: make(map[hostKeySlot]HostKey)}
}

// Lookup gives the key that was learnt, if any.
func (s *MemoryHostKeys) Lookup(_ context.Context, connectionID, host string, port uint16) ([]HostKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.keys[hostKeySlot{connectionID, host, port}]; ok {
		return []HostKey{k}, nil
	}
	return nil, nil
}

// Learn pins a key; a second, different one is an error.
func (s *MemoryHostKeys) Learn(_ context.Context, connectionID, host string, port uint16, key HostKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := hostKeySlot{connectionID, host, port}
	if old, ok := s.keys[slot]; ok && old.fingerprint != key.fingerprint {
		return errors.New("another host key was pinned meanwhile")
	}
	s.keys[slot] = key
	return nil
}

// Forget drops what was learnt for a connection: RESET (HOST KEY).
func (s *MemoryHostKeys) Forget(connectionID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for slot := range s.keys {
		if slot.connectionID == connectionID {
			delete(s.keys, slot)
		}
	}
}

// Learnt calls f for every key that was learnt, in no order. f must not call
// the store.
func (s *MemoryHostKeys) Learnt(f func(connectionID, host string, port uint16, key HostKey)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for slot, key := range s.keys {
		f(slot.connectionID, slot.host, slot.port, key)
	}
}
