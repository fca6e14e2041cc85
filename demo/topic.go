package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kgo"
)

// topic is the guide's, with partitions led by both brokers.
const (
	topic      = "test_topic"
	partitions = 3
)

// firstMessages are in the topic before culvert reads it.
const firstMessages = 3000

// The listeners of the brokers: the guide's own, and one that does not speak TLS.
const (
	tlsPort   = 9092
	plainPort = 9093
)

// startKafka starts two brokers whose names only the bastion resolves, with the
// topic and its first messages, and writes down the authority that signed their
// certificates, for culvert to trust.
func (st *stage) startKafka(ctx context.Context) error {
	var err error
	st.kafka, err = testenv.StartKafka(ctx, testenv.KafkaOptions{
		Names:     []string{"broker1", "broker2"},
		Listeners: []testenv.KafkaListener{{Protocol: "SSL", Port: tlsPort}, {Protocol: "PLAINTEXT", Port: plainPort}},
		HeapMB:    256,
	})
	if err != nil {
		return fmt.Errorf("starting Kafka: %w", err)
	}
	file, err := os.CreateTemp("", "culvert-demo-ca-*.pem")
	if err != nil {
		return err
	}
	st.trusted = file.Name()
	_, err = file.WriteString(st.kafka.Authority().PEM)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := st.kafka.CreateTopic(ctx, topic, partitions, nil); err != nil {
		return err
	}
	return st.send(ctx, firstMessages)
}

// stopKafka ends the brokers and removes what startKafka wrote.
func (st *stage) stopKafka() error {
	var errs []error
	if st.kafka != nil {
		errs = append(errs, st.kafka.Close())
	}
	if st.trusted != "" {
		errs = append(errs, os.Remove(st.trusted))
	}
	return errors.Join(errs...)
}

// send writes messages to the topic, each with the next number, and returns when
// the brokers have them.
func (st *stage) send(ctx context.Context, count int) error {
	records := make([]*kgo.Record, count)
	for i := range records {
		n := st.messages.Add(1)
		records[i] = &kgo.Record{
			Topic: topic, Partition: int32(n % partitions),
			Value: fmt.Appendf(nil, `{"n": %d, "city": "%s", "degrees": %d.%d}`, n, cities[n%int64(len(cities))], n%30, n%10),
		}
	}
	// What is counted must arrive: the end of a writer does not take it back.
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := st.kafka.Produce(sending, records...); err != nil {
		return fmt.Errorf("writing to %s: %w", topic, err)
	}
	return ctx.Err()
}

var cities = []string{"Lisbon", "Oslo", "Kyoto", "Lima"}

// message is send for a writer.
func (st *stage) message(ctx context.Context) error { return st.send(ctx, 1) }

// allMessages waits until the source of the topic has each message that was sent,
// once, for so long at most, and returns how long it took. Nothing may be sending.
func (st *stage) allMessages(ctx context.Context, within time.Duration) (time.Duration, error) {
	n := st.messages.Load()
	sql := `SELECT count(*), count(DISTINCT data), sum((convert_from(data, 'UTF8')::jsonb->>'n')::bigint) FROM json_source`
	want := []string{fmt.Sprint(n), fmt.Sprint(n), fmt.Sprint(n * (n + 1) / 2)}
	return st.arrives(ctx, within, sql, want...)
}
