package avro

import (
	"fmt"

	"culvert/connectors/decode"

	"github.com/hamba/avro/v2"
)

// Program reads the messages of one writer's schema into the columns of a
// reader's. It does not change, and may be shared.
type Program struct {
	steps []step // a record's; else there is one, and its field has no name
}

// Compile resolves a writer's schema against the reader's. The error says why
// the two are not compatible.
func Compile(writer, reader *Schema) (*Program, error) {
	k := newCompiler()
	if r, ok := reader.root.(*avro.RecordSchema); ok {
		w, ok := writer.root.(*avro.RecordSchema)
		if !ok {
			return nil, mismatch(writer.root, reader.root)
		}
		steps, err := k.steps(w, r)
		return &Program{steps: steps}, err
	}
	value, err := k.node(writer.root, reader.root)
	return &Program{steps: []step{{value: value}}}, err
}

// Decoder holds the memory for decoding. Its zero value is ready; it is not
// safe for concurrent use.
type Decoder struct{ r reader }

// Decode appends the fields of a message to the columns of the reader's schema,
// or gives an error and leaves the columns as they were.
func (d *Decoder) Decode(p *Program, payload []byte, dst []*decode.Column) error {
	length := 0
	if len(dst) > 0 {
		length = dst[0].Len
	}
	d.r.start(payload)
	err := d.record(p.steps, dst)
	if err == nil {
		err = d.atEnd()
	}
	if err != nil {
		decode.Undo(dst, length)
	}
	return err
}

func (d *Decoder) atEnd() error {
	if left := len(d.r.b) - d.r.pos; left > 0 {
		return fmt.Errorf("%d bytes are left behind the value", left)
	}
	return nil
}

func (d *Decoder) record(steps []step, dst []*decode.Column) error {
	r := &d.r
	for i := range steps {
		s := &steps[i]
		if s.skip != nil {
			if err := s.skip(r); err != nil {
				return err
			}
			continue
		}
		c := dst[s.field]
		var err error
		if s.isConst {
			err = s.run(r, func(r *reader) error { return s.value.column(r, &c.Column, c.Len) })
		} else {
			err = s.value.column(r, &c.Column, c.Len)
		}
		if err != nil {
			if len(s.name) > 0 {
				err = fmt.Errorf("field %q: %w", s.name, err)
			}
			return err
		}
		c.Len++
	}
	return nil
}
