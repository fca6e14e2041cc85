package kafka

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"culvert/connectors"
	"culvert/connectors/decode/format"
	"culvert/connectors/schemaregistry"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A registry that does not answer stalls the source; it makes no message one
// that cannot be read.
func TestRegistryOutageStalls(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	schema := &schemaregistry.Schema{ID: 7, Type: schemaregistry.Avro, Text: `"string"`}
	var up atomic.Bool
	table := plainTable("t")
	table.KeepErrors = true
	table.Value.New = func() (format.Format, error) {
		return format.New(format.Spec{Kind: format.Avro, Schema: schema, WireFormat: true}, func(int) (*schemaregistry.Schema, error) {
			if !up.Load() {
				return nil, errors.New("connection refused")
			}
			return schema, nil
		})
	}
	message := append([]byte{0, 0, 0, 0, 7, 4}, "hi"...) // the header, and a string of 2 bytes
	if err := f.producer.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Value: message}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	r, cfg := f.rig(t)
	cfg.Tables = []Table{table}
	r.Start(t, r.spec(cfg))
	st := r.Await(t, "t", "stalled", 20*time.Second, func(rd connectors.Readiness) bool { return rd.Source.State == connectors.StateStalled })
	if st.Ready || st.Source.Error != "kafka: value: schema with ID 7: connection refused" {
		t.Errorf("%+v", st)
	}
	up.Store(true)
	r.AwaitReady(t, "t")
	r.has("t", "hi|0|0")
}
