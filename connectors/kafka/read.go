package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Bounds of what is on its way.
const (
	chunkRecords = 4096
	chunkBytes   = 1 << 20
	chunkQueue   = 8 // chunks that are decoded or wait to be applied
	fetchBytes   = 8 << 20
	fetchPart    = 2 << 20 // of one partition in one fetch
	fetchWait    = 500 * time.Millisecond
	quietFetches = 3
	fetchKey     = 1 // the API key of Fetch (Kafka protocol guide)
)

// consumerOptions are those of a client that reads the topic.
func (s *Source) consumerOptions(fetches *fetchCounter) []kgo.Opt {
	refresh := s.cfg.Refresh
	if refresh <= 0 {
		refresh = time.Minute
	}
	return []kgo.Opt{
		kgo.WithHooks(fetches), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(), kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchMaxBytes(fetchBytes), kgo.FetchMaxPartitionBytes(fetchPart), kgo.FetchMaxWait(fetchWait), kgo.FetchMinBytes(1),
		kgo.MaxConcurrentFetches(2), kgo.MetadataMaxAge(max(min(refresh, 5*time.Minute), time.Second)),
	}
}

// fetchCounter counts the answers to fetches, by broker. It is safe for
// concurrent use.
type fetchCounter struct {
	mu    sync.Mutex
	since map[int32]int
}

// OnBrokerE2E is kgo.HookBrokerE2E.
func (f *fetchCounter) OnBrokerE2E(meta kgo.BrokerMetadata, key int16, e2e kgo.BrokerE2E) {
	if key != fetchKey || e2e.Err() != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.since[meta.NodeID]++
}

// reset forgets what was counted.
func (f *fetchCounter) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.since)
}

// quiet tells whether a broker has nothing more to give: it answered often
// enough since messages last came. The client keeps one answer that was not
// taken over yet, and asks for no more until it is; so one of them may have
// messages, and the others have none.
func (f *fetchCounter) quiet(broker int32) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.since[broker] >= quietFetches
}

// chunk is a run of messages of one partition.
type chunk struct {
	partition int32
	records   []*kgo.Record
	next      int64 // the offset behind the last message
	bytes     int64
	done      chan struct{} // closed when tables and err are set
	tables    []*decoded    // in the order of the source's tables; nil: takes none
	err       error
}

// read hands the fetched messages on, to the decoders and in order to the
// applier. Both queues are bounded, and so is what the client fetches ahead.
func (s *stream) read(ctx context.Context) error {
	for {
		fetches := s.cl.PollRecords(ctx, chunkQueue*chunkRecords)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var failed error
		fetches.EachPartition(func(f kgo.FetchTopicPartition) {
			if failed == nil {
				failed = s.hand(ctx, f.FetchPartition)
			}
		})
		if failed != nil {
			return failed
		}
	}
}

// hand splits what was fetched of a partition into chunks.
func (s *stream) hand(ctx context.Context, f kgo.FetchPartition) error {
	for records := f.Records; len(records) > 0; {
		c := &chunk{partition: f.Partition, done: make(chan struct{})}
		n, size := 0, int64(0)
		for n < len(records) && n < chunkRecords && size < chunkBytes {
			size += int64(len(records[n].Key) + len(records[n].Value))
			n++
		}
		c.records, c.bytes, records = records[:n], size, records[n:]
		c.next = c.records[n-1].Offset + 1
		for _, queue := range []chan *chunk{s.ordered, s.work} {
			select {
			case queue <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	if f.Err != nil {
		return s.fetchError(f)
	}
	return nil
}

// fetchError says what the error of a partition means. The client has retried
// what could be retried.
func (s *stream) fetchError(f kgo.FetchPartition) error {
	var lost *kgo.ErrDataLoss
	switch {
	case errors.Is(f.Err, kerr.OffsetOutOfRange):
		return &outOfRange{f.Partition, f.Err}
	case errors.Is(f.Err, kerr.UnknownTopicID):
		return definite(hintRecreate, "topic %q was deleted, or created again", s.cfg.Topic)
	case errors.As(f.Err, &lost):
		return definite(hintRecreate, "the brokers lost messages of partition %d of topic %q that were read: %v", f.Partition, s.cfg.Topic, f.Err)
	}
	return fmt.Errorf("reading partition %d of topic %q: %w", f.Partition, s.cfg.Topic, f.Err)
}

// outOfRange is an offset that a partition does not have; why, the next look at
// the topic tells.
type outOfRange struct {
	partition int32
	err       error
}

func (e *outOfRange) Error() string {
	return fmt.Sprintf("partition %d does not have the offset that is to be read next: %v", e.partition, e.err)
}

func (e *outOfRange) Unwrap() error { return e.err }

// explain looks at the topic to say why an offset is out of range.
func (s *stream) explain(ctx context.Context, e *outOfRange) error {
	up, err := s.inspect(ctx, s.cl)
	if err != nil {
		return err
	}
	s.mu.Lock()
	at := s.next[e.partition]
	s.mu.Unlock()
	if first := up.partitions[e.partition].first; at < first {
		return s.gap(e.partition, at, first)
	}
	return e // the partition ends before it: the next run sees whether it stays so
}

// decodeChunks is one of the workers that decode.
func (s *stream) decodeChunks(ctx context.Context) error {
	decoders := make([]*tableDecoder, len(s.tables))
	for i, t := range s.tables {
		if s.from[i] == nil {
			continue
		}
		var err error
		if decoders[i], err = t.newDecoder(); err != nil {
			return fmt.Errorf("preparing to decode: %w", err)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case c := <-s.work:
			c.tables = make([]*decoded, len(decoders))
			for i, d := range decoders {
				if d != nil && c.err == nil {
					c.tables[i], c.err = d.decode(c, s.from[i][c.partition])
				}
			}
			close(c.done)
		}
	}
}
