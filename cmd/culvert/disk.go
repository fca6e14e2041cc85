package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"culvert/sql/pgerr"
)

// lacksDisk tells whether an error is one that more space on the disk, or a disk
// that can be written, would mend.
func lacksDisk(err error) bool {
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS} {
		if errors.Is(err, no) {
			return true
		}
	}
	return pgerr.Is(err, pgerr.DiskFull)
}

// probeBytes is the room that a data directory must have for culvert to call
// itself ready: small transactions are still written when it has less.
const probeBytes = 1 << 20

// probe tells why the data directory cannot be written: a disk that is full,
// read-only or gone, a quota, a lost permission. It leaves nothing behind.
func probe(dir string) error {
	err := probeFile(filepath.Join(dir, "culvert.probe"))
	if err != nil {
		return fmt.Errorf("the data directory cannot be written: %w", err)
	}
	return nil
}

func probeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // but for another probe, which was faster
	}
	err = syscall.Fallocate(int(f.Fd()), 0, 0, probeBytes)
	if errors.Is(err, syscall.EOPNOTSUPP) { // the file system cannot reserve
		_, err = f.Write(make([]byte, probeBytes))
	}
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno // without the path: everybody may read /readyz
	}
	return err
}
