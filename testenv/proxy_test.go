package testenv

import (
	"bufio"
	"fmt"
	"net"
	"testing"
	"time"
)

// roundTrip sends a line through the connection and waits for its echo.
func roundTrip(conn net.Conn, within time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(conn, "ping"); err != nil {
		return err
	}
	_, err := bufio.NewReader(conn).ReadString('\n')
	return err
}

func TestProxyPassesDelaysHoldsAndCuts(t *testing.T) {
	host, port := echoServer(t)
	p := NewProxy(t, net.JoinHostPort(host, port))
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	conn := dial()
	if err := roundTrip(conn, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if p.Passed() != 10 {
		t.Fatalf("%d bytes were counted", p.Passed())
	}

	p.SetDelay(50 * time.Millisecond)
	start := time.Now()
	if err := roundTrip(conn, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 100*time.Millisecond {
		t.Fatalf("a round trip with 50 ms each way took %v", took)
	}
	p.SetDelay(0)

	p.Hold()
	if err := roundTrip(conn, 100*time.Millisecond); err == nil {
		t.Fatal("bytes passed a hold")
	}
	p.Release()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		t.Fatalf("held bytes should pass after all: %v", err)
	}

	p.CutAfter(3)
	if err := roundTrip(conn, 5*time.Second); err == nil {
		t.Fatal("the connection should have been cut half way")
	}
	p.Refuse(true)
	if err := roundTrip(dial(), 5*time.Second); err == nil {
		t.Fatal("a refused connection answered")
	}
	p.Refuse(false)
	if err := roundTrip(dial(), 5*time.Second); err != nil {
		t.Fatal(err)
	}
}
