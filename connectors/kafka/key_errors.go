package kafka

import (
	"context"
	"maps"
	"slices"

	"culvert/connectors"
	"culvert/connectors/decode"

	"github.com/twmb/franz-go/pkg/kgo"
)

// keyError is the error of a key whose last message cannot be read.
type keyError struct {
	text string
	raw  [][]byte // the keys under which it is stored; nil: the null key
}

// identity tells whose error a message makes, or makes good: that of its key as
// it is decoded, since one key may be written in many ways (blanks in JSON,
// another schema's id), or of its bytes where they are no key.
func (op *operation) identity(r *kgo.Record) string {
	if op.keyed {
		return "d" + op.key
	}
	return rawIdentity(r.Key)
}

// rawIdentity is the form of a raw key in which a null one differs from an empty one.
func rawIdentity(key []byte) string {
	if key == nil {
		return "n"
	}
	return "k" + string(key)
}

// activeErrors gives stored errors by their identities. It fails when a schema
// registry does not answer.
func (t *table) activeErrors(found []connectors.SourceError) (map[string]keyError, error) {
	active := map[string]keyError{}
	if len(found) == 0 || !t.keyed() {
		return active, nil
	}
	d, err := t.newDecoder()
	if err != nil {
		return nil, err
	}
	at := &target{out: &decoded{keys: decode.NewRows(t.keyPhysical)}}
	at.key = at.out.keys.Pointers()
	for _, e := range found {
		op, r := operation{}, kgo.Record{Key: e.Key, Value: e.Value}
		if e.Key != nil {
			if err := d.keyOf(at, &op, &r); stalls(err) {
				return nil, err
			}
		}
		identity := op.identity(&r)
		before := active[identity]
		active[identity] = keyError{text: e.Text, raw: append(before.raw, e.Key)}
	}
	return active, nil
}

// keyErrors is how the errors of a table's keys change in a batch.
type keyErrors struct {
	active  map[string]keyError               // that are stored and stay
	pending map[string]connectors.SourceError // of this batch
	gone    [][]byte                          // keys of stored ones to remove
}

// settle ends the error of an identity, if there is one.
func (k *keyErrors) settle(identity string) {
	if e, stored := k.active[identity]; stored {
		k.gone = append(k.gone, e.raw...)
		delete(k.active, identity)
	}
	delete(k.pending, identity)
}

// errors keeps the errors of keys: a message that cannot be read makes one, and
// the next that can, or a null value, makes it good. The table has an error
// while a key has.
func (w *writer) errors(ctx context.Context, state *connectors.TableState) error {
	k := &keyErrors{active: maps.Clone(w.active[w.Object]), pending: map[string]connectors.SourceError{}}
	for _, c := range w.held {
		d := c.tables[w.index]
		if d == nil {
			continue
		}
		for i := range d.ops {
			op := &d.ops[i]
			if op.broken == "" && len(k.active) == 0 && len(k.pending) == 0 {
				continue
			}
			r := c.records[op.record]
			identity := op.identity(r)
			k.settle(identity)
			if op.keyed {
				k.settle(rawIdentity(r.Key)) // these bytes were no key before
			}
			switch {
			case op.broken == "":
			case w.KeepErrors:
				w.note(r, op.broken, true)
			default:
				k.pending[identity] = connectors.SourceError{
					Object: w.Object, Part: r.Partition, Position: r.Offset, At: r.Timestamp, Text: w.wording(r, op.broken), Key: r.Key, Value: r.Value,
				}
			}
		}
	}
	return w.saveErrors(ctx, state, k)
}

// saveErrors stores how the errors of keys changed.
func (w *writer) saveErrors(ctx context.Context, state *connectors.TableState, k *keyErrors) error {
	if len(k.pending) == 0 && len(k.gone) == 0 {
		return nil
	}
	if err := connectors.RetractSourceErrors(ctx, w.conn, w.Object, k.gone...); err != nil {
		return err
	}
	if k.active == nil {
		k.active = map[string]keyError{}
	}
	for identity, e := range k.pending {
		w.found = append(w.found, e)
		k.active[identity] = keyError{text: e.Text, raw: [][]byte{e.Key}}
	}
	state.Error, state.Hint = "", ""
	if len(k.active) > 0 {
		var texts []string
		for _, e := range k.active {
			texts = append(texts, e.text)
		}
		state.Error, state.Hint = slices.Min(texts), hintKey
	}
	w.batch.active[w.Object] = k.active
	return nil
}
