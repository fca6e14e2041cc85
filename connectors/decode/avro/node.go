package avro

import (
	"strconv"

	"culvert/connectors/decode"
	"culvert/engine"

	"github.com/hamba/avro/v2"
)

// node is a value as the writer wrote it, resolved against the reader's schema.
// Nodes are shared by decoders and do not change.
type node interface {
	// column appends the value as value i of a column.
	column(r *reader, c *engine.Column, i int) error
	// json appends the value to r.json.Out.
	json(r *reader) error
}

func appendInt(dst []byte, i int64) []byte { return strconv.AppendInt(dst, i, 10) }

// scalarNode reads what the writer wrote and appends what the reader expects.
type scalarNode struct {
	wire   avro.Type
	size   int
	unit   int64    // of times: the writer's, or else the reader's
	enum   [][]byte // the reader's symbols by the writer's; nil: none
	target scalar
}

func (n *scalarNode) read(r *reader) (v raw, err error) {
	switch n.wire {
	case avro.Int, avro.Long:
		if v.i, err = r.varint(); err == nil && n.unit != 0 {
			v.i, err = toMicros(v.i, n.unit)
		}
		v.f = float64(v.i)
	case avro.String, avro.Bytes, avro.Fixed:
		v.b, err = r.bytes(n.size)
	case avro.Boolean:
		var b bool
		if b, err = r.boolean(); b {
			v.i = 1
		}
	case avro.Float:
		var f float32
		f, err = r.float()
		v.f = float64(f)
	case avro.Double:
		v.f, err = r.double()
	case avro.Enum:
		var i int
		if i, err = r.index(len(n.enum), "enum symbol"); err == nil {
			if v.b = n.enum[i]; v.b == nil {
				err = errUnknownSymbol
			}
		}
	}
	if err == nil {
		err = n.target.check(v)
	}
	return v, err
}

func (n *scalarNode) column(r *reader, c *engine.Column, _ int) error {
	v, err := n.read(r)
	if err != nil {
		return err
	}
	return n.target.put(r, c, v)
}

func (n *scalarNode) json(r *reader) error {
	v, err := n.read(r)
	if err != nil {
		return err
	}
	r.json.Out, err = n.target.json(r, r.json.Out, v)
	return err
}

type nullNode struct{}

func (nullNode) column(_ *reader, c *engine.Column, i int) error {
	decode.AppendNull(c, i)
	return nil
}

func (nullNode) json(r *reader) error {
	r.json.Out = append(r.json.Out, "null"...)
	return nil
}

// failNode is a branch that the reader's schema has no place for.
type failNode struct{ err error }

func (n failNode) column(*reader, *engine.Column, int) error { return n.err }
func (n failNode) json(*reader) error                        { return n.err }

// unionNode is a union of the writer.
type unionNode struct{ branches []node }

func (n *unionNode) branch(r *reader) (node, error) {
	i, err := r.index(len(n.branches), "union branch")
	if err != nil {
		return nil, err
	}
	return n.branches[i], nil
}

func (n *unionNode) column(r *reader, c *engine.Column, i int) error {
	b, err := n.branch(r)
	if err != nil {
		return err
	}
	return b.column(r, c, i)
}

func (n *unionNode) json(r *reader) error {
	b, err := n.branch(r)
	if err != nil {
		return err
	}
	return b.json(r)
}

// taggedNode is a branch of a union of several types, as Avro's JSON encoding
// writes it: {"name of the type": value}.
type taggedNode struct {
	name  []byte
	value node
}

func (n *taggedNode) json(r *reader) error {
	o := r.json.Object()
	r.json.Key(&o, n.name)
	if err := n.value.json(r); err != nil {
		return err
	}
	r.json.End(&o)
	return nil
}

func (n *taggedNode) column(r *reader, c *engine.Column, _ int) error { return document(n, r, c) }

// document appends a value as JSON to a column.
func document(n node, r *reader, c *engine.Column) error {
	r.json.Out = c.Data
	err := n.json(r)
	c.Data, r.json.Out = r.json.Out, nil
	if err == nil {
		c.Ends = append(c.Ends, uint32(len(c.Data)))
	}
	return err
}

type arrayNode struct {
	item node
	// document: the column holds JSON, not a list.
	document bool
}

func (n *arrayNode) column(r *reader, c *engine.Column, _ int) error {
	if n.document {
		return document(n, r, c)
	}
	first := decode.ListLen(c)
	var it items
	for i := 0; ; i++ {
		more, err := r.next(&it)
		if err != nil {
			return err
		}
		if !more {
			decode.AppendList(c, i)
			return nil
		}
		if err := n.item.column(r, c.Child, first+i); err != nil {
			return err
		}
	}
}

func (n *arrayNode) json(r *reader) error {
	if err := r.enter(); err != nil {
		return err
	}
	r.json.Out = append(r.json.Out, '[')
	var it items
	for {
		more, err := r.next(&it)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if it.count > 1 {
			r.json.Out = append(r.json.Out, ", "...)
		}
		if err := n.item.json(r); err != nil {
			return err
		}
	}
	r.json.Out = append(r.json.Out, ']')
	r.leave()
	return nil
}

type mapNode struct{ value node }

func (n *mapNode) column(r *reader, c *engine.Column, _ int) error { return document(n, r, c) }

func (n *mapNode) json(r *reader) error {
	if err := r.enter(); err != nil {
		return err
	}
	o := r.json.Object()
	var it items
	for {
		more, err := r.next(&it)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		key, err := r.bytes(-1)
		if err == nil {
			err = checkText(key)
		}
		if err != nil {
			return err
		}
		r.json.Key(&o, key)
		if err := n.value.json(r); err != nil {
			return err
		}
	}
	r.json.End(&o)
	r.leave()
	return nil
}

// recordNode is a record within a value.
type recordNode struct{ steps []step }

// step is a field as the writer wrote it, or a default that the writer does not
// have: then constant holds its bytes.
type step struct {
	field    int    // of the reader; -1: none
	name     []byte // of the reader's field
	value    node   // of a field
	skip     skipper
	constant []byte
	isConst  bool
}

func (n *recordNode) column(r *reader, c *engine.Column, _ int) error { return document(n, r, c) }

func (n *recordNode) json(r *reader) error {
	if err := r.enter(); err != nil {
		return err
	}
	o := r.json.Object()
	for i := range n.steps {
		s := &n.steps[i]
		if s.skip != nil {
			if err := s.skip(r); err != nil {
				return err
			}
			continue
		}
		r.json.Key(&o, s.name)
		if err := s.run(r, s.value.json); err != nil {
			return err
		}
	}
	r.json.End(&o)
	r.leave()
	return nil
}

// run reads the value where it is: in the message or in the constant.
func (s *step) run(r *reader, read func(*reader) error) error {
	if !s.isConst {
		return read(r)
	}
	b, pos := r.b, r.pos
	r.b, r.pos = s.constant, 0
	err := read(r)
	r.b, r.pos = b, pos
	return err
}
