package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/connectors/connectortest"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fake is a cluster that can be asked for faults.
type fake struct {
	*kfake.Cluster
	producer *kgo.Client
	sent     int
	want     []string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2), kfake.SeedTopics(2, "t"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	producer, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(producer.Close)
	return &fake{Cluster: cluster, producer: producer}
}

func (f *fake) produce(t *testing.T, n int) {
	t.Helper()
	var records []*kgo.Record
	for range n {
		v, p := fmt.Sprintf("v%d", f.sent), int32(f.sent%2)
		records = append(records, &kgo.Record{Topic: "t", Partition: p, Value: []byte(v)})
		f.want = append(f.want, fmt.Sprintf("%s|%d|%d", v, p, f.sent/2))
		f.sent++
	}
	if err := f.producer.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func (f *fake) rig(t *testing.T) (*rig, Config) {
	t.Helper()
	r := &rig{t: t, topic: "t", World: connectortest.New(t, opener(t)())}
	p := Params{Brokers: f.ListenAddrs(), Protocol: Plaintext, Dial: direct}
	return r, Config{Params: p, Topic: "t", Tables: []Table{plainTable("t")}}
}

func direct(string, uint16) (connectors.DialFunc, bool) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}, true
}

// Every third fetch fails, in turn in each way that a broker knows, and leaders
// move meanwhile: nothing is lost and nothing comes twice.
func TestFaultyFetchesLoseNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.produce(t, 1000)
	faults := []error{
		errors.New("connection dies"), kerr.NotLeaderForPartition, kerr.UnknownServerError, kerr.KafkaStorageError, kerr.CorruptMessage, kerr.FencedLeaderEpoch,
	}
	var n atomic.Int64
	f.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		i := n.Add(1)
		if i%3 != 0 {
			return nil, nil, false
		}
		fault := faults[int(i/3)%len(faults)]
		var code *kerr.Error
		if !errors.As(fault, &code) {
			return nil, fault, true
		}
		fetch := req.(*kmsg.FetchRequest)
		resp := fetch.ResponseKind().(*kmsg.FetchResponse)
		for _, topic := range fetch.Topics {
			out := kmsg.NewFetchResponseTopic()
			out.Topic, out.TopicID = topic.Topic, topic.TopicID
			for _, p := range topic.Partitions {
				part := kmsg.NewFetchResponseTopicPartition()
				part.Partition, part.ErrorCode = p.Partition, code.Code
				out.Partitions = append(out.Partitions, part)
			}
			resp.Topics = append(resp.Topics, out)
		}
		return resp, nil, true
	})
	r, cfg := f.rig(t)
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "t")
	for i := range 10 {
		f.produce(t, 100)
		if err := f.MoveTopicPartition("t", int32(i%2), int32(i/2%2)); err != nil {
			t.Fatal(err)
		}
	}
	r.has("t", f.want...)
	for n.Load() < 10 { // so few had all of it
		f.produce(t, 100)
		r.has("t", f.want...)
	}
}

func TestOutOfRangeFetchNamesTheGap(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.produce(t, 10)
	r, cfg := f.rig(t)
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "t")
	f.ControlKey(int16(kmsg.ListOffsets), func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		list := req.(*kmsg.ListOffsetsRequest)
		resp := list.ResponseKind().(*kmsg.ListOffsetsResponse)
		for _, topic := range list.Topics {
			out := kmsg.NewListOffsetsResponseTopic()
			out.Topic = topic.Topic
			for _, p := range topic.Partitions {
				part := kmsg.NewListOffsetsResponseTopicPartition()
				part.Partition, part.Offset = p.Partition, 100
				out.Partitions = append(out.Partitions, part)
			}
			resp.Topics = append(resp.Topics, out)
		}
		return resp, nil, true
	})
	f.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		fetch := req.(*kmsg.FetchRequest)
		resp := fetch.ResponseKind().(*kmsg.FetchResponse)
		for _, topic := range fetch.Topics {
			out := kmsg.NewFetchResponseTopic()
			out.Topic, out.TopicID = topic.Topic, topic.TopicID
			for _, p := range topic.Partitions {
				part := kmsg.NewFetchResponseTopicPartition()
				part.Partition, part.ErrorCode, part.LogStartOffset = p.Partition, kerr.OffsetOutOfRange.Code, 100
				out.Partitions = append(out.Partitions, part)
			}
			resp.Topics = append(resp.Topics, out)
		}
		return resp, nil, true
	})
	st := r.Await(t, "t", "ceased", 20*time.Second, func(rd connectors.Readiness) bool { return rd.Source.State == connectors.StateCeased })
	if !strings.Contains(st.Source.Error, "is gone: the partition begins at offset 100") {
		t.Errorf("%+v", st.Source)
	}
}

