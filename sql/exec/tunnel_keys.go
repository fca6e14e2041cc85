package exec

import (
	"context"
	"encoding/json"
	"fmt"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/tunnel"
)

// keyPairs are the two key pairs of an SSH tunnel as they are sealed.
type keyPairs struct{ Primary, Secondary []byte }

// newKeyPair makes a key pair.
func newKeyPair() (tunnel.KeyPair, error) {
	pair, err := tunnel.GenerateKeyPair()
	if err != nil {
		return tunnel.KeyPair{}, fmt.Errorf("generating a key pair: %w", err)
	}
	return pair, nil
}

// sealKeys puts the public halves into the definition and seals the private ones.
func (s *Server) sealKeys(id catalog.ID, d *catalog.SSHTunnel, keys [2]tunnel.KeyPair) ([]byte, error) {
	d.PublicKey1, d.PublicKey2 = keys[0].Public(), keys[1].Public()
	text, err := json.Marshal(keyPairs{Primary: keys[0].Seed(), Secondary: keys[1].Seed()})
	if err != nil {
		return nil, err
	}
	return s.opts.Sealer.Seal(secrets.NewValue(text), string(id))
}

// openKeys reads the key pairs of an SSH tunnel as conn sees them.
func (s *Server) openKeys(ctx context.Context, conn engine.Conn, id catalog.ID) (keys [2]tunnel.KeyPair, err error) {
	value, err := s.secret(ctx, conn, id)
	if err != nil {
		return keys, err
	}
	var pairs keyPairs
	if err := json.Unmarshal(value.Reveal(), &pairs); err != nil {
		return keys, damaged{fmt.Errorf("the sealed keys of %s are damaged", id)}
	}
	for i, seed := range [][]byte{pairs.Primary, pairs.Secondary} {
		if keys[i], err = tunnel.KeyPairFromSeed(seed); err != nil {
			return keys, damaged{err}
		}
	}
	return keys, nil
}

// tunnelConfig gives what a tunnel needs to connect.
func (s *Server) tunnelConfig(ctx context.Context, conn engine.Conn, object *catalog.Object) (tunnel.Config, error) {
	d := object.Def.(*catalog.SSHTunnel)
	keys, err := s.openKeys(ctx, conn, object.ID)
	if err != nil {
		return tunnel.Config{}, err
	}
	policy := tunnel.HostKeyPolicy{Off: d.NoHostKeyCheck}
	if d.HostKey != "" {
		pinned, err := parseHostKey(d.HostKey)
		if err != nil {
			return tunnel.Config{}, err
		}
		policy.Pinned = []tunnel.HostKey{pinned}
	}
	return tunnel.Config{
		ConnectionID: string(object.ID), Name: object.Name, Host: d.Host, Port: d.Port, User: d.User,
		Keys: keys, HostKeys: policy,
	}, nil
}

func parseHostKey(text string) (tunnel.HostKey, error) {
	key, err := tunnel.ParseHostKey(text)
	if err != nil {
		return key, pgerr.New(pgerr.InvalidParameterValue, "invalid HOST KEY: %s", err).
			WithHint("Give a fingerprint SHA256:..., or the key as ssh-keyscan prints it.")
	}
	return key, nil
}
