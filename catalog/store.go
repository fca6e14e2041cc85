package catalog

import (
	"context"
	"fmt"
	"slices"

	"culvert/engine"
)

// Edit is one change of a draft: an object to add or replace, with what is to
// be sealed under its ID (nil keeps what is there), or one to drop.
type Edit struct {
	Put    *Object
	Sealed []byte
	Drop   ID
}

// id is the object that an edit is about.
func (e Edit) id() ID {
	if e.Put != nil {
		return e.Put.ID
	}
	return e.Drop
}

// Apply makes edits in the draft and writes them to the catalog's tables on
// conn, in the transaction that is open there. After an error the transaction
// must be rolled back and the draft thrown away.
func (d *Draft) Apply(ctx context.Context, conn engine.Conn, edits ...Edit) error {
	var gone, unseal []ID
	var put []*Object
	for _, e := range edits {
		if e.Put == nil {
			d.Drop(e.Drop)
			gone = append(gone, e.Drop)
			unseal = append(unseal, e.Drop)
			continue
		}
		d.Put(e.Put)
		gone = append(gone, e.Put.ID)
		put = append(put, e.Put)
		if e.Sealed != nil {
			unseal = append(unseal, e.Put.ID)
		}
	}
	if err := deleteIDs(ctx, conn, tableSealed, unseal); err != nil {
		return err
	}
	// The last edit of an object counts.
	put = slices.DeleteFunc(put, func(o *Object) bool { return d.now.objects[o.ID] != o })
	var sealed [][]any
	for i, e := range edits {
		replaced := func(later Edit) bool { return later.Drop == e.id() || later.id() == e.id() && later.Sealed != nil }
		if e.Sealed != nil && !slices.ContainsFunc(edits[i+1:], replaced) {
			sealed = append(sealed, []any{string(e.Put.ID), e.Sealed})
		}
	}
	if err := appendRows(ctx, conn, tableSealed, sealed); err != nil {
		return err
	}
	return writeObjects(ctx, conn, gone, put)
}

func writeObjects(ctx context.Context, conn engine.Conn, gone []ID, put []*Object) error {
	for _, t := range objectTables {
		if err := deleteIDs(ctx, conn, t.def, gone); err != nil {
			return err
		}
		var rows [][]any
		for _, o := range put {
			if t.rows != nil {
				rows = append(rows, t.rows(o)...)
				continue
			}
			row, err := objectRow(o)
			if err != nil {
				return fmt.Errorf("encoding %s: %w", o.ID, err)
			}
			rows = append(rows, row)
		}
		if err := appendRows(ctx, conn, t.def, rows); err != nil {
			return err
		}
	}
	return nil
}

// ApplySchema adds or replaces a schema, or drops the one named by drop, as
// Apply does objects.
func (d *Draft) ApplySchema(ctx context.Context, conn engine.Conn, put *Schema, drop ID) error {
	id := drop
	if put != nil {
		id = put.ID
		d.PutSchema(put)
	} else {
		d.DropSchema(drop)
	}
	if err := deleteIDs(ctx, conn, tableSchemas, []ID{id}); err != nil || put == nil {
		return err
	}
	return appendRows(ctx, conn, tableSchemas, [][]any{schemaRow(put)})
}

func schemaRow(s *Schema) []any {
	return []any{string(s.ID), int64(s.ID.OID()), s.Name, s.OwnerID, orNull(s.Comment)}
}

// ReadSealed reads what is sealed under an ID, as conn's transaction sees it;
// nil when there is nothing.
func ReadSealed(ctx context.Context, conn engine.Conn, id ID) ([]byte, error) {
	key := engine.BatchOf(tableSealed.Columns[:1], []any{string(id)})
	rows, err := conn.Scan(ctx, tableSealed.Name, &engine.Match{Cols: []int{0}, Key: key})
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return nil, fmt.Errorf("reading the sealed value of %s: %w", id, err)
	}
	if len(values) == 0 {
		return nil, nil
	}
	return values[0][1].([]byte), nil
}

func deleteIDs(ctx context.Context, conn engine.Conn, def engine.TableDef, ids []ID) error {
	if len(ids) == 0 {
		return nil
	}
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{string(id)}
	}
	if _, err := conn.DeleteKeys(ctx, def.Name, []int{0}, engine.BatchOf(def.Columns[:1], rows...)); err != nil {
		return fmt.Errorf("deleting from %s.%s: %w", def.Name.Schema, def.Name.Name, err)
	}
	return nil
}

func appendRows(ctx context.Context, conn engine.Conn, def engine.TableDef, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if err := conn.Append(ctx, def.Name, engine.BatchOf(def.Columns, rows...)); err != nil {
		return fmt.Errorf("writing %s.%s: %w", def.Name.Schema, def.Name.Name, err)
	}
	return nil
}
