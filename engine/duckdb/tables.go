package duckdb

import (
	"context"
	"fmt"
	"strings"

	"culvert/engine"
)

// path is the quoted name of a table.
func path(t engine.TableName) string { return "cv." + quote(t.Schema) + "." + quote(t.Name) }

// columnList is the column list of CREATE TABLE.
func columnList(columns []engine.ColumnDef) (string, error) {
	list := make([]string, len(columns))
	for i, column := range columns {
		name, err := typeName(column.Phys)
		if err != nil {
			return "", err
		}
		list[i] = quote(column.Name) + " " + name
	}
	return "(" + strings.Join(list, ", ") + ")", nil
}

// CreateTable implements engine.Conn.
func (c *conn) CreateTable(ctx context.Context, def engine.TableDef) error {
	columns, err := columnList(def.Columns)
	if err != nil {
		return c.fail(err)
	}
	return c.do(ctx, func() error { return execute(c.c, "CREATE TABLE "+path(def.Name)+columns) })
}

// DropTable implements engine.Conn.
func (c *conn) DropTable(ctx context.Context, name engine.TableName) error {
	return c.do(ctx, func() error { return execute(c.c, "DROP TABLE IF EXISTS "+path(name)) })
}

// Truncate implements engine.Conn.
func (c *conn) Truncate(ctx context.Context, table engine.TableName) error {
	return c.do(ctx, func() error { return execute(c.c, "DELETE FROM "+path(table)) })
}

// ListTables implements engine.Conn.
func (c *conn) ListTables(ctx context.Context, schema string) ([]engine.TableDef, error) {
	sql := "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'cv' AND schema_name = " +
		literal(schema) + " ORDER BY table_oid, column_index"
	rows, err := c.queryText(ctx, sql)
	if err != nil {
		return nil, err
	}
	var tables []engine.TableDef
	for {
		batch, err := rows.Next(ctx)
		if err != nil {
			_ = rows.Close() // the error that counts is err
			return nil, err
		}
		if batch == nil {
			return tables, rows.Close()
		}
		for i := range batch.Len {
			name := string(batch.Cols[0].Bytes(i))
			phys, err := parseTypeName(string(batch.Cols[2].Bytes(i)))
			if err != nil {
				_ = rows.Close() // the error that counts is err
				return nil, fmt.Errorf("reading the columns of %s.%s: %w", schema, name, err)
			}
			if len(tables) == 0 || tables[len(tables)-1].Name.Name != name {
				tables = append(tables, engine.TableDef{Name: engine.TableName{Schema: schema, Name: name}})
			}
			t := &tables[len(tables)-1]
			t.Columns = append(t.Columns, engine.ColumnDef{Name: string(batch.Cols[1].Bytes(i)), Phys: phys})
		}
	}
}
