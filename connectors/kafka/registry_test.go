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

// A message that repeats the header of CSV is no row, and no error.
func TestHeadersOfCSVAreNoRows(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	csv := func() (format.Format, error) {
		return format.New(format.Spec{Kind: format.CSV, CSV: &format.CSVOptions{Header: []string{"name"}}}, nil)
	}
	plain, latest := plainTable("plain"), latestTable("latest", format.Text)
	plain.Value.New, latest.Key.New = csv, csv
	produce := func(key, value string) {
		r := &kgo.Record{Topic: "t", Key: []byte(key), Value: []byte(value)}
		if err := f.producer.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	produce("name", "name")
	produce("k", "a")
	produce("name", "name")
	produce("l", "b")
	r, cfg := f.rig(t)
	cfg.Tables = []Table{plain, latest}
	r.Start(t, r.spec(cfg))
	r.AwaitReady(t, "plain", "latest")
	r.has("plain", "a|0|1", "b|0|3")
	r.has("latest", "k|a", "l|b")
	produce("name", "name")
	produce("k", "c")
	r.has("plain", "a|0|1", "b|0|3", "c|0|5")
	r.has("latest", "k|c", "l|b")
}
