package kafka

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"culvert/connectors/decode/format"
	"culvert/sql/types"
	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kgo"
)

// BenchmarkSnapshot reads a topic of messages of 150 bytes in 4 partitions from
// a real broker into the engine.
func BenchmarkSnapshot(b *testing.B) {
	const n = 300_000
	topic := topicName(b)
	k := broker(b)
	k.MustCreateTopic(b, topic, 4, nil)
	cl, err := k.Client()
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		value := fmt.Appendf(nil, `{"id": %d, "name": "%0100d", "tags": ["a", "b"]}`, i, i)
		cl.Produce(b.Context(), &kgo.Record{Topic: topic, Partition: int32(i % 4), Key: fmt.Appendf(nil, "k%d", i), Value: value}, nil)
	}
	if err := cl.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	cl.Close()
	of := func(kind format.Kind, oid types.OID) Table {
		return Table{Object: "t", Columns: columns(oid), Value: Value{New: newFormat(kind), Columns: []int{0}}}
	}
	for name, table := range map[string]Table{
		"bytes": of(format.Bytes, types.ByteaOID), "json": of(format.JSON, types.JSONBOID), "upsert": latestTable("t", format.Text),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := newRig(b, 1)
				r.topic = topic
				cfg := r.config(table)
				r.Start(b, r.spec(cfg))
				r.AwaitReady(b, "t")
				r.Stop(b)
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// BenchmarkDelay is the time from a message's acknowledgement to its visibility,
// with nothing else to do: in a topic of one partition, and of many.
func BenchmarkDelay(b *testing.B) {
	for _, partitions := range []int{1, 200} {
		b.Run(fmt.Sprint(partitions), func(b *testing.B) { benchmarkDelay(b, partitions) })
	}
}

func benchmarkDelay(b *testing.B, partitions int) {
	r := newRig(b, partitions)
	r.start(plainTable("t"))
	delays := make([]time.Duration, 0, b.N)
	for i := 0; b.Loop(); i++ {
		r.produce(0, "v")
		began := time.Now()
		testenv.Eventually(b, 10*time.Second, func() error {
			rows, err := r.rows("t")
			if err == nil && len(rows) != i+1 {
				err = fmt.Errorf("%d rows", len(rows))
			}
			return err
		})
		delays = append(delays, time.Since(began))
	}
	slices.Sort(delays)
	b.ReportMetric(float64(delays[len(delays)*95/100].Microseconds())/1000, "ms-p95")
}
