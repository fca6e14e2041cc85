package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"culvert/connectors"
	"culvert/sql/pgerr"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Topic is a topic as its brokers describe it.
type Topic struct {
	Name       string
	ID         string // "" where brokers give none (before Kafka 2.8)
	Partitions int
}

// Validate checks what VALIDATE CONNECTION checks: that a broker lets us in and
// names its cluster. It takes at most 10 s. The error is a *pgerr.Error; its
// cause stays reachable.
func Validate(ctx context.Context, p Params) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	c, err := p.connect(kgo.WithContext(ctx))
	if err != nil {
		return clientError(err, "")
	}
	defer c.Close()
	if _, err := kadm.NewClient(c.Client).BrokerMetadata(ctx); err != nil {
		return clientError(c.failure(ended(ctx, err)), "")
	}
	return nil
}

// DescribeTopic looks a topic up, as CREATE SOURCE does. It takes at most 10 s,
// and never makes the topic. The error is a *pgerr.Error; its cause stays
// reachable.
func DescribeTopic(ctx context.Context, p Params, topic string) (*Topic, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	c, err := p.connect(kgo.WithContext(ctx))
	if err != nil {
		return nil, clientError(err, failedConsumer)
	}
	defer c.Close()
	for {
		t, err := c.describe(ctx, topic)
		switch {
		case errors.Is(err, errNoTopic):
			return nil, pgerr.Wrap(err, pgerr.UndefinedObject, "Topic does not exist").WithDetail("The brokers do not know a topic %q.", topic)
		case err == nil:
			return &Topic{Name: topic, ID: topicID(t), Partitions: len(t.Partitions)}, nil
		case !errors.Is(err, errNotReady) || ctx.Err() != nil:
			return nil, clientError(c.failure(ended(ctx, err)), failedConsumer)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return nil, clientError(err, failedConsumer)
		}
	}
}

// ended gives the end of ctx as the reason of an error of a client that ends with it.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

const failedConsumer = "failed to create and connect Kafka consumer"

var (
	errNoTopic  = errors.New("unknown topic")
	errNotReady = errors.New("a partition has no leader")
)

// describe asks for a topic once.
func (c *client) describe(ctx context.Context, topic string) (kadm.TopicDetail, error) {
	topics, err := kadm.NewClient(c.Client).ListTopicsWithInternal(ctx, topic)
	if err != nil {
		return kadm.TopicDetail{}, err
	}
	t, ok := topics[topic]
	switch {
	case !ok, errors.Is(t.Err, kerr.UnknownTopicOrPartition), errors.Is(t.Err, kerr.UnknownTopicID):
		return t, errNoTopic
	case errors.Is(t.Err, kerr.LeaderNotAvailable), t.Err == nil && len(t.Partitions) == 0:
		return t, errNotReady
	case t.Err != nil:
		return t, fmt.Errorf("topic %q: %w", topic, t.Err)
	}
	return t, nil
}

func topicID(t kadm.TopicDetail) string {
	if t.ID == (kadm.TopicID{}) {
		return ""
	}
	return t.ID.String()
}

// clientError makes an error for a client out of one of a connection. With a
// message, what happened is its detail.
func clientError(err error, message string) *pgerr.Error {
	text, hint := connectors.Describe(err, leg)
	e := pgerr.Wrap(err, pgerr.SQLClientUnableToEstablish, "%s", text)
	if message != "" {
		e = pgerr.Wrap(err, pgerr.SQLClientUnableToEstablish, "%s", message).WithDetail("%s", text)
	}
	e.Hint = hint
	return e
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
