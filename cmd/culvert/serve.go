package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"culvert/catalog/systables"
	"culvert/connectors"
	"culvert/engine"
	"culvert/engine/duckdb"
	"culvert/sql/exec"
	"culvert/tunnel"
)

// errEngineFatal ends the process when the engine cannot go on.
var errEngineFatal = errors.New("the engine has failed")

// How long the parts of a shutdown may take: SIGTERM ends the process within
// ten seconds.
const (
	drainTime    = 5 * time.Second
	shutdownTime = 8 * time.Second
)

// gcPercent is GOGC where the environment does not set it: batches on their way
// are most of the heap, and at Go's default of 100 as much again would lie
// there as garbage beside the engine's own memory.
const gcPercent = 50

// serve runs the server until a signal or a fatal error.
func serve(ctx context.Context, c *config) error {
	level, err := c.level()
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	c.warnOfListeners(logger)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	// A limit of the size of files (ulimit -f) is an error of the write, as a full
	// disk is, and not the end of the process.
	signal.Ignore(syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	health, err := newHealth(c.httpAddr, func() error { return probe(c.dataDir) })
	if err != nil {
		return err
	}
	err = run(ctx, c, health, logger)
	return errors.Join(err, health.close())
}

// run opens the data directory, starts everything and stops it in order.
func run(ctx context.Context, c *config, health *health, logger *slog.Logger) error {
	p, err := startWithRoom(ctx, c, health, logger)
	if err != nil || p == nil {
		return err
	}
	health.set("")
	logger.Info("ready", "sql", p.addr, "version", version)
	select {
	case <-ctx.Done():
		health.set("shutting down")
		logger.Info("shutting down")
		return p.close()
	case <-p.engine.Fatal():
		return fmt.Errorf("%w: %w", errEngineFatal, p.engine.Err())
	case err := <-p.served:
		return errors.Join(fmt.Errorf("serving SQL: %w", err), p.close())
	}
}

// bootRetry is how long a start waits for room on the disk before it tries again.
const bootRetry = 2 * time.Second

// startWithRoom starts everything. While the disk is full or read-only the
// process stays, says so on /readyz, and tries again. It gives nil when ctx ends
// before.
func startWithRoom(ctx context.Context, c *config, health *health, logger *slog.Logger) (*process, error) {
	for said := ""; ; {
		p, err := start(ctx, c, health, logger)
		switch {
		case ctx.Err() != nil && p == nil:
			return nil, nil
		case !lacksDisk(err):
			return p, err
		}
		if health.set(err.Error()); err.Error() != said {
			said = err.Error()
			logger.Error("not ready", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(bootRetry):
		}
	}
}

// openEngine opens the data file.
func openEngine(c *config, logger *slog.Logger) (engine.Engine, error) {
	e, err := duckdb.Open(duckdb.Options{
		Dir:         c.dataDir,
		MemoryLimit: int64(c.memoryLimit),
		TempDir:     filepath.Join(c.dataDir, "tmp"),
		MaxTempSize: int64(c.spillSize),
		Logger:      logger,
	})
	if errors.Is(err, engine.ErrLocked) {
		return nil, fmt.Errorf("%s is in use by another culvert: one process owns a data directory", c.dataDir)
	}
	return e, err
}

// newExecutor makes what carries statements out, with the tunnels and the
// supervisor that it steers.
func newExecutor(c *config, e engine.Engine, st *store, logger *slog.Logger) (*exec.Server, *tunnel.Manager, *connectors.Supervisor, error) {
	egress, err := c.egressPrefixes()
	if err != nil {
		return nil, nil, nil, err
	}
	tunnels := tunnel.NewManager(tunnel.Options{Store: exec.NewHostKeyStore(e), Logger: logger})
	sources := connectors.NewSupervisor(connectors.Options{
		Engine:      e,
		Publisher:   exec.Publisher{Catalog: st.catalog},
		Physical:    st.names,
		Log:         logger,
		Cleaners:    map[string]connectors.Cleaner{exec.SlotCleanup: exec.SlotDropper{Engine: e, Catalog: st.catalog, Sealer: st.sealer, Tunnels: tunnels}.Drop},
		HistoryRows: c.historyRows,
	})
	executor, err := exec.New(exec.Options{
		Engine: e, Catalog: st.catalog, Sealer: st.sealer, Tunnels: tunnels, Sources: sources,
		System: systables.New(), Egress: egress, Logger: logger, Version: version,
	})
	if err != nil {
		tunnels.Close()
		return nil, nil, nil, err
	}
	return executor, tunnels, sources, nil
}
