package server

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"culvert/server/wire"
	"culvert/sql/pgerr"
)

// spillMemory is what a spill holds before it goes to a file.
const spillMemory = 256 << 10

// spill holds DataRow messages of a portal that outlives its statement: in
// memory while they are few, then in a file without a name.
type spill struct {
	dir   string
	limit int64
	size  int64
	mem   []byte
	file  *os.File
	w     *bufio.Writer
	r     io.Reader
}

func newSpill(dir string, limit int64) *spill { return &spill{dir: dir, limit: limit} }

func (sp *spill) write(b []byte) error {
	if sp.size += int64(len(b)); sp.size > sp.limit {
		return pgerr.New(pgerr.ConfigurationLimitExceeded, "suspended portal exceeds %d bytes", sp.limit).
			WithHint("Fetch the rest of its rows before another statement runs.")
	}
	if sp.file == nil && len(sp.mem)+len(b) <= spillMemory {
		sp.mem = append(sp.mem, b...)
		return nil
	}
	if sp.file == nil {
		if err := sp.open(); err != nil {
			return err
		}
	}
	if _, err := sp.w.Write(b); err != nil {
		return pgerr.Wrap(err, pgerr.DiskFull, "could not write the rows of a suspended portal")
	}
	return nil
}

// open moves what is in memory to a file that goes away with its handle.
func (sp *spill) open() error {
	f, err := os.CreateTemp(sp.dir, "portal-")
	if err != nil {
		return pgerr.Wrap(err, pgerr.IOError, "could not create a file for a suspended portal")
	}
	sp.file = f
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("removing the name of a spill file: %w", err)
	}
	sp.w = bufio.NewWriterSize(f, 64<<10)
	_, err = sp.w.Write(sp.mem)
	sp.mem = nil
	return err
}

// rewind ends writing and begins reading.
func (sp *spill) rewind() error {
	if sp.file == nil {
		return nil
	}
	if err := sp.w.Flush(); err != nil {
		return pgerr.Wrap(err, pgerr.DiskFull, "could not write the rows of a suspended portal")
	}
	sp.w = nil
	if _, err := sp.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading a spill file: %w", err)
	}
	sp.r = bufio.NewReaderSize(sp.file, 64<<10)
	return nil
}

// next appends the next DataRow message to dst; ok is false at the end.
func (sp *spill) next(dst []byte) (out []byte, ok bool, err error) {
	const header = 5 // type and length
	if sp.r == nil {
		if len(sp.mem) == 0 {
			return dst, false, nil
		}
		n := 1 + int(binary.BigEndian.Uint32(sp.mem[1:]))
		dst = append(dst, sp.mem[:n]...)
		sp.mem = sp.mem[n:]
		return dst, true, nil
	}
	var head [header]byte
	if _, err := io.ReadFull(sp.r, head[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return dst, false, nil
		}
		return dst, false, fmt.Errorf("reading a spill file: %w", err)
	}
	dst = append(dst, head[:]...)
	at := len(dst)
	dst = append(dst, make([]byte, int(binary.BigEndian.Uint32(head[1:]))+1-header)...)
	if _, err := io.ReadFull(sp.r, dst[at:]); err != nil {
		return dst[:at-header], false, fmt.Errorf("reading a spill file: %w", err)
	}
	return dst, true, nil
}

// send writes rows, at most limit of them (0: all).
func (sp *spill) send(out *wire.Writer, limit int64, p *portal) (sent int64, err error) {
	for limit == 0 || sent < limit {
		buf, ok, err := sp.next(out.Buffer())
		out.SetBuffer(buf)
		if err != nil {
			return sent, err
		}
		if !ok {
			p.atEnd = true
			return sent, nil
		}
		sent++
		if out.Full() {
			if err := out.Flush(); err != nil {
				return sent, err
			}
		}
	}
	return sent, nil
}

func (sp *spill) close() {
	if sp.file != nil {
		sp.file.Close() // its name is gone already
		sp.file = nil
	}
	sp.mem, sp.r = nil, nil
}
