package catalog

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
)

// ClaimKind is what a transaction did that another one must not have undone, or
// done as well, at the same time.
type ClaimKind uint8

// The kinds of claims. The engine itself finds two transactions that delete one
// row; these are what it cannot know.
const (
	// KeyInserted: rows with this key were added.
	KeyInserted ClaimKind = 1 << iota
	// KeyReferenced: rows that refer to this key were added.
	KeyReferenced
	// KeyRemoved: the row with this key, which others may refer to, was removed.
	KeyRemoved
	// TableUsed: rows of the table were written.
	TableUsed
	// TableChanged: the table was altered, dropped or emptied.
	TableChanged
)

// clashes has, for each kind, the kinds that must not be concurrent with it.
var clashes = map[ClaimKind]ClaimKind{
	KeyInserted: KeyInserted, KeyReferenced: KeyRemoved, KeyRemoved: KeyReferenced,
	TableUsed: TableChanged, TableChanged: TableUsed | TableChanged,
}

// clash gives a kind of a that clashes with one of b; 0: none does.
func clash(a, b ClaimKind) ClaimKind {
	for kind, with := range clashes {
		if a&kind != 0 && b&with != 0 {
			return kind
		}
	}
	return 0
}

// Bounds of claims. Beyond them, a transaction claims whole tables: that is
// always right, and only makes more conflicts.
const (
	maxClaims = 250_000   // of a transaction
	maxKept   = 2_000_000 // of all that are kept
)

// keyClaim is a key of a table: which one, and a hash of its values.
type keyClaim struct {
	table int64
	key   uint32
	hash  uint64
}

// Claims are what one transaction did to users' tables. The zero value has
// none. They are not safe for concurrent use.
type Claims struct {
	keys   map[keyClaim]ClaimKind
	tables map[int64]ClaimKind // of the tables themselves
	all    map[int64]ClaimKind // kinds of claims on keys, by table
	whole  map[int64]ClaimKind // kinds that claim every key of a table
	names  map[uint32]string
}

// Empty tells whether there is nothing to check.
func (c *Claims) Empty() bool { return c == nil || len(c.tables) == 0 && len(c.all) == 0 }

// Table claims a table: TableUsed or TableChanged.
func (c *Claims) Table(id ID, kind ClaimKind) {
	if c.tables == nil {
		c.tables = map[int64]ClaimKind{}
	}
	c.tables[id.Number()] |= kind
}