// The broker that metadata names is not one of those that the connection lists.
func TestDiscoveredBrokerThatIsNotCoveredIsNamed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.produce(t, 2)
	r, cfg := f.rig(t)
	first := f.ListenAddrs()[0]
	cfg.Params.Brokers = []string{first}
	cfg.Params.Dial = func(host string, port uint16) (connectors.DialFunc, bool) {
		if net.JoinHostPort(host, fmt.Sprint(port)) == first {
			return direct(host, port)
		}
		return func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route") }, false
	}
	r.Start(t, r.spec(cfg))
	st := r.AwaitError(t, "t", "no route (no broker clause of the connection covers this broker)")
	if !strings.Contains(st.Error, f.ListenAddrs()[1]) || st.Hint != hintCover || st.State != connectors.StateStalled {
		t.Errorf("%+v", st)
	}
}

// What was read of a first snapshot is not read again, and nothing is lost.
func TestSnapshotGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	padding := strings.Repeat("x", 10_000)
	const n = 2000
	for i := range n {
		r := &kgo.Record{Topic: "t", Partition: int32(i % 2), Value: fmt.Appendf(nil, "%d%s", i, padding)}
		f.producer.Produce(t.Context(), r, nil)
	}
	if err := f.producer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var fetches, broken atomic.Int64
	broken.Store(3)
	f.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		if limit := broken.Load(); limit > 0 && fetches.Add(1) > limit {
			return nil, errors.New("connection dies"), true
		}
		return nil, nil, false
	})
	r, cfg := f.rig(t)
	r.Start(t, r.spec(cfg))
	st := r.Await(t, "t", "partly read", 20*time.Second, func(rd connectors.Readiness) bool { return rd.Rows.Done > 0 })
	if st.Ready || st.Rows.Known != n {
		t.Fatalf("%+v", st)
	}
	r.Stop(t)
	broken.Store(0)
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "t")
	rows, err := r.rows("t")
	if err != nil || len(rows) != n {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := r.Sup.Statistics()[0].Messages; got != n {
		t.Errorf("%d messages were read", got)
	}
}

// The last offsets of a compacted partition may have no messages.
func TestEmptyTailEndsTheSnapshot(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.produce(t, 10)
	f.ControlKey(int16(kmsg.ListOffsets), func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		list := req.(*kmsg.ListOffsetsRequest)
		resp := list.ResponseKind().(*kmsg.ListOffsetsResponse)
		for _, topic := range list.Topics {
			out := kmsg.NewListOffsetsResponseTopic()
			out.Topic = topic.Topic
			for _, p := range topic.Partitions {
				part := kmsg.NewListOffsetsResponseTopicPartition()
				part.Partition, part.Offset = p.Partition, 0
				if p.Timestamp == -1 { // the end
					part.Offset = 8
				}
				out.Partitions = append(out.Partitions, part)
			}
			resp.Topics = append(resp.Topics, out)
		}
		return resp, nil, true
	})
	r, cfg := f.rig(t)
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "t")
	r.has("t", f.want...)
}
