package testenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// KafkaListener is a port on which every broker of a cluster serves clients.
type KafkaListener struct {
	Protocol string // PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
	Port     int
}

// KafkaOptions says what kind of cluster to start. The zero value is one broker
// that serves PLAINTEXT on port 9092 of a fresh loopback address.
type KafkaOptions struct {
	// Names are the host names that the brokers advertise to clients, one broker
	// each. Nothing here resolves them: see Kafka.Hosts and Kafka.Dial. Empty:
	// one broker that advertises its address.
	Names     []string
	Listeners []KafkaListener   // empty: PLAINTEXT on 9092; one per protocol
	Users     map[string]string // passwords by user, for PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512
	// ClientAuth is ssl.client.auth: none (when empty), requested or required.
	ClientAuth string
	Settings   map[string]string // further settings of every broker
	HeapMB     int               // of each broker; 0: 512
	Fast       bool              // compile for speed rather than for a quick start: for benchmarks
}

// kafkaTimeout bounds the start of a cluster in a test: on an idle machine it
// takes some seconds of processor time.
const kafkaTimeout = 3 * time.Minute

// The ports of the listeners that the cluster itself and the helpers use. The
// first is plain, and advertised by address.
const (
	kafkaInternalPort   = 19092
	kafkaControllerPort = 19093
)

// Kafka is a running cluster: the first broker is the controller, too. Its
// methods are not safe for concurrent use, but for the getters, Dial and those
// that talk to the cluster.
type Kafka struct {
	opts      KafkaOptions
	tools     kafkaTools
	authority *Authority
	dir       string
	id        string // of the cluster
	brokers   []*kafkaBroker
	admin     *kgo.Client
}

// kafkaBroker is one process of a cluster.
type kafkaBroker struct {
	node int
	name string // advertised
	host string // the loopback address
	dir  string
	proc *process
}

// StartKafka starts a cluster and waits until every broker serves. The caller
// closes it.
func StartKafka(ctx context.Context, opts KafkaOptions) (*Kafka, error) {
	tools, err := findKafka(ctx)
	if err != nil {
		return nil, err
	}
	if len(opts.Listeners) == 0 {
		opts.Listeners = []KafkaListener{{"PLAINTEXT", 9092}}
	}
	if opts.HeapMB == 0 {
		opts.HeapMB = 512
	}
	k := &Kafka{opts: opts, tools: tools, id: newKafkaID()}
	if k.authority, err = NewAuthority(); err != nil {
		return nil, err
	}
	if k.dir, err = tempDir("kafka"); err != nil {
		return nil, err
	}
	if err := k.start(ctx); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

func (k *Kafka) start(ctx context.Context) error {
	names := k.opts.Names
	if len(names) == 0 {
		names = []string{""}
	}
	for i, name := range names {
		addr, err := FreeAddr(k.opts.Listeners[0].Port)
		if err != nil {
			return err
		}
		b := &kafkaBroker{node: i + 1, name: name, dir: filepath.Join(k.dir, strconv.Itoa(i+1))}
		b.host, _ = splitAddr(addr)
		if b.name == "" {
			b.name = b.host
		}
		k.brokers = append(k.brokers, b)
	}
	var err error
	if k.admin, err = k.Client(); err != nil {
		return err
	}
	// One after the other: the first has the controller of all.
	for i, b := range k.brokers {
		if err := k.prepare(ctx, b); err != nil {
			return err
		}
		if err := k.launch(b); err != nil {
			return err
		}
		if err := k.await(ctx, i+1); err != nil {
			return err
		}
	}
	return nil
}

// NewKafka starts a cluster for a test and closes it at the test's end.
func NewKafka(tb testing.TB, opts KafkaOptions) *Kafka {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), kafkaTimeout)
	defer cancel()
	k, err := StartKafka(ctx, opts)
	if err != nil {
		tb.Fatalf("Kafka: %v", err)
	}
	tb.Cleanup(func() {
		if err := k.Close(); err != nil {
			tb.Errorf("closing Kafka: %v", err)
		}
	})
	logTail(tb, "Kafka", k.logs)
	return k
}

