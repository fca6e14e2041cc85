package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"culvert/connectors"
	"culvert/engine"
	"culvert/server"
	"culvert/server/auth"
	"culvert/sql/exec"
	"culvert/tunnel"
)

// process is everything that runs, in the order in which it was started.
type process struct {
	logger   *slog.Logger
	engine   engine.Engine
	executor *exec.Server
	tunnels  *tunnel.Manager
	sources  *connectors.Supervisor
	server   *server.Server
	failures *auth.Failures
	addr     string     // where SQL is served
	served   chan error // what Serve returned
}

// start opens the engine and the store, boots sources, and listens. On an
// error everything that was started is closed.
func start(ctx context.Context, c *config, health *health, logger *slog.Logger) (*process, error) {
	if err := os.MkdirAll(c.dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	e, err := openEngine(c, logger)
	if err != nil {
		return nil, err
	}
	p := &process{logger: logger, engine: e, served: make(chan error, 1), failures: auth.NewFailures()}
	if err := p.boot(ctx, c, health); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *process) boot(ctx context.Context, c *config, health *health) error {
	st, err := openStore(ctx, p.engine, c.keyFile)
	if err != nil {
		return err
	}
	if err := st.setFirstPassword(ctx, p.engine, c.passwordFile); err != nil {
		return err
	}
	if p.executor, p.tunnels, p.sources, err = newExecutor(c, p.engine, st, p.logger); err != nil {
		return err
	}
	specs, err := p.executor.Boot(ctx)
	if err != nil {
		return fmt.Errorf("reading the sources: %w", err)
	}
	if err := p.sources.Boot(ctx, specs); err != nil {
		return fmt.Errorf("starting the sources: %w", err)
	}
	p.executor.Start()
	registerMetrics(health.metrics, p)
	return p.listen(c, st)
}

func (p *process) listen(c *config, st *store) error {
	certificates, err := c.certificates(p.logger)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.sqlAddr)
	if err != nil {
		return fmt.Errorf("--sql-listen-addr: %w", err)
	}
	p.server = server.New(server.Config{
		Backend:      backend{p.executor},
		Certificates: certificates,
		Auth: auth.New(auth.Options{
			Roles: logins{st}, Method: auth.Method(c.auth), RequireTLS: c.tls.mode == tlsRequire, Failures: p.failures, Log: p.logger,
		}),
		MaxConnections: c.maxConnections,
		MaxMessageSize: int(c.maxMessage),
		SpillDir:       filepath.Join(c.dataDir, "tmp"),
		MaxSpill:       int64(c.spillSize),
		Log:            p.logger,
	})
	p.addr = listener.Addr().String()
	go func() { p.served <- p.server.Serve(listener) }()
	return nil
}

// close stops everything in the opposite order of its start: clients first, so
// that no statement runs without what it needs; the engine last, when nobody
// has a connection to it. When time has become short the engine's log is left
// for the next start to replay. Clients whose statements had to be cut off are
// no error.
func (p *process) close() error {
	begun := time.Now()
	var errs []error
	if p.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		if err := p.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			p.logger.Warn("statements were cut off", "after", drainTime)
		} else {
			errs = append(errs, err)
		}
		cancel()
	}
	if p.executor != nil {
		p.executor.Close()
		p.sources.Close()
		p.tunnels.Close()
	}
	errs = append(errs, p.engine.Close(time.Since(begun) > shutdownTime/2))
	p.logger.Info("stopped", "after", time.Since(begun).Round(time.Millisecond))
	return errors.Join(errs...)
}
