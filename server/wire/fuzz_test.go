package wire_test

import (
	"bytes"
	"io"
	"testing"

	"culvert/server/wire"
)

// FuzzReader promises that no bytes of a client panic, and that what they
// announce is not allocated before it has come.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"))
	f.Add([]byte("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x01\x00\x00\x00\x02"))
	f.Add([]byte("\x00\x00\x00\x16\x00\x03\x00\x00user\x00postgres\x00\x00P\x00\x00\x00\x14s\x00SELECT 1\x00\x00\x00S\x00\x00\x00\x04"))
	f.Add([]byte("\x00\x00\x00\x09\x00\x03\x00\x02\x00B\x00\x00\x00\x15\x00s\x00\x00\x01\x00\x01\x00\x01\x00\x00\x00\x011\x00\x00"))
	f.Add([]byte("\x00\x00\x00\x09\x00\x03\x00\x00\x00Q\x7f\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := wire.NewReader(bytes.NewReader(data), 1<<20)
		p, err := wire.ReadPacket(r)
		if err != nil {
			return
		}
		_, _ = wire.SplitOptions(p.Params["options"])
		for {
			kind, body, err := r.Next()
			if err != nil {
				return
			}
			switch kind {
			case 'Q':
				_, _ = wire.DecodeQuery(body)
			case 'P':
				_, _ = wire.DecodeParse(body)
			case 'B':
				_, _ = wire.DecodeBind(body)
			case 'E':
				_, _ = wire.DecodeExecute(body)
			case 'D':
				_, _ = wire.DecodeDescribe(body)
			case 'C':
				_, _ = wire.DecodeClose(body)
			}
		}
	})
}

// TestAnnouncedBodiesAreNotAllocated guards against a header that claims much.
func TestAnnouncedBodiesAreNotAllocated(t *testing.T) {
	allocated := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := wire.NewReader(bytes.NewReader([]byte("Q\x3f\xff\xff\xffabc")), 1<<30)
			if _, _, err := r.Next(); err != io.ErrUnexpectedEOF {
				b.Fatal(err)
			}
		}
	}).AllocedBytesPerOp()
	if allocated > 256<<10 {
		t.Errorf("%d bytes for a message that never came", allocated)
	}
}

// TestReaderReassembles promises whole messages from any cut of the stream.
func TestReaderReassembles(t *testing.T) {
	var stream []byte
	sizes := []int{0, 1, 5, 8 << 10, 100_000, 3, 700_000, 2}
	for i, n := range sizes {
		body := bytes.Repeat([]byte{byte('a' + i)}, n)
		n += 4
		stream = append(append(stream, 'd', byte(n>>24), byte(n>>16), byte(n>>8), byte(n)), body...)
	}
	for _, step := range []int{1, 7, 4096, len(stream)} {
		r := wire.NewReader(&stepReader{stream, step}, 1<<20)
		for i, n := range sizes {
			kind, body, err := r.Next()
			if err != nil || kind != 'd' || len(body) != n || len(bytes.Trim(body, string(rune('a'+i)))) != 0 {
				t.Fatalf("steps of %d: message %d: %c, %d bytes, %v", step, i, kind, len(body), err)
			}
		}
		if _, _, err := r.Next(); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
	}
}

type stepReader struct {
	data []byte
	step int
}

func (r *stepReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.step)], r.data)
	r.data = r.data[n:]
	return n, nil
}
