package main

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"culvert/connectors"
)

// registerMetrics adds what /metrics shows: of the process, and of sessions,
// sources and tunnels as they are at the moment.
func registerMetrics(registry *prometheus.Registry, p *process) {
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		liveCollector{p},
	)
}

var (
	metricSessions = prometheus.NewDesc("culvert_sessions", "Sessions that are open.", nil, nil)
	metricSources  = prometheus.NewDesc("culvert_sources", "Sources and their tables by state.", []string{"state"}, nil)
	metricRows     = prometheus.NewDesc("culvert_source_rows_committed_total", "Row changes committed, snapshots included.", []string{"source"}, nil)
	metricBytes    = prometheus.NewDesc("culvert_source_bytes_received_total", "Bytes of change messages received.", []string{"source"}, nil)
	metricLag      = prometheus.NewDesc("culvert_source_lag_bytes", "Bytes of log upstream that are not committed here.", []string{"source"}, nil)
	metricTunnels  = prometheus.NewDesc("culvert_tunnels", "SSH connections by state.", []string{"state"}, nil)
	metricRefused  = prometheus.NewDesc("culvert_logins_refused_total", "Logins that were refused, by SQLSTATE.", []string{"code"}, nil)
	metricLog      = prometheus.NewDesc("culvert_engine_log_bytes", "Bytes of the engine's log that a restart would replay.", nil, nil)
)

// liveCollector reads the state of a running process.
type liveCollector struct{ p *process }

// Describe lists the metrics.
func (c liveCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{metricSessions, metricSources, metricRows, metricBytes, metricLag, metricTunnels, metricRefused, metricLog} {
		ch <- d
	}
}

// Collect reads the metrics.
func (c liveCollector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(metricSessions, float64(c.p.executor.Sessions()))
	states := map[string]int{}
	for _, s := range c.p.sources.Statuses() {
		states[s.State.String()]++
	}
	for state, n := range states {
		gauge(metricSources, float64(n), state)
	}
	for _, s := range c.p.sources.Statistics() {
		c.collectSource(ch, s)
	}
	tunnels := map[string]int{}
	for _, t := range c.p.tunnels.Status() {
		tunnels[string(t.State)]++
	}
	for state, n := range tunnels {
		gauge(metricTunnels, float64(n), state)
	}
	for code, n := range c.p.failures.Counts() {
		ch <- prometheus.MustNewConstMetric(metricRefused, prometheus.CounterValue, float64(n), string(code))
	}
	if n, err := c.p.engine.LogSize(); err == nil {
		gauge(metricLog, float64(n))
	}
}

func (c liveCollector) collectSource(ch chan<- prometheus.Metric, s connectors.Statistics) {
	ch <- prometheus.MustNewConstMetric(metricRows, prometheus.CounterValue, float64(s.UpdatesCommitted), s.Source)
	ch <- prometheus.MustNewConstMetric(metricBytes, prometheus.CounterValue, float64(s.Bytes), s.Source)
	ch <- prometheus.MustNewConstMetric(metricLag, prometheus.GaugeValue, float64(max(0, s.OffsetKnown-s.OffsetCommitted)), s.Source)
}
