package plan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"culvert/catalog"
	"culvert/connectors/schemaregistry"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// published answers for upstreams that publish tables of many shapes.
type published struct{ validated []string }

func (u *published) Validate(_ context.Context, conn *catalog.Object) error {
	u.validated = append(u.validated, conn.Name)
	return nil
}

func (u *published) Publication(_ context.Context, _ *catalog.Object, name string) (*Publication, error) {
	if name == "unreachable" {
		return nil, pgerr.New(pgerr.SQLClientUnableToEstablish, "failed to connect to PostgreSQL database").
			WithDetail("ssh: connect to bastion: connection refused")
	}
	tables, ok := publications[name]
	if !ok {
		return nil, pgerr.New(pgerr.UndefinedObject, "publication %q does not exist", name)
	}
	return &Publication{Database: "shop", SystemID: "7301", Tables: tables}, nil
}

func (u *published) PublicationOf(ctx context.Context, source *catalog.Object) (*Publication, error) {
	return u.Publication(ctx, source, source.Def.(*catalog.PostgresSource).Publication)
}

func (u *published) Topic(_ context.Context, _ *catalog.Object, name string) (*Topic, error) {
	switch name {
	case "nosuch":
		return nil, pgerr.New(pgerr.UndefinedObject, "Topic does not exist")
	case "unreachable":
		return nil, pgerr.New(pgerr.SQLClientUnableToEstablish, "failed to create and connect Kafka consumer")
	}
	return &Topic{ID: "topic-" + name, Partitions: 3}, nil
}

func (u *published) Schema(_ context.Context, _ *catalog.Object, q SchemaQuery) (*schemaregistry.Schema, error) {
	for _, s := range registered {
		if q.ID == s.ID || q.ID == 0 && q.Subject == s.Subject {
			return &s, nil
		}
	}
	return nil, missingSchema
}

// missingSchema is what a registry answers that has no such subject.
var missingSchema = func() error {
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error_code": 40401, "message": "Subject not found."}`)
	}))
	defer registry.Close()
	client, err := schemaregistry.New(schemaregistry.Params{URL: registry.URL}, (&net.Dialer{}).DialContext)
	if err != nil {
		panic(err)
	}
	defer client.Close()
	_, err = client.ByVersion(context.Background(), "x", schemaregistry.Latest)
	return errors.Join(errors.New("registry"), err)
}()

const (
	avroKey   = `{"type": "record", "name": "k", "fields": [{"name": "id", "type": "long"}]}`
	avroValue = `{"type": "record", "name": "v", "fields": [{"name": "name", "type": "string"},
		{"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}]},
		{"name": "tags", "type": {"type": "array", "items": "string"}}, {"name": "more", "type": {"type": "map", "values": "int"}}]}`
	avroChange = `{"type": "record", "name": "envelope", "fields": [
		{"name": "before", "type": ["null", {"type": "record", "name": "row", "fields": [{"name": "id", "type": "long"}, {"name": "v", "type": ["null", "string"]}]}]},
		{"name": "after", "type": ["null", "row"]}, {"name": "op", "type": "string"}]}`
)

// registered are the schemas of the registry, the newest of a subject first.
var registered = []schemaregistry.Schema{
	{ID: 1, Subject: "orders-key", Version: 1, Type: schemaregistry.Avro, Text: avroKey},
	{ID: 3, Subject: "orders-value", Version: 2, Type: schemaregistry.Avro, Text: avroValue},
	{ID: 4, Subject: "keyless-value", Version: 1, Type: schemaregistry.Avro, Text: avroValue},
	{ID: 5, Subject: "plain-key", Version: 1, Type: schemaregistry.Avro, Text: `"string"`},
	{ID: 6, Subject: "plain-value", Version: 1, Type: schemaregistry.Avro, Text: `"int"`},
	{ID: 7, Subject: "changes-key", Version: 1, Type: schemaregistry.Avro, Text: avroKey},
	{ID: 8, Subject: "changes-value", Version: 1, Type: schemaregistry.Avro, Text: avroChange},
	{ID: 9, Subject: "same-key", Version: 1, Type: schemaregistry.Avro, Text: avroKey},
	{ID: 10, Subject: "same-value", Version: 1, Type: schemaregistry.Avro, Text: avroKey},
	{ID: 11, Subject: "proto-value", Version: 1, Type: schemaregistry.Protobuf, Text: `syntax = "proto3"; message M { string a = 1; int32 b = 2; }`},
	{ID: 12, Subject: "broken-value", Version: 1, Type: schemaregistry.Avro, Text: `{"type": "recrd"}`},
}

