// Package avro decodes Avro messages straight into columns. The schema that a
// message was written with is resolved against the reader's, which says what
// the columns are (Apache Avro 1.11 specification, "Schema Resolution").
package avro

import (
	"errors"
	"fmt"

	"culvert/connectors/decode"
	"culvert/sql/types"

	"github.com/hamba/avro/v2"
)

// UnnamedColumn is the name of the one column of a schema that is no record.
const UnnamedColumn = "data"

// Schema is a parsed schema. It must not be changed.
type Schema struct{ root avro.Schema }

// Parse reads a schema. references are the schemas that it refers to by full
// name, each after those that it needs itself.
func Parse(text string, references ...string) (s *Schema, err error) {
	defer func() { // the parser follows some invalid defaults into nothing
		if p := recover(); p != nil {
			s, err = nil, fmt.Errorf("invalid Avro schema: %v", p)
		}
	}()
	cache := &avro.SchemaCache{}
	for _, ref := range references {
		if _, err := avro.ParseWithCache(ref, "", cache); err != nil {
			return nil, fmt.Errorf("invalid Avro schema that is referred to: %w", err)
		}
	}
	root, err := avro.ParseWithCache(text, "", cache)
	if err != nil {
		return nil, fmt.Errorf("invalid Avro schema: %w", err)
	}
	return &Schema{root: deref(root)}, nil
}

// Named tells whether the schema is a record, whose fields name the columns.
func (s *Schema) Named() bool {
	_, ok := s.root.(*avro.RecordSchema)
	return ok
}

// Fields gives the columns: the fields of a record, or one column.
func (s *Schema) Fields() ([]decode.Field, error) {
	rec, ok := s.root.(*avro.RecordSchema)
	if !ok {
		t := typeOf(s.root)
		return []decode.Field{{Name: UnnamedColumn, Type: t.pg, Nullable: t.nullable}}, nil
	}
	return recordFields(rec)
}

func recordFields(rec *avro.RecordSchema) ([]decode.Field, error) {
	if len(rec.Fields()) == 0 {
		return nil, errors.New("the Avro record has no fields")
	}
	fields := make([]decode.Field, len(rec.Fields()))
	for i, f := range rec.Fields() {
		t := typeOf(f.Type())
		fields[i] = decode.Field{Name: f.Name(), Type: t.pg, Nullable: t.nullable}
	}
	return fields, nil
}

func deref(s avro.Schema) avro.Schema {
	if ref, ok := s.(*avro.RefSchema); ok {
		return ref.Schema()
	}
	return s
}

// columnType is what a schema becomes as a column.
type columnType struct {
	pg       types.Type
	nullable bool
	// structured: the value is written as JSON, whatever it consists of.
	structured bool
}

func typeOf(s avro.Schema) columnType {
	s = deref(s)
	if sc, ok := scalarOf(s); ok {
		return columnType{pg: sc.pgType()}
	}
	document := columnType{pg: types.T(types.JSONBOID), structured: true}
	switch s := s.(type) {
	case *avro.NullSchema:
		return columnType{pg: types.T(types.TextOID), nullable: true}
	case *avro.ArraySchema:
		elem := typeOf(s.Items())
		array := types.ArrayOf(elem.pg.OID)
		if elem.structured || types.IsArray(elem.pg.OID) || array == 0 {
			return document
		}
		return columnType{pg: types.Type{OID: array, Mod: elem.pg.Mod}}
	case *avro.UnionSchema:
		variants, null := variantsOf(s)
		switch len(variants) {
		case 0:
			return columnType{pg: types.T(types.TextOID), nullable: true}
		case 1:
			t := typeOf(variants[0])
			t.nullable = t.nullable || null
			return t
		}
		document.nullable = null
	}
	return document
}

// variantsOf gives the branches of a union but null, and whether that is one.
func variantsOf(u *avro.UnionSchema) (variants []avro.Schema, null bool) {
	for _, b := range u.Types() {
		if b = deref(b); b.Type() == avro.Null {
			null = true
		} else {
			variants = append(variants, b)
		}
	}
	return variants, null
}

// nameOf is what Avro's JSON encoding calls a branch of a union.
func nameOf(s avro.Schema) string {
	if named, ok := deref(s).(avro.NamedSchema); ok {
		return named.FullName()
	}
	return string(s.Type())
}
