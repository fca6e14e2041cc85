package format

import (
	"errors"
	"fmt"

	"culvert/connectors/decode"
	"culvert/connectors/decode/avro"
	"culvert/connectors/decode/jsonvalue"
)

// Envelope decodes Debezium's messages. It is not safe for concurrent use.
type Envelope interface {
	// Decode appends the row before the change to the columns of before and the
	// row after it to those of after, where the message has them. before may be
	// nil, when it is not wanted. After an error the columns are as they were.
	Decode(payload []byte, before, after []*decode.Column) (decode.Change, error)
}

// EnvelopeColumns gives the columns of the rows in Debezium's envelopes, of
// which s is the format: Avro's are the fields of the record after; JSON says
// nothing of types, so a row is one column of jsonb.
func (s Spec) EnvelopeColumns() ([]Column, error) {
	switch s.Kind {
	case JSON:
		return s.Columns()
	case Avro:
		schema, err := s.avro()
		if err != nil {
			return nil, err
		}
		return schema.EnvelopeFields()
	}
	return nil, fmt.Errorf("ENVELOPE DEBEZIUM needs FORMAT AVRO or JSON, not %q", s.Kind)
}

// NewEnvelope makes a decoder of envelopes; schemas is as for New.
func NewEnvelope(s Spec, schemas SchemaSource) (Envelope, error) {
	if _, err := s.EnvelopeColumns(); err != nil {
		return nil, err
	}
	if s.Kind == JSON {
		return &jsonEnvelope{}, nil
	}
	reader, err := s.avro()
	if err != nil {
		return nil, err
	}
	return &avroEnvelope{programs: newWriters(s, schemas, reader, avro.CompileEnvelope)}, nil
}

type avroEnvelope struct {
	programs writers[*avro.Envelope]
	decoder  avro.Decoder
}

// Decode reads an envelope of Avro.
func (e *avroEnvelope) Decode(payload []byte, before, after []*decode.Column) (decode.Change, error) {
	program, payload, err := e.programs.of(payload)
	if err != nil {
		return decode.Change{}, err
	}
	return e.decoder.DecodeEnvelope(program, payload, before, after)
}

// jsonEnvelope reads what Kafka Connect's JsonConverter writes: the envelope,
// or, with schemas.enable, an object with schema and payload.
type jsonEnvelope struct {
	norm jsonvalue.Normaliser
	text []byte
}

// envelopeParts are the members of an envelope, as they are written.
type envelopeParts struct{ before, after, op, payload, schema []byte }

func (p *envelopeParts) read(object []byte) bool {
	*p = envelopeParts{}
	return jsonvalue.Members(object, func(key, value []byte) bool {
		switch string(key) {
		case "before":
			p.before = value
		case "after":
			p.after = value
		case "op":
			p.op = value
		case "payload":
			p.payload = value
		case "schema":
			p.schema = value
		}
		return true
	})
}

// Decode reads an envelope of JSON.
func (e *jsonEnvelope) Decode(payload []byte, before, after []*decode.Column) (change decode.Change, err error) {
	if e.text, err = e.norm.Append(e.text[:0], payload); err != nil {
		return change, err
	}
	var parts envelopeParts
	ok := parts.read(e.text)
	if ok && parts.op == nil && parts.payload != nil {
		ok = parts.read(parts.payload)
	}
	switch {
	case !ok || parts.op == nil || parts.before == nil && parts.after == nil:
		return change, errors.New("the message is not a Debezium envelope: it has no op, before and after")
	case len(parts.op) != 3 || parts.op[0] != '"':
		return change, errors.New("op is not one letter")
	case !isRow(parts.before) || !isRow(parts.after):
		return change, errors.New("before or after is neither an object nor null")
	}
	change = decode.Change{Op: parts.op[1], HasBefore: before != nil && present(parts.before), HasAfter: present(parts.after)}
	if change.HasBefore {
		appendBytes(before[0], parts.before)
	}
	if change.HasAfter {
		appendBytes(after[0], parts.after)
	}
	return change, nil
}

func present(row []byte) bool { return row != nil && string(row) != "null" }

func isRow(row []byte) bool { return !present(row) || row[0] == '{' }
