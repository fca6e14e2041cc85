package exec

import (
	"context"
	"time"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/connectors/decode/format"
	"culvert/connectors/schemaregistry"
	"culvert/sql/plan"
)

// schemaTimeout bounds the question for a writer's schema.
const schemaTimeout = 15 * time.Second

// registryParams resolves a connection to a registry.
func (r *resolver) registryParams(ctx context.Context, d *catalog.SchemaRegistry) (schemaregistry.Params, error) {
	read := &secretReader{vault: r.server.vault, ctx: ctx, conn: r.conn}
	params := schemaregistry.Params{
		URL:      d.URL,
		Username: read.text(d.User),
		SSLCA:    read.text(d.SSLCA),
		SSLCert:  read.text(d.SSLCert),
	}
	if d.Password != "" {
		params.Password = secrets.NewValue([]byte(read.secret(d.Password)))
	}
	if d.SSLKey != "" {
		params.SSLKey = secrets.NewValue([]byte(read.secret(d.SSLKey)))
	}
	return params, read.err
}

// registryClient makes a client of a registry.
func (r *resolver) registryClient(ctx context.Context, d *catalog.SchemaRegistry) (*schemaregistry.Client, error) {
	params, err := r.registryParams(ctx, d)
	if err != nil {
		return nil, err
	}
	dial := schemaregistry.DialFunc(directDial)
	if d.Tunnel != "" {
		tunnelled, err := r.dialer(d.Tunnel)
		if err != nil {
			return nil, err
		}
		dial = schemaregistry.DialFunc(tunnelled)
	}
	client, err := schemaregistry.New(params, dial)
	if err != nil {
		return nil, damaged{err} // of a certificate or key that is none
	}
	return client, nil
}

// formatMaker makes the decoders of one relation.
type formatMaker struct {
	rows         *catalog.KafkaRows
	keys, values format.SchemaSource // nil: every message has the reader's schema
}

// formats prepares the decoders of a relation, and adds what they depend on to
// the fingerprint of its source.
func (r *resolver) formats(ctx context.Context, c *catalog.Catalog, rows *catalog.KafkaRows, mark *marker) (*formatMaker, error) {
	m := &formatMaker{rows: rows}
	var err error
	if rows.Key != nil {
		if m.keys, err = r.schemaSource(ctx, c, rows.Key, mark); err != nil {
			return nil, err
		}
	}
	m.values, err = r.schemaSource(ctx, c, rows.Value, mark)
	return m, err
}

// schemaSource asks the registry of a format for writers' schemas.
func (r *resolver) schemaSource(ctx context.Context, c *catalog.Catalog, f *catalog.Format, mark *marker) (format.SchemaSource, error) {
	if f.Registry == "" {
		return nil, nil
	}
	def := c.Object(f.Registry).Def.(*catalog.SchemaRegistry)
	params, err := r.registryParams(ctx, def)
	if err != nil {
		return nil, err
	}
	mark.add(def, params.Username, params.SSLCA, params.SSLCert)
	mark.secrets(params.Password.RevealString(), params.SSLKey.RevealString())
	client, err := r.registryClient(ctx, def)
	if err != nil {
		return nil, err
	}
	document := f.Document
	return func(id int) (*schemaregistry.Schema, error) {
		ctx, cancel := context.WithTimeout(context.Background(), schemaTimeout)
		defer cancel()
		schema, err := client.ByID(ctx, id)
		if err != nil || !document {
			return schema, err
		}
		wrapped := *schema
		wrapped.Text = plan.DocumentSchema(schema.Text)
		return &wrapped, nil
	}, nil
}

func (m *formatMaker) key() (format.Format, error) { return format.New(m.rows.Key.Spec, m.keys) }

func (m *formatMaker) value() (format.Format, error) { return format.New(m.rows.Value.Spec, m.values) }

func (m *formatMaker) envelope() (format.Envelope, error) {
	return format.NewEnvelope(m.rows.Value.Spec, m.values)
}
