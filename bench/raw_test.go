package main

import (
	"net"
	"strings"
	"testing"
)

// serve answers one exchange with the bytes given, in pieces of the size given.
func serve(t *testing.T, answer []byte, piece int) *rawConn {
	t.Helper()
	client, server := net.Pipe()
	t.Cleanup(func() { client.Close(); server.Close() })
	go func() {
		defer server.Close()
		if _, err := server.Read(make([]byte, 1024)); err != nil {
			return
		}
		for len(answer) > 0 {
			n := min(piece, len(answer))
			if _, err := server.Write(answer[:n]); err != nil {
				return
			}
			answer = answer[n:]
		}
	}()
	return &rawConn{conn: client, stop: func() bool { return true }, buf: make([]byte, 64)}
}

func TestExchangeFollowsFramesHoweverTheyAreCut(t *testing.T) {
	answer := frame(nil, 'T', make([]byte, 30))
	for range 3 {
		answer = frame(answer, 'D', make([]byte, 200)) // longer than the buffer
	}
	answer = frame(answer, 'C', []byte("SELECT 3\x00"))
	answer = frame(answer, 'Z', []byte("I"))
	for piece := 1; piece < 70; piece++ {
		c := serve(t, answer, piece)
		rows, err := c.exchange(simple("SELECT 1"))
		if rows != 3 || c.payload != 600 || err != nil {
			t.Fatalf("in pieces of %d: %d rows of %d bytes, %v", piece, rows, c.payload, err)
		}
	}
}

func TestExchangeReportsAnErrorAfterReadyForQuery(t *testing.T) {
	answer := frame(nil, 'E', []byte("SERROR\x00C42P01\x00\x00"))
	answer = frame(answer, 'Z', []byte("I"))
	if _, err := serve(t, answer, 3).exchange(simple("SELECT 1")); err == nil || !strings.Contains(err.Error(), "42P01") {
		t.Fatalf("%v", err)
	}
	if _, err := serve(t, answer[:10], 3).exchange(simple("SELECT 1")); err == nil {
		t.Fatal("half an answer is none")
	}
}
