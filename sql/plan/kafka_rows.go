package plan

import (
	"context"
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/connectors/decode"
	"culvert/connectors/decode/format"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// rowsBuilder makes the columns of a relation that the messages of a topic
// fill: those of the key, of the value, and of INCLUDE, in that order.
type rowsBuilder struct {
	env        *Env
	st         ast.Statement
	encoding   ast.Encoding
	topic      string
	keepErrors bool
	object     *catalog.Object // gets the columns, keys and uses

	rows *catalog.KafkaRows
}

// build reads the encoding; names are the columns' names where the statement
// lists them.
func (b *rowsBuilder) build(ctx context.Context, names []ast.Ident) (*catalog.KafkaRows, error) {
	b.rows = &catalog.KafkaRows{Envelope: catalog.EnvelopeNone, KeepErrors: b.keepErrors}
	if err := b.formats(ctx); err != nil {
		return nil, err
	}
	if err := b.checkEnvelope(); err != nil {
		return nil, err
	}
	for _, add := range []func() error{b.addKey, b.addError, b.addValue, b.addMetadata} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	if err := renameColumns(b.st, b.object, names); err != nil {
		return nil, err
	}
	return b.rows, b.unique()
}

// formats resolves FORMAT, or KEY FORMAT and VALUE FORMAT.
func (b *rowsBuilder) formats(ctx context.Context) error {
	e := b.encoding
	r := &formatReader{env: b.env, st: b.st, topic: b.topic, pos: e.Pos}
	if e.Envelope != nil {
		switch e.Envelope.Kind {
		case "UPSERT":
			b.rows.Envelope = catalog.EnvelopeUpsert
		case "DEBEZIUM":
			b.rows.Envelope = catalog.EnvelopeDebezium
		case "MATERIALIZE":
			return pgerr.New(pgerr.FeatureNotSupported, "ENVELOPE MATERIALIZE is not supported").At(b.st.At(e.Envelope.Pos))
		}
	}
	var err error
	if b.rows.Value, err = r.read(ctx, e.Value, false); err != nil {
		return err
	}
	if e.Key != nil {
		b.rows.Key, err = r.read(ctx, e.Key, true)
	} else if b.rows.Envelope != catalog.EnvelopeNone || b.included("KEY") != nil {
		b.rows.Key, err = r.impliedKey(ctx, e.Value)
	}
	b.object.Uses = used(append(b.object.Uses, r.uses...)...)
	return err
}

// included gives the first INCLUDE of a kind, or nil.
func (b *rowsBuilder) included(what string) *ast.Include {
	i := slices.IndexFunc(b.encoding.Include, func(i ast.Include) bool { return i.What == what })
	if i < 0 {
		return nil
	}
	return &b.encoding.Include[i]
}

// checkEnvelope refuses formats and metadata that an envelope does not go with.
func (b *rowsBuilder) checkEnvelope() error {
	e := b.encoding
	key := b.included("KEY")
	refuse := func(pos ast.Pos, format string, args ...any) *pgerr.Error {
		return pgerr.New(pgerr.FeatureNotSupported, format, args...).At(b.st.At(pos))
	}
	kind := b.rows.Value.Kind
	switch b.rows.Envelope {
	case catalog.EnvelopeDebezium:
		if key != nil {
			return refuse(key.Pos, "Cannot use INCLUDE KEY with ENVELOPE DEBEZIUM: Debezium values include all keys.")
		}
		if headers := b.included("HEADERS"); headers != nil {
			return refuse(headers.Pos, "INCLUDE HEADERS with ENVELOPE DEBEZIUM is not supported")
		}
		if kind != format.Avro && kind != format.JSON {
			return refuse(e.Envelope.Pos, "ENVELOPE DEBEZIUM requires FORMAT AVRO or JSON")
		}
		if kind == format.Avro && b.rows.Key == nil {
			return refuse(e.Envelope.Pos, "ENVELOPE DEBEZIUM requires a schema of the key").
				WithHint("Register one as subject %s-key, or use KEY FORMAT ... VALUE FORMAT.", b.topic)
		}
	case catalog.EnvelopeUpsert:
		if kind == format.CSV || kind == format.Regex {
			return refuse(e.Envelope.Pos, "ENVELOPE UPSERT is not supported with FORMAT %s", strings.ToUpper(string(kind)))
		}
		if b.rows.Key == nil {
			return refuse(e.Envelope.Pos, "ENVELOPE UPSERT requires specifying KEY FORMAT .. VALUE FORMAT, got bare FORMAT")
		}
	default:
		if key != nil && b.rows.Key == nil {
			return refuse(key.Pos, "INCLUDE KEY requires specifying KEY FORMAT .. VALUE FORMAT, got bare FORMAT")
		}
	}
	return nil
}

// addKey adds the columns of the key: with INCLUDE KEY, and for UPSERT.
func (b *rowsBuilder) addKey() error {
	key := b.included("KEY")
	if b.rows.Key == nil || key == nil && b.rows.Envelope != catalog.EnvelopeUpsert {
		return nil
	}
	as := ""
	if key != nil {
		as = key.As.Name
	}
	fields, err := b.fields(b.rows.Key, false)
	if err == nil && as != "" && len(fields) > 1 {
		b.document()
		fields, err = b.fields(b.rows.Key, false)
	}
	if err != nil {
		return err
	}
	upsert := b.rows.Envelope == catalog.EnvelopeUpsert
	if as == "" && !b.rows.Key.Named() {
		as = "key"
	}
	for i, f := range fields {
		if as != "" {
			f.Name = as // the only one
		}
		b.column(f.Name, f.Type, upsert && !f.Nullable, catalog.KafkaColumn{From: catalog.OriginKey, Field: i})
	}
	if upsert {
		for i := range b.object.Columns {
			b.rows.Identity = append(b.rows.Identity, i)
		}
		b.key()
	}
	return nil
}

// document makes one column of a key that has several, a record as jsonb: a
// record of Avro in which the key is the only field has the same bytes.
func (b *rowsBuilder) document() {
	if b.rows.Key.Kind != format.Avro {
		b.rows.Key.Record = true
		return
	}
	schema := *b.rows.Key.Schema
	schema.Text = DocumentSchema(schema.Text)
	b.rows.Key.Schema, b.rows.Key.Document = &schema, true
}

// DocumentSchema gives the schema of a record with the messages of a schema of
// Avro as its only field.
func DocumentSchema(text string) string {
	return `{"type": "record", "name": "culvert_document", "fields": [{"name": "key", "type": ` + text + `}]}`
}

// key declares the identity as the relation's key.
func (b *rowsBuilder) key() {
	if len(b.rows.Identity) > 0 {
		b.object.Keys = []catalog.Key{{Name: suffixed(b.object.Name, "_key"), Columns: slices.Clone(b.rows.Identity)}}
	}
}

// addError adds the column of VALUE DECODING ERRORS = INLINE.
func (b *rowsBuilder) addError() error {
	e := b.encoding.Envelope
	if e == nil || !e.InlineErrors {
		return nil
	}
	if b.keepErrors {
		return pgerr.New(pgerr.InvalidParameterValue, "%s and VALUE DECODING ERRORS = INLINE exclude each other", optionDecodeError).At(b.st.At(e.Pos))
	}
	name := e.InlineAs.Name
	if name == "" {
		name = "error"
	}
	b.column(name, types.T(types.JSONBOID), false, catalog.KafkaColumn{From: catalog.OriginError})
	return nil
}

func (b *rowsBuilder) addValue() error {
	debezium := b.rows.Envelope == catalog.EnvelopeDebezium
	fields, err := b.fields(b.rows.Value, debezium)
	if err != nil {
		return err
	}
	inline := b.encoding.Envelope != nil && b.encoding.Envelope.InlineErrors
	first := len(b.object.Columns)
	for i, f := range fields {
		// Without keys, a message without a value is a row of NULLs.
		notNull := !f.Nullable && !inline && b.rows.Envelope != catalog.EnvelopeNone
		b.column(f.Name, f.Type, notNull, catalog.KafkaColumn{From: catalog.OriginValue, Field: i})
	}
	if debezium {
		return b.debeziumKey(fields, first)
	}
	return nil
}

// debeziumKey finds the columns of the key among those of the value, or hides
// them behind: the values need not have them. The bytes of the key serve where
// it has no format.
func (b *rowsBuilder) debeziumKey(fields []decode.Field, first int) error {
	if b.rows.Key == nil {
		b.rows.Key = &catalog.Format{Spec: format.Spec{Kind: format.Bytes}}
	}
	keys, err := b.fields(b.rows.Key, false)
	if err != nil {
		return err
	}
	for _, k := range keys {
		b.rows.Hidden = append(b.rows.Hidden, k.Type)
		i := slices.IndexFunc(fields, func(f decode.Field) bool { return f.Name == k.Name && f.Type == k.Type })
		if i >= 0 && b.rows.Value.Kind == format.Avro {
			b.rows.Identity = append(b.rows.Identity, first+i)
		}
	}
	if len(b.rows.Identity) == len(keys) {
		b.rows.Hidden = nil
		b.key()
	} else {
		b.rows.Identity = nil
	}
	return nil
}

// addMetadata adds the columns of INCLUDE but KEY, as they are listed.
func (b *rowsBuilder) addMetadata() error {
	for _, i := range b.encoding.Include {
		name, t, notNull, from := "", types.Type{}, true, catalog.KafkaColumn{}
		switch i.What {
		case "KEY":
			continue
		case "PARTITION":
			name, t, from.From = "partition", types.T(types.Int4OID), catalog.OriginPartition
		case "OFFSET":
			name, t, from.From = "offset", types.T(types.Int8OID), catalog.OriginOffset
		case "TIMESTAMP":
			name, t, from.From = "timestamp", types.T(types.TimestampOID), catalog.OriginTimestamp
		case "HEADERS":
			name, t, from.From = "headers", types.T(types.JSONBOID), catalog.OriginHeaders
		case "HEADER":
			t, notNull = types.T(types.TextOID), false
			from.From, from.Header = catalog.OriginHeader, i.Header.Text
			if i.Bytes {
				t, from.From = types.T(types.ByteaOID), catalog.OriginRawHeader
			}
		}
		if i.As.Name != "" {
			name = i.As.Name
		}
		b.column(name, t, notNull, from)
	}
	return nil
}

func (b *rowsBuilder) column(name string, t types.Type, notNull bool, from catalog.KafkaColumn) {
	b.object.Columns = append(b.object.Columns, catalog.Column{Name: name, Type: t, NotNull: notNull})
	b.rows.Columns = append(b.rows.Columns, from)
}

// renameColumns gives the first columns the names that a statement lists.
func renameColumns(st ast.Statement, object *catalog.Object, names []ast.Ident) error {
	if len(names) > len(object.Columns) {
		return pgerr.New(pgerr.InvalidColumnDefinition, "%s definition names %d columns, but %s has %d columns",
			object.Name, len(names), object.Name, len(object.Columns)).At(st.At(names[len(object.Columns)].Pos))
	}
	for i, name := range names {
		object.Columns[i].Name = name.Name
	}
	return nil
}

// unique refuses two columns of one name.
func (b *rowsBuilder) unique() error { return uniqueColumns(b.st, b.object) }

func uniqueColumns(st ast.Statement, object *catalog.Object) error {
	seen := map[string]bool{}
	for _, c := range object.Columns {
		if seen[c.Name] {
			return pgerr.New(pgerr.DuplicateColumn, "column %q specified more than once", c.Name).At(st.At(st.Span().Start)).
				WithHint("Rename it: by INCLUDE ... AS name, or by a list of all columns behind the name.")
		}
		seen[c.Name] = true
	}
	return nil
}

// fields gives the columns of a format; debezium asks for those of the rows in
// change messages.
func (b *rowsBuilder) fields(f *catalog.Format, debezium bool) ([]decode.Field, error) {
	fields, err := f.Columns()
	if debezium {
		fields, err = f.EnvelopeColumns()
	}
	if err != nil {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "%s", err).At(b.st.At(b.encoding.Pos))
	}
	return fields, nil
}
