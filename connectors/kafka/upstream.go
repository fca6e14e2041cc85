package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"culvert/connectors"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// upstream is what the brokers say about the topic at one moment.
type upstream struct {
	partitions map[int32]bounds
}

// bounds are the first offset that a partition has, and the one behind the last
// message that is decided (the last stable offset, KIP-98).
type bounds struct {
	first, end int64
	leader     int32 // the broker that has it
}

// total is the sum of the ends.
func (u *upstream) total() int64 {
	var n int64
	for _, b := range u.partitions {
		n += b.end
	}
	return n
}

// Looking after the topic.
const (
	// A frozen link shows within watchEvery, groupTimeout and watchTimeout: the
	// status may differ from the truth for 15 s.
	watchEvery   = time.Second
	watchTimeout = 6 * time.Second
	groupTimeout = 3 * time.Second
	// suspicions is how often in a row the brokers must say that something is
	// gone before it is believed: one that just started, or just became leader,
	// may not know yet.
	suspicions = 3
	// groupEvery is how often offsets are committed to the group.
	groupEvery = 5 * time.Second
)

// suspicion is a definite error that has to be confirmed.
type suspicion struct{ error }

func (s *suspicion) Unwrap() error { return s.error }

// inspect asks about the topic, and makes sure that it is the one that the
// source was made on.
func (r *run) inspect(ctx context.Context, cl *client) (*upstream, error) {
	for seen := 1; ; seen++ {
		up, err := r.inspectOnce(ctx, cl, requestTimeout)
		var doubt *suspicion
		if !errors.As(err, &doubt) {
			return up, err
		}
		if seen == suspicions {
			return nil, doubt.error
		}
		if err := pause(ctx, watchEvery/2); err != nil {
			return nil, err
		}
	}
}

// inspectOnce asks once. What the brokers may not know yet is a suspicion.
func (r *run) inspectOnce(ctx context.Context, cl *client, within time.Duration) (*upstream, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	t, err := cl.describe(ctx, r.cfg.Topic)
	switch {
	case errors.Is(err, errNoTopic):
		return nil, &suspicion{r.topicGone()}
	case err != nil:
		return nil, cl.failure(err)
	case r.cfg.TopicID != "" && topicID(t) != "" && topicID(t) != r.cfg.TopicID:
		return nil, definite(hintRecreate, "topic %q was deleted and created again (its id was %s and is %s)", r.cfg.Topic, r.cfg.TopicID, topicID(t))
	}
	admin := kadm.NewClient(cl.Client)
	first, err := admin.ListStartOffsets(ctx, r.cfg.Topic)
	if err != nil {
		return nil, cl.failure(err)
	}
	last, err := admin.ListCommittedOffsets(ctx, r.cfg.Topic)
	if err != nil {
		return nil, cl.failure(err)
	}
	up := &upstream{partitions: map[int32]bounds{}}
	for p, detail := range t.Partitions {
		begin, beginOK := first.Lookup(r.cfg.Topic, p)
		end, endOK := last.Lookup(r.cfg.Topic, p)
		if !beginOK || !endOK {
			return nil, fmt.Errorf("the brokers told no offsets of partition %d of topic %q", p, r.cfg.Topic)
		}
		if err := errors.Join(begin.Err, end.Err); err != nil {
			return nil, r.offsetError(cl, p, begin.Err, end.Err)
		}
		up.partitions[p] = bounds{begin.Offset, end.Offset, detail.Leader}
	}
	return up, nil
}

func (r *run) offsetError(cl *client, partition int32, errs ...error) error {
	for _, err := range errs {
		if err != nil && !errors.Is(err, kerr.UnknownTopicOrPartition) {
			return cl.failure(fmt.Errorf("asking for the offsets of partition %d of topic %q: %w", partition, r.cfg.Topic, err))
		}
	}
	return &suspicion{r.topicGone()}
}

// topicGone is the error of a topic that the brokers do not know: of a source
// that has read something, or has not.
func (r *run) topicGone() error {
	for _, positions := range r.positions {
		if positions != nil {
			return definite("Drop the source; create the topic and the source again to read it anew.", "topic %q was deleted", r.cfg.Topic)
		}
	}
	return connectors.Fail(connectors.Refused, fmt.Errorf("topic %q does not exist", r.cfg.Topic), "Create the topic.")
}

// offsetsAfter gives the offset of the first message that is not older than a
// time in milliseconds, by partition; where there is none, the end.
func (c *client) offsetsAfter(ctx context.Context, topic string, millis int64) (map[int32]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	listed, err := kadm.NewClient(c.Client).ListOffsetsAfterMilli(ctx, millis, topic)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, c.failure(fmt.Errorf("looking for the start timestamp: %w", err))
	}
	after := map[int32]int64{}
	listed.Each(func(o kadm.ListedOffset) { after[o.Partition] = o.Offset })
	return after, nil
}

// watch looks after the topic until ctx ends or something is wrong with it, and
// hands on what it sees.
func (s *stream) watch(ctx context.Context) error {
	seen := 0
	told, committed := map[int32]int64{}, time.Now()
	for pause(ctx, watchEvery) == nil {
		up, err := s.inspectOnce(ctx, s.cl, watchTimeout)
		if err == nil {
			err = s.regressed(up)
		}
		var doubt *suspicion
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &doubt):
			if seen++; seen == suspicions {
				return doubt.error
			}
			continue
		case err != nil:
			return err
		}
		seen = 0
		select {
		case s.seen <- up:
		case <-ctx.Done():
			return ctx.Err()
		}
		if reached := s.reached.Load(); s.cfg.Group != "" && time.Since(committed) >= groupEvery && !maps.Equal(*reached, told) {
			s.tellGroup(ctx, *reached)
			told, committed = *reached, time.Now()
		}
	}
	return ctx.Err()
}

// regressed tells when a partition ends before what was read of it.
func (s *stream) regressed(up *upstream) error {
	for p, at := range *s.reached.Load() {
		bounds, ok := up.partitions[p]
		switch {
		case !ok:
			return &suspicion{definite(hintRecreate, "topic %q was created again: it has no partition %d any more", s.cfg.Topic, p)}
		case bounds.end < at && !s.startsAt(p, at):
			return &suspicion{definite(hintRecreate,
				"partition %d of topic %q ends at offset %d, but was read up to %d: the topic was created again, or the brokers lost messages", p, s.cfg.Topic, bounds.end, at)}
		}
	}
	return nil
}

// startsAt tells whether START OFFSET names the offset: it may be one that the
// partition does not have yet.
func (s *Source) startsAt(partition int32, at int64) bool {
	return int(partition) < len(s.cfg.StartOffsets) && s.cfg.StartOffsets[partition] == at
}

// tellGroup commits offsets upstream, for monitoring only: nothing depends on
// its success.
func (s *stream) tellGroup(ctx context.Context, reached map[int32]int64) {
	ctx, cancel := context.WithTimeout(ctx, groupTimeout)
	defer cancel()
	var offsets kadm.Offsets
	for p, at := range reached {
		offsets.AddOffset(s.cfg.Topic, p, at, -1)
	}
	s.log.Debug("group commit begins", "group", s.cfg.Group)
	if err := kadm.NewClient(s.cl.Client).CommitAllOffsets(ctx, s.cfg.Group, offsets); err != nil {
		s.log.Debug("committing offsets to the group", "group", s.cfg.Group, "error", err)
	}
	s.log.Debug("group commit ends", "group", s.cfg.Group)
}
