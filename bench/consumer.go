package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// consumeToNowhere times a consumer that reads a topic through ssh -L from its
// begin to its end and discards it: kcat where there is one, else a bare client
// of this program. It says which.
func (s *stage) consumeToNowhere(ctx context.Context, topic string) (time.Duration, string, error) {
	if path, err := exec.LookPath("kcat"); err == nil {
		took, err := s.runKcat(ctx, path, topic)
		return took, "kcat -C -e", err
	}
	took, err := s.kafka.runConsumer(ctx, topic, s.opts.Messages)
	return took, "a bare consumer", err
}

// runKcat has kcat print an empty line for each message. Brokers are reached by
// the names that they advertise, which nss_wrapper resolves to ssh's address.
func (s *stage) runKcat(ctx context.Context, path, topic string) (time.Duration, error) {
	broker, _, _ := strings.Cut(brokerAddr, ":")
	host, _, err := net.SplitHostPort(s.kafka.forward.addr)
	if err != nil {
		return 0, err
	}
	hosts := filepath.Join(s.dir, "hosts")
	if err := os.WriteFile(hosts, []byte(host+" "+broker+"\n"), 0o600); err != nil {
		return 0, err
	}
	var out lineCounter
	var complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, path, "-C", "-e", "-q", "-b", brokerAddr, "-t", topic, "-o", "beginning",
		"-f", `\n`, "-X", "fetch.wait.max.ms=10")
	cmd.Env = append(os.Environ(), "LD_PRELOAD=libnss_wrapper.so", "NSS_WRAPPER_HOSTS="+hosts)
	cmd.Stdout, cmd.Stderr = &out, &complaints
	start := time.Now()
	err = cmd.Run()
	took := time.Since(start)
	if err == nil && int(out) != s.opts.Messages {
		err = fmt.Errorf("%d messages came of %d", out, s.opts.Messages)
	}
	if err != nil {
		err = errors.Join(err, errors.New(complaints.String()))
	}
	return took, err
}

// lineCounter is a writer that counts the lines that it is given.
type lineCounter int

func (c *lineCounter) Write(p []byte) (int, error) {
	*c += lineCounter(bytes.Count(p, []byte{'\n'}))
	return len(p), nil
}

// runConsumer does the same with a client of this program.
func (k *kafkaStage) runConsumer(ctx context.Context, topic string, messages int) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	start := time.Now()
	client, err := k.consumer(topic)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	for n := 0; n < messages; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return 0, err
		}
		n += fetches.NumRecords()
	}
	return time.Since(start), nil
}

// consumer is a client that reads a topic from its begin through ssh -L.
func (k *kafkaStage) consumer(topic string) (*kgo.Client, error) {
	return kgo.NewClient(
		kgo.SeedBrokers(brokerAddr), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.Dialer(func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, k.forward.addr)
		}),
	)
}
