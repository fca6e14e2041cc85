package duckdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Checkpoint implements engine.Engine, on a connection of its own.
func (d *database) Checkpoint(ctx context.Context) error {
	select {
	case d.checkpoints <- struct{}{}:
		defer func() { <-d.checkpoints }()
	case <-ctx.Done():
		return cancelled(ctx.Err())
	}
	c, err := d.Connect(ctx)
	if err != nil {
		return err
	}
	k := c.(*conn)
	err = k.do(ctx, func() error { return execute(k.c, "CHECKPOINT cv") })
	if closing := c.Close(); err == nil {
		err = closing
	}
	return err
}

// LogSize implements engine.Engine. While a checkpoint runs, the log has two
// files.
func (d *database) LogSize() (int64, error) {
	files, err := filepath.Glob(filepath.Join(d.dir, dataFile+"*wal*"))
	if err != nil {
		return 0, fmt.Errorf("finding the log: %w", err)
	}
	size := int64(0)
	for _, file := range files {
		info, err := os.Stat(file)
		if os.IsNotExist(err) {
			continue // a checkpoint has just removed it
		}
		if err != nil {
			return 0, classifyOS(err, "measuring the log")
		}
		size += info.Size()
	}
	return size, nil
}
