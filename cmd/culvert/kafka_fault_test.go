package main_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
)

// producing writes the topic "load" all the time, between resume and halt:
// numbers under 50 keys, one message in ten without a value.
type producing struct {
	w      *kafkaWorld
	client *kgo.Client
	halt   func() // ends the messages
	n      int64  // the last message's

	mu     sync.Mutex
	count  [2]int64          // messages that the broker has, by partition
	sum    [2]int64          // of their numbers
	latest map[string]string // the last number of each key
	failed error
}

func (w *kafkaWorld) startProducing() *producing {
	w.t.Helper()
	client, err := w.kafka.Client()
	if err != nil {
		w.t.Fatal(err)
	}
	p := &producing{w: w, client: client, latest: map[string]string{}}
	p.resume()
	w.t.Cleanup(func() { p.halt(); client.Close() })
	return p
}

// resume begins to write, again after halt.
func (p *producing) resume() {
	over, halted := make(chan struct{}), make(chan struct{})
	p.halt = sync.OnceFunc(func() { close(over); <-halted })
	go func() {
		defer close(halted)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				p.n++
				p.send(p.n)
			}
		}
	}()
}

// send writes the n-th message. The client tries until the broker has it, once.
func (p *producing) send(n int64) {
	key := rand.IntN(50)
	r := &kgo.Record{Topic: "load", Partition: int32(key % 2), Key: []byte(strconv.Itoa(key)), Value: strconv.AppendInt(nil, n, 10)}
	if n%10 == 0 {
		r.Value = nil
	}
	p.client.TryProduce(p.w.t.Context(), r, func(r *kgo.Record, err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if err != nil {
			p.failed = err
			return
		}
		p.count[r.Partition]++
		if r.Value == nil {
			delete(p.latest, string(r.Key))
			return
		}
		p.sum[r.Partition] += n
		p.latest[string(r.Key)] = string(r.Value)
	})
}

// sent counts the messages that the broker has.
func (p *producing) sent() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count[0] + p.count[1]
}

// more waits until the broker has so many messages more.
func (p *producing) more(n int64) {
	p.w.t.Helper()
	want := p.sent() + n
	testenv.Eventually(p.w.t, 30*time.Second, func() error {
		if sent := p.sent(); sent < want {
			return fmt.Errorf("the broker has %d of %d messages", sent, want)
		}
		return nil
	})
}

// caughtUp waits until culvert has the messages that the broker has now, and
// tells how long that took.
func (p *producing) caughtUp() time.Duration {
	p.w.t.Helper()
	begun, want := time.Now(), p.sent()
	testenv.Eventually(p.w.t, 30*time.Second, func() error {
		rows, err := p.w.culvert.Query(p.w.t.Context(), "SELECT count(*) FROM every")
		if err != nil {
			return err
		}
		if n, _ := strconv.ParseInt(rows[0][0], 10, 64); n < want {
			return fmt.Errorf("culvert has %d of %d messages: %s", n, want, p.w.statusOf("every"))
		}
		return nil
	})
	return time.Since(begun)
}

// stop halts the messages and compares: each offset of each partition once, with
// the right sum, and the last value of each key.
func (p *producing) stop() {
	w := p.w
	w.t.Helper()
	p.halt()
	if err := p.client.Flush(w.t.Context()); err != nil || p.failed != nil {
		w.t.Fatal(err, p.failed)
	}
	var partitions, keys []string
	for i, n := range p.count {
		partitions = append(partitions, fmt.Sprintf("%d|%d|%d|0|%d|%d", i, n, n, n-1, p.sum[i]))
	}
	for key, value := range p.latest {
		keys = append(keys, key+"|"+value)
	}
	slices.Sort(keys)
	w.await(`SELECT partition, count(*), count(DISTINCT "offset"), min("offset"), max("offset"), sum(text::bigint) FROM every GROUP BY 1 ORDER BY 1`, strings.Join(partitions, " "))
	w.await("SELECT key || '|' || text FROM latest ORDER BY 1", strings.Join(keys, " "))
	w.await(`SELECT sum("offset") FROM every_progress`, strconv.FormatInt(p.sent(), 10))
}

// statusOf reads "status: error" of a source.
func (w *kafkaWorld) statusOf(name string) string {
	rows, err := w.culvert.Query(w.t.Context(), "SELECT status, error FROM mz_internal.mz_source_statuses WHERE name = '"+name+"'")
	if err != nil || len(rows) != 1 {
		return fmt.Sprint(err, rows)
	}
	return strings.Join(rows[0], ": ")
}

func (w *kafkaWorld) statusBegins(name, text string) {
	w.t.Helper()
	testenv.Eventually(w.t, 15*time.Second, func() error {
		if status := w.statusOf(name); !strings.HasPrefix(status, text) {
			return fmt.Errorf("the status of %s should begin with %q: %s", name, text, status)
		}
		return nil
	})
}

