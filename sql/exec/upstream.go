package exec

import (
	"context"
	"errors"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/connectors/kafka"
	"culvert/connectors/postgres"
	"culvert/connectors/schemaregistry"
	"culvert/sql/pgerr"
	"culvert/sql/plan"
	"culvert/tunnel"
)

// upstream asks the other ends of connections for a session: through the
// shared tunnels where these are as the session sees them, and through private
// ones where the transaction has made or changed them.
type upstream struct{ session *Session }

// Validate checks a connection.
func (u *upstream) Validate(ctx context.Context, object *catalog.Object) error {
	ctx, cancel := u.deadline(ctx)
	defer cancel()
	switch d := object.Def.(type) {
	case *catalog.SSHTunnel:
		config, err := sessionTunnel(ctx, u.session, object)
		if err != nil {
			return err
		}
		return clientError(u.session.srv.opts.Tunnels.Validate(ctx, config))
	case *catalog.Postgres:
		params, err := u.params(ctx, d)
		if err != nil {
			return err
		}
		return clientError(postgres.Validate(ctx, params))
	case *catalog.Kafka:
		params, err := u.resolver(ctx).kafkaParams(ctx, d)
		if err != nil {
			return err
		}
		return clientError(kafka.Validate(ctx, params))
	case *catalog.SchemaRegistry:
		client, err := u.resolver(ctx).registryClient(ctx, d)
		if err != nil {
			return clientError(err)
		}
		defer client.Close()
		return clientError(client.Check(ctx))
	}
	return pgerr.New(pgerr.FeatureNotSupported, "%s connections cannot be validated", object.Type())
}

// Publication describes a publication for a new source.
func (u *upstream) Publication(ctx context.Context, object *catalog.Object, name string) (*plan.Publication, error) {
	return u.describe(ctx, object, name, postgres.ForSource)
}

// PublicationOf describes the publication of a source for more tables.
func (u *upstream) PublicationOf(ctx context.Context, source *catalog.Object) (*plan.Publication, error) {
	def := source.Def.(*catalog.PostgresSource)
	return u.describe(ctx, u.session.catalog().Object(def.Connection), def.Publication, postgres.ForTables)
}

func (u *upstream) describe(ctx context.Context, object *catalog.Object, name string, need postgres.Need) (*plan.Publication, error) {
	ctx, cancel := u.deadline(ctx)
	defer cancel()
	params, err := u.params(ctx, object.Def.(*catalog.Postgres))
	if err != nil {
		return nil, err
	}
	p, err := postgres.DescribePublication(ctx, params, name, need)
	if err != nil {
		return nil, clientError(err)
	}
	result := &plan.Publication{Database: p.Database, SystemID: p.SystemID}
	for i := range p.Tables {
		result.Tables = append(result.Tables, upstreamTable(&p.Tables[i]))
	}
	return result, nil
}

func upstreamTable(t *postgres.PublishedTable) plan.UpstreamTable {
	result := plan.UpstreamTable{
		OID: t.OID, Schema: t.Schema, Name: t.Name,
		Full: t.Identity == postgres.IdentityFull, PrimaryKey: t.PrimaryKey, IdentityKey: t.IdentityKey,
		MayUse: t.MayUse, MaySelect: t.MaySelect, RowSecurity: t.RowSecurity,
	}
	for _, c := range t.Columns {
		result.Columns = append(result.Columns, plan.UpstreamColumn{
			Name: c.Name, Attnum: c.Attnum, Type: c.Type, Supported: postgres.Supported(c.Type), NotNull: c.NotNull,
		})
	}
	return result
}

// Topic describes a topic of Kafka.
func (u *upstream) Topic(ctx context.Context, object *catalog.Object, name string) (*plan.Topic, error) {
	ctx, cancel := u.deadline(ctx)
	defer cancel()
	params, err := u.resolver(ctx).kafkaParams(ctx, object.Def.(*catalog.Kafka))
	if err != nil {
		return nil, err
	}
	t, err := kafka.DescribeTopic(ctx, params, name)
	if err != nil {
		return nil, clientError(err)
	}
	return &plan.Topic{ID: t.ID, Partitions: t.Partitions}, nil
}

// Schema reads a schema of a registry.
func (u *upstream) Schema(ctx context.Context, object *catalog.Object, query plan.SchemaQuery) (*schemaregistry.Schema, error) {
	ctx, cancel := u.deadline(ctx)
	defer cancel()
	client, err := u.resolver(ctx).registryClient(ctx, object.Def.(*catalog.SchemaRegistry))
	if err != nil {
		return nil, clientError(err)
	}
	defer client.Close()
	var schema *schemaregistry.Schema
	if query.ID != 0 {
		schema, err = client.ByID(ctx, query.ID)
	} else {
		schema, err = client.ByVersion(ctx, query.Subject, schemaregistry.Latest)
	}
	return schema, clientError(err)
}

// resolver resolves connections as the session sees them.
func (u *upstream) resolver(ctx context.Context) *resolver {
	return &resolver{server: u.session.srv, conn: u.session.conn, dialer: func(id catalog.ID) (tunnel.DialFunc, error) {
		return tunnelDial(ctx, u.session, id)
	}}
}

func (u *upstream) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := u.session.srv.opts.UpstreamTimeout
	cause := pgerr.New(pgerr.SQLClientUnableToEstablish, "the upstream did not answer within %s", timeout).
		WithHint("Check that the addresses of mz_egress_ips may reach it.")
	return context.WithTimeoutCause(ctx, timeout, cause)
}

// params resolves a connection with the session's own view of secrets and
// tunnels.
func (u *upstream) params(ctx context.Context, d *catalog.Postgres) (postgres.Params, error) {
	params, err := u.session.srv.postgresParams(ctx, u.session.conn, d)
	if err != nil || d.Tunnel == "" {
		return params, err
	}
	dial, err := tunnelDial(ctx, u.session, d.Tunnel)
	params.Dial = connectors.DialFunc(dial)
	return params, err
}

// clientError makes the error of a dial or a server one for clients.
func clientError(err error) error {
	var failed *tunnel.Error
	var known *pgerr.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed):
		return failed.PgError()
	case errors.As(err, &known):
		return known
	case schemaregistry.IsNotFound(err):
		return pgerr.Wrap(err, pgerr.UndefinedObject, "%s", err)
	}
	return pgerr.Wrap(err, pgerr.SQLClientUnableToEstablish, "%s", err)
}
