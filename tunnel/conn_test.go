package tunnel

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// throughBastion gives a dial function through a fresh bastion.
func throughBastion(t *testing.T) DialFunc {
	t.Helper()
	keys := newKeys(t)
	b := startBastion(t, keys[:])
	m := newManager(t, Options{})
	m.Set(b.config(keys))
	return m.Dialer("u1")
}

func wantTimeout(t *testing.T, err error) {
	t.Helper()
	var ne net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &ne) || !ne.Timeout() {
		t.Errorf("error %v, want a timeout", err)
	}
}

func TestReadDeadlines(t *testing.T) {
	c := dial(t, throughBastion(t), echoServer(t))
	buf := make([]byte, 10)
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	_, err := c.Read(buf)
	wantTimeout(t, err)
	_, err = c.Read(buf)
	wantTimeout(t, err)
	if _, err := c.Write([]byte("kept")); err != nil {
		t.Errorf("a read deadline fails writes: %v", err)
	}
	_ = c.SetReadDeadline(time.Time{})
	if _, err := io.ReadFull(c, buf[:4]); err != nil || string(buf[:4]) != "kept" {
		t.Errorf("after the deadline: %q %v", buf[:4], err)
	}

	// What pgx does when a context ends: a deadline in the past, set while
	// another goroutine waits in Read.
	failed := make(chan error)
	go func() {
		_, err := c.Read(buf)
		failed <- err
	}()
	_ = c.SetDeadline(time.Unix(1, 0))
	wantTimeout(t, <-failed)
	_, err = c.Write([]byte("x"))
	wantTimeout(t, err)
	_ = c.SetDeadline(time.Now().Add(time.Hour))
	roundTrip(t, c, "again")
}

func TestWriteDeadlineWhenTheTargetDoesNotRead(t *testing.T) {
	stop := make(chan struct{})
	target := serveTCP(t, func(net.Conn) { <-stop })
	t.Cleanup(func() { close(stop) })
	c := dial(t, throughBastion(t), target)
	_ = c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	chunk, sent := make([]byte, 1<<20), 0
	for {
		n, err := c.Write(chunk)
		sent += n
		if err != nil {
			wantTimeout(t, err)
			break
		}
		if sent > 1<<30 {
			t.Fatal("1 GiB went nowhere")
		}
	}
	closing := time.Now()
	_ = c.Close()
	if _, err := c.Write(chunk); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
	if took := time.Since(closing); took > time.Second {
		t.Errorf("close took %s", took)
	}
}

func TestCloseSendsWhatWasWritten(t *testing.T) {
	got := make(chan []byte, 1)
	target := serveTCP(t, func(c net.Conn) {
		all, _ := io.ReadAll(c)
		got <- all
	})
	c := dial(t, throughBastion(t), target)
	want := bytes.Repeat([]byte("goodbye "), 100_000)
	if _, err := c.Write(want); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	select {
	case all := <-got:
		if !bytes.Equal(all, want) {
			t.Errorf("target got %d bytes, want %d", len(all), len(want))
		}
	case <-time.After(10 * time.Second):
		t.Error("the target never saw the end")
	}
}

func TestCloseEndsAPendingRead(t *testing.T) {
	c := dial(t, throughBastion(t), echoServer(t))
	failed := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		failed <- err
	}()
	_ = c.Close()
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("pending read: %v", err)
	}
}

func TestEndOfStreamAfterAllBytes(t *testing.T) {
	want := make([]byte, 5_000_000)
	_, _ = rand.Read(want)
	target := serveTCP(t, func(c net.Conn) { _, _ = c.Write(want) })
	c := dial(t, throughBastion(t), target)
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, error %v; want %d", len(got), err, len(want))
	}
}

func TestManyStreamsBothWaysAtOnce(t *testing.T) {
	d, target := throughBastion(t), echoServer(t)
	var wg sync.WaitGroup
	for range 8 {
		c := dial(t, d, target)
		text := strings.Repeat("0123456789abcdef", 64<<10) // 1 MiB
		wg.Go(func() { _, _ = io.WriteString(c, text) })
		wg.Go(func() {
			got := make([]byte, len(text))
			if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
				t.Errorf("stream differs: %v", err)
			}
		})
	}
	wg.Wait()
}
