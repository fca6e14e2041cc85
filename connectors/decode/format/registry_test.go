package format

import (
	"context"
	"net"
	"testing"

	"culvert/connectors/schemaregistry"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// TestASchemaOfTheRegistryIsEnough goes the way of a source: the latest schema,
// with its references, is stored; later messages have schemas of their own.
func TestASchemaOfTheRegistryIsEnough(t *testing.T) {
	server := srfake.New()
	defer server.Close()
	ref := []sr.SchemaReference{{Name: "t.K", Subject: "k", Version: 1}}
	server.SeedSchema("k", 1, 1, sr.Schema{Schema: `{"type":"enum","name":"t.K","symbols":["A","B"]}`})
	server.SeedSchema("v", 1, 2, sr.Schema{Schema: record(`k "t.K"`, `n ["null","long"] = null`), References: ref})
	client, err := schemaregistry.New(schemaregistry.Params{URL: server.URL()}, new(net.Dialer).DialContext)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	latest, err := client.ByVersion(context.Background(), "v", schemaregistry.Latest)
	if err != nil {
		t.Fatal(err)
	}
	server.SeedSchema("v", 2, 3, sr.Schema{Schema: record(`more "string"`, `k "t.K"`), References: ref})
	f, r := open(t, Spec{Kind: Avro, Schema: latest, WireFormat: true}, func(id int) (*schemaregistry.Schema, error) {
		return client.ByID(context.Background(), id)
	})
	for _, payload := range [][]byte{framed(2, join(long(1), long(1), long(5))), framed(3, join(str("m"), long(0)))} {
		if err := f.Decode(payload, r.Pointers()); err != nil {
			t.Fatal(err)
		}
	}
	if shown := r.show(t); shown[0] != "B|5" || shown[1] != "A|∅" {
		t.Error(shown)
	}
	mustRefuse(t, f, r, framed(9, nil), "schema with ID 9: schema registry at "+server.URL()+" has no schema with ID 9")
	if err := f.Decode(framed(9, nil), r.Pointers()); Retryable(err) {
		t.Error("an unknown ID is taken for an outage")
	}
	server.Close()
	if err := f.Decode(framed(10, nil), r.Pointers()); !Retryable(err) {
		t.Errorf("an outage is not retryable: %v", err)
	}
}
