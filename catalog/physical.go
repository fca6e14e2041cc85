package catalog

import (
	"maps"

	"culvert/engine"
)

// Physical maps objects to the physical tables that hold their rows. Only
// tables that are ready to be read are in it. It is immutable.
type Physical struct {
	version uint64
	tables  map[ID]engine.TableName
}

// Version counts the changes of the map.
func (p *Physical) Version() uint64 { return p.version }

// Table gives the physical table of an object; ok is false while it has none
// that is ready.
func (p *Physical) Table(id ID) (name engine.TableName, ok bool) {
	name, ok = p.tables[id]
	return name, ok
}

// PhysicalChange sets and removes entries of the map.
type PhysicalChange struct {
	Set    map[ID]engine.TableName
	Remove []ID
}

func (p *Physical) apply(change PhysicalChange) *Physical {
	next := &Physical{version: p.version + 1, tables: maps.Clone(p.tables)}
	for id, name := range change.Set {
		next.tables[id] = name
	}
	for _, id := range change.Remove {
		delete(next.tables, id)
	}
	return next
}
