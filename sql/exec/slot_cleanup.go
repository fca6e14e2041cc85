package exec

import (
	"context"
	"encoding/json"
	"fmt"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/connectors"
	"culvert/connectors/postgres"
	"culvert/engine"
	"culvert/tunnel"
)

// SlotCleanup is the kind of the cleanups that drop a replication slot.
const SlotCleanup = "replication slot"

// slotPayload is what it takes to reach the upstream of a source that is gone,
// its connection, tunnel and secrets gone with it. It is only ever sealed.
type slotPayload struct {
	Connection                                                      catalog.ID
	Host, Database, User, Password, SSLMode, SSLCA, SSLCert, SSLKey string
	Port                                                            uint16
	Tunnel                                                          *tunnelPayload
}

type tunnelPayload struct {
	ID, Name, Host, User string
	Port                 uint16
	Keys                 keyPairs
	HostKeys             []string
	NoHostKeyCheck       bool
}

// noteSlot notes the slot of a source that is dropped, in the transaction. A
// source that this transaction made has none.
func noteSlot(ctx context.Context, s *Session, source *catalog.Object) error {
	if s.tx.snap.Catalog.Object(source.ID) == nil {
		return nil
	}
	def := source.Def.(*catalog.PostgresSource)
	payload, err := newSlotPayload(ctx, s, s.catalog().Object(def.Connection))
	if err != nil {
		return err
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	sealed, err := s.srv.opts.Sealer.Seal(secrets.NewValue(text), cleanupPlace(string(source.ID)))
	if err != nil {
		return err
	}
	return connectors.AddCleanup(ctx, s.conn, connectors.Cleanup{
		ID: string(source.ID), Kind: SlotCleanup, Target: def.Slot, Sealed: sealed, Since: s.srv.opts.Clock(),
	})
}

func cleanupPlace(id string) string { return "cleanup " + id }

func newSlotPayload(ctx context.Context, s *Session, connection *catalog.Object) (*slotPayload, error) {
	def := connection.Def.(*catalog.Postgres)
	p, err := s.srv.postgresParams(ctx, s.conn, def)
	if err != nil {
		return nil, err
	}
	payload := &slotPayload{
		Connection: connection.ID,
		Host:       p.Host, Port: p.Port, Database: p.Database, User: p.User, Password: p.Password.RevealString(),
		SSLMode: string(p.SSLMode), SSLCA: p.SSLCA, SSLCert: p.SSLCert, SSLKey: p.SSLKey.RevealString(),
	}
	if def.Tunnel != "" {
		payload.Tunnel, err = newTunnelPayload(ctx, s, s.catalog().Object(def.Tunnel))
	}
	return payload, err
}

func newTunnelPayload(ctx context.Context, s *Session, object *catalog.Object) (*tunnelPayload, error) {
	config, err := s.srv.tunnelConfig(ctx, s.conn, object)
	if err != nil {
		return nil, err
	}
	p := &tunnelPayload{
		ID: config.ConnectionID, Name: config.Name, Host: config.Host, Port: config.Port, User: config.User,
		Keys:           keyPairs{Primary: config.Keys[0].Seed(), Secondary: config.Keys[1].Seed()},
		NoHostKeyCheck: config.HostKeys.Off,
	}
	pinned := config.HostKeys.Pinned
	if len(pinned) == 0 {
		if pinned, err = lookupHostKeys(ctx, s.conn, config.ConnectionID, config.Host, config.Port); err != nil {
			return nil, err
		}
	}
	for _, key := range pinned {
		p.HostKeys = append(p.HostKeys, key.String())
	}
	return p, nil
}

// SlotDropper drops the slots of sources that are gone. It goes by the
// connection as it is now where that still exists, so that new passwords, keys
// and host keys count, and by what was sealed at the DROP otherwise.
type SlotDropper struct {
	Engine  engine.Engine
	Catalog *catalog.Manager
	Sealer  *secrets.Sealer
	Tunnels *tunnel.Manager
}

// Drop is the Cleaner of SlotCleanup; it reports nil once there is no slot.
func (d SlotDropper) Drop(ctx context.Context, c connectors.Cleanup) error {
	value, err := d.Sealer.Open(c.Sealed, cleanupPlace(c.ID))
	if err != nil {
		return err
	}
	var p slotPayload
	if err := json.Unmarshal(value.Reveal(), &p); err != nil {
		return fmt.Errorf("the sealed cleanup of %s is damaged", c.ID)
	}
	if params, ok := d.present(ctx, p.Connection); ok {
		if err := postgres.DropSlot(ctx, params, c.Target); err == nil {
			return nil
		}
	}
	return d.bySealed(ctx, &p, c.Target)
}

// present gives the connection as it is now; ok is false when it is gone or
// cannot be read.
func (d SlotDropper) present(ctx context.Context, id catalog.ID) (params postgres.Params, ok bool) {
	object := d.Catalog.Current().Catalog.Object(id)
	if object == nil {
		return params, false
	}
	def, ok := object.Def.(*catalog.Postgres)
	if !ok {
		return params, false
	}
	conn, err := d.Engine.Connect(ctx)
	if err != nil {
		return params, false
	}
	defer conn.Close()
	if params, err = (vault{d.Sealer}).postgresParams(ctx, conn, def); err != nil {
		return params, false
	}
	if def.Tunnel != "" {
		params.Dial = connectors.DialFunc(d.Tunnels.Dialer(string(def.Tunnel)))
	}
	return params, true
}

func (d SlotDropper) bySealed(ctx context.Context, p *slotPayload, slot string) error {
	params := postgres.Params{
		Host: p.Host, Port: p.Port, Database: p.Database, User: p.User, Password: secrets.NewValue([]byte(p.Password)),
		SSLMode: postgres.SSLMode(p.SSLMode), SSLCA: p.SSLCA, SSLCert: p.SSLCert, SSLKey: secrets.NewValue([]byte(p.SSLKey)),
		Dial: connectors.DialFunc(directDial),
	}
	if p.Tunnel != nil {
		config, err := p.Tunnel.config()
		if err != nil {
			return err
		}
		private := d.Tunnels.Private(config)
		defer private.Close()
		params.Dial = connectors.DialFunc(private.Dial)
	}
	return postgres.DropSlot(ctx, params, slot)
}

func (p *tunnelPayload) config() (tunnel.Config, error) {
	config := tunnel.Config{
		ConnectionID: p.ID, Name: p.Name, Host: p.Host, Port: p.Port, User: p.User,
		HostKeys: tunnel.HostKeyPolicy{Off: p.NoHostKeyCheck},
		Store:    tunnel.NewMemoryHostKeys(),
	}
	var err error
	if config.Keys[0], err = tunnel.KeyPairFromSeed(p.Keys.Primary); err != nil {
		return config, err
	}
	if config.Keys[1], err = tunnel.KeyPairFromSeed(p.Keys.Secondary); err != nil {
		return config, err
	}
	for _, text := range p.HostKeys {
		key, err := tunnel.ParseHostKey(text)
		if err != nil {
			return config, err
		}
		config.HostKeys.Pinned = append(config.HostKeys.Pinned, key)
	}
	return config, nil
}
