package main_test

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kgo"
)

// kafkaPhases are the stretches of a Kafka source's work. An apply ends with the
// commit of rows together with the offsets that they reach; a ready flip
// publishes the first rows of a source; a group commit tells the brokers, for
// monitoring.
var kafkaPhases = []phase{
	{name: "ready flip", times: 2, longest: 3 * time.Millisecond},
	{name: "apply", times: 20, longest: 8 * time.Millisecond},
	{name: "group commit", times: 1, longest: 2 * time.Millisecond},
	{name: "checkpoint", times: 1, longest: 10 * time.Millisecond},
}

// kafkaKiller kills the culvert of a world within a phase.
type kafkaKiller struct {
	*kafkaWorld
	killer
	load *producing
	bulk *int // messages of the topic "bulk"
}

// TestNoMessageIsLostOrTwiceWhenCulvertIsKilled kills culvert within each phase
// of its work on a topic that is written all the time, starts it again, and
// compares counts, sums and the last value of each key. A kill counts for a
// phase when the phase's first line is the last that the log has of it.
func TestNoMessageIsLostOrTwiceWhenCulvertIsKilled(t *testing.T) {
	t.Parallel()
	w := newKafkaWorldOf(t, testenv.KafkaOptions{Names: []string{"broker1"}, HeapMB: 256})
	w.exec("CREATE CONNECTION k TO KAFKA (BROKER 'broker1:9092' USING SSH TUNNEL ssh_connection, SECURITY PROTOCOL 'PLAINTEXT')")
	w.topic("load")
	w.topic("bulk")
	w.exec("CREATE SOURCE bulk FROM KAFKA CONNECTION k (TOPIC 'bulk') FORMAT BYTES")
	w.createLoadSources()
	load, bulk := w.startProducing(), 0
	load.more(200)
	for _, p := range kafkaPhases {
		kafkaKiller{w, killer{world: &world{t: t, culvert: w.culvert}, phase: p}, load, &bulk}.run()
		load.stop()
		load.resume()
	}
	w.await("SELECT count(*), count(DISTINCT data), sum(length(data)) FROM bulk", fmt.Sprintf("%d|%d|%d", bulk, bulk, bulk*bulkBytes))
	load.halt()
}

// createLoadSources makes the sources that producing.stop compares.
func (w *kafkaWorld) createLoadSources() {
	w.t.Helper()
	w.exec("CREATE SOURCE every FROM KAFKA CONNECTION k (TOPIC 'load') FORMAT TEXT INCLUDE PARTITION, OFFSET")
	w.exec("CREATE SOURCE latest FROM KAFKA CONNECTION k (TOPIC 'load') KEY FORMAT TEXT VALUE FORMAT TEXT ENVELOPE UPSERT")
}

func (k kafkaKiller) run() {
	t := k.kafkaWorld.t
	t.Helper()
	hits, tries := 0, 0
	for ; hits < kills() && tries < 40*kills(); tries++ {
		at := k.logSize()
		k.provoke()
		k.kill(at)
		if k.lastIsBegin() {
			hits++
		}
		k.kafkaWorld.must(k.kafkaWorld.culvert.Start(t.Context()))
		k.load.more(20)
		k.load.caughtUp()
	}
	t.Logf("%d of %d kills came within the phase %q", hits, tries, k.name)
	if hits < kills() {
		t.Errorf("the phase %q was hit %d times in %d tries", k.name, hits, tries)
	}
}

// provoke makes culvert come to the phase, where it does not by itself.
func (k kafkaKiller) provoke() {
	k.kafkaWorld.t.Helper()
	switch k.name {
	case "ready flip":
		k.kafkaWorld.exec("DROP SOURCE every; DROP SOURCE latest")
		k.createLoadSources()
	case "checkpoint":
		k.fillLog()
	}
}

const (
	bulkBytes    = 64 << 10
	bulkMessages = 72 << 20 / bulkBytes
)

// fillLog produces so much that culvert moves its log into the data file, which
// it does at 64 MiB.
func (k kafkaKiller) fillLog() {
	k.kafkaWorld.t.Helper()
	var records []*kgo.Record
	for range bulkMessages {
		*k.bulk++
		value := append(strconv.AppendInt(nil, int64(*k.bulk), 10), bytes.Repeat([]byte{'.'}, bulkBytes)...)
		records = append(records, &kgo.Record{Topic: "bulk", Value: value[:bulkBytes]})
	}
	k.kafka.MustProduce(k.kafkaWorld.t, records...)
}
