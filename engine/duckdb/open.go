// Package duckdb is the embedded engine: DuckDB behind the contract of
// culvert/engine, through its C API.
//
// The data directory holds cv.db, opened by its path so that its catalog is
// cv under every setting, with the schemas d (data), c (catalog) and s
// (state). Relations in memory live in an attached catalog, shim. Everything
// that calls C checks its pointers in capi.go; every error text of DuckDB is
// classified in errors.go.
package duckdb

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"culvert/engine"
	"culvert/engine/duckdb/dialect"
	"culvert/engine/duckdb/native"
	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Options tells how to open a data directory. Only Dir is required.
type Options struct {
	// Dir is the data directory; it is made when missing.
	Dir string
	// MemoryLimit bounds the engine's buffers, in bytes; 0 is 80% of the
	// machine's memory.
	MemoryLimit int64
	// TempDir receives what does not fit into memory; "" is Dir/tmp.
	TempDir string
	// MaxTempSize bounds TempDir, in bytes; 0 is 90% of the free space.
	MaxTempSize int64
	// Threads is the number of threads that run queries; 0 is one per core.
	Threads int
	// CheckpointAt is the size of the log, in bytes, at which a committing
	// connection runs a checkpoint itself; 0 is 1 GB. It is a safety net:
	// Engine.Checkpoint is meant to be called long before.
	CheckpointAt int64
	// TranslationCache is the number of translations kept; 0 is 1,000.
	TranslationCache int
	// Logger receives fatal errors; nil discards them.
	Logger *slog.Logger
}

const (
	dataFile = "cv.db"
	lockFile = "culvert.lock"
	// dataCatalog is DuckDB's name for the file: its name without the suffix.
	dataCatalog = "cv"
	// anchorSchema and anchorTable name a table that Begin looks up, so that the
	// transaction takes its snapshot: DuckDB takes it at the first touch of the
	// file.
	anchorSchema, anchorTable = "main", "anchor"
)

// database is an open data directory. It implements engine.Engine.
type database struct {
	dir    string
	db     bindings.Database
	lock   io.Closer
	log    *slog.Logger
	cache  *translations
	feeds  feeds
	fatal  chan struct{}
	mu     sync.Mutex // guards cause and closed
	cause  error
	closed bool
	// registering is held while a live relation is registered; callbacks of
	// statements that run meanwhile take the other locks.
	registering sync.Mutex
	live        map[string]bool
	connsMu     sync.Mutex
	conns       map[uint64]*conn // by DuckDB's connection ID
	loads       *loads
	// checkpoints has one token: checkpoints take turns.
	checkpoints chan struct{}
}

// Open opens a data directory. A directory that another process or another
// engine of this process has open is engine.ErrLocked; a full disk or a
// directory that cannot be written is a *pgerr.Error that says so.
func Open(opts Options) (engine.Engine, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.TempDir == "" {
		opts.TempDir = filepath.Join(opts.Dir, "tmp")
	}
	if opts.CheckpointAt == 0 {
		opts.CheckpointAt = 1 << 30
	}
	if opts.TranslationCache == 0 {
		opts.TranslationCache = 1000
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, classifyOS(err, "making the data directory")
	}
	lock, err := lockDirectory(filepath.Join(opts.Dir, lockFile))
	if err != nil {
		return nil, err
	}
	d := &database{
		dir: opts.Dir, lock: lock, log: opts.Logger, cache: newTranslations(opts.TranslationCache),
		fatal: make(chan struct{}), live: map[string]bool{}, conns: map[uint64]*conn{},
		checkpoints: make(chan struct{}, 1), loads: newLoads(opts.Threads),
	}
	err = removeSpilled(opts.TempDir)
	if err == nil {
		err = createFile(opts)
	}
	if err == nil {
		err = d.open(opts)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

// removeSpilled removes the temporary files of a process that was killed.
func removeSpilled(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "duckdb_temp_*"))
	if err != nil {
		return fmt.Errorf("finding temporary files: %w", err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return classifyOS(err, "removing a temporary file")
		}
	}
	return nil
}

