package format

import (
	"errors"

	"culvert/connectors/decode"
	"culvert/connectors/decode/avro"
	"culvert/connectors/schemaregistry"
)

func (s Spec) avro() (*avro.Schema, error) {
	if s.Schema == nil {
		return nil, errors.New("a schema is needed for Avro")
	}
	if err := ofType(s.Schema, schemaregistry.Avro); err != nil {
		return nil, err
	}
	return parseAvro(s.Schema)
}

func parseAvro(s *schemaregistry.Schema) (*avro.Schema, error) {
	references := make([]string, len(s.References))
	for i, r := range s.References {
		references[i] = r.Text
	}
	return avro.Parse(s.Text, references...)
}

// writers keeps, by the ID of the writer's schema, what reads its messages.
type writers[P any] struct {
	reader  *avro.Schema
	compile func(writer, reader *avro.Schema) (P, error)
	schemas SchemaSource
	framed  bool
	byID    map[int]compiled[P]
	lastID  int
	last    compiled[P]
	known   bool // last is of lastID
}

type compiled[P any] struct {
	program P
	err     error
}

func newWriters[P any](s Spec, schemas SchemaSource, reader *avro.Schema, compile func(writer, reader *avro.Schema) (P, error)) writers[P] {
	return writers[P]{reader: reader, compile: compile, schemas: schemas, framed: s.WireFormat, byID: map[int]compiled[P]{}}
}

// of gives what reads a message, and the message without its header.
func (w *writers[P]) of(payload []byte) (program P, rest []byte, err error) {
	id := 0
	if w.framed {
		if id, payload, err = splitHeader(payload); err != nil {
			return program, nil, err
		}
	}
	if w.schemas == nil {
		id = 0
	}
	if !w.known || w.lastID != id {
		if w.last, err = w.find(id); err != nil {
			w.known = false
			return program, nil, err
		}
		w.lastID, w.known = id, true
	}
	return w.last.program, payload, w.last.err
}

// find compiles what was not seen before. An error that may pass is returned,
// one that stays is kept with the ID.
func (w *writers[P]) find(id int) (compiled[P], error) {
	if c, ok := w.byID[id]; ok {
		return c, nil
	}
	writer := w.reader
	if w.framed && w.schemas != nil {
		s, err := w.schemas.fetch(id, schemaregistry.Avro)
		if err != nil {
			return compiled[P]{}, err
		}
		if writer, err = parseAvro(s); err != nil {
			return w.keep(id, compiled[P]{err: &SchemaError{ID: id, Err: err}}), nil
		}
	}
	var c compiled[P]
	if c.program, c.err = w.compile(writer, w.reader); c.err != nil && w.framed {
		c.err = &SchemaError{ID: id, Err: c.err}
	}
	return w.keep(id, c), nil
}

func (w *writers[P]) keep(id int, c compiled[P]) compiled[P] {
	w.byID[id] = c
	return c
}

type avroFormat struct {
	programs writers[*avro.Program]
	decoder  avro.Decoder
}

// Decode appends the fields of the record.
func (f *avroFormat) Decode(payload []byte, dst []*decode.Column) error {
	program, payload, err := f.programs.of(payload)
	if err != nil {
		return err
	}
	return f.decoder.Decode(program, payload, dst)
}
