package catalog

import (
	"errors"
	"testing"

	"culvert/sql/types"
)

// work commits the transaction with claims and no change of the catalog.
func (tx *transaction) work(claims *Claims) error {
	tx.f.Helper()
	err := tx.f.m.CommitWork(tx.f.Context(), tx.conn, tx.snap, Work{Draft: tx.draft, Claims: claims})
	tx.f.check(tx.conn.Rollback())
	tx.f.check(tx.conn.Close())
	tx.f.m.End(tx.snap)
	return err
}

func keyed(kind ClaimKind, hashes ...uint64) *Claims {
	c := &Claims{}
	c.Table("u9", TableUsed)
	for _, h := range hashes {
		c.Key("u9", "t_pkey", h, kind)
	}
	return c
}

func changedTable() *Claims {
	c := &Claims{}
	c.Table("u9", TableChanged)
	return c
}

func TestClaimsThatClash(t *testing.T) {
	for _, test := range []struct {
		name          string
		first, second *Claims
		clash         bool
	}{
		{"one key inserted twice", keyed(KeyInserted, 1, 2), keyed(KeyInserted, 2), true},
		{"different keys", keyed(KeyInserted, 1), keyed(KeyInserted, 2), false},
		{"parent removed, child added", keyed(KeyRemoved, 1), keyed(KeyReferenced, 1), true},
		{"child added, parent removed", keyed(KeyReferenced, 1), keyed(KeyRemoved, 1), true},
		{"two children of one parent", keyed(KeyReferenced, 1), keyed(KeyReferenced, 1), false},
		{"child of a new parent", keyed(KeyInserted, 1), keyed(KeyReferenced, 1), false},
		{"rows of a table that was altered", changedTable(), keyed(KeyInserted, 1), true},
		{"alter of a table with new rows", keyed(KeyInserted, 1), changedTable(), true},
		{"altered twice", changedTable(), changedTable(), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := start(t)
			first, second := f.begin(), f.begin()
			f.check(first.work(test.first))
			err := second.work(test.second)
			var overlap *Overlap
			if errors.As(err, &overlap) != test.clash || !test.clash && err != nil {
				t.Errorf("committing the second: %v", err)
			}
			f.check(f.begin().work(test.second)) // its snapshot has seen the first
		})
	}
}

func TestClaimsAreForgottenWithTheLastTransactionThatNeedsThem(t *testing.T) {
	f := start(t)
	old := f.begin()
	for i := range 10 {
		f.check(f.begin().work(keyed(KeyInserted, uint64(i))))
	}
	if n := len(f.m.claims.entries); n != 10 {
		t.Errorf("%d entries are kept for an open transaction", n)
	}
	old.rollback()
	f.m.End(old.snap)
	if n := len(f.m.claims.entries) + len(f.m.claims.open); n != 0 {
		t.Errorf("%d entries are kept for nobody", n)
	}
}

func TestManyClaimsAreOneOfTheTable(t *testing.T) {
	many := &Claims{}
	for i := range maxClaims + 2 {
		many.Key("u9", "t_pkey", uint64(i), KeyInserted)
	}
	if n := len(many.keys); n > 1 {
		t.Errorf("%d keys are claimed one by one", n)
	}
	if many.overlap(keyed(KeyInserted, 1<<40)) == nil || keyed(KeyInserted, 1<<40).overlap(many) == nil {
		t.Error("a claim of the whole table lets a key pass")
	}
	whole := &Claims{}
	whole.Whole("u9", KeyInserted)
	if whole.overlap(keyed(KeyInserted, 1)) == nil || keyed(KeyInserted, 1).overlap(whole) == nil || whole.overlap(keyed(KeyRemoved, 1)) != nil {
		t.Error("a whole table is not claimed for one kind")
	}
	if many.overlap(keyed(KeyReferenced, 1)) != nil {
		t.Error("a claim of the whole table clashes with what it need not")
	}
}

// ownTable is a table with an int4 column.
func ownTable(id ID, name string) *Object {
	return &Object{ID: id, Kind: KindTable, SchemaID: "u1", Name: name, OwnerID: RoleID, CreateSQL: "CREATE TABLE " + name,
		Columns: []Column{{Name: "a", Type: types.T(types.Int4OID)}},
		Def:     &OwnTable{Physical: "t" + string(id[1:]) + "_1", Columns: []OwnColumn{{Attnum: 1}}, Attnums: 1}}
}

func TestAlteringATableClashesWithItsWriters(t *testing.T) {
	f := start(t)
	f.change(put(ownTable("u9", "t"))...)
	writer, commenter := f.begin(), f.begin()
	f.check(writer.work(keyed(KeyInserted, 1)))
	comment := ownTable("u9", "t")
	comment.Comment = "it is a table"
	commenter.apply(put(comment)...)
	f.check(commenter.work(nil))
	writer, alterer := f.begin(), f.begin()
	f.check(writer.work(keyed(KeyInserted, 2)))
	altered := ownTable("u9", "t")
	altered.Def.(*OwnTable).Physical = "t9_2"
	alterer.apply(put(altered)...)
	if err := alterer.work(nil); err == nil {
		t.Error("the table was altered although rows were written meanwhile")
	}
	child := ownTable("u10", "child")
	child.Def.(*OwnTable).ForeignKeys = []ForeignKey{{Name: "fk", Columns: []int16{1}, Ref: "u9", RefColumns: []int16{1}}}
	child.Uses = []ID{"u9"}
	remover, maker := f.begin(), f.begin()
	f.check(remover.work(keyed(KeyRemoved, 1)))
	maker.apply(put(child)...)
	var overlap *Overlap
	if err := maker.work(nil); !errors.As(err, &overlap) {
		t.Errorf("making a foreign key beside a delete of its parent: %v", err)
	}
}

// everyOwnTable is a table with everything that one can have, the last of
// everyDefinition.
func everyOwnTable() *Object {
	o := ownTable("u14", "own")
	o.Def = &OwnTable{
		Physical: "t14_3", Attnums: 4,
		Columns:     []OwnColumn{{Attnum: 4, Default: "1", Identity: 'd', Sequence: "u2"}},
		Checks:      []Check{{Name: "c", Expr: "c4 > 0"}},
		ForeignKeys: []ForeignKey{{Name: "fk", Columns: []int16{4}, Ref: "u14", RefColumns: []int16{4}, OnDelete: 'c', OnUpdate: 'a', Match: 's'}},
	}
	o.Keys = []Key{{Name: "own_pkey", Primary: true, Columns: []int{0}}}
	return o
}
