package duckdb

import (
	"context"
	"fmt"

	"culvert/engine"
)

// staticSchema is the schema of the catalog shim that holds static relations.
const staticSchema = "static"

// RegisterStatic implements engine.Engine.
func (d *database) RegisterStatic(name string, columns []engine.ColumnDef, rows *engine.Batch) error {
	if err := checkBatch(rows); err != nil {
		return fmt.Errorf("registering %s: %w", name, err)
	}
	list, err := columnList(columns)
	if err != nil {
		return fmt.Errorf("registering %s: %w", name, err)
	}
	made, err := d.Connect(context.Background())
	if err != nil {
		return err
	}
	defer made.Close()
	c := made.(*conn)
	if err := execute(c.c, "CREATE TABLE shim."+staticSchema+"."+quote(name)+list); err != nil {
		return fmt.Errorf("registering %s: %w", name, err)
	}
	if err := c.appenders.add("shim", engine.TableName{Schema: staticSchema, Name: name}, rows); err != nil {
		return fmt.Errorf("filling %s: %w", name, err)
	}
	return c.appenders.close(true)
}
