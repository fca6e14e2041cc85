// Package format decodes the keys and values of messages: what CREATE SOURCE
// calls FORMAT, as a specification that the catalog stores, and the decoders
// that come of it.
package format

import (
	"fmt"

	"culvert/connectors/decode"
	"culvert/connectors/decode/avro"
	"culvert/connectors/decode/protobuf"
	"culvert/connectors/schemaregistry"
	"culvert/sql/types"
)

// Kind is a format's name.
type Kind string

// The formats.
const (
	Bytes    Kind = "bytes"
	Text     Kind = "text"
	JSON     Kind = "json"
	CSV      Kind = "csv"
	Regex    Kind = "regex"
	Avro     Kind = "avro"
	Protobuf Kind = "protobuf"
)

// Column is a column that a format gives.
type Column = decode.Field

// Format decodes messages. It is not safe for concurrent use.
type Format = decode.Decoder

// Spec says how a key or value is encoded. It is stored in the catalog as JSON.
type Spec struct {
	Kind  Kind        `json:"kind"`
	CSV   *CSVOptions `json:"csv,omitempty"`
	Regex string      `json:"regex,omitempty"` // RE2 syntax; with at least one group
	// Schema is the reader's schema of Avro and of Protobuf's .proto text. It
	// is fixed when the source is made; inline ones have no ID.
	Schema *schemaregistry.Schema `json:"schema,omitempty"`
	// WireFormat: messages begin with Confluent's header, which has the ID of
	// the writer's schema.
	WireFormat bool `json:"wire_format,omitempty"`
	// Descriptors is a serialised FileDescriptorSet, instead of Schema.
	Descriptors []byte `json:"descriptors,omitempty"`
	// Message is the full name of Protobuf's message; "": the first of Schema.
	Message string `json:"message,omitempty"`
	// Record: the columns become one, a record of them as jsonb. It is for CSV,
	// Regex and Protobuf; a record of Avro is wrapped in another by its schema.
	Record bool `json:"record,omitempty"`
}

// SchemaSource gives the writer's schema of an ID in Confluent's header.
type SchemaSource func(id int) (*schemaregistry.Schema, error)

// Named tells whether the columns have names of their own: the fields of
// records, the columns of CSV, the groups of a regular expression. The others
// have one column, which a key calls key.
func (s Spec) Named() bool {
	if s.Record {
		return false
	}
	switch s.Kind {
	case CSV, Regex, Protobuf:
		return true
	case Avro:
		schema, err := s.avro()
		return err == nil && schema.Named()
	}
	return false
}

// Columns gives the columns, in the order in which a Format takes them. The
// error says what is wrong with the specification.
func (s Spec) Columns() ([]Column, error) {
	columns, err := s.fields()
	if err == nil && s.Record {
		columns = []Column{{Name: "data", Type: types.T(types.JSONBOID)}}
	}
	return columns, err
}

// fields gives the columns before they become a record.
func (s Spec) fields() ([]Column, error) {
	switch s.Kind {
	case Bytes:
		return []Column{{Name: "data", Type: types.T(types.ByteaOID)}}, nil
	case Text:
		return []Column{{Name: "text", Type: types.T(types.TextOID)}}, nil
	case JSON:
		return []Column{{Name: "data", Type: types.T(types.JSONBOID)}}, nil
	case CSV:
		return s.CSV.columns()
	case Regex:
		_, columns, err := compileRegex(s.Regex)
		return columns, err
	case Avro:
		schema, err := s.avro()
		if err != nil {
			return nil, err
		}
		return schema.Fields()
	case Protobuf:
		schema, err := s.protobuf()
		if err != nil {
			return nil, err
		}
		return schema.Fields()
	}
	return nil, s.unknown()
}

// New makes a decoder. schemas is asked for writers' schemas when messages have
// Confluent's header; when it is nil, every message is taken to be written with
// the reader's schema.
func New(s Spec, schemas SchemaSource) (Format, error) {
	if s.Record && (s.Kind == CSV || s.Kind == Regex) {
		return newRecord(s)
	}
	switch s.Kind {
	case Bytes:
		return bytesFormat{}, nil
	case Text:
		return textFormat{}, nil
	case JSON:
		return &jsonFormat{}, nil
	case CSV:
		return newCSV(s.CSV)
	case Regex:
		re, columns, err := compileRegex(s.Regex)
		return &regexFormat{re: re, groups: len(columns)}, err
	case Avro:
		reader, err := s.avro()
		if err != nil {
			return nil, err
		}
		return &avroFormat{programs: newWriters(s, schemas, reader, avro.Compile)}, nil
	case Protobuf:
		reader, err := s.protobuf()
		if err != nil {
			return nil, err
		}
		decoder := protobuf.NewDecoder(reader)
		if s.Record {
			decoder = protobuf.NewDocumentDecoder(reader)
		}
		return &protobufFormat{decoder: decoder, reader: reader, spec: s, schemas: schemas, accepted: map[string]bool{}}, nil
	}
	return nil, s.unknown()
}

func (s Spec) unknown() error { return fmt.Errorf("unknown format %q", s.Kind) }
