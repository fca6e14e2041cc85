package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pglogrepl"
	"github.com/jackc/pgx/v5/pgproto3"
)

const (
	blockBytes = 256 << 10 // of messages that go to the apply goroutine together
	blockQueue = 32
	// streamQuiet is how long the server may say nothing: it is asked for a sign
	// of life after askAfter.
	streamQuiet   = 12 * time.Second
	askAfter      = 3 * time.Second
	feedbackEvery = time.Second
	// epoch of PostgreSQL's clock, 2000-01-01, in Unix microseconds.
	pgEpoch = 946_684_800_000_000
)

// block is some messages, each behind its length in four bytes.
type block struct {
	buf []byte
}

// receiver is the half of the stream that talks to upstream: it hands messages
// over in blocks, and tells upstream how far the other half has committed,
// also while that is busy.
type receiver struct {
	w         *wire
	blocks    chan *block
	spare     chan *block
	committed atomic.Uint64 // position that is durable here
	known     atomic.Uint64 // newest position that upstream told
	heard     atomic.Int64  // when upstream last said something, Unix nanoseconds
	kick      chan struct{} // has room for one: upstream waits for an answer
}

// openStream starts replication at position.
func (r *run) openStream(ctx context.Context) (*receiver, error) {
	c, err := r.cfg.Params.connect(ctx, replicationSettings)
	if err != nil {
		return nil, err
	}
	w, err := take(ctx, c, streamQuiet)
	if err != nil {
		c.close()
		return nil, err
	}
	sql := fmt.Sprintf("START_REPLICATION SLOT %s LOGICAL %s (proto_version '1', publication_names %s)",
		identifier(r.cfg.Slot), r.position, literal(identifier(r.cfg.Publication)))
	if err := w.send(&pgproto3.Query{String: sql}); err != nil {
		w.close()
		return nil, err
	}
	kind, _, err := w.next()
	if err == nil && kind != 'W' { // CopyBothResponse
		err = fmt.Errorf("unexpected answer %q to START_REPLICATION", kind)
	}
	if err != nil {
		w.close()
		return nil, r.streamError(err)
	}
	rc := &receiver{w: w, blocks: make(chan *block, blockQueue), spare: make(chan *block, blockQueue*2), kick: make(chan struct{}, 1)}
	rc.committed.Store(uint64(r.position))
	rc.heard.Store(time.Now().UnixNano())
	return rc, nil
}

// streamError gives errors of the stream that a person must deal with their
// class and text.
func (r *run) streamError(err error) error {
	switch code(err) {
	case codeUndefinedObject:
		var e *serverError
		if errors.As(err, &e) && e.Message == fmt.Sprintf("publication %q does not exist", r.cfg.Publication) {
			return r.publicationGone()
		}
	case codePrerequisite:
		return definite("Drop the source and create it again.", "%w", err)
	}
	return fmt.Errorf("reading the stream: %w", err)
}

// receive reads messages until the connection ends.
func (rc *receiver) receive(ctx context.Context) error {
	b := rc.newBlock()
	for {
		kind, body, err := rc.w.next()
		if err != nil {
			return err
		}
		switch kind {
		case 'd':
		case 'c': // CopyDone
			return errors.New("stream ended prematurely")
		default:
			return fmt.Errorf("unexpected message %q in the stream", kind)
		}
		if len(body) == 0 {
			return errTruncated
		}
		switch body[0] {
		case pglogrepl.XLogDataByteID: // start, end, clock, message
			if len(body) < 26 {
				return errTruncated
			}
			b.buf = binary.BigEndian.AppendUint32(b.buf, uint32(len(body)-25))
			b.buf = append(b.buf, body[25:]...)
		case pglogrepl.PrimaryKeepaliveMessageByteID: // end, clock, whether to answer
			if len(body) < 18 {
				return errTruncated
			}
			b.buf = binary.BigEndian.AppendUint32(b.buf, 9)
			b.buf = append(b.buf, msgKeepalive)
			b.buf = append(b.buf, body[1:9]...)
			rc.known.Store(binary.BigEndian.Uint64(body[1:]))
			if body[17] != 0 {
				rc.answer()
			}
		}
		if rc.w.buffered() && len(b.buf) < blockBytes {
			continue
		}
		rc.heard.Store(time.Now().UnixNano())
		select {
		case rc.blocks <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		b = rc.newBlock()
	}
}

func (rc *receiver) answer() {
	select {
	case rc.kick <- struct{}{}:
	default:
	}
}

func (rc *receiver) newBlock() *block {
	select {
	case b := <-rc.spare:
		b.buf = b.buf[:0]
		return b
	default:
		return &block{buf: make([]byte, 0, 32<<10)}
	}
}

// recycle takes blocks that nothing refers to any more.
func (rc *receiver) recycle(blocks []*block) {
	for _, b := range blocks {
		if cap(b.buf) > 4*blockBytes {
			continue // of one very long row
		}
		select {
		case rc.spare <- b:
		default:
			return
		}
	}
}

// feedback tells upstream what is durable here until ctx ends.
func (rc *receiver) feedback(ctx context.Context) error {
	ticker := time.NewTicker(feedbackEvery)
	defer ticker.Stop()
	for {
		silent := time.Since(time.Unix(0, rc.heard.Load()))
		if err := rc.w.write(statusUpdate(rc.committed.Load(), silent > askAfter)); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-rc.kick:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// statusUpdate is CopyData with a standby status update (section 55.4).
func statusUpdate(position uint64, ask bool) []byte {
	msg := make([]byte, 0, 39)
	msg = append(msg, 'd')
	msg = binary.BigEndian.AppendUint32(msg, 38)
	msg = append(msg, pglogrepl.StandbyStatusUpdateByteID)
	for range 3 { // written, flushed, applied
		msg = binary.BigEndian.AppendUint64(msg, position)
	}
	msg = binary.BigEndian.AppendUint64(msg, uint64(time.Now().UnixMicro()-pgEpoch))
	if ask {
		return append(msg, 1)
	}
	return append(msg, 0)
}
