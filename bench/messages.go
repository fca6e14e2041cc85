package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// reading is a leg that reads a whole topic into a table.
type reading struct {
	name   string // of the row
	topic  string // json or avro
	clause string // of CREATE SOURCE
	check  string // what must come out of the table, as columns of a query
	want   func(n int) []string
	must   float64 // messages a second
	goal   float64 // 0: there is none
}

// sumOfIDs is what the ids of n messages add up to.
func sumOfIDs(n int) string { return strconv.Itoa(n * (n - 1) / 2) }

var (
	bytesReading = reading{
		name: "BYTES", topic: "json", clause: "FORMAT BYTES", must: 250_000, goal: 500_000,
		check: "sum(octet_length(data))", want: func(n int) []string { return []string{strconv.Itoa(n * messageBytes)} },
	}
	jsonReading = reading{
		name: "JSON", topic: "json", clause: "FORMAT JSON", must: 250_000, goal: 500_000,
		check: "sum((data->>'id')::bigint)", want: func(n int) []string { return []string{sumOfIDs(n)} },
	}
	avroReading = reading{
		name: "AVRO with a registry", topic: "avro", must: 200_000,
		clause: "FORMAT AVRO USING CONFLUENT SCHEMA REGISTRY CONNECTION registry",
		check:  "sum(id), min(length(note)) > 0", want: func(n int) []string { return []string{sumOfIDs(n), "t"} },
	}
	upsertReading = reading{
		name: "UPSERT, as many keys", topic: "json", must: 120_000,
		clause: "KEY FORMAT TEXT VALUE FORMAT JSON ENVELOPE UPSERT",
		check:  "count(DISTINCT key), sum((data->>'id')::bigint)", want: func(n int) []string { return []string{strconv.Itoa(n), sumOfIDs(n)} },
	}
)

// run reads the topic through the bastion: first with a consumer that discards
// what it reads, then with a source.
func (r reading) run(ctx context.Context, s *stage) ([]row, error) {
	if err := s.ensureKafka(ctx); err != nil {
		return nil, err
	}
	message := jsonMessage
	if r.topic == "avro" {
		message = s.kafka.avroMessage
	}
	if err := s.ensureTopic(ctx, r.topic, message); err != nil {
		return nil, err
	}
	n := s.opts.Messages
	took, consumer, err := s.consumeToNowhere(ctx, r.topic)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", consumer, err)
	}
	s.say("%s to nowhere: %.2f s", consumer, took.Seconds())
	rate := row{
		Name:      fmt.Sprintf("%s messages of %d bytes, %s", figure(float64(n)), messageBytes, r.name),
		Reference: float64(n) / took.Seconds(), Unit: "/s", Against: consumer + ", ssh -L, discarded",
		Budget: budget{Must: r.must, Goal: r.goal, Of: byValue, Unit: "/s"},
	}
	if s.culvert == nil {
		return []row{rate}, nil
	}
	took, cpu, err := r.intoTable(ctx, s)
	if err != nil {
		return nil, err
	}
	rate.Note = fmt.Sprintf("%.2f s, of which culvert used the processors for %.2f s", took.Seconds(), cpu.Seconds())
	s.say("culvert: %s", rate.Note)
	rate.Value = float64(n) / took.Seconds()
	return []row{rate}, nil
}

// intoTable times a source from its creation until a query, which waits for
// its first snapshot, has answered; then it checks the table, and drops it. It
// also returns how much processor time that took.
func (r reading) intoTable(ctx context.Context, s *stage) (took, cpu time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	before, err := s.cpuTime()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	create := fmt.Sprintf("CREATE SOURCE messages FROM KAFKA CONNECTION kafka (TOPIC '%s') %s", r.topic, r.clause)
	if err := s.culvert.Exec(ctx, create); err != nil {
		return 0, 0, err
	}
	counted, err := s.culvert.Query(ctx, "SELECT count(*) FROM messages")
	if err != nil {
		return 0, 0, err
	}
	took = time.Since(start)
	if cpu, err = s.cpuTime(); err != nil {
		return 0, 0, err
	}
	got, err := s.culvert.Query(ctx, "SELECT "+r.check+" FROM messages")
	if err != nil {
		return 0, 0, err
	}
	got[0] = append(counted[0], got[0]...)
	want := append([]string{strconv.Itoa(s.opts.Messages)}, r.want(s.opts.Messages)...)
	if strings.Join(got[0], ", ") != strings.Join(want, ", ") {
		return 0, 0, fmt.Errorf("the table has %v (count(*), %s), not %v", got[0], r.check, want)
	}
	return took, cpu - before, s.culvert.Exec(ctx, "DROP SOURCE messages")
}

// produceLeg measures how long a message takes to be seen, with nothing else
// going on: by culvert's queries, and by a consumer.
func produceLeg(ctx context.Context, s *stage) ([]row, error) {
	const topic = "visible"
	if err := s.ensureKafka(ctx); err != nil {
		return nil, err
	}
	if err := s.kafka.broker.CreateTopic(ctx, topic, partitions, nil); err != nil {
		return nil, err
	}
	sent := int64(0)
	produce := func(ctx context.Context) (int64, time.Time, error) {
		sent++
		start := time.Now() // consumers may see a message before its producer has the answer
		return sent, start, s.kafka.broker.Produce(ctx, &kgo.Record{Topic: topic, Partition: int32(sent % partitions), Value: []byte("message")})
	}
	var source delays
	if s.culvert != nil {
		create := "CREATE SOURCE visible FROM KAFKA CONNECTION kafka (TOPIC '" + topic + "') FORMAT TEXT"
		if err := s.culvert.Exec(ctx, create); err != nil {
			return nil, err
		}
		w, err := watch(ctx, s.culvert.DSN(), "SELECT count(*) FROM visible")
		if err != nil {
			return nil, err
		}
		defer w.close()
		if source, err = s.delays(ctx, w.read, produce); err != nil {
			return nil, fmt.Errorf("culvert: %w", err)
		}
		s.say("culvert: median %.1f ms, p95 %.1f ms", source.at(0.5), source.at(0.95))
	}
	consumer, err := s.kafka.consumer(topic)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	seen := int64(0)
	reference, err := s.delays(ctx, func(ctx context.Context) (int64, error) {
		fetches := consumer.PollFetches(ctx)
		seen += int64(fetches.NumRecords())
		return seen, fetches.Err()
	}, produce)
	if err != nil {
		return nil, fmt.Errorf("the consumer: %w", err)
	}
	s.say("the consumer: median %.1f ms, p95 %.1f ms", reference.at(0.5), reference.at(0.95))
	limits := budget{Must: 250, AtMost: true, Of: byValue, Unit: " ms"}
	rows := []row{
		{Name: "message produced to visible, p95", Value: source.at(0.95), Reference: reference.at(0.95), Note: fmt.Sprintf("of %d messages", s.opts.Commits)},
		{Name: "message produced to visible, median", Value: source.at(0.5), Reference: reference.at(0.5), Note: fmt.Sprintf("a poll takes %s ms", figure(source.poll()))},
	}
	for i := range rows {
		rows[i].Unit, rows[i].Against, rows[i].Budget = "ms", "a bare consumer, ssh -L", limits
	}
	if s.culvert == nil {
		return rows, nil
	}
	return rows, s.culvert.Exec(ctx, "DROP SOURCE visible")
}
