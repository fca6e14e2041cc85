package engine

import "errors"

// Errors that callers tell apart. Errors that a client sees are *pgerr.Error.
var (
	// ErrConflict: another transaction changed the same rows; the whole
	// transaction may be run again.
	ErrConflict = errors.New("engine: conflicting transactions")
	// ErrBusy: the operation cannot run beside the open transactions; later.
	ErrBusy = errors.New("engine: busy")
	// ErrLocked: another process has the data directory open.
	ErrLocked = errors.New("engine: data directory is in use by another process")
)
