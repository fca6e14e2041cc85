package kafka

import (
	"fmt"
	"testing"

	"culvert/connectors"
	"culvert/connectors/connectortest"
	"culvert/connectors/decode/format"
	"culvert/engine"
	"culvert/testenv"

	"github.com/twmb/franz-go/pkg/kgo"
)

// subject is a source with a table of all messages and one of the last of each
// key, and a model of both.
type subject struct {
	*rig
	next   int
	all    []string
	ends   map[int32]int64
	latest map[string]string
}

func TestContract(t *testing.T) {
	open := func(tb testing.TB) func() (engine.Engine, error) { return opener(tb)() }
	connectortest.Run(t, open, func(tb testing.TB, w *connectortest.World) connectortest.Subject {
		r := &rig{t: tb, World: w, k: broker(tb), topic: topicName(tb)}
		r.proxy = testenv.NewProxy(tb, r.k.RealAddr(0, "PLAINTEXT"))
		r.k.MustCreateTopic(tb, r.topic, 3, nil)
		s := &subject{rig: r, ends: map[int32]int64{}, latest: map[string]string{}}
		s.Write(tb, 500)
		return s
	})
}

func (s *subject) Spec(tb testing.TB) connectors.SourceSpec {
	tb.Helper()
	return s.spec(s.config(plainTable("plain"), latestTable("latest", format.Text)))
}

func (s *subject) Write(tb testing.TB, n int) {
	tb.Helper()
	var records []*kgo.Record
	for range n {
		i := s.next
		s.next++
		key := fmt.Sprintf("k%d", i*7%61)
		r := &kgo.Record{Topic: s.topic, Partition: int32(i * 7 % 61 % 3), Key: []byte(key), Value: fmt.Appendf(nil, "v%d", i)}
		s.latest[key] = string(r.Value)
		value := string(r.Value)
		if i%5 == 4 {
			r.Value, value = nil, "∅"
			delete(s.latest, key)
		}
		s.all = append(s.all, fmt.Sprintf("%s|%d|%d", value, r.Partition, s.ends[r.Partition]))
		s.ends[r.Partition]++
		records = append(records, r)
	}
	s.k.MustProduce(tb, records...)
}

func (s *subject) Want(tb testing.TB, object string) []string {
	tb.Helper()
	if object == "plain" {
		return append([]string(nil), s.all...)
	}
	var all []string
	for key, value := range s.latest {
		all = append(all, key+"|"+value)
	}
	return all
}

func (s *subject) Break(tb testing.TB) {
	tb.Helper()
	s.proxy.Refuse(true)
	s.proxy.Cut()
}

func (s *subject) Heal(tb testing.TB) {
	tb.Helper()
	s.proxy.Refuse(false)
}
