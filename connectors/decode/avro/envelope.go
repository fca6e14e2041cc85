package avro

import (
	"errors"
	"fmt"

	"culvert/connectors/decode"

	"github.com/hamba/avro/v2"
)

// EnvelopeFields gives the columns of the rows in Debezium's envelopes, a
// record with before, after and op.
func (s *Schema) EnvelopeFields() ([]decode.Field, error) {
	rec, ok := s.root.(*avro.RecordSchema)
	if !ok {
		return nil, errors.New("the Avro schema is not a Debezium envelope: it is no record")
	}
	row, err := rowOf(rec, "after")
	if err != nil {
		return nil, err
	}
	before, err := rowOf(rec, "before")
	if err != nil {
		return nil, err
	}
	if row.FullName() != before.FullName() {
		return nil, errors.New("the Avro schema is not a Debezium envelope: before and after are different records")
	}
	op, ok := fieldOf(rec, "op")
	if sc, isScalar := scalarOf(deref(op)); !ok || !isScalar || sc.kind != kindText {
		return nil, errors.New("the Avro schema is not a Debezium envelope: it has no field op of type string")
	}
	return recordFields(row)
}

func fieldOf(rec *avro.RecordSchema, name string) (avro.Schema, bool) {
	for _, f := range rec.Fields() {
		if f.Name() == name {
			return f.Type(), true
		}
	}
	return &avro.NullSchema{}, false
}

// rowOf gives the record of before or after: a record, or a union of null and one.
func rowOf(rec *avro.RecordSchema, name string) (*avro.RecordSchema, error) {
	s, ok := fieldOf(rec, name)
	s = deref(s)
	if u, isUnion := s.(*avro.UnionSchema); isUnion {
		if variants, _ := variantsOf(u); len(variants) == 1 {
			s = variants[0]
		}
	}
	row, isRecord := s.(*avro.RecordSchema)
	if !ok || !isRecord {
		return nil, fmt.Errorf("the Avro schema is not a Debezium envelope: it has no field %s that is a record or null", name)
	}
	return row, nil
}

// part is what a field of a writer's envelope is for.
type part uint8

const (
	partOther part = iota
	partBefore
	partAfter
	partOp
)

// Envelope reads the messages of one writer's envelope. It does not change, and
// may be shared.
type Envelope struct{ fields []envelopeField }

type envelopeField struct {
	part part
	skip skipper
	// rows has, by branch of the writer's union, the steps of the row; nil: null.
	rows  [][]step
	union bool
	op    node
}

// CompileEnvelope resolves a writer's envelope against the reader's.
func CompileEnvelope(writer, reader *Schema) (*Envelope, error) {
	if _, err := reader.EnvelopeFields(); err != nil {
		return nil, err
	}
	if _, err := writer.EnvelopeFields(); err != nil {
		return nil, err
	}
	k := newCompiler()
	r := reader.root.(*avro.RecordSchema)
	e := &Envelope{}
	for _, f := range writer.root.(*avro.RecordSchema).Fields() {
		field := envelopeField{skip: k.skips.of(f.Type())}
		var err error
		switch f.Name() {
		case "before":
			field.part = partBefore
		case "after":
			field.part = partAfter
		case "op":
			field.part = partOp
			field.op, err = k.node(f.Type(), avro.NewPrimitiveSchema(avro.String, nil))
		}
		if field.part == partBefore || field.part == partAfter {
			var row *avro.RecordSchema
			if row, err = rowOf(r, f.Name()); err == nil {
				err = field.compileRows(k, f.Type(), row)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", f.Name(), err)
		}
		e.fields = append(e.fields, field)
	}
	return e, nil
}

func (f *envelopeField) compileRows(k *compiler, w avro.Schema, row *avro.RecordSchema) error {
	w = deref(w)
	branches := []avro.Schema{w}
	if u, ok := w.(*avro.UnionSchema); ok {
		f.union = true
		branches = u.Types()
	}
	for _, b := range branches {
		var steps []step
		if rec, ok := deref(b).(*avro.RecordSchema); ok {
			var err error
			if steps, err = k.steps(rec, row); err != nil {
				return err
			}
		}
		f.rows = append(f.rows, steps)
	}
	return nil
}

// DecodeEnvelope appends the row before to the columns of before and the row
// after to those of after, where the message has them; before may be nil, when
// it is not wanted. After an error the columns are as they were.
func (d *Decoder) DecodeEnvelope(e *Envelope, payload []byte, before, after []*decode.Column) (decode.Change, error) {
	lengths := [2]int{}
	for i, columns := range [2][]*decode.Column{before, after} {
		if len(columns) > 0 {
			lengths[i] = columns[0].Len
		}
	}
	d.r.start(payload)
	change, err := d.envelope(e, before, after)
	if err == nil {
		err = d.atEnd()
	}
	if err != nil {
		decode.Undo(before, lengths[0])
		decode.Undo(after, lengths[1])
		return decode.Change{}, err
	}
	return change, nil
}

func (d *Decoder) envelope(e *Envelope, before, after []*decode.Column) (change decode.Change, err error) {
	for i := range e.fields {
		f := &e.fields[i]
		switch {
		case f.part == partBefore && before != nil:
			change.HasBefore, err = d.row(f, before)
		case f.part == partAfter:
			change.HasAfter, err = d.row(f, after)
		case f.part == partOp:
			d.r.json.Out = d.r.json.Out[:0]
			if err = f.op.json(&d.r); err == nil && len(d.r.json.Out) == 3 {
				change.Op = d.r.json.Out[1]
			}
		default:
			err = f.skip(&d.r)
		}
		if err != nil {
			return change, err
		}
	}
	if change.Op == 0 {
		return change, errors.New("op is not one letter")
	}
	return change, nil
}

func (d *Decoder) row(f *envelopeField, dst []*decode.Column) (bool, error) {
	branch := 0
	if f.union {
		var err error
		if branch, err = d.r.index(len(f.rows), "union branch"); err != nil {
			return false, err
		}
	}
	if f.rows[branch] == nil {
		return false, nil
	}
	return true, d.record(f.rows[branch], dst)
}