// open opens the file and prepares what lives in memory. On error nothing
// stays open.
func (d *database) open(opts Options) error {
	db, err := openFile(filepath.Join(opts.Dir, dataFile), settings(opts))
	if err != nil {
		return fmt.Errorf("opening the data file: %w", err)
	}
	d.db = db
	err = d.prepare(opts)
	if err == nil {
		err = mark(opts.Dir)
	}
	if err != nil {
		bindings.Close(&d.db)
		return err
	}
	return nil
}

// settings are DuckDB's settings that have to be known at open.
func settings(opts Options) map[string]string {
	s := map[string]string{
		"temp_directory":               opts.TempDir,
		"checkpoint_threshold":         bytes(opts.CheckpointAt),
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"threads":                      strconv.Itoa(newLoads(opts.Threads).threads),
	}
	if opts.MemoryLimit > 0 {
		s["memory_limit"] = bytes(opts.MemoryLimit)
	}
	return s
}

func bytes(n int64) string { return strconv.FormatInt(n, 10) + "B" }

// boot runs at each open, before the macros of the dialect.
var boot = []string{
	"CREATE SCHEMA IF NOT EXISTS cv.d",
	"CREATE SCHEMA IF NOT EXISTS cv.c",
	"CREATE SCHEMA IF NOT EXISTS cv.s",
	"CREATE TABLE IF NOT EXISTS cv." + anchorSchema + "." + anchorTable + "(v INTEGER)",
	"ATTACH ':memory:' AS shim",
	"CREATE SCHEMA shim.static",
	"CREATE SCHEMA shim.pg",
}

// lockdown runs last: nothing may be attached after it, and no statement can
// name a file.
const lockdown = "SET GLOBAL enable_external_access = false"

// prepare makes the schemas and registers the table functions.
func (d *database) prepare(opts Options) error {
	c, err := connect(d.db)
	if err != nil {
		return err
	}
	defer bindings.Disconnect(&c)
	if err := native.Register(c); err != nil {
		return err
	}
	statements := slices.Concat(boot, dialect.Macros(), []string{lockdown})
	if opts.MaxTempSize > 0 {
		// As a setting of the open it would be overwritten by the default.
		statements = append([]string{"SET GLOBAL max_temp_directory_size = " + literal(bytes(opts.MaxTempSize))}, statements...)
	}
	for _, sql := range statements {
		if err := execute(c, sql); err != nil {
			return fmt.Errorf("preparing the data file: %w", err)
		}
	}
	return d.registerFeed(c)
}

// Fatal implements engine.Engine.
func (d *database) Fatal() <-chan struct{} { return d.fatal }

// Err implements engine.Engine.
func (d *database) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cause
}

// note closes Fatal when err says that the engine failed for good, and
// returns err.
func (d *database) note(err error) error {
	var f *fatalError
	if !errors.As(err, &f) {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cause == nil {
		d.cause = err
		d.log.Error("the engine failed for good", "error", f.text)
		close(d.fatal)
	}
	return err
}

// Close implements engine.Engine.
func (d *database) Close(quick bool) error {
	d.loads.settled()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	if n := d.openConns(); n > 0 {
		return pgerr.New(pgerr.InternalError, "engine closed with %d connections open", n)
	}
	d.closed = true
	var err error
	if d.cause == nil {
		err = d.settle(quick)
	}
	bindings.Close(&d.db)
	return errors.Join(err, d.lock.Close())
}

func (d *database) openConns() int {
	d.connsMu.Lock()
	defer d.connsMu.Unlock()
	return len(d.conns)
}

// settle moves the log into the file, or sees to it that closing does not: on
// a full disk it must not be tried. When it fails all the same the log is whole,
// and the next open replays it: no error.
func (d *database) settle(quick bool) error {
	c, err := connect(d.db)
	if err != nil {
		return err
	}
	defer bindings.Disconnect(&c)
	if quick || d.roomForCheckpoint() != nil {
		return execute(c, "PRAGMA disable_checkpoint_on_shutdown")
	}
	if err := execute(c, "CHECKPOINT cv"); err != nil {
		d.log.Warn("the log is left for the next start", "error", err)
	}
	return nil
}
