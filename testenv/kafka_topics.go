package testenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Client returns a client of the cluster, past its listeners, their names and
// passwords. The caller closes it.
func (k *Kafka) Client(opts ...kgo.Opt) (*kgo.Client, error) {
	var seeds []string
	for _, b := range k.brokers {
		seeds = append(seeds, net.JoinHostPort(b.host, strconv.Itoa(kafkaInternalPort)))
	}
	all := []kgo.Opt{
		kgo.SeedBrokers(seeds...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.MetadataMinAge(50 * time.Millisecond), kgo.ProducerBatchCompression(kgo.NoCompression()),
	}
	return kgo.NewClient(append(all, opts...)...)
}

// Admin returns the cluster's administration.
func (k *Kafka) Admin() *kadm.Client { return kadm.NewClient(k.admin) }

// CreateTopic makes a topic with a replica on each broker, and waits until all
// its partitions have leaders. Settings are the topic's own.
func (k *Kafka) CreateTopic(ctx context.Context, topic string, partitions int, settings map[string]string) error {
	configs := map[string]*string{}
	for name, value := range settings {
		configs[name] = &value
	}
	replicas := int16(min(len(k.brokers), 2))
	if _, err := k.Admin().CreateTopic(ctx, int32(partitions), replicas, configs, topic); err != nil {
		return fmt.Errorf("creating topic %s: %w", topic, err)
	}
	return k.awaitPartitions(ctx, topic, partitions)
}

// AddPartitions brings a topic to a number of partitions.
func (k *Kafka) AddPartitions(ctx context.Context, topic string, partitions int) error {
	answer, err := k.Admin().UpdatePartitions(ctx, partitions, topic)
	if err == nil {
		err = answer.Error()
	}
	if err != nil {
		return fmt.Errorf("adding partitions to %s: %w", topic, err)
	}
	k.admin.PurgeTopicsFromClient(topic) // the producer would learn of them late
	return k.awaitPartitions(ctx, topic, partitions)
}

func (k *Kafka) awaitPartitions(ctx context.Context, topic string, partitions int) error {
	return waitFor(ctx, nil, func() error {
		topics, err := k.Admin().ListTopics(ctx, topic)
		if err != nil {
			return err
		}
		if n := len(topics[topic].Partitions); n != partitions {
			return fmt.Errorf("topic %s has %d of %d partitions", topic, n, partitions)
		}
		for _, p := range topics[topic].Partitions {
			if p.Err != nil || p.Leader < 0 {
				return fmt.Errorf("partition %d of %s has no leader: %v", p.Partition, topic, p.Err)
			}
		}
		return nil
	})
}

// DeleteTopic deletes a topic and waits until it is gone.
func (k *Kafka) DeleteTopic(ctx context.Context, topic string) error {
	if _, err := k.Admin().DeleteTopic(ctx, topic); err != nil {
		return fmt.Errorf("deleting topic %s: %w", topic, err)
	}
	k.admin.PurgeTopicsFromClient(topic) // one made later under the name has another id
	return waitFor(ctx, nil, func() error {
		topics, err := k.Admin().ListTopics(ctx)
		if err == nil && topics.Has(topic) {
			err = errors.New("the topic is still there")
		}
		return err
	})
}

// DeleteRecords removes the records of a partition before an offset.
func (k *Kafka) DeleteRecords(ctx context.Context, topic string, partition int32, before int64) error {
	var offsets kadm.Offsets
	offsets.AddOffset(topic, partition, before, -1)
	answer, err := k.Admin().DeleteRecords(ctx, offsets)
	if err == nil {
		err = answer.Error()
	}
	return err
}

// Produce writes records, each to its Partition, and waits until all are there.
func (k *Kafka) Produce(ctx context.Context, records ...*kgo.Record) error {
	return k.admin.ProduceSync(ctx, records...).FirstErr()
}

// MustProduce writes records and fails the test when one fails.
func (k *Kafka) MustProduce(tb testing.TB, records ...*kgo.Record) {
	tb.Helper()
	if err := k.Produce(tb.Context(), records...); err != nil {
		tb.Fatalf("producing: %v", err)
	}
}

// MustCreateTopic makes a topic and fails the test when that fails.
func (k *Kafka) MustCreateTopic(tb testing.TB, topic string, partitions int, settings map[string]string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), startTimeout)
	defer cancel()
	if err := k.CreateTopic(ctx, topic, partitions, settings); err != nil {
		tb.Fatal(err)
	}
}
