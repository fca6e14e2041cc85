package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"culvert/engine"
)

// Migration brings the data file from one format to the next, in a
// transaction of its own together with the new format number.
type Migration func(ctx context.Context, conn engine.Conn) error

const formatKey = "format"

// CreateTables is the migration that makes the given tables.
func CreateTables(defs ...engine.TableDef) Migration {
	return func(ctx context.Context, conn engine.Conn) error {
		for _, def := range defs {
			if err := conn.CreateTable(ctx, def); err != nil {
				return fmt.Errorf("creating %s.%s: %w", def.Name.Schema, def.Name.Name, err)
			}
		}
		return nil
	}
}

// Migrate brings the data file to the format len(steps): format n is what
// steps[:n] make of an empty file. A newer format is refused.
func Migrate(ctx context.Context, conn engine.Conn, steps []Migration) error {
	format, err := readFormat(ctx, conn)
	if err != nil {
		return err
	}
	if format > len(steps) {
		return fmt.Errorf("the data directory has format %d, and this version of culvert knows formats up to %d: run a newer version", format, len(steps))
	}
	for n := format; n < len(steps); n++ {
		if err := migrateTo(ctx, conn, n+1, steps[n]); err != nil {
			return fmt.Errorf("migrating the data directory to format %d: %w", n+1, err)
		}
	}
	return nil
}

func migrateTo(ctx context.Context, conn engine.Conn, format int, step Migration) error {
	if err := conn.Begin(ctx); err != nil {
		return err
	}
	defer conn.Rollback()
	if err := step(ctx, conn); err != nil {
		return err
	}
	if err := WriteMeta(ctx, conn, formatKey, strconv.Itoa(format)); err != nil {
		return err
	}
	return conn.Commit(ctx)
}

func readFormat(ctx context.Context, conn engine.Conn) (int, error) {
	tables, err := conn.ListTables(ctx, engine.SchemaCatalog)
	if err != nil {
		return 0, fmt.Errorf("reading the format of the data directory: %w", err)
	}
	if !slices.ContainsFunc(tables, func(t engine.TableDef) bool { return t.Name == tableMeta.Name }) {
		return 0, nil
	}
	value, err := ReadMeta(ctx, conn, formatKey)
	if err != nil {
		return 0, err
	}
	format, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("the data directory has no valid format number: %q", value)
	}
	return format, nil
}

// ReadMeta reads a value that belongs to the data directory as a whole, or "".
func ReadMeta(ctx context.Context, conn engine.Conn, key string) (string, error) {
	match := &engine.Match{Cols: []int{0}, Key: engine.BatchOf(tableMeta.Columns[:1], []any{key})}
	rows, err := conn.Scan(ctx, tableMeta.Name, match)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0][1].(string), nil
}

// WriteMeta sets a value that ReadMeta reads.
func WriteMeta(ctx context.Context, conn engine.Conn, key, value string) error {
	if err := deleteIDs(ctx, conn, tableMeta, []ID{ID(key)}); err != nil {
		return err
	}
	return appendRows(ctx, conn, tableMeta, [][]any{{key, value}})
}

// Open reads the catalog from the data file, which Migrate has brought to the
// present format. physical has the tables that are ready.
func Open(ctx context.Context, conn engine.Conn, physical map[ID]engine.TableName) (*Manager, error) {
	c := newCatalog()
	if err := loadSchemas(ctx, conn, c); err != nil {
		return nil, fmt.Errorf("reading the schemas: %w", err)
	}
	if err := loadRoles(ctx, conn, c); err != nil {
		return nil, fmt.Errorf("reading the roles: %w", err)
	}
	if err := loadClusters(ctx, conn, c); err != nil {
		return nil, fmt.Errorf("reading the clusters: %w", err)
	}
	if err := loadObjects(ctx, conn, c); err != nil {
		return nil, fmt.Errorf("reading the objects: %w", err)
	}
	last, err := compactIDs(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("reading the last ID: %w", err)
	}
	if physical == nil {
		physical = map[ID]engine.TableName{}
	}
	c.version = 1
	m := &Manager{catalog: c, physical: &Physical{version: 1, tables: physical}}
	m.lastID.Store(last)
	return m, nil
}

// CreatePublicSchema is the migration that makes the schema public.
func CreatePublicSchema(ctx context.Context, conn engine.Conn) error {
	public := &Schema{ID: "u1", Name: PublicSchema, OwnerID: RoleID}
	if err := appendRows(ctx, conn, tableSchemas, [][]any{schemaRow(public)}); err != nil {
		return err
	}
	return appendRows(ctx, conn, tableIDs, [][]any{{int64(1)}})
}

func loadSchemas(ctx context.Context, conn engine.Conn, c *Catalog) error {
	rows, err := conn.Scan(ctx, tableSchemas.Name, nil)
	values, err := engine.Collect(ctx, rows, err)
	for _, v := range values {
		s := &Schema{ID: ID(v[0].(string)), Name: v[2].(string), OwnerID: v[3].(string), Comment: orEmpty(v[4])}
		c.schemas[s.ID] = s
	}
	return err
}

func loadObjects(ctx context.Context, conn engine.Conn, c *Catalog) error {
	rows, err := conn.Scan(ctx, objectTables[0].name(), nil)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return err
	}
	for _, v := range values {
		o := &Object{
			ID: ID(v[0].(string)), Kind: Kind(v[2].(string)), SchemaID: ID(v[4].(string)), Name: v[5].(string),
			OwnerID: v[6].(string), Comment: orEmpty(v[7]), CreateSQL: v[8].(string), Redacted: v[9].(string),
		}
		if err := decodeObject(o, v[10].(string)); err != nil {
			return fmt.Errorf("%s: %w", o.ID, err)
		}
		c.put(o)
	}
	return nil
}

func orEmpty(v any) string {
	s, _ := v.(string)
	return s
}

// compactIDs gives the highest ID that any commit had used, and leaves one row
// of the many that commits add (adding never conflicts, replacing would).
func compactIDs(ctx context.Context, conn engine.Conn) (int64, error) {
	rows, err := conn.Scan(ctx, tableIDs.Name, nil)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return 0, err
	}
	var last int64
	for _, v := range values {
		last = max(last, v[0].(int64))
	}
	if len(values) < 2 {
		return last, nil
	}
	if err := conn.Begin(ctx); err != nil {
		return 0, err
	}
	defer conn.Rollback()
	if err := conn.Truncate(ctx, tableIDs.Name); err != nil {
		return 0, err
	}
	if err := appendRows(ctx, conn, tableIDs, [][]any{{last}}); err != nil {
		return 0, err
	}
	return last, conn.Commit(ctx)
}