const (
	pointOID = types.OID(600)
	enumOID  = types.OID(16999)
)

// publications are by name; their tables are in the order in which the
// connector gives them, by schema and name.
var publications = map[string][]UpstreamTable{
	"empty": {},
	"shop": {
		table("audit", "log", full(), column("at", types.T(types.TimestamptzOID), notNull), column("what", types.T(types.JSONBOID))),
		table("public", "customers", key(1), column("id", types.T(types.Int8OID), notNull), column("name", types.T(types.TextOID)),
			column("balance", types.Type{OID: types.NumericOID, Mod: types.MakeNumericMod(10, 2)})),
		table("public", "orders", key(1, 2), full(), column("customer", types.T(types.Int8OID), notNull),
			column("line", types.T(types.Int4OID), notNull), column("tags", types.T(types.TextArrayOID))),
	},
	"noidentity": {
		table("public", "heap", column("a", types.T(types.Int4OID))),
		table("public", "Odd Heap", column("a", types.T(types.Int4OID))),
		table("public", "keyed", key(1), column("a", types.T(types.Int4OID), notNull)),
	},
	"index": {
		table("public", "indexed", identity(2), column("a", types.T(types.TextOID)), column("b", types.T(types.UUIDOID), notNull)),
	},
	"odd": {
		table("public", "places", key(1), column("id", types.T(types.Int4OID), notNull), column("at", types.T(pointOID)),
			column("mood", types.T(enumOID), notNull)),
		table("public", "plain", key(1), column("id", types.T(types.Int4OID), notNull)),
	},
	"denied": {
		table("hidden", "a", key(1), noUse, column("id", types.T(types.Int4OID), notNull)),
		table("hidden", "b", key(1), noUse, column("id", types.T(types.Int4OID), notNull)),
		table("public", "locked", key(1), noSelect, column("id", types.T(types.Int4OID), notNull)),
		table("public", "open", key(1), column("id", types.T(types.Int4OID), notNull)),
		table("public", "tenants", key(1), rowSecurity, column("id", types.T(types.Int4OID), notNull)),
	},
	"twins": {
		table("a", "t", key(1), column("id", types.T(types.Int4OID), notNull)),
		table("b", "t", key(1), column("id", types.T(types.Int4OID), notNull)),
		table("b", "u", key(1), column("id", types.T(types.Int4OID), notNull)),
	},
	"Case": {
		table("public", "Mixed Case", key(1), column("Id", types.T(types.Int4OID), notNull), column("select", types.T(types.TextOID))),
	},
	"long": {
		table("public", strings.Repeat("l", 64), key(1), column("id", types.T(types.Int4OID), notNull)),
		table("public", "z", key(1), column("id", types.T(types.Int4OID), notNull)),
	},
	"hollow": {table("public", "hollow", full())},
	"mine":   {table("public", "pg", key(1), column("id", types.T(types.Int4OID), notNull))},
	"source": {table("public", "s", key(1), column("id", types.T(types.Int4OID), notNull))},
}

// shape changes a table that is made.
type shape func(*UpstreamTable)

func table(schema, name string, shapes ...shape) UpstreamTable {
	t := UpstreamTable{OID: 20000, Schema: schema, Name: name, MayUse: true, MaySelect: true}
	for _, s := range shapes {
		s(&t)
	}
	return t
}

// column adds a column; attribute numbers are in order, from 1.
func column(name string, t types.Type, changes ...func(*UpstreamColumn)) shape {
	return func(u *UpstreamTable) {
		c := UpstreamColumn{
			Name: name, Attnum: int16(len(u.Columns) + 1), Type: t, Supported: t.OID != pointOID && t.OID != enumOID,
		}
		for _, change := range changes {
			change(&c)
		}
		u.Columns = append(u.Columns, c)
	}
}

func notNull(c *UpstreamColumn) { c.NotNull = true }

// key gives a primary key, which is the replica identity by default.
func key(attnums ...int16) shape {
	return func(t *UpstreamTable) { t.PrimaryKey, t.IdentityKey = attnums, attnums }
}

// identity gives REPLICA IDENTITY USING INDEX.
func identity(attnums ...int16) shape {
	return func(t *UpstreamTable) { t.IdentityKey = attnums }
}

// full gives REPLICA IDENTITY FULL.
func full() shape {
	return func(t *UpstreamTable) { t.Full, t.IdentityKey = true, nil }
}

func noUse(t *UpstreamTable)       { t.MayUse, t.MaySelect = false, false }
func noSelect(t *UpstreamTable)    { t.MaySelect = false }
func rowSecurity(t *UpstreamTable) { t.RowSecurity = true }
