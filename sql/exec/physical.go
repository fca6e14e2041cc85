package exec

import (
	"context"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/engine"
)

// Publisher lets the supervisor change the physical map: its transactions
// commit in the catalog's critical section.
type Publisher struct{ Catalog *catalog.Manager }

// Commit commits the transaction on conn and swaps the map.
func (p Publisher) Commit(ctx context.Context, conn engine.Conn, change connectors.PhysicalChange) error {
	c := catalog.PhysicalChange{Set: make(map[catalog.ID]engine.TableName, len(change.Ready))}
	for object, name := range change.Ready {
		c.Set[catalog.ID(object)] = name
	}
	for _, object := range change.Dropped {
		c.Remove = append(c.Remove, catalog.ID(object))
	}
	return p.Catalog.CommitPhysical(ctx, conn, c)
}

// ReadyTables reads which physical tables hold the rows of which objects: what
// the catalog is opened with.
func ReadyTables(ctx context.Context, conn engine.Conn) (map[catalog.ID]engine.TableName, error) {
	states, err := connectors.LoadTables(ctx, conn)
	if err != nil {
		return nil, err
	}
	tables := map[catalog.ID]engine.TableName{}
	for _, t := range states {
		if t.Ready {
			tables[catalog.ID(t.Object)] = t.Physical
		}
	}
	return tables, nil
}
