package connectors

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"culvert/engine"
)

// When the log is moved into the data file.
const (
	checkpointBytes = 64 << 20         // at once
	checkpointAge   = 60 * time.Second // when there is any log
	checkpointPoll  = time.Second
	checkpointRetry = 10 * time.Second // after one that failed, for want of room as a rule
)

// Checkpoints moves the engine's log into the data file from time to time, until
// ctx ends. One goroutine of the process runs it.
func Checkpoints(ctx context.Context, eng engine.Engine, log *slog.Logger) {
	last := time.Now()
	for pause(ctx, checkpointPoll) == nil {
		size, err := eng.LogSize()
		if err != nil {
			log.Error("reading the size of the log", "error", err)
			continue
		}
		if size == 0 || size < checkpointBytes && time.Since(last) < checkpointAge {
			continue
		}
		log.Debug("checkpoint begins", "bytes", size)
		switch err := eng.Checkpoint(ctx); {
		case err == nil:
			last = time.Now()
			log.Debug("checkpoint ends")
		case errors.Is(err, engine.ErrBusy) || ctx.Err() != nil:
			log.Debug("checkpoint ends", "put_off", true)
		default:
			log.Error("checkpoint ends", "error", err, "again", checkpointRetry)
			if pause(ctx, checkpointRetry) != nil {
				return
			}
		}
	}
}
