package plan

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// CreateSource makes a source, its progress relation and its tables.
type CreateSource struct {
	Source   *catalog.Object
	Progress *catalog.Object
	Tables   []*catalog.Object
}

func (*CreateSource) plan() {}

func createSource(ctx context.Context, st *ast.CreateSource, env *Env) (Plan, error) {
	switch st.From.Kind {
	case ast.SourcePostgres, ast.SourceYugabyte, ast.SourceKafka:
	default:
		return nil, pgerr.New(pgerr.FeatureNotSupported, "%s sources are not supported", st.From.Kind).At(st.At(st.From.Pos))
	}
	schema, err := env.create(st, st.Name, st.IfNotExists)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		return &Nothing{}, nil
	}
	if st.From.Kind == ast.SourceKafka {
		return createKafkaSource(ctx, env, st, schema)
	}
	if err := noMessageOptions(st, st.Encoding); err != nil {
		return nil, err
	}
	if len(st.Columns) > 0 || len(st.PrimaryKey) > 0 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "a list of columns with PostgreSQL source is not supported").At(st.At(st.Span().Start))
	}
	with, err := readSourceWith(env, st)
	if err != nil {
		return nil, err
	}
	return env.createPostgresSource(ctx, st, schema, with)
}

// noMessageOptions refuses what only sources of messages have.
func noMessageOptions(st ast.Statement, e ast.Encoding) error {
	what := ""
	switch {
	case e.Key != nil:
		return pgerr.New(pgerr.FeatureNotSupported, "Kafka sources are the only source type that can provide KEY/VALUE formats").At(st.At(e.Pos))
	case e.Value != nil:
		what = "FORMAT"
	case len(e.Include) > 0:
		what = "INCLUDE metadata"
	case e.Envelope != nil && e.Envelope.Kind != "NONE":
		what = "ENVELOPE other than NONE"
	default:
		return nil
	}
	return pgerr.New(pgerr.FeatureNotSupported, "%s with PostgreSQL source is not supported", what).At(st.At(st.Span().Start))
}

// optionDecodeError says what is done about a message that does not decode.
const optionDecodeError = "ON DECODE ERROR"

// sourceWith is what WITH says.
type sourceWith struct {
	size       string
	cluster    *catalog.Cluster
	keepErrors bool
}

// readSourceWith accepts the options of WITH that size and time a cluster,
// which there is only one of here, and reads the others: extra are those of
// the kind of source.
func readSourceWith(env *Env, st *ast.CreateSource, extra ...string) (w sourceWith, err error) {
	if w.cluster, err = env.cluster(st, st.Cluster); err != nil {
		return w, err
	}
	o, err := readOptions(env, st, st.With, "sources", append([]string{"SIZE", "TIMESTAMP INTERVAL", "RETAIN HISTORY"}, extra...)...)
	if err != nil {
		return w, err
	}
	if o.has("SIZE") {
		if w.size, err = o.required("SIZE"); err != nil {
			return w, err
		}
	}
	if w.keepErrors, err = o.keepErrors(); err != nil {
		return w, err
	}
	for _, opt := range st.With {
		if opt.Name != optionDecodeError {
			env.Notice(pgerr.Notice("%s has no effect here: sources share this server", opt.Name))
		}
	}
	return w, nil
}

// keepErrors reads ON DECODE ERROR.
func (o *options) keepErrors() (bool, error) {
	text, err := o.text(optionDecodeError)
	switch strings.ToLower(text) {
	case "keep":
		return true, err
	case "stop":
		return false, err
	}
	if err == nil && o.has(optionDecodeError) {
		err = o.invalid(optionDecodeError, "%q is neither 'stop' nor 'keep'", text)
	}
	return false, err
}

func (env *Env) createPostgresSource(ctx context.Context, st *ast.CreateSource, schema *catalog.Schema, with sourceWith) (Plan, error) {
	connection, err := env.resolve(st, st.From.Connection)
	if err != nil {
		return nil, err
	}
	if _, ok := connection.Def.(*catalog.Postgres); !ok {
		return nil, pgerr.New(pgerr.WrongObjectType, "%s is not a POSTGRES CONNECTION", nameText(st.From.Connection)).At(st.At(st.From.Connection.Pos))
	}
	o, err := readPublicationOptions(env, st)
	if err != nil {
		return nil, err
	}
	name, err := o.required("PUBLICATION")
	if err != nil {
		return nil, err
	}
	slot, err := newSlotName()
	if err != nil {
		return nil, err
	}
	publication, err := env.Upstream.Publication(ctx, connection, name)
	if err != nil {
		return nil, err
	}
	p := &CreateSource{Source: &catalog.Object{
		ID:        env.NextID(),
		Kind:      catalog.KindSource,
		SchemaID:  schema.ID,
		Name:      st.Name.Item,
		OwnerID:   catalog.RoleID,
		ClusterID: with.cluster.ID,
		Uses:      []catalog.ID{connection.ID},
		Def: &catalog.PostgresSource{
			Connection: connection.ID, Publication: name, Slot: slot,
			Database: publication.Database, SystemID: publication.SystemID, Size: with.size,
		},
	}}
	env.renderSource(st, p.Source, connection)
	if err := env.addTables(st, o, p, publication); err != nil {
		return nil, err
	}
	return p, p.qualify(env)
}

// qualify writes the source's statement with full names of all that it makes.
func (p *CreateSource) qualify(env *Env) error {
	draft := catalog.NewDraft(env.Catalog)
	for _, o := range append([]*catalog.Object{p.Source, p.Progress}, p.Tables...) {
		draft.Put(o)
	}
	return (&Env{Catalog: draft.Catalog()}).renderSourceAgain(p.Source)
}

func readPublicationOptions(env *Env, st *ast.CreateSource) (*options, error) {
	if d, ok := ast.FindOption(st.From.Options, "DETAILS"); ok {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "CREATE SOURCE specifies DETAILS option").At(st.At(d.Pos)).
			WithHint("If trying to use the output of SHOW CREATE SOURCE, remove the DETAILS option.")
	}
	o, err := readOptions(env, st, st.From.Options, "POSTGRES sources", "PUBLICATION", "TEXT COLUMNS", "EXCLUDE COLUMNS")
	if err != nil {
		return nil, err
	}
	if !o.has("PUBLICATION") {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "POSTGRES CONNECTION must specify PUBLICATION").At(st.At(st.From.Pos))
	}
	for _, name := range []string{"TEXT COLUMNS", "EXCLUDE COLUMNS"} {
		if o.has(name) && st.Tables == nil {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "%s option is unnecessary when no tables are added", name).At(o.at(name))
		}
	}
	return o, nil
}

// newSlotName makes the name of a replication slot, in Materialize's form.
func newSlotName() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return "materialize_" + hex.EncodeToString(b[:]), nil
}

// renderSource writes the normalised statement into the source.
func (env *Env) renderSource(st *ast.CreateSource, source, connection *catalog.Object) {
	text := *st
	text.IfNotExists = false
	text.Name = env.qualify(source)
	text.Cluster = env.clusterName(source)
	text.From.Connection = env.qualify(connection)
	source.CreateSQL, source.Redacted = text.String()+";", text.Redacted()+";"
}
