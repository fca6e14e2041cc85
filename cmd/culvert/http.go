package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// health answers /livez and /readyz from the moment the process listens, so
// that it can say why it is not ready; /metrics and /debug/pprof beside them.
type health struct {
	notReady atomic.Pointer[string] // nil: ready, when check has no objection
	check    func() error           // asked by each /readyz
	metrics  *prometheus.Registry
	server   *http.Server
	ended    chan error
}

func newHealth(addr string, check func() error) (*health, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--http-listen-addr: %w", err)
	}
	h := &health{check: check, metrics: prometheus.NewRegistry(), ended: make(chan error, 1)}
	h.set("starting")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", h.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	h.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { h.ended <- h.server.Serve(listener) }()
	return h, nil
}

// set says why the server is not ready; "" means that it is.
func (h *health) set(reason string) {
	if reason == "" {
		h.notReady.Store(nil)
		return
	}
	h.notReady.Store(&reason)
}

func (h *health) readyz(w http.ResponseWriter, _ *http.Request) {
	if reason := h.notReady.Load(); reason != nil {
		http.Error(w, *reason, http.StatusServiceUnavailable)
		return
	}
	if err := h.check(); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

func (h *health) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := h.server.Shutdown(ctx)
	if served := <-h.ended; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	return err
}
