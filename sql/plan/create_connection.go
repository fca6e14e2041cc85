package plan

import (
	"context"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// CreateConnection makes a connection. The key pairs of an SSH tunnel are made
// when the plan is carried out.
type CreateConnection struct {
	Object   *catalog.Object
	Validate bool
}

func (*CreateConnection) plan() {}

func createConnection(_ context.Context, st *ast.CreateConnection, env *Env) (Plan, error) {
	if _, err := connectionKind(st, st.Type); err != nil {
		return nil, err
	}
	schema, err := env.create(st, st.Name, st.IfNotExists)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		return &Nothing{}, nil
	}
	object := &catalog.Object{
		Kind:     catalog.KindConnection,
		SchemaID: schema.ID,
		Name:     st.Name.Item,
		OwnerID:  catalog.RoleID,
	}
	if err := env.defineConnection(st, object, st.Type, st.Options); err != nil {
		return nil, err
	}
	validate, err := env.readValidate(st, st.With, st.Type)
	if err != nil {
		return nil, err
	}
	object.ID = env.NextID()
	RenderConnection(object, env.Catalog)
	return &CreateConnection{Object: object, Validate: validate}, nil
}

// connection is what the types of connections differ in.
type connection struct {
	allowed []string
	// exclusive are options that replace each other, fixed those that ALTER does
	// not change.
	exclusive, fixed []string
	// validates is the default of WITH (VALIDATE).
	validates bool
	define    func(o *options) (catalog.Definition, []catalog.ID, error)
}

// connectionKind gives the rules of a type, or 0A000.
func connectionKind(st ast.Statement, t ast.ConnectionType) (connection, error) {
	switch t {
	case ast.ConnectionSSHTunnel:
		return connection{allowed: sshOptions, define: defineSSHTunnel}, nil
	case ast.ConnectionPostgres, ast.ConnectionYugabyte:
		return connection{allowed: postgresOptions, validates: true, define: definePostgres}, nil
	case ast.ConnectionKafka:
		return connection{allowed: kafkaOptions, exclusive: kafkaExclusive, fixed: kafkaFixed, validates: true, define: defineKafka}, nil
	case ast.ConnectionConfluent:
		return connection{allowed: registryOptions, validates: true, define: defineSchemaRegistry}, nil
	}
	return connection{}, pgerr.New(pgerr.FeatureNotSupported, "%s connections are not supported", t).At(st.At(st.Span().Start))
}

// defineConnection reads a connection's options into object.
func (env *Env) defineConnection(st ast.Statement, object *catalog.Object, t ast.ConnectionType, list []ast.Option) error {
	kind, err := connectionKind(st, t)
	if err != nil {
		return err
	}
	o, err := readOptions(env, st, list, string(t)+" connections", kind.allowed...)
	if err != nil {
		return err
	}
	object.Def, object.Uses, err = kind.define(o)
	return err
}

// readValidate reads WITH (VALIDATE …).
func (env *Env) readValidate(st ast.Statement, with []ast.Option, t ast.ConnectionType) (bool, error) {
	kind, err := connectionKind(st, t)
	if err != nil {
		return false, err
	}
	o, err := readOptions(env, st, with, "CONNECTION statements", "VALIDATE")
	if err != nil {
		return false, err
	}
	return o.boolean("VALIDATE", kind.validates)
}

// connectionType gives the type of a connection in SQL's words.
func connectionType(object *catalog.Object) ast.ConnectionType {
	switch object.Def.(type) {
	case *catalog.SSHTunnel:
		return ast.ConnectionSSHTunnel
	case *catalog.Kafka:
		return ast.ConnectionKafka
	case *catalog.SchemaRegistry:
		return ast.ConnectionConfluent
	}
	return ast.ConnectionPostgres
}

// RenderConnection writes the statement that makes a connection into it, from
// its definition and the present names of what it uses.
func RenderConnection(object *catalog.Object, c *catalog.Catalog) {
	env := &Env{Catalog: c}
	text := &ast.CreateConnection{
		Name:    env.qualify(object),
		Type:    connectionType(object),
		Options: env.connectionOptions(object),
	}
	object.CreateSQL, object.Redacted = text.String()+";", text.Redacted()+";"
}

// connectionOptions gives the options that would make a connection again.
func (env *Env) connectionOptions(object *catalog.Object) []ast.Option {
	switch d := object.Def.(type) {
	case *catalog.SSHTunnel:
		return sshOptionList(env, d)
	case *catalog.Postgres:
		return postgresOptionList(env, d)
	case *catalog.Kafka:
		return kafkaOptionList(env, d)
	case *catalog.SchemaRegistry:
		return registryOptionList(env, d)
	}
	return nil
}

// optionList collects options for rendering.
type optionList struct {
	env  *Env
	list []ast.Option
}

func (l *optionList) add(name string, v ast.Value) {
	l.list = append(l.list, ast.Option{Name: name, Value: v, Pos: ast.NoPos})
}

func (l *optionList) text(name, text string) {
	if text != "" {
		l.add(name, ast.StringValue{Text: text, Pos: ast.NoPos})
	}
}

func (l *optionList) number(name, text string) {
	l.add(name, ast.NumberValue{Text: text, Pos: ast.NoPos})
}

func (l *optionList) secret(name string, id catalog.ID) {
	if object := l.env.Catalog.Object(id); object != nil {
		l.add(name, ast.SecretValue{Name: l.env.qualify(object)})
	}
}

func (l *optionList) textOrSecret(name string, v catalog.StringOrSecret) {
	if v.Secret != "" {
		l.secret(name, v.Secret)
		return
	}
	l.text(name, v.Text)
}

func (l *optionList) item(name string, id catalog.ID) {
	if object := l.env.Catalog.Object(id); object != nil {
		l.add(name, ast.ItemValue{Name: l.env.qualify(object)})
	}
}
