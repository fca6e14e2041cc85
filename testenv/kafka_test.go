package testenv

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Two brokers behind names, with every kind of listener: the one test that
// starts the cluster with all that it offers.
func TestKafkaServesEveryProtocol(t *testing.T) {
	k := NewKafka(t, KafkaOptions{
		Names: []string{"broker1", "broker2"},
		Listeners: []KafkaListener{
			{"SSL", 9092}, {"PLAINTEXT", 9093}, {"SASL_PLAINTEXT", 9094}, {"SASL_SSL", 9095},
		},
		Users: map[string]string{"reader": "secret"},
	})
	k.MustCreateTopic(t, "t", 4, nil)
	for p := range int32(4) {
		k.MustProduce(t, &kgo.Record{Topic: "t", Partition: p, Value: []byte("v")})
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(k.Authority().PEM))
	encrypted := func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := k.Dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(addr) // an address that was dialled
		client := tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: host})
		return client, client.HandshakeContext(ctx)
	}
	login := kgo.SASL(plain.Auth{User: "reader", Pass: "secret"}.AsMechanism())
	for protocol, opts := range map[string][]kgo.Opt{
		"PLAINTEXT":      {kgo.Dialer(k.Dial)},
		"SSL":            {kgo.Dialer(encrypted)},
		"SASL_PLAINTEXT": {kgo.Dialer(k.Dial), login},
		"SASL_SSL":       {kgo.Dialer(encrypted), kgo.SASL(scram.Auth{User: "reader", Pass: "secret"}.AsSha512Mechanism())},
	} {
		t.Run(protocol, func(t *testing.T) { consume(t, k, protocol, opts) })
	}
	if err := k.StopBroker(1, true); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	if err := k.StartBroker(ctx, 1); err != nil {
		t.Fatal(err)
	}
}

func consume(t *testing.T, k *Kafka, protocol string, opts []kgo.Opt) {
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(k.Addr(0, protocol)), kgo.ConsumeTopics("t"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for n := 0; n < 4; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("after %d records: %v", n, err)
		}
		n += fetches.NumRecords()
	}
}
