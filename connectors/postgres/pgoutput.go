package postgres

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"culvert/sql/types"

	"github.com/jackc/pglogrepl"
)

// The messages of pgoutput, protocol version 1 (PostgreSQL 15 documentation,
// section 55.9). msgKeepalive is ours: a keepalive's position between the
// messages of a block.
const (
	msgBegin     = 'B'
	msgCommit    = 'C'
	msgRelation  = 'R'
	msgInsert    = 'I'
	msgUpdate    = 'U'
	msgDelete    = 'D'
	msgTruncate  = 'T'
	msgKeepalive = 'k'
)

// The kinds of a column in a tuple.
const (
	valueNull      = 'n'
	valueUnchanged = 'u' // TOASTed and not sent
	valueText      = 't'
)

var errTruncated = errors.New("unexpected end of a replication message")

// relation is a Relation message.
type relation struct {
	oid      uint32
	schema   string
	name     string
	identity Identity
	columns  []relationColumn
}

type relationColumn struct {
	name string
	typ  types.Type
	key  bool // part of the replica identity
}

func parseRelation(msg []byte) (*relation, error) {
	if len(msg) < 4 {
		return nil, errTruncated
	}
	r := &relation{oid: binary.BigEndian.Uint32(msg)}
	rest := msg[4:]
	var ok bool
	if r.schema, rest, ok = cString(rest); !ok {
		return nil, errTruncated
	}
	if r.name, rest, ok = cString(rest); !ok || len(rest) < 3 {
		return nil, errTruncated
	}
	r.identity = Identity(rest[0])
	n := int(binary.BigEndian.Uint16(rest[1:]))
	rest = rest[3:]
	for range n {
		if len(rest) < 1 {
			return nil, errTruncated
		}
		c := relationColumn{key: rest[0]&1 != 0}
		if c.name, rest, ok = cString(rest[1:]); !ok || len(rest) < 8 {
			return nil, errTruncated
		}
		c.typ = types.Type{OID: types.OID(binary.BigEndian.Uint32(rest)), Mod: int32(binary.BigEndian.Uint32(rest[4:]))}
		rest = rest[8:]
		r.columns = append(r.columns, c)
	}
	return r, nil
}

func cString(b []byte) (string, []byte, bool) {
	end := bytes.IndexByte(b, 0)
	if end < 0 {
		return "", nil, false
	}
	return string(b[:end]), b[end+1:], true
}

// tupleEnd gives the length of the tuple at the start of b, and checks that it
// has n columns.
func tupleEnd(b []byte, n int) (int, error) {
	if len(b) < 2 {
		return 0, errTruncated
	}
	if got := int(binary.BigEndian.Uint16(b)); got != n {
		return 0, fmt.Errorf("a row of %d columns came where the relation has %d", got, n)
	}
	at := 2
	for range n {
		if at >= len(b) {
			return 0, errTruncated
		}
		switch b[at] {
		case valueNull, valueUnchanged:
			at++
		case valueText:
			if len(b) < at+5 {
				return 0, errTruncated
			}
			at += 5 + int(binary.BigEndian.Uint32(b[at+1:]))
		default:
			return 0, errors.New("unexpected binary data in replication stream")
		}
	}
	if at > len(b) {
		return 0, errTruncated
	}
	return at, nil
}

// next gives the kind and the text of the column at b, and what follows it; b
// is part of a tuple that tupleEnd has checked.
func nextValue(b []byte) (kind byte, text, rest []byte) {
	if b[0] != valueText {
		return b[0], nil, b[1:]
	}
	end := 5 + int(binary.BigEndian.Uint32(b[1:]))
	return valueText, b[5:end:end], b[end:]
}

// layout maps the columns of a relation, as a Relation message lists them, to
// those of a table. It is immutable.
type layout struct {
	columns int   // of the relation
	dest    []int // by column of the relation: the table's column, or -1
	key     []int // positions of the key's columns, ascending; by keyOrder they follow table.key
	full    bool  // the old row has every column
}

// own is the layout of rows that were put together here: the table's columns.
func (t *table) own() *layout {
	l := &layout{columns: len(t.Columns), dest: make([]int, len(t.Columns)), key: t.key, full: true}
	for i := range l.dest {
		l.dest[i] = i
	}
	return l
}

// layoutFor maps a relation to the table, or tells why it no longer fits. A
// Relation message names columns without their numbers: that they keep their
// order catches columns that swapped their names. The old rows of a partitioned
// table are marked as the table's identity has it, and have what that of the
// partition gives: where there is a key, no more than that is relied on.
func (t *table) layoutFor(r *relation, partitioned bool) (*layout, *tableError) {
	if r.schema != t.Schema || r.name != t.Name {
		return nil, incompatible("table %s.%s is now %s.%s", t.Schema, t.Name, r.schema, r.name)
	}
	l := &layout{columns: len(r.columns), dest: make([]int, len(r.columns)), full: r.identity == IdentityFull}
	position := make([]int, len(t.Columns))
	for i := range position {
		position[i] = -1
	}
	for i, c := range r.columns {
		l.dest[i] = -1
		for k, col := range t.Columns {
			if col.Name == c.name {
				l.dest[i], position[k] = k, i
			}
		}
	}
	last := -1
	for k, col := range t.Columns {
		if position[k] < 0 {
			return nil, incompatible("column %q was dropped or renamed", col.Name)
		}
		if position[k] < last {
			return nil, incompatible("column %q was renamed", col.Name)
		}
		last = position[k]
		if e := col.compare(r.columns[last].name, r.columns[last].typ); e != nil {
			return nil, e
		}
	}
	for _, k := range t.key {
		if !l.full && !r.columns[position[k]].key {
			return nil, lostIdentity()
		}
		l.key = append(l.key, position[k])
	}
	for i, c := range r.columns {
		if c.key && !l.full && len(t.key) > 0 && !slices.Contains(t.key, l.dest[i]) {
			return nil, lostIdentity() // the key has more columns now
		}
	}
	if len(t.key) == 0 && !l.full && r.identity != IdentityNothing && !insertOnly(r) {
		return nil, lostIdentity()
	}
	if partitioned && len(t.key) > 0 {
		l.full = false
	}
	return l, nil
}

// insertOnly tells whether a relation has no identity at all, so that only
// inserts can come.
func insertOnly(r *relation) bool {
	for _, c := range r.columns {
		if c.key {
			return false
		}
	}
	return true
}

// lsnAt reads a position.
func lsnAt(b []byte) pglogrepl.LSN { return pglogrepl.LSN(binary.BigEndian.Uint64(b)) }
