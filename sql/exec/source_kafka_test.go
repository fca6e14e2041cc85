package exec

import (
	"context"
	"errors"
	"net"
	"testing"

	"culvert/catalog"
	"culvert/tunnel"
)

// TestBrokersAreReachedByTheirClauses: a listed broker goes its own way, others
// the default one, and it is known which of them no clause covers.
func TestBrokersAreReachedByTheirClauses(t *testing.T) {
	def := &catalog.Kafka{Brokers: []catalog.KafkaBroker{
		{Address: "B1.internal", Tunnel: "u1"}, {Address: "b2:9093"}, {Address: "[fd00::1]:9092", Tunnel: "u3"},
	}}
	type way struct {
		host    string
		port    uint16
		via     string
		covered bool
	}
	for _, c := range []struct {
		tunnel catalog.ID // the default
		ways   []way
	}{
		{"", []way{
			{"b1.internal", 9092, "u1", true}, {"b1.internal", 9093, "", false}, {"b2", 9093, "", true},
			{"fd00::1", 9092, "u3", true}, {"b9", 9092, "", false},
		}},
		{"u2", []way{{"b1.internal", 9092, "u1", true}, {"b2", 9093, "u2", true}, {"b9", 9092, "u2", true}}},
	} {
		def.Tunnel = c.tunnel
		r := &resolver{dialer: func(id catalog.ID) (tunnel.DialFunc, error) {
			return func(context.Context, string, string) (net.Conn, error) { return nil, errors.New(string(id)) }, nil
		}}
		ways, err := r.brokerWays(def)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.ways {
			dial, covered := ways.dial(want.host, want.port)
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // a direct dial fails at once
			_, err := dial(ctx, "tcp", "127.0.0.1:1")
			via := err.Error()
			if errors.Is(err, context.Canceled) || len(via) > 2 {
				via = ""
			}
			if via != want.via || covered != want.covered {
				t.Errorf("default %q: %s:%d goes by %q, covered %v; want %q, %v", c.tunnel, want.host, want.port, via, covered, want.via, want.covered)
			}
		}
	}
}
