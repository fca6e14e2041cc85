package exec

import (
	"context"
	"fmt"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/connectors"
	"culvert/connectors/postgres"
	"culvert/engine"
	"culvert/sql/pgerr"
)

// vault opens what is sealed in the catalog.
type vault struct{ sealer *secrets.Sealer }

// secret reads and opens what is sealed under an ID, as conn sees it.
func (v vault) secret(ctx context.Context, conn engine.Conn, id catalog.ID) (secrets.Value, error) {
	sealed, err := catalog.ReadSealed(ctx, conn, id)
	if err != nil {
		return secrets.Value{}, err
	}
	if sealed == nil {
		return secrets.Value{}, damaged{pgerr.New(pgerr.InternalError, "nothing is sealed under %s", id)}
	}
	value, err := v.sealer.Open(sealed, string(id))
	if err != nil {
		return secrets.Value{}, damaged{err}
	}
	return value, nil
}

// postgresParams resolves a connection: its secrets as conn sees them, and no
// tunnel.
func (v vault) postgresParams(ctx context.Context, conn engine.Conn, d *catalog.Postgres) (postgres.Params, error) {
	r := &secretReader{vault: v, ctx: ctx, conn: conn}
	params := postgres.Params{
		Host: d.Host, Port: d.Port, Database: d.Database, SSLMode: postgres.SSLMode(d.SSLMode),
		User:     r.text(d.User),
		Password: r.value(d.Password),
		SSLCA:    r.text(d.SSLCA),
		SSLCert:  r.text(d.SSLCert),
		SSLKey:   r.value(d.SSLKey),
		Dial:     connectors.DialFunc(directDial),
	}
	return params, r.err
}

// secretReader reads several secrets and keeps the first error.
type secretReader struct {
	vault vault
	ctx   context.Context //nolint:containedctx // lives as long as one call
	conn  engine.Conn
	err   error
}

func (r *secretReader) value(id catalog.ID) secrets.Value {
	if id == "" || r.err != nil {
		return secrets.Value{}
	}
	value, err := r.vault.secret(r.ctx, r.conn, id)
	if err != nil {
		r.err = fmt.Errorf("reading a secret: %w", err)
	}
	return value
}

func (r *secretReader) secret(id catalog.ID) string { return r.value(id).RevealString() }

func (r *secretReader) text(v catalog.StringOrSecret) string {
	if v.Secret != "" {
		return r.secret(v.Secret)
	}
	return v.Text
}
