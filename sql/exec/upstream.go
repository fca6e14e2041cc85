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
	check, done, err := u.check(ctx, object)
	if err != nil {
		return err
	}
	defer done()
	return u.ask(ctx, object, check)
}

// check gives what checks a connection, and what frees what that needs.
func (u *upstream) check(ctx context.Context, object *catalog.Object) (check func(context.Context) error, done func(), err error) {
	done = func() {}
	switch d := object.Def.(type) {
	case *catalog.SSHTunnel:
		config, err := sessionTunnel(ctx, u.session, object)
		return func(ctx context.Context) error { return u.session.srv.opts.Tunnels.Validate(ctx, config) }, done, err
	case *catalog.Postgres:
		params, err := u.params(ctx, d)
		return func(ctx context.Context) error { return postgres.Validate(ctx, params) }, done, err
	case *catalog.Kafka:
		params, err := u.resolver(ctx).kafkaParams(ctx, d)
		return func(ctx context.Context) error { return kafka.Validate(ctx, params) }, done, err
	case *catalog.SchemaRegistry:
		client, err := u.resolver(ctx).registryClient(ctx, d)
		if err != nil {
			return nil, nil, clientError(err)
		}
		return client.Check, client.Close, nil
	}
	return nil, nil, pgerr.New(pgerr.FeatureNotSupported, "%s connections cannot be validated", object.Type())
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
	params, err := u.params(ctx, object.Def.(*catalog.Postgres))
	if err != nil {
		return nil, err
	}
	var p *postgres.Publication
	err = u.ask(ctx, object, func(ctx context.Context) (err error) {
		p, err = postgres.DescribePublication(ctx, params, name, need)
		return err
	})
	if err != nil {
		return nil, err
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
	params, err := u.resolver(ctx).kafkaParams(ctx, object.Def.(*catalog.Kafka))
	if err != nil {
		return nil, err
	}
	var t *kafka.Topic
	err = u.ask(ctx, object, func(ctx context.Context) (err error) {
		t, err = kafka.DescribeTopic(ctx, params, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &plan.Topic{ID: t.ID, Partitions: t.Partitions}, nil
}

// Schema reads a schema of a registry.
func (u *upstream) Schema(ctx context.Context, object *catalog.Object, query plan.SchemaQuery) (*schemaregistry.Schema, error) {
	client, err := u.resolver(ctx).registryClient(ctx, object.Def.(*catalog.SchemaRegistry))
	if err != nil {
		return nil, clientError(err)
	}
	defer client.Close()
	var schema *schemaregistry.Schema
	err = u.ask(ctx, object, func(ctx context.Context) (err error) {
		if query.ID != 0 {
			schema, err = client.ByID(ctx, query.ID)
		} else {
			schema, err = client.ByVersion(ctx, query.Subject, schemaregistry.Latest)
		}
		return err
	})
	return schema, err
}

// resolver resolves connections as the session sees them.
func (u *upstream) resolver(ctx context.Context) *resolver {
	return &resolver{server: u.session.srv, conn: u.session.conn, dialer: func(id catalog.ID) (tunnel.DialFunc, error) {
		return tunnelDial(ctx, u.session, id)
	}}
}

// ask runs what asks the other end of a connection, under the deadline of
// statements, and makes its error one for clients: of the tunnel when that is
// why there is no answer.
func (u *upstream) ask(ctx context.Context, object *catalog.Object, question func(context.Context) error) error {
	timeout := u.session.srv.opts.UpstreamTimeout
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := question(limited)
	var failed *tunnel.Error
	if err == nil || ctx.Err() != nil || errors.As(err, &failed) || !unanswered(err) {
		return clientError(err)
	}
	if way := u.session.srv.way(u.session.catalog(), object.ID); way != nil {
		if _, broken := way(); broken != nil {
			return clientError(broken)
		}
	}
	answer := clientAnswer(err)
	if limited.Err() != nil {
		late := pgerr.Wrap(err, pgerr.SQLClientUnableToEstablish, "the upstream did not answer within %s", timeout).WithDetail("%s", answer.Message)
		if answer.Detail != "" {
			late.WithDetail("%s: %s", answer.Message, answer.Detail)
		}
		late.Hint, answer = answer.Hint, late
	}
	if answer.Hint == "" {
		answer.Hint = hintUnanswered
	}
	return answer
}

const hintUnanswered = "Check the host and the port, and that the firewall in front of it admits the addresses of mz_egress_ips, or those of the bastion."

// unanswered tells whether an error is that of a peer which says nothing.
func unanswered(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
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
	if err == nil {
		return nil
	}
	return clientAnswer(err)
}

func clientAnswer(err error) *pgerr.Error {
	var failed *tunnel.Error
	var known *pgerr.Error
	switch {
	case errors.As(err, &failed):
		return failed.PgError()
	case errors.As(err, &known):
		return known
	case schemaregistry.IsNotFound(err):
		return pgerr.Wrap(err, pgerr.UndefinedObject, "%s", err)
	}
	return pgerr.Wrap(err, pgerr.SQLClientUnableToEstablish, "%s", err)
}
