package avro

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hamba/avro/v2"
)

var errUnknownSymbol = errors.New("the reader's schema has not the symbol of an enum, and no default")

// compiler resolves a writer's schema against a reader's.
type compiler struct {
	// records by the names of both, since records may hold themselves.
	records map[[2]string]*recordNode
	skips   skippers
}

func newCompiler() *compiler {
	return &compiler{records: map[[2]string]*recordNode{}, skips: skippers{}}
}

func mismatch(w, r avro.Schema) error {
	return fmt.Errorf("the writer's %s cannot be read as %s", nameOf(w), nameOf(r))
}

func (k *compiler) node(w, r avro.Schema) (node, error) {
	w, r = deref(w), deref(r)
	if u, ok := w.(*avro.UnionSchema); ok {
		return k.writerUnion(u, r)
	}
	if u, ok := r.(*avro.UnionSchema); ok {
		return k.readerUnion(w, u)
	}
	switch r := r.(type) {
	case *avro.NullSchema:
		if w.Type() == avro.Null {
			return nullNode{}, nil
		}
	case *avro.ArraySchema:
		if w, ok := w.(*avro.ArraySchema); ok {
			item, err := k.node(w.Items(), r.Items())
			return &arrayNode{item: item, document: typeOf(r).structured}, err
		}
	case *avro.MapSchema:
		if w, ok := w.(*avro.MapSchema); ok {
			value, err := k.node(w.Values(), r.Values())
			return &mapNode{value: value}, err
		}
	case *avro.RecordSchema:
		if w, ok := w.(*avro.RecordSchema); ok {
			return k.record(w, r)
		}
	default:
		return scalarsNode(w, r)
	}
	return nil, mismatch(w, r)
}

// writerUnion resolves each branch; one that cannot be is an error of the
// messages that have it.
func (k *compiler) writerUnion(w *avro.UnionSchema, r avro.Schema) (node, error) {
	n := &unionNode{}
	fits := 0
	for _, b := range w.Types() {
		branch, err := k.node(b, r)
		if err != nil {
			branch = failNode{err}
		} else {
			fits++
		}
		n.branches = append(n.branches, branch)
	}
	if fits == 0 {
		return nil, mismatch(w, r)
	}
	return n, nil
}

// readerUnion takes the branch of the writer's own type and name, or else the
// first that the writer's type can be read as.
func (k *compiler) readerUnion(w avro.Schema, r *avro.UnionSchema) (node, error) {
	branches := slices.Clone([]avro.Schema(r.Types()))
	slices.SortStableFunc(branches, func(a, b avro.Schema) int { return rank(w, a) - rank(w, b) })
	variants, _ := variantsOf(r)
	for _, b := range branches {
		n, err := k.node(w, b)
		switch {
		case err != nil:
			continue
		case w.Type() == avro.Null || len(variants) == 1:
			return n, nil
		}
		return &taggedNode{name: []byte(nameOf(b)), value: n}, nil
	}
	return nil, mismatch(w, r)
}

// rank orders the branches of a reader's union by how well they fit.
func rank(w, branch avro.Schema) int {
	b := deref(branch)
	switch {
	case w.Type() != b.Type():
		return 3
	case nameOf(w) == nameOf(b):
		return 0
	}
	if named, ok := b.(avro.NamedSchema); ok {
		if slices.Contains(aliasesOf(b), nameOf(w)) || named.Name() == w.(avro.NamedSchema).Name() {
			return 1
		}
	}
	return 2
}

func aliasesOf(s avro.Schema) []string {
	if a, ok := s.(interface{ Aliases() []string }); ok {
		return a.Aliases()
	}
	return nil
}

func (k *compiler) record(w, r *avro.RecordSchema) (node, error) {
	names := [2]string{w.FullName(), r.FullName()}
	if known, ok := k.records[names]; ok {
		return known, nil
	}
	before := maps.Clone(k.records)
	n := &recordNode{}
	k.records[names] = n
	var err error
	if n.steps, err = k.steps(w, r); err != nil {
		k.records = before // what refers to this record is no good either
		return nil, err
	}
	return n, nil
}

// steps gives the writer's fields in their order, then the reader's defaults.
func (k *compiler) steps(w, r *avro.RecordSchema) ([]step, error) {
	var steps []step
	found := make([]bool, len(r.Fields()))
	for _, wf := range w.Fields() {
		i := slices.IndexFunc(r.Fields(), func(f *avro.Field) bool { return f.Name() == wf.Name() })
		if i < 0 {
			i = slices.IndexFunc(r.Fields(), func(f *avro.Field) bool { return slices.Contains(f.Aliases(), wf.Name()) })
		}
		if i < 0 || found[i] {
			steps = append(steps, step{field: -1, skip: k.skips.of(wf.Type())})
			continue
		}
		found[i] = true
		rf := r.Fields()[i]
		value, err := k.node(wf.Type(), rf.Type())
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", rf.Name(), err)
		}
		steps = append(steps, step{field: i, name: []byte(rf.Name()), value: value})
	}
	for i, rf := range r.Fields() {
		if found[i] {
			continue
		}
		s, err := k.defaultStep(rf)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", rf.Name(), err)
		}
		s.field, s.name = i, []byte(rf.Name())
		steps = append(steps, s)
	}
	return steps, nil
}

// defaultStep is a field that the writer does not have.
func (k *compiler) defaultStep(f *avro.Field) (step, error) {
	if !f.HasDefault() {
		return step{}, errors.New("the writer has no such field, and the reader's has no default")
	}
	constant, err := appendDefault(nil, f.Type(), f.Default())
	if err != nil {
		return step{}, err
	}
	value, err := k.node(f.Type(), f.Type())
	return step{value: value, constant: constant, isConst: true}, err
}

// promotions has what a writer's type can be read as beside itself.
var promotions = map[avro.Type][]avro.Type{
	avro.Int:    {avro.Long, avro.Float, avro.Double},
	avro.Long:   {avro.Float, avro.Double},
	avro.Float:  {avro.Double},
	avro.String: {avro.Bytes},
	avro.Bytes:  {avro.String},
}

func scalarsNode(w, r avro.Schema) (node, error) {
	ws, ok := scalarOf(w)
	rs, _ := scalarOf(r)
	switch {
	case !ok || ws.wire != rs.wire && !slices.Contains(promotions[ws.wire], rs.wire):
		return nil, mismatch(w, r)
	case ws.wire == avro.Fixed && ws.size != rs.size:
		return nil, fmt.Errorf("the writer's fixed has %d bytes, the reader's %d", ws.size, rs.size)
	case ws.kind == kindDecimal && rs.kind == kindDecimal && ws.scale != rs.scale:
		return nil, fmt.Errorf("the writer's decimal has scale %d, the reader's %d", ws.scale, rs.scale)
	}
	n := &scalarNode{wire: ws.wire, size: ws.size, unit: rs.unit, target: rs}
	if ws.kind == rs.kind {
		n.unit = ws.unit // time-millis can be read as time-micros, and so on
	}
	if w, ok := w.(*avro.EnumSchema); ok {
		n.enum = symbols(w, r.(*avro.EnumSchema))
	}
	return n, nil
}

func symbols(w, r *avro.EnumSchema) [][]byte {
	out := make([][]byte, len(w.Symbols()))
	for i, symbol := range w.Symbols() {
		if slices.Contains(r.Symbols(), symbol) {
			out[i] = []byte(symbol)
		} else if r.HasDefault() {
			out[i] = []byte(r.Default())
		}
	}
	return out
}