func (w *kafkaWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestNoMessageIsLostOrTwice has culvert, the bastion and the broker killed, and
// the bastion frozen, under load, and compares.
func TestNoMessageIsLostOrTwice(t *testing.T) {
	t.Parallel()
	w := newKafkaWorldOf(t, testenv.KafkaOptions{Names: []string{"broker1"}, HeapMB: 256})
	w.exec("CREATE CONNECTION k TO KAFKA (BROKER 'broker1:9092' USING SSH TUNNEL ssh_connection, SECURITY PROTOCOL 'PLAINTEXT')")
	w.topic("load")
	w.createLoadSources()
	p := w.startProducing()
	p.more(200)
	rounds := 1
	if longRun() {
		rounds = 10
	}
	for range rounds {
		w.faults(p)
	}
	p.stop()
	w.must(w.culvert.Restart(t.Context()))
	p.stop()
}

// faults are all that can happen on the way, one after the other.
func (w *kafkaWorld) faults(p *producing) {
	w.t.Helper()
	for range 2 {
		p.more(50 + rand.Int64N(300))
		w.must(w.culvert.Kill())
		w.must(w.culvert.Start(w.t.Context()))
		p.caughtUp()
	}

	w.must(w.bastion.Kill())
	w.statusBegins("every", "stalled: ssh: ")
	w.statusBegins("latest", "stalled: ssh: ")
	w.must(w.bastion.Start(w.t.Context()))
	p.flowsAgain()

	w.must(w.bastion.Freeze()) // whatever notices first, the tunnel is to blame
	w.statusBegins("every", "stalled: ssh: ")
	w.statusBegins("latest", "stalled: ssh: ")
	w.must(w.bastion.Thaw())
	p.flowsAgain()

	for _, f := range bastionFaults()[2:] { // those that a person ends
		w.refusal(p, &f)
	}

	w.must(w.kafka.StopBroker(0, true))
	w.statusBegins("every", "stalled: ")
	w.culvert.MustQuery(w.t, "SELECT count(*) FROM latest") // what is there stays readable
	w.must(w.kafka.StartBroker(w.t.Context(), 0))
	p.more(100)
	p.caughtUp()
	w.statusBegins("every", "running")
}

// refusal has a bastion that refuses something, while messages arrive and while
// the connection is validated.
func (w *kafkaWorld) refusal(p *producing, f *bastionFault) {
	w.t.Helper()
	keys := w.culvert.MustQuery(w.t, "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections")[0]
	w.must(f.begin(w.t.Context(), w.bastion, keys))
	w.statusBegins("every", "stalled: "+of(w.bastion, f.status)[0])
	w.refused("VALIDATE CONNECTION k", of(w.bastion, f.behind)[0])
	w.must(f.end(w.t.Context(), w.bastion, keys))
	if f.after != "" {
		w.exec(strings.Replace(f.after, "CONNECTION t", "CONNECTION ssh_connection", 1))
	}
	p.flowsAgain()
	w.must(w.bastion.SetAuthorizedKeys(keys...))
}

// flowsAgain checks that messages soon arrive when the way is there again.
func (p *producing) flowsAgain() {
	p.w.t.Helper()
	if took := p.caughtUp(); took > backWithin {
		p.w.t.Errorf("messages arrived again after %v", took)
	}
	p.w.statusBegins("every", "running")
}

// TestKafkaRegistryOutage has a registry that goes away before a new schema is
// read: the source stalls, and goes on with the registry that the connection is
// altered to.
func TestKafkaRegistryOutage(t *testing.T) {
	t.Parallel()
	w := newKafkaWorldOf(t, testenv.KafkaOptions{Names: []string{"broker1"}, HeapMB: 256})
	w.exec("CREATE CONNECTION k TO KAFKA (BROKER 'broker1:9092', SSH TUNNEL ssh_connection, SECURITY PROTOCOL 'PLAINTEXT')")
	old := w.registry("csr")
	old.SeedSchema("events-value", 1, 1, sr.Schema{Schema: eventKey})
	event := func(id uint32, n int64) *kgo.Record {
		return &kgo.Record{Topic: "events", Value: framed(id, avroBytes(t, eventKey, map[string]any{"id": n}))}
	}
	w.topic("events", event(1, 7))
	w.exec("CREATE SOURCE events FROM KAFKA CONNECTION k (TOPIC 'events') FORMAT AVRO USING CONFLUENT SCHEMA REGISTRY CONNECTION csr")
	w.await("SELECT id FROM events", "7")
	old.Close()
	w.kafka.MustProduce(t, event(1, 8)) // its schema is known
	w.await("SELECT id FROM events ORDER BY 1", "7 8")
	w.kafka.MustProduce(t, event(2, 9))
	w.statusBegins("events", "stalled: ")
	w.await("SELECT id FROM events ORDER BY 1", "7 8")
	w.must(w.culvert.Restart(t.Context()))
	w.statusBegins("events", "stalled: ")

	fresh := w.registry("fresh")
	fresh.SeedSchema("events-value", 1, 1, sr.Schema{Schema: eventKey})
	fresh.SeedSchema("events-value", 2, 2, sr.Schema{Schema: eventKey})
	w.exec(fmt.Sprintf("ALTER CONNECTION csr SET (URL '%s')", w.registryURL(fresh)))
	w.await("SELECT id FROM events ORDER BY 1", "7 8 9")
	w.statusBegins("events", "running")
}