// Key claims a key: its table, the name by which all transactions call the set
// of columns, and a hash of the values.
func (c *Claims) Key(id ID, name string, hash uint64, kind ClaimKind) {
	if c.keys == nil {
		c.keys, c.names = map[keyClaim]ClaimKind{}, map[uint32]string{}
	}
	if c.all == nil {
		c.all = map[int64]ClaimKind{}
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	claim := keyClaim{id.Number(), h.Sum32(), hash}
	c.names[claim.key] = name
	c.all[claim.table] |= kind
	if c.whole[claim.table]&kind == kind {
		return
	}
	c.keys[claim] |= kind
	if len(c.keys) > maxClaims {
		c.widen()
	}
}

// Whole claims every key of a table, for writes of so many rows that to name
// them would help nobody.
func (c *Claims) Whole(id ID, kind ClaimKind) {
	if c.all == nil {
		c.all = map[int64]ClaimKind{}
	}
	c.all[id.Number()] |= kind
	c.widen()
}

// widen claims whole tables instead of keys.
func (c *Claims) widen() {
	if c.whole == nil {
		c.whole = map[int64]ClaimKind{}
	}
	for table, kind := range c.all {
		c.whole[table] |= kind
	}
	clear(c.keys)
}

// Overlap is the error of a transaction whose claims clash with those of one
// that has committed since its snapshot.
type Overlap struct {
	Table ID
	Kind  ClaimKind // what this transaction did
	Key   string    // the key's name, for kinds of keys; empty: not known
}

// Error tells the clash.
func (o *Overlap) Error() string {
	return fmt.Sprintf("claims on table %s clash with a concurrent transaction", o.Table)
}

// overlap finds a clash with another transaction's claims.
func (c *Claims) overlap(other *Claims) *Overlap {
	for table, kind := range c.tables {
		if found := clash(kind, other.tables[table]); found != 0 {
			return &Overlap{Table: idNumbered(table), Kind: found}
		}
	}
	for table, kind := range c.all {
		found := clash(c.whole[table], other.all[table])
		if found == 0 {
			found = clash(kind, other.whole[table])
		}
		if found != 0 {
			return &Overlap{Table: idNumbered(table), Kind: found}
		}
	}
	small, large := c.keys, other.keys
	if len(small) > len(large) {
		small, large = large, small
	}
	for key := range small {
		if found := clash(c.keys[key], other.keys[key]); found != 0 {
			return &Overlap{Table: idNumbered(key.table), Kind: found, Key: c.names[key.key]}
		}
	}
	return nil
}

func idNumbered(number int64) ID { return ID(fmt.Sprint("u", number)) }

// claimLog keeps the claims of committed transactions for as long as one is open
// whose snapshot is older. The manager's lock guards it.
type claimLog struct {
	last    uint64         // number of the last transaction with claims
	open    map[uint64]int // open transactions by the number that their snapshot has seen
	entries []claimEntry   // by number
}

type claimEntry struct {
	number uint64
	claims *Claims
}

// begin notes a transaction, and gives the number that its snapshot has seen.
func (l *claimLog) begin() uint64 {
	if l.open == nil {
		l.open = map[uint64]int{}
	}
	l.open[l.last]++
	return l.last
}

// end forgets a transaction, and the claims that only it needed.
func (l *claimLog) end(seen uint64) {
	if l.open[seen]--; l.open[seen] <= 0 {
		delete(l.open, seen)
	}
	oldest := l.last
	for number := range l.open {
		oldest = min(oldest, number)
	}
	l.entries = slices.DeleteFunc(l.entries, func(e claimEntry) bool { return e.number <= oldest })
}

// check compares claims with those of the transactions after seen.
func (l *claimLog) check(seen uint64, claims *Claims) *Overlap {
	for _, e := range l.entries {
		if e.number > seen {
			if found := claims.overlap(e.claims); found != nil {
				return found
			}
		}
	}
	return nil
}

// add notes the claims of a transaction that has committed.
func (l *claimLog) add(claims *Claims) {
	l.last++
	l.entries = append(l.entries, claimEntry{l.last, claims})
	kept := 0
	for i := len(l.entries) - 1; i >= 0; i-- {
		if kept += len(l.entries[i].claims.keys); kept > maxKept {
			l.entries[i].claims.widen()
		}
	}
}

// claimsOf adds to claims what a draft does to users' tables.
func claimsOf(d *Draft, claims *Claims) *Claims {
	if claims == nil {
		claims = &Claims{}
	}
	if d == nil {
		return claims
	}
	for _, c := range d.change.Objects {
		if c.Old != nil {
			if _, ok := c.Old.Own(); ok && (c.New == nil || !sameRows(c.Old, c.New)) {
				claims.Table(c.Old.ID, TableChanged)
			}
		}
		if c.New == nil {
			continue
		}
		if own, ok := c.New.Own(); ok { // a new foreign key concerns the other table, too
			for _, key := range own.ForeignKeys {
				if key.Ref != c.New.ID && !c.hadForeignKey(key) {
					claims.Table(key.Ref, TableChanged)
				}
			}
		}
	}
	return claims
}

// sameRows tells whether what holds and what may be in a table stayed the same.
func sameRows(a, b *Object) bool {
	sameColumn := func(a, b Column) bool { return a.Type == b.Type && a.NotNull == b.NotNull }
	return reflect.DeepEqual(a.Def, b.Def) && reflect.DeepEqual(a.Keys, b.Keys) && slices.EqualFunc(a.Columns, b.Columns, sameColumn)
}

func (c ObjectChange) hadForeignKey(key ForeignKey) bool {
	if c.Old == nil {
		return false
	}
	own, ok := c.Old.Own()
	return ok && slices.ContainsFunc(own.ForeignKeys, func(k ForeignKey) bool { return k.Name == key.Name && k.Ref == key.Ref })
}
