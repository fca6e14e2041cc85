package duckdb

import (
	"errors"
	"io"
	"os"
	"syscall"

	"culvert/engine"
)

// lockDirectory takes the lock file until the result is closed or the process
// ends. DuckDB locks its own file against other processes only, and late.
func lockDirectory(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, classifyOS(err, "opening the lock file")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = engine.ErrLocked
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
