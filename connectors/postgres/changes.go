package postgres

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
)

// seed of the hashes of keys, for the life of the process.
var seed = maphash.MakeSeed()

// row is a tuple without its column count, and how to read it. The bytes alias
// a block of the stream, which lives until the changes are flushed.
type row struct {
	data []byte
	lay  *layout
}

func (r row) absent() bool { return r.lay == nil }

// entry is what a batch does to one key, or, in a table without a key, to one
// content of a whole row.
type entry struct {
	hash  uint64
	key   []byte
	row   row    // the last row with this key; absent: the key is gone
	old   []byte // the key of the row in the engine that has the values which row lacks
	del   bool   // the engine has a row with this key
	count int64  // without a key: copies to add, or to delete when negative
}

// changes collects what a batch does to one table, compacted to the last change
// per key. A change of a key is the end of one entry and the beginning of
// another, in the order of the stream: the index of an identity is never
// deferrable, so no two rows have one key at any moment. Deletes go before
// appends. It is not safe for concurrent use.
type changes struct {
	*table
	ownLay    *layout
	truncated bool
	entries   []entry
	slots     []int32 // open addressing: index into entries, plus 1
	arena     []byte  // keys of several columns, and rows that were put together
	rows      int64   // changes collected
}

func newChanges(t *table) *changes {
	return &changes{table: t, ownLay: t.own()}
}

func (c *changes) dirty() bool { return c.truncated || len(c.entries) > 0 }

// reset forgets everything; memory of an unusually large batch is let go.
func (c *changes) reset() {
	const keep = 1 << 16
	c.truncated, c.rows = false, 0
	clear(c.entries)
	c.entries, c.arena = c.entries[:0], nil
	if len(c.slots) > keep*2 {
		c.entries, c.slots = nil, nil
	}
	clear(c.slots)
}

