package exec

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"strings"

	"culvert/catalog"
	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// The engine's tables have no keys, and a transaction sees its own snapshot
// only: what it did to keys is compared with what others did when it commits.

// claim gives the claims of the transaction.
func (tx *txn) claim() *catalog.Claims {
	if tx.claims == nil {
		tx.claims = &catalog.Claims{}
	}
	return tx.claims
}

// seed is of the hashes of keys, which live as long as the process.
var seed = maphash.MakeSeed()

// Names of the sets of columns that are claimed: a constraint's, or the columns
// that a foreign key refers to.
const (
	claimKey = "k:"
	claimRef = "r:"
)

// manyRows is how many rows of a write are claimed one by one.
const manyRows = 100_000

// claimer claims the keys of a write.
type claimer struct{ *writer }

// claim claims the keys that the write added, took away, or refers to.
func (w claimer) claim(ctx context.Context, claims *catalog.Claims, refs []catalog.Reference) error {
	if w.Kind != query.Delete {
		if err := w.claimNew(ctx, claims); err != nil {
			return err
		}
	}
	done := map[string]bool{}
	for _, r := range refs {
		name := claimRef + columnSet(r.Key.RefColumns)
		if done[name] {
			continue
		}
		done[name] = true
		columns := attnumNames(r.Key.RefColumns)
		from, where := references(w).gone(stageOld, query.StageObject, columns)
		text := fmt.Sprintf("SELECT %s FROM %s WHERE %s AND %s", each(columns, "o.%[1]s", ", "), from, where, each(columns, "o.%[1]s IS NOT NULL", " AND "))
		if err := w.claimAll(ctx, text, claimed{claims, w.table.ID, name, catalog.KeyRemoved}); err != nil {
			return err
		}
	}
	return nil
}

// claimNew claims the keys of new rows, and what they refer to.
func (w claimer) claimNew(ctx context.Context, claims *catalog.Claims) error {
	for _, key := range w.table.Keys {
		if !w.touches(key.Columns) {
			continue
		}
		columns := w.keyColumns(key)
		text := fmt.Sprintf("SELECT %s FROM %s s WHERE %s", each(columns, "s.%[1]s", ", "), named(query.StageObject), each(columns, "s.%[1]s IS NOT NULL", " AND "))
		if err := w.claimAll(ctx, text, claimed{claims, w.table.ID, claimKey + key.Name, catalog.KeyInserted}); err != nil {
			return err
		}
	}
	for _, key := range w.own.ForeignKeys {
		if !w.changes(key.Columns) {
			continue
		}
		if err := w.claimAll(ctx, w.referenced(key), claimed{claims, key.Ref, claimRef + columnSet(key.RefColumns), catalog.KeyReferenced}); err != nil {
			return err
		}
	}
	return nil
}

// columnSet names columns in the order of the foreign key, which is that in
// which they are hashed.
func columnSet(attnums []int16) string { return strings.Join(attnumNames(attnums), ",") }

// referenced selects what new rows refer to, in the types of the other table.
func (w claimer) referenced(key catalog.ForeignKey) string {
	parent := w.s.catalog().Object(key.Ref)
	own, _ := parent.Own()
	columns := attnumNames(key.Columns)
	items := make([]string, len(columns))
	for i, c := range columns {
		items[i] = fmt.Sprintf("s.%s::%s", c, types.FormatType(parent.Columns[own.ColumnByAttnum(key.RefColumns[i])].Type))
	}
	return fmt.Sprintf("SELECT %s FROM %s s WHERE %s", strings.Join(items, ", "), named(query.StageObject), each(columns, "s.%[1]s IS NOT NULL", " AND "))
}

// claimed is what a check's rows are claimed as.
type claimed struct {
	claims *catalog.Claims
	table  catalog.ID
	key    string
	kind   catalog.ClaimKind
}

// claimAll claims the rows of a check, by hash.
func (w claimer) claimAll(ctx context.Context, text string, as claimed) error {
	if w.count > manyRows {
		as.claims.Whole(as.table, as.kind)
		return nil
	}
	c, rows, err := w.ask(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns := c.analyzed.Query.Columns
	var buf []byte
	for {
		batch, err := rows.Next(ctx)
		if err != nil || batch == nil {
			return err
		}
		for i := range batch.Len {
			buf = buf[:0]
			for j, c := range columns {
				buf = appendKey(buf, &batch.Cols[j], i, c.Type.OID)
			}
			as.claims.Key(as.table, as.key, maphash.Bytes(seed, buf), as.kind)
		}
	}
}

// appendKey appends a value so that equal values are equal bytes.
func appendKey(buf []byte, c *engine.Column, i int, oid types.OID) []byte {
	switch c.Phys.Kind {
	case types.KindText, types.KindBytes:
		text := c.Bytes(i)
		switch {
		case oid == types.NumericOID && strings.ContainsRune(string(text), '.'):
			text = []byte(strings.TrimRight(strings.TrimRight(string(text), "0"), "."))
		case oid == types.BpcharOID:
			text = []byte(strings.TrimRight(string(text), " "))
		}
		return append(binary.AppendUvarint(buf, uint64(len(text))), text...)
	case types.KindInt32, types.KindDate:
		return binary.BigEndian.AppendUint32(buf, uint32(c.I32[i]))
	case types.KindInt64:
		return binary.BigEndian.AppendUint64(buf, uint64(c.I64[i]))
	case types.KindFloat32:
		return appendFloat(buf, float64(c.F32[i]))
	case types.KindFloat64:
		return appendFloat(buf, c.F64[i])
	}
	value := fmt.Sprint(c.Value(i))
	return append(binary.AppendUvarint(buf, uint64(len(value))), value...)
}

func appendFloat(buf []byte, f float64) []byte {
	if f == 0 {
		f = 0 // and not the negative one
	}
	return binary.BigEndian.AppendUint64(buf, math.Float64bits(f))
}

// overlapError gives a clash of claims its meaning for clients. Two rows with one
// key are what PostgreSQL calls a violation, however late it shows; after ON
// CONFLICT the transaction may be run again.
func overlapError(s *Session, err error) error {
	var o *catalog.Overlap
	if !errors.As(err, &o) {
		return err
	}
	table := s.srv.opts.Catalog.Current().Catalog.Object(o.Table)
	if name, ok := strings.CutPrefix(o.Key, claimKey); ok && o.Kind == catalog.KeyInserted && table != nil && !s.tx.upserts {
		e := pgerr.Wrap(err, pgerr.UniqueViolation, "duplicate key value violates unique constraint \"%s\"", name).
			WithDetail("A concurrent transaction has added the same key.")
		e.Schema, e.Table, e.Constraint = s.srv.opts.Catalog.Current().Catalog.Schema(table.SchemaID).Name, table.Name, name
		return e
	}
	return pgerr.Wrap(err, pgerr.SerializationFailure, "could not serialize access due to concurrent update").
		WithHint("Run the transaction again.")
}
