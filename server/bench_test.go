package server_test

import (
	"io"
	"testing"
	"time"

	"github.com/jackc/pgproto3/v2"
)

// roundTrips measures exchanges of the protocol, with sessions that cost
// nothing.
func roundTrips(b *testing.B, messages ...pgproto3.FrontendMessage) {
	_, addr := start(b, &fakeBackend{}, nil)
	c := connect(b, addr, "materialize", "")
	c.nc.SetDeadline(time.Time{})
	var request []byte
	for _, m := range messages {
		var err error
		if request, err = m.Encode(request); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := c.nc.Write(request); err != nil {
		b.Fatal(err)
	}
	size := 0
	buf := make([]byte, 4096)
	for size < 6 || string(buf[size-6:size-1]) != "Z\x00\x00\x00\x05" {
		n, err := c.nc.Read(buf[size:])
		if err != nil {
			b.Fatal(err)
		}
		size += n
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.nc.Write(request); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(c.nc, buf[:size]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSimple(b *testing.B) { roundTrips(b, query("SELECT 1 AS g")) }

func BenchmarkPrepared(b *testing.B) {
	roundTrips(b, &pgproto3.Parse{Query: "SELECT 1 AS g"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{})
}