// await waits until so many brokers serve clients.
func (k *Kafka) await(ctx context.Context, brokers int) error {
	err := waitFor(ctx, k.brokers[0].proc.done, func() error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		// Of all topics: the client remembers brokers when it is asked for them alone.
		meta, err := kadm.NewClient(k.admin).Metadata(ctx)
		if err == nil && len(meta.Brokers) != brokers {
			err = fmt.Errorf("%d of %d brokers", len(meta.Brokers), brokers)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("waiting for Kafka: %w\n%s", err, k.logs())
	}
	return nil
}

// Authority returns the certificate authority of the SSL listeners.
func (k *Kafka) Authority() *Authority { return k.authority }

// Addr returns the "name:port" that broker i (from 0) advertises for a protocol.
func (k *Kafka) Addr(i int, protocol string) string {
	return net.JoinHostPort(k.brokers[i].name, strconv.Itoa(k.port(protocol)))
}

// RealAddr returns the "127.x.y.z:port" on which broker i serves a protocol.
func (k *Kafka) RealAddr(i int, protocol string) string {
	return net.JoinHostPort(k.brokers[i].host, strconv.Itoa(k.port(protocol)))
}

func (k *Kafka) port(protocol string) int {
	for _, l := range k.opts.Listeners {
		if l.Protocol == protocol {
			return l.Port
		}
	}
	panic("testenv: the cluster has no listener for " + protocol)
}

// Hosts returns the loopback addresses of the brokers by their names, for a
// bastion that resolves them.
func (k *Kafka) Hosts() map[string]string {
	hosts := map[string]string{}
	for _, b := range k.brokers {
		hosts[b.name] = b.host
	}
	return hosts
}

// Dial connects to an advertised address, as something that resolves the names
// of the brokers would.
func (k *Kafka) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if real := k.Hosts()[host]; real != "" {
		host = real
	}
	var d net.Dialer
	return d.DialContext(ctx, network, net.JoinHostPort(host, port))
}

// StopBroker ends broker i in good order (its leaders move), or kills it.
func (k *Kafka) StopBroker(i int, kill bool) error {
	if kill {
		return k.brokers[i].proc.kill()
	}
	return k.brokers[i].proc.stop(syscall.SIGTERM, 30*time.Second)
}

// FreezeBroker stops broker i without ending it, or lets it go on.
func (k *Kafka) FreezeBroker(i int, frozen bool) error {
	sig := syscall.SIGCONT
	if frozen {
		sig = syscall.SIGSTOP
	}
	return k.brokers[i].proc.signal(sig)
}

// StartBroker starts broker i again, on the same address and data, and waits
// until the whole cluster serves.
func (k *Kafka) StartBroker(ctx context.Context, i int) error {
	if err := k.launch(k.brokers[i]); err != nil {
		return err
	}
	return k.await(ctx, len(k.brokers))
}

// Log returns what broker i has logged.
func (k *Kafka) Log(i int) string {
	if i >= len(k.brokers) {
		return ""
	}
	text, err := os.ReadFile(k.brokers[i].logPath())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// logs has what all brokers have logged.
func (k *Kafka) logs() string {
	var all strings.Builder
	for i := range k.brokers {
		fmt.Fprintf(&all, "broker %d:\n%s", i+1, k.Log(i))
	}
	return all.String()
}

// Close kills the brokers and removes their files. It may be called twice.
func (k *Kafka) Close() error {
	if k.admin != nil {
		k.admin.Close()
		k.admin = nil
	}
	var all []error
	for _, b := range k.brokers {
		if b.proc != nil {
			all = append(all, b.proc.kill())
		}
	}
	return errors.Join(append(all, os.RemoveAll(k.dir))...)
}
