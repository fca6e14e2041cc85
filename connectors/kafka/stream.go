package kafka

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"culvert/connectors"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

// Bounds of a batch, and its pace: a flush leaves the engine and its readers a
// rest that is so many times as long as it took, in which more is collected, up
// to a full batch. The queue of chunks has room for the next batch, so that it
// is decoded while one is applied.
const (
	batchBytes   = 16 << 20
	batchRecords = 1 << 15
	restFactor   = 4
	mostRest     = 60 * time.Millisecond
	conflicts    = 10
)

func retryPause(try int) time.Duration { return time.Duration(try+1) * time.Millisecond }

// stream reads the topic and applies what it reads. The applier's goroutine
// owns what has no other comment.
type stream struct {
	*run
	cl      *client
	log     *slog.Logger
	work    chan *chunk    // to the decoders
	ordered chan *chunk    // to the applier
	seen    chan *upstream // from watch to the applier
	// from is where each table begins, and nil for those that take nothing.
	from  []map[int32]int64
	begun map[int32]int64 // where reading begins, by partition; one that was added later at 0; constant
	// reached is what is durable, by partition; the maps are not changed.
	reached atomic.Pointer[map[int32]int64]

	mu   sync.Mutex
	next map[int32]int64 // the next offset of the partitions that are read

	up       *upstream
	frontier map[int32]int64 // where the first snapshots of this run end
	fetches  *fetchCounter
	held     []*chunk
	bytes    int64
	records  int
	dirty    bool // something is to be stored
	rest     time.Time
}

// stream reads until something fails.
func (r *run) stream(ctx context.Context, cl *client, fetches *fetchCounter, up *upstream) error {
	s := &stream{
		run: r, cl: cl, log: r.rt.Log(), up: up, begun: r.least(), next: map[int32]int64{}, frontier: map[int32]int64{}, fetches: fetches,
		work: make(chan *chunk, chunkQueue), ordered: make(chan *chunk, chunkQueue), seen: make(chan *upstream),
	}
	r.states = r.rt.Tables()
	for p, b := range up.partitions {
		s.frontier[p] = b.end
	}
	for _, t := range r.tables {
		from := maps.Clone(r.positions[t.Object])
		if r.stopped(t) {
			from = nil
		}
		s.from = append(s.from, from)
	}
	reached := r.least()
	s.reached.Store(&reached)
	if err := s.follow(up); err != nil {
		return err
	}
	s.dirty = true
	return s.runAll(ctx)
}

// runAll runs the parts of the stream and gives the first error.
func (s *stream) runAll(ctx context.Context) error {
	s.rt.Running()
	group, inner := errgroup.WithContext(ctx)
	group.Go(connectors.Guard(func() error { return s.read(inner) }))
	group.Go(connectors.Guard(func() error { return s.watch(inner) }))
	for range max(1, runtime.GOMAXPROCS(0)) {
		group.Go(connectors.Guard(func() error { return s.decodeChunks(inner) }))
	}
	group.Go(connectors.Guard(func() (err error) {
		defer func() { err = errors.Join(err, s.conn.Rollback()) }()
		return s.apply(inner)
	}))
	err := group.Wait()
	var gone *outOfRange
	if errors.As(err, &gone) && ctx.Err() == nil {
		return s.explain(ctx, gone)
	}
	return err
}

// follow begins to read the partitions that are not read yet. A partition may
// end before its start (START OFFSET): then it is read from its end, and what
// comes before the start is left out.
func (s *stream) follow(up *upstream) error {
	if s.allStopped() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	added := map[int32]kgo.Offset{}
	for p, b := range up.partitions {
		if _, known := s.next[p]; known {
			continue
		}
		if s.begun[p] < b.first {
			return s.gap(p, s.begun[p], b.first)
		}
		s.next[p] = min(s.begun[p], b.end)
		added[p] = kgo.NewOffset().At(s.next[p])
	}
	if len(added) > 0 {
		s.cl.AddConsumePartitions(map[string]map[int32]kgo.Offset{s.cfg.Topic: added})
	}
	return nil
}

// apply collects chunks and flushes them.
func (s *stream) apply(ctx context.Context) error {
	var rested <-chan time.Time
	for {
		incoming := s.ordered
		if s.full() {
			incoming = nil
		}
		select {
		case <-rested:
		case c := <-incoming:
			if err := s.take(ctx, c); err != nil {
				return err
			}
		case up := <-s.seen:
			s.up = up
			if err := s.follow(up); err != nil {
				return err
			}
			s.count()
		case <-ctx.Done():
			return ctx.Err()
		}
		rested = nil
		if !s.dirty && s.records == 0 && !s.completes() {
			continue
		}
		if rest := time.Until(s.rest); rest > 0 && !s.full() {
			rested = time.After(rest)
			continue
		}
		if err := s.flush(ctx); err != nil {
			return err
		}
	}
}

func (s *stream) full() bool { return s.bytes >= batchBytes || s.records >= batchRecords }

// take adds a chunk, and those that wait behind it while the batch has room.
func (s *stream) take(ctx context.Context, c *chunk) error {
	for {
		select {
		case <-c.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if c.err != nil {
			return c.err
		}
		s.held = append(s.held, c)
		s.bytes += c.bytes
		s.records += len(c.records)
		s.fetches.reset()
		s.mu.Lock()
		s.next[c.partition] = c.next
		s.mu.Unlock()
		if s.full() {
			return nil
		}
		select {
		case c = <-s.ordered:
		default:
			return nil
		}
	}
}

// count announces positions.
func (s *stream) count() {
	var committed int64
	for _, at := range *s.reached.Load() {
		committed += at
	}
	s.rt.Counted(s.counts, s.up.total(), committed)
}

// complete tells whether a table has read what the topic had when the run
// began, with the positions given. A partition also counts as read to its end
// when its broker gives nothing more although no message was at the last offset:
// compaction may have removed that one.
func (s *stream) complete(positions map[int32]int64) bool {
	for p, end := range s.frontier {
		if positions[p] < end && (len(s.ordered) > 0 || !s.fetches.quiet(s.up.partitions[p].leader)) {
			return false
		}
	}
	return true
}

// completes tells whether a table can be published without further messages.
func (s *stream) completes() bool {
	for _, t := range s.tables {
		if state := s.states[t.Object]; !state.Ready && !s.stopped(t) && s.complete(s.positions[t.Object]) {
			return true
		}
	}
	return false
}

// snapshotRows announces how far the first snapshots have come.
func (s *stream) snapshotRows() {
	for i, t := range s.tables {
		if s.states[t.Object].Ready || s.from[i] == nil {
			continue
		}
		var known, done int64
		for p, end := range s.frontier {
			known += max(end-s.from[i][p], 0)
			done += max(min(s.positions[t.Object][p], end)-s.from[i][p], 0)
		}
		s.rt.Rows(t.Object, connectors.Progress{Known: known, Done: done})
	}
}
