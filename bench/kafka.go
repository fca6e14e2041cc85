package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"culvert/testenv"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// What the topics hold: each message is messageBytes long, its key, the decimal
// number of the message, left aside.
const (
	messageBytes = 150
	partitions   = 4
	brokerAddr   = "broker1:9092" // by a name that the bastion resolves
	registryHost = "registry"     // likewise
	schemaID     = 7              // of avroSchema
)

// avroSchema is the writer's schema of the topic avro.
const avroSchema = `{"type": "record", "name": "customer", "fields": [
	{"name": "id", "type": "long"},
	{"name": "name", "type": "string"},
	{"name": "balance", "type": "double"},
	{"name": "active", "type": "boolean"},
	{"name": "seen", "type": {"type": "long", "logicalType": "timestamp-millis"}},
	{"name": "note", "type": ["null", "string"]}]}`

// customer is a message of the topic avro.
type customer struct {
	ID      int64   `avro:"id"`
	Name    string  `avro:"name"`
	Balance float64 `avro:"balance"`
	Active  bool    `avro:"active"`
	Seen    int64   `avro:"seen"`
	Note    *string `avro:"note"`
}

// kafkaStage is what the legs of Kafka run on.
type kafkaStage struct {
	broker   *testenv.Kafka
	registry *srfake.Registry
	forward  *forward // to the broker, for the references
	schema   avro.Schema
	filled   map[string]bool // by topic
}

// ensureKafka starts the broker and the registry once, and makes culvert's
// connections to them through the bastion.
func (s *stage) ensureKafka(ctx context.Context) error {
	if s.kafka != nil {
		return nil
	}
	s.say("starting Apache Kafka and the schema registry")
	k := &kafkaStage{filled: map[string]bool{}}
	s.kafka = k // closed with the stage, also when something fails here
	var err error
	if k.broker, err = testenv.StartKafka(ctx, testenv.KafkaOptions{Names: []string{"broker1"}, Fast: true}); err != nil {
		return fmt.Errorf("starting Kafka: %w", err)
	}
	k.registry = srfake.New()
	if k.schema, err = avro.Parse(avroSchema); err != nil {
		return err
	}
	k.registry.SeedSchema("avro-value", 1, schemaID, sr.Schema{Schema: avroSchema})
	hosts := k.broker.Hosts()
	hosts[registryHost] = "127.0.0.1"
	if err := s.bastion.SetHosts(hosts); err != nil {
		return err
	}
	addr, err := testenv.FreeAddr(9092)
	if err != nil {
		return err
	}
	if k.forward, err = startForward(ctx, s.bastion, s.key, addr, brokerAddr); err != nil {
		return err
	}
	return s.connectKafka(ctx)
}

// connectKafka makes culvert's connections.
func (s *stage) connectKafka(ctx context.Context) error {
	if s.culvert == nil {
		return nil
	}
	if err := s.ensureTunnel(ctx); err != nil {
		return err
	}
	at, err := url.Parse(s.kafka.registry.URL())
	if err != nil {
		return err
	}
	for _, sql := range []string{
		"CREATE CONNECTION kafka TO KAFKA (BROKER '" + brokerAddr + "' USING SSH TUNNEL bastion, SECURITY PROTOCOL 'PLAINTEXT')",
		"CREATE CONNECTION registry TO CONFLUENT SCHEMA REGISTRY (URL 'http://" + registryHost + ":" + at.Port() + "', SSH TUNNEL bastion)",
	} {
		if err := s.culvert.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// ensureTopic fills a topic once with messages numbered from 0.
func (s *stage) ensureTopic(ctx context.Context, topic string, message func(i int) ([]byte, error)) error {
	if s.kafka.filled[topic] {
		return nil
	}
	s.say("producing %s messages into the topic %s", figure(float64(s.opts.Messages)), topic)
	if err := s.kafka.broker.CreateTopic(ctx, topic, partitions, nil); err != nil {
		return err
	}
	client, err := s.kafka.broker.Client()
	if err != nil {
		return err
	}
	defer client.Close()
	failed := make(chan error, 1)
	for i := range s.opts.Messages {
		value, err := message(i)
		if err == nil && len(value) != messageBytes {
			err = fmt.Errorf("message %d of topic %s has %d bytes", i, topic, len(value))
		}
		if err != nil {
			return err
		}
		r := &kgo.Record{Topic: topic, Partition: int32(i % partitions), Key: strconv.AppendInt(nil, int64(i), 10), Value: value}
		client.Produce(ctx, r, func(_ *kgo.Record, err error) {
			if err != nil {
				select {
				case failed <- err:
				default: // one error is enough
				}
			}
		})
	}
	err = client.Flush(ctx)
	select {
	case lost := <-failed:
		err = errors.Join(err, lost)
	default:
	}
	s.kafka.filled[topic] = err == nil
	return err
}

// jsonMessage is message i of the topic json.
func jsonMessage(i int) ([]byte, error) {
	const form = `{"id": %d, "name": "customer %d", "balance": %d.25, "active": %t, "tags": ["a", "b"], "note": "%s"}`
	text := fmt.Sprintf(form, i, i, i%10_000, i%2 == 0, "")
	return fmt.Appendf(nil, form, i, i, i%10_000, i%2 == 0, strings.Repeat("n", max(messageBytes-len(text), 0))), nil
}

// avroMessage is message i of the topic avro, with the wire format's header: a
// zero byte and the schema's id.
func (k *kafkaStage) avroMessage(i int) ([]byte, error) {
	c := customer{ID: int64(i), Name: "customer " + strconv.Itoa(i), Balance: float64(i%10_000) + 0.25, Active: i%2 == 0, Seen: 1_700_000_000_000 + int64(i)}
	var note string
	c.Note = &note
	head := binary.BigEndian.AppendUint32([]byte{0}, schemaID)
	for {
		body, err := avro.Marshal(k.schema, c)
		if err != nil {
			return nil, err
		}
		// A longer note needs a longer length, too.
		if missing := messageBytes - len(head) - len(body); missing > 0 && note == "" {
			note = strings.Repeat("n", missing)
			continue
		} else if missing < 0 && note != "" {
			note = note[:len(note)+missing]
			continue
		}
		return append(head, body...), nil
	}
}

// close ends what was started.
func (k *kafkaStage) close() error {
	if k.forward != nil {
		k.forward.close()
	}
	if k.registry != nil {
		k.registry.Close()
	}
	if k.broker != nil {
		return k.broker.Close()
	}
	return nil
}
