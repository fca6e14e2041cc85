package plan

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"

	"culvert/catalog"
	"culvert/connectors/decode/format"
	"culvert/connectors/schemaregistry"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// SchemaQuery asks a registry for a schema.
type SchemaQuery struct {
	ID      int    // of a schema; 0: the newest version of Subject
	Subject string // such as orders-value
}

// formatReader reads the formats of a statement, with their schemas.
type formatReader struct {
	env   *Env
	st    ast.Statement
	topic string
	pos   ast.Pos // of FORMAT
	uses  []catalog.ID
}

// read resolves a format for the key or the value of messages.
func (r *formatReader) read(ctx context.Context, f ast.Format, key bool) (*catalog.Format, error) {
	var spec format.Spec
	switch f := f.(type) {
	case ast.BytesFormat:
		spec.Kind = format.Bytes
	case ast.TextFormat:
		spec.Kind = format.Text
	case ast.JSONFormat:
		if f.Array {
			return nil, r.refuse(pgerr.FeatureNotSupported, "JSON ARRAY is only supported for webhook sources")
		}
		spec.Kind = format.JSON
	case ast.RegexFormat:
		spec.Kind, spec.Regex = format.Regex, f.Pattern.Text
	case ast.CSVFormat:
		return r.csv(f)
	case ast.AvroFormat:
		return r.avro(ctx, f, key)
	case ast.ProtobufFormat:
		return r.protobuf(ctx, f, key)
	default:
		return nil, r.refuse(pgerr.FeatureNotSupported, "this FORMAT is not supported")
	}
	return &catalog.Format{Spec: spec}, nil
}

func (r *formatReader) refuse(code pgerr.Code, text string, args ...any) *pgerr.Error {
	return pgerr.New(code, text, args...).At(r.st.At(r.pos))
}

func (r *formatReader) csv(f ast.CSVFormat) (*catalog.Format, error) {
	options := &format.CSVOptions{Count: f.Columns}
	if f.Delimiter != nil {
		if options.Delimiter = f.Delimiter.Text; len(options.Delimiter) != 1 {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "CSV delimiter must be a single one-byte character").At(r.st.At(f.Delimiter.Pos))
		}
	}
	if f.Header && len(f.Names) == 0 {
		return nil, r.refuse(pgerr.InvalidParameterValue, "CSV WITH HEADER for Kafka sources requires specifying the header columns").
			WithHint("A topic has no first line to read them from. Name them: CSV WITH HEADER (a, b).")
	}
	for _, name := range f.Names {
		options.Header = append(options.Header, name.Name)
	}
	return &catalog.Format{Spec: format.Spec{Kind: format.CSV, CSV: options}}, nil
}

func (r *formatReader) avro(ctx context.Context, f ast.AvroFormat, key bool) (*catalog.Format, error) {
	read := &catalog.Format{Spec: format.Spec{Kind: format.Avro, WireFormat: true}}
	if f.Registry != nil {
		return read, r.registry(ctx, read, f.Registry, schemaregistry.Avro, key)
	}
	o, err := readOptions(r.env, r.st, f.Options, "AVRO schemas", "CONFLUENT WIRE FORMAT")
	if err != nil {
		return nil, err
	}
	if read.WireFormat, err = o.boolean("CONFLUENT WIRE FORMAT", true); err != nil {
		return nil, err
	}
	read.Schema = &schemaregistry.Schema{Type: schemaregistry.Avro, Text: f.Schema.Text}
	return read, nil
}

func (r *formatReader) protobuf(ctx context.Context, f ast.ProtobufFormat, key bool) (*catalog.Format, error) {
	read := &catalog.Format{Spec: format.Spec{Kind: format.Protobuf}}
	if f.Registry != nil {
		read.WireFormat = true
		return read, r.registry(ctx, read, f.Registry, schemaregistry.Protobuf, key)
	}
	digits, ok := strings.CutPrefix(f.Schema.Text, `\x`)
	descriptors, err := hex.DecodeString(digits)
	if !ok || err != nil || len(descriptors) == 0 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "protobuf schema must be a FileDescriptorSet in hexadecimal").At(r.st.At(f.Schema.Pos)).
			WithHint(`It has the form '\x0a…'; protoc --include_imports --descriptor_set_out=FILE writes the bytes.`)
	}
	read.Message, read.Descriptors = f.Message.Text, descriptors
	return read, nil
}

// registry resolves the schema of a format that a registry has.
func (r *formatReader) registry(ctx context.Context, read *catalog.Format, ref *ast.SchemaRegistry, t schemaregistry.Type, key bool) error {
	if ref.Glue {
		return r.refuse(pgerr.FeatureNotSupported, "AWS GLUE SCHEMA REGISTRY is not supported")
	}
	connection, err := r.env.resolve(r.st, ref.Connection)
	if err != nil {
		return err
	}
	if _, ok := connection.Def.(*catalog.SchemaRegistry); !ok {
		return pgerr.New(pgerr.WrongObjectType, "%s is not a CONFLUENT SCHEMA REGISTRY CONNECTION", nameText(ref.Connection)).At(r.st.At(ref.Connection.Pos))
	}
	r.uses = append(r.uses, connection.ID)
	read.Registry = connection.ID
	seed, strategy, suffix := ref.ValueSeed, ref.ValueStrategy, "-value"
	if key {
		suffix = "-key"
		if ref.KeySeed != nil {
			seed = ref.KeySeed
		}
		if ref.KeyStrategy != nil {
			strategy = ref.KeyStrategy
		}
	}
	switch {
	case seed != nil:
		read.Schema = &schemaregistry.Schema{Type: t, Text: seed.Schema.Text}
		if seed.Message != nil {
			read.Message = seed.Message.Text
		}
		return nil
	case strategy != nil && strategy.Inline != nil:
		read.Schema = &schemaregistry.Schema{Type: t, Text: strategy.Inline.Text}
		return nil
	}
	query := SchemaQuery{Subject: r.topic + suffix}
	if strategy != nil && strategy.ID != nil {
		if query.ID, err = strconv.Atoi(strategy.ID.Text); err != nil || query.ID <= 0 {
			return pgerr.New(pgerr.InvalidParameterValue, "the ID of a schema must be a positive integer").At(r.st.At(strategy.ID.Pos))
		}
	}
	if read.Schema, err = r.env.Upstream.Schema(ctx, connection, query); err != nil {
		return err
	}
	if got := read.Schema.Type; got != t {
		return r.refuse(pgerr.InvalidParameterValue, "schema of subject %q is in %s, not %s", query.Subject, got, t)
	}
	return nil
}

// impliedKey gives the format of the key that goes with a bare FORMAT whose
// registry has a schema for keys, too; nil: it has none.
func (r *formatReader) impliedKey(ctx context.Context, f ast.Format) (*catalog.Format, error) {
	ref := registryOf(f)
	if ref == nil || ref.ValueSeed != nil && ref.KeySeed == nil && ref.KeyStrategy == nil {
		return nil, nil
	}
	// What is said of the value is not about the key.
	keys := *ref
	keys.ValueSeed, keys.ValueStrategy = nil, nil
	switch of := f.(type) {
	case ast.AvroFormat:
		of.Registry = &keys
		f = of
	case ast.ProtobufFormat:
		of.Registry = &keys
		f = of
	}
	read, err := r.read(ctx, f, true)
	if schemaregistry.IsNotFound(err) && ref.KeyStrategy == nil {
		return nil, nil
	}
	return read, err
}