// find gives the entry of a key, which is made when it is not there.
func (c *changes) find(key []byte) (e *entry, found bool) {
	if 2*(len(c.entries)+1) > len(c.slots) {
		c.grow()
	}
	hash := maphash.Bytes(seed, key)
	mask := uint64(len(c.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		at := c.slots[i]
		if at == 0 {
			c.entries = append(c.entries, entry{hash: hash, key: key})
			c.slots[i] = int32(len(c.entries))
			return &c.entries[len(c.entries)-1], false
		}
		if e := &c.entries[at-1]; e.hash == hash && bytes.Equal(e.key, key) {
			return e, true
		}
	}
}

func (c *changes) grow() {
	c.slots = make([]int32, max(2*len(c.slots), 64))
	mask := uint64(len(c.slots) - 1)
	for n := range c.entries {
		i := c.entries[n].hash & mask
		for c.slots[i] != 0 {
			i = (i + 1) & mask
		}
		c.slots[i] = int32(n + 1)
	}
}

// errOldRow is Materialize's text for an identity that does not say which row
// changed.
var errOldRow = errors.New("old row missing from replication stream. Did you forget to set REPLICA IDENTITY to FULL for your table?")

// errToast is Materialize's text for a value that nobody has.
var errToast = errors.New("TOASTed value missing from old row. Did you forget to set REPLICA IDENTITY to FULL for your table?")

// insert takes a new row.
func (c *changes) insert(r row) error {
	c.rows++
	if len(c.key) == 0 {
		return c.countRow(r, 1)
	}
	key, err := c.keyOf(r)
	if err != nil {
		return err
	}
	e, _ := c.find(key)
	e.row, e.old = r, nil
	return nil
}

// remove takes the old row of a DELETE.
func (c *changes) remove(r row) error {
	c.rows++
	if len(c.key) == 0 {
		if !r.lay.full {
			return errOldRow
		}
		return c.countRow(r, -1)
	}
	key, err := c.keyOf(r)
	if err != nil {
		return err
	}
	c.removeKey(key)
	return nil
}

func (c *changes) removeKey(key []byte) {
	e, found := c.find(key)
	if !found {
		e.del = true
	}
	e.row, e.old = row{}, nil
}

// update takes the new row of an UPDATE, and the old one where upstream sent
// it: under FULL identity, or when the key changed.
func (c *changes) update(old, r row) error {
	c.rows++
	if !old.absent() && old.lay.full && c.lacks(r) {
		r = c.merge(r, old)
	}
	if len(c.key) == 0 {
		if old.absent() || !old.lay.full {
			return errOldRow
		}
		if c.lacks(r) {
			return errToast
		}
		if err := c.countRow(old, -1); err != nil {
			return err
		}
		return c.countRow(r, 1)
	}
	if !old.absent() && !old.lay.full {
		r = c.mergeKey(r, old)
	}
	key, err := c.keyOf(r)
	if err != nil {
		return err
	}
	oldKey := key
	if !old.absent() {
		if oldKey, err = c.keyOf(old); err != nil {
			return err
		}
	}
	before, found := c.find(oldKey)
	if !found {
		before.del = true
	}
	var from []byte // the engine's row that has what r lacks
	if c.lacks(r) {
		from = oldKey
		if found {
			if from = before.old; before.row.absent() {
				return errToast
			}
			r = c.merge(r, before.row)
			if !c.lacks(r) {
				from = nil
			}
		}
	}
	if bytes.Equal(key, oldKey) {
		before.row, before.old = r, from
		return nil
	}
	before.row, before.old = row{}, nil
	after, _ := c.find(key) // before is no longer valid: entries may have moved
	after.row, after.old = r, from
	return nil
}

// truncate forgets what came before and everything in the engine.
func (c *changes) truncate() {
	c.reset()
	c.truncated = true
	c.rows = 1
}

// keyOf gives the bytes of the key: those of the value when it is one column,
// else each value behind its length.
func (c *changes) keyOf(r row) ([]byte, error) {
	if len(c.key) == 1 {
		rest := r.data
		for range r.lay.key[0] {
			_, _, rest = nextValue(rest)
		}
		kind, text, _ := nextValue(rest)
		if kind != valueText {
			return nil, errOldRow
		}
		return text, nil
	}
	values := c.values(r)
	start := len(c.arena)
	for _, k := range c.key {
		v := values[k]
		if v.kind != valueText {
			return nil, errOldRow
		}
		c.arena = binary.BigEndian.AppendUint32(c.arena, uint32(len(v.text)))
		c.arena = append(c.arena, v.text...)
	}
	return c.arena[start:len(c.arena):len(c.arena)], nil
}

// splitKey gives the values of a key.
func (c *changes) splitKey(key []byte, each func(i int, text []byte)) {
	if len(c.key) == 1 {
		each(0, key)
		return
	}
	for i := range c.key {
		n := binary.BigEndian.Uint32(key)
		each(i, key[4:4+n])
		key = key[4+n:]
	}
}

// value is a column of a row.
type value struct {
	kind byte
	text []byte
}

// values gives the ingested columns of a row, in the table's order.
func (c *changes) values(r row) []value {
	values := make([]value, len(c.Columns))
	rest := r.data
	for _, dest := range r.lay.dest {
		var v value
		v.kind, v.text, rest = nextValue(rest)
		if dest >= 0 {
			values[dest] = v
		}
	}
	return values
}

// lacks tells whether an ingested column of r was not sent.
func (c *changes) lacks(r row) bool {
	rest := r.data
	for _, dest := range r.lay.dest {
		var kind byte
		if kind, _, rest = nextValue(rest); kind == valueUnchanged && dest >= 0 {
			return true
		}
	}
	return false
}

// merge fills what r lacks from another row of the same table.
func (c *changes) merge(r, from row) row {
	values, other := c.values(r), c.values(from)
	for i := range values {
		if values[i].kind == valueUnchanged {
			values[i] = other[i]
		}
	}
	return c.compose(values)
}

// mergeKey fills the columns of the key that r lacks from the old key: one that
// is TOASTed and did not change.
func (c *changes) mergeKey(r, old row) row {
	values, missing := c.values(r), false
	for _, k := range c.key {
		missing = missing || values[k].kind == valueUnchanged
	}
	if !missing {
		return r
	}
	other := c.values(old)
	for _, k := range c.key {
		if values[k].kind == valueUnchanged {
			values[k] = other[k]
		}
	}
	return c.compose(values)
}

// compose makes a row of the table's columns.
func (c *changes) compose(values []value) row {
	start := len(c.arena)
	for _, v := range values {
		c.arena = append(c.arena, v.kind)
		if v.kind == valueText {
			c.arena = binary.BigEndian.AppendUint32(c.arena, uint32(len(v.text)))
			c.arena = append(c.arena, v.text...)
		}
	}
	return row{data: c.arena[start:len(c.arena):len(c.arena)], lay: c.ownLay}
}

// countRow counts copies of a whole row in a table without a key.
func (c *changes) countRow(r row, n int64) error {
	if c.lacks(r) {
		return errToast
	}
	same := c.compose(c.values(r))
	e, _ := c.find(same.data)
	e.row = same
	e.count += n
	return nil
}
