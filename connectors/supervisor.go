package connectors

import (
	"context"
	"log/slog"

	"culvert/engine"
)

// Options is what a supervisor needs from the rest of culvert.
type Options struct {
	Engine    engine.Engine
	Publisher Publisher
	Physical  Allocator
	Log       *slog.Logger
	// Cleaners do the work that dropped sources leave upstream, by Cleanup.Kind.
	Cleaners map[string]Cleaner
	// HistoryRows bounds the status history of one source or table; 0 is 1,000.
	HistoryRows int
	// ApplySlots bounds how many sources write to the engine at once; 0 is 2.
	ApplySlots int
}
