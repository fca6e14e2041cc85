package duckdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"culvert/sql/pgerr"
)

// checkpointReserve is the space that a checkpoint may need beyond that of the
// log, in bytes.
const checkpointReserve = 8 << 20

// roomForCheckpoint refuses a checkpoint on a disk that is nearly full: one
// that fails half way makes the engine fail for good, where the log would have
// been good enough.
func (d *database) roomForCheckpoint() error {
	size, err := d.LogSize()
	if err != nil {
		return err
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &fs); err != nil {
		return classifyOS(err, "measuring the free space")
	}
	if free := int64(fs.Bavail) * int64(fs.Bsize); free < 2*size+checkpointReserve {
		return pgerr.New(pgerr.DiskFull, "no room for a checkpoint").
			WithDetail("The disk has %d bytes free and the log has %d.", free, size)
	}
	return nil
}

// Checkpoint implements engine.Engine, on a connection of its own.
func (d *database) Checkpoint(ctx context.Context) error {
	select {
	case d.checkpoints <- struct{}{}:
		defer func() { <-d.checkpoints }()
	case <-ctx.Done():
		return cancelled(ctx.Err())
	}
	if err := d.roomForCheckpoint(); err != nil {
		return err
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
