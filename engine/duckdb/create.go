package duckdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// newDir is where a data file is made. It is given its place when it is
// complete: one that a full disk or a kill leaves half made is never opened.
const newDir = "new"

// marker is what the lock file says of a directory that has a data file: when
// that is missing it has been lost, and nothing is made in its place.
const marker = "this directory has a data file\n"

// createFile makes the data file of a new directory, or looks at the one that
// is there.
func createFile(opts Options) error {
	file, lock := filepath.Join(opts.Dir, dataFile), filepath.Join(opts.Dir, lockFile)
	there, err := exists(file)
	if err != nil {
		return err
	}
	said, err := os.ReadFile(lock)
	if err != nil {
		return classifyOS(err, "reading the lock file")
	}
	if !there {
		if err := isNew(opts.Dir, len(said) > 0); err != nil {
			return err
		}
		return createAside(opts, file)
	}
	return checkMagic(file)
}

// checkMagic refuses a file of another kind, for which the engine would look for
// an extension that reads it.
func checkMagic(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return classifyOS(err, "opening the data file")
	}
	defer f.Close()
	var head [12]byte // the checksum of the header, then "DUCK"
	if _, err := f.ReadAt(head[:], 0); err != nil || string(head[8:]) != "DUCK" {
		damaged := pgerr.New(pgerr.DataCorrupted, "the data file is damaged").WithDetail("%s is not a data file of culvert.", path)
		return fmt.Errorf("opening the data file: %w", damaged)
	}
	return nil
}

// mark notes that the directory has a data file, which has been opened.
func mark(dir string) error {
	lock := filepath.Join(dir, lockFile)
	said, err := os.ReadFile(lock)
	if err == nil && string(said) != marker {
		err = os.WriteFile(lock, []byte(marker), 0o600)
	}
	if err != nil {
		return classifyOS(err, "marking the lock file")
	}
	return nil
}

// isNew refuses a directory whose data file is missing.
func isNew(dir string, marked bool) error {
	logged, err := exists(filepath.Join(dir, dataFile+".wal"))
	if err != nil {
		return err
	}
	if marked || logged {
		return pgerr.New(pgerr.DataCorrupted, "the data file %s is missing from %s, which had one: restore it, or start with an empty directory", dataFile, dir)
	}
	return nil
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, classifyOS(err, "looking for the data file")
	}
	return true, nil
}

func createAside(opts Options, file string) error {
	dir := filepath.Join(opts.Dir, newDir)
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
		return classifyOS(err, "making the data file")
	}
	made := filepath.Join(dir, dataFile)
	db, err := openFile(made, settings(opts))
	if err != nil {
		return fmt.Errorf("making the data file: %w", errors.Join(err, os.RemoveAll(dir)))
	}
	bindings.Close(&db)
	err = errors.Join(syncPath(made), os.Rename(made, file), syncPath(opts.Dir), os.RemoveAll(dir))
	if err != nil {
		return classifyOS(err, "making the data file")
	}
	return nil
}

// syncPath has a file or a directory written to the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
