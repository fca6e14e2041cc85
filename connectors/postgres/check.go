package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"culvert/sql/types"
)

// tableError is a definite error of one table.
type tableError struct{ text, hint string }

const recreate = "Drop the table and create it again from the source."

func incompatible(format string, args ...any) *tableError {
	return &tableError{"incompatible schema change: " + fmt.Sprintf(format, args...), recreate}
}

// findBroken compares the tables with what the publication has now, and gives
// the errors of those that cannot go on, by object.
func (r *run) findBroken(ctx context.Context, control *client, pub *Publication) (map[string]tableError, error) {
	published := map[uint32]*PublishedTable{}
	for i := range pub.Tables {
		published[pub.Tables[i].OID] = &pub.Tables[i]
	}
	broken := map[string]tableError{}
	for _, t := range r.tables {
		now := published[t.OID]
		if now == nil {
			e, err := control.missing(ctx, t, pub.Name)
			if err != nil {
				return nil, err
			}
			broken[t.Object] = *e
			continue
		}
		if e := t.compare(now); e != nil {
			broken[t.Object] = *e
		}
	}
	return broken, nil
}

// missing says why a table is not in the publication.
func (c *client) missing(ctx context.Context, t *table, publication string) (*tableError, error) {
	rows, err := c.query(ctx, "SELECT FROM pg_catalog.pg_class WHERE oid = $1::oid", fmt.Sprint(t.OID))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return &tableError{"table was dropped", recreate}, nil
	}
	return &tableError{fmt.Sprintf("table %s.%s was removed from publication %q", t.Schema, t.Name, publication), recreate}, nil
}

// compare tells what about a table has changed so that it cannot be ingested.
// Columns that were added, and those that are not ingested, do not matter.
func (t *table) compare(now *PublishedTable) *tableError {
	if now.Schema != t.Schema || now.Name != t.Name {
		return incompatible("table %s.%s is now %s.%s", t.Schema, t.Name, now.Schema, now.Name)
	}
	for _, col := range t.Columns {
		at := slices.IndexFunc(now.Columns, func(c PublishedColumn) bool { return c.Attnum == col.Attnum })
		if at < 0 {
			return incompatible("column %q was dropped", col.Name)
		}
		if e := col.compare(now.Columns[at].Name, now.Columns[at].Type); e != nil {
			return e
		}
	}
	return t.compareKey(now)
}

// compareKey tells whether rows are still told apart by the key that they are
// kept by. A key with more columns than that would let two rows have one key
// here.
func (t *table) compareKey(now *PublishedTable) *tableError {
	if now.Identity == IdentityFull {
		if len(t.Key) > 0 && (len(now.PrimaryKey) == 0 || !containsAll(t.Key, now.PrimaryKey)) {
			return incompatible("the primary key of table %s.%s was dropped or changed", t.Schema, t.Name)
		}
		return nil
	}
	if len(t.Key) == 0 || !containsAll(now.IdentityKey, t.Key) || !containsAll(t.Key, now.IdentityKey) {
		return lostIdentity()
	}
	return nil
}

func containsAll(set, attnums []int16) bool {
	return !slices.ContainsFunc(attnums, func(a int16) bool { return !slices.Contains(set, a) })
}

func lostIdentity() *tableError {
	return incompatible("the replica identity no longer tells rows apart. Did you forget to set REPLICA IDENTITY to FULL for your table?")
}

// compare tells whether a column still is what was ingested. A column that is
// ingested as text may change its type.
func (c Column) compare(name string, typ types.Type) *tableError {
	if name != c.Name {
		return incompatible("column %q was renamed to %q", c.Name, name)
	}
	if typ != c.Upstream && (c.Type.OID != types.TextOID || c.Upstream.OID == types.TextOID) {
		return incompatible("column %q changed its type from %s to %s", c.Name, types.FormatType(c.Upstream), types.FormatType(typ))
	}
	return nil
}

// checkEvery is how often the catalogs upstream are looked at while the stream
// runs: for tables that are dropped, renamed or no longer published, which the
// stream does not tell.
const checkEvery = 5 * time.Second

// watch looks at the catalogs upstream until ctx ends, and reports tables that
// broke and the end of the publication. Errors of its connection are left to
// the stream to find.
func (r *run) watch(ctx context.Context, broken chan<- map[string]tableError, gone chan<- error) {
	var control *client
	defer func() {
		if control != nil {
			control.close()
		}
	}()
	for pause(ctx, checkEvery) == nil {
		if control == nil {
			var err error
			if control, err = r.cfg.Params.connect(ctx, nil); err != nil {
				control = nil
				continue
			}
		}
		pub, err := r.inspect(ctx, control)
		if err == nil {
			var found map[string]tableError
			if found, err = r.findBroken(ctx, control, pub); err == nil && len(found) > 0 {
				select {
				case broken <- found:
				case <-ctx.Done():
				}
			}
		}
		if isDefinite(err) {
			select {
			case gone <- err:
			case <-ctx.Done():
			}
			return
		}
		if err != nil {
			control.close()
			control = nil
		}
	}
}
