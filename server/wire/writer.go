package wire

import (
	"encoding/binary"
	"io"
	"strconv"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// flushAt is the size at which a row batch's bytes go out.
const flushAt = 64 << 10

// Writer collects messages for a client until Flush. It is not safe for
// concurrent use. The first error of the connection stays; what is written
// afterwards is dropped.
type Writer struct {
	dst io.Writer
	buf []byte
	err error
}

// NewWriter writes messages to dst.
func NewWriter(dst io.Writer) *Writer { return &Writer{dst: dst, buf: make([]byte, 0, 4<<10)} }

// Flush sends what has been collected.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.dst.Write(w.buf)
	}
	if cap(w.buf) > keepBuffer {
		w.buf = make([]byte, 0, 4<<10)
	}
	w.buf = w.buf[:0]
	return w.err
}

// Err is the connection's first error.
func (w *Writer) Err() error { return w.err }

// Full tells whether enough is collected to be worth a Flush.
func (w *Writer) Full() bool { return len(w.buf) >= flushAt }

// Raw adds bytes that are messages already, or the one-byte answer to an
// SSLRequest.
func (w *Writer) Raw(b []byte) { w.buf = append(w.buf, b...) }

// Buffer gives the collected bytes for appending messages; SetBuffer takes
// them back.
func (w *Writer) Buffer() []byte { return w.buf }

// SetBuffer replaces the collected bytes by what Buffer gave, with more
// appended.
func (w *Writer) SetBuffer(b []byte) { w.buf = b }

// begin starts a message and gives where its length goes.
func (w *Writer) begin(kind byte) int {
	w.buf = append(w.buf, kind, 0, 0, 0, 0)
	return len(w.buf) - 4
}

func (w *Writer) end(at int) { binary.BigEndian.PutUint32(w.buf[at:], uint32(len(w.buf)-at)) }

func (w *Writer) cstring(s string) { w.buf = append(append(w.buf, s...), 0) }
func (w *Writer) int16(n int)      { w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(n)) }
func (w *Writer) int32(n int)      { w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(n)) }

// Bare messages have a type and nothing else.
const (
	ParseComplete   = '1'
	BindComplete    = '2'
	CloseComplete   = '3'
	NoData          = 'n'
	EmptyQuery      = 'I'
	PortalSuspended = 's'
)

// Bare adds one of the messages that are only a type.
func (w *Writer) Bare(kind byte) { w.end(w.begin(kind)) }

// Authentication adds an authentication request; body begins with its code.
// AuthenticationOk is four zeros.
func (w *Writer) Authentication(body []byte) {
	at := w.begin('R')
	w.buf = append(w.buf, body...)
	w.end(at)
}

// NegotiateVersion tells that 3.0 is the newest version, and which protocol
// options are unknown.
func (w *Writer) NegotiateVersion(unknown []string) {
	at := w.begin('v')
	w.int32(3 << 16)
	w.int32(len(unknown))
	for _, name := range unknown {
		w.cstring(name)
	}
	w.end(at)
}

// KeyData adds BackendKeyData: what a cancel request must name.
func (w *Writer) KeyData(pid, key uint32) {
	at := w.begin('K')
	w.int32(int(pid))
	w.int32(int(key))
	w.end(at)
}

// ParameterStatus reports a setting.
func (w *Writer) ParameterStatus(p Parameter) {
	at := w.begin('S')
	w.cstring(p.Name)
	w.cstring(p.Value)
	w.end(at)
}

// Ready adds ReadyForQuery with a status of 'I', 'T' or 'E'.
func (w *Writer) Ready(status byte) {
	at := w.begin('Z')
	w.buf = append(w.buf, status)
	w.end(at)
}

// Complete adds CommandComplete.
func (w *Writer) Complete(tag string) {
	at := w.begin('C')
	w.cstring(tag)
	w.end(at)
}

// ParameterDescription adds the types of a statement's parameters.
func (w *Writer) ParameterDescription(params []types.Type) {
	at := w.begin('t')
	w.int16(len(params))
	for _, t := range params {
		w.int32(int(t.OID))
	}
	w.end(at)
}

// RowDescription adds the columns of a result. formats are as in Bind: none
// for text, one for all, or one each.
func (w *Writer) RowDescription(cols []Column, formats []int16) {
	at := w.begin('T')
	w.int16(len(cols))
	for i, c := range cols {
		size := -1
		if info, ok := types.Lookup(c.Type.OID); ok {
			size = int(info.Len)
		}
		w.cstring(c.Name)
		w.int32(int(c.Table))
		w.int16(int(c.Attr))
		w.int32(int(c.Type.OID))
		w.int16(size)
		w.int32(int(c.Type.Mod))
		w.int16(int(FormatOf(formats, i)))
	}
	w.end(at)
}

// FormatOf gives the format of value i: 0 is text, 1 is binary.
func FormatOf(formats []int16, i int) int16 {
	switch {
	case len(formats) == 0:
		return 0
	case len(formats) == 1:
		return formats[0]
	}
	return formats[i]
}

// Error adds an ErrorResponse; one without a severity is an ERROR.
func (w *Writer) Error(e *pgerr.Error) { w.report('E', e, pgerr.SeverityError) }

// Notice adds a NoticeResponse; one without a severity is a NOTICE.
func (w *Writer) Notice(e *pgerr.Error) { w.report('N', e, pgerr.SeverityNotice) }

func (w *Writer) report(kind byte, e *pgerr.Error, severity pgerr.Severity) {
	if e.Severity != "" {
		severity = e.Severity
	}
	at := w.begin(kind)
	w.field('S', string(severity))
	w.field('V', string(severity))
	w.field('C', string(e.Code))
	w.field('M', e.Message)
	w.field('D', e.Detail)
	w.field('H', e.Hint)
	if e.Position > 0 {
		w.field('P', strconv.Itoa(e.Position))
	}
	w.field('W', e.Where)
	w.field('s', e.Schema)
	w.field('t', e.Table)
	w.field('c', e.Column)
	w.field('d', e.DataType)
	w.field('n', e.Constraint)
	w.buf = append(w.buf, 0)
	w.end(at)
}

// field adds a field of an error; an empty one is left out, and NUL, which
// would end it early, becomes a space.
func (w *Writer) field(code byte, text string) {
	if text == "" {
		return
	}
	w.buf = append(w.buf, code)
	start := len(w.buf)
	w.buf = append(w.buf, text...)
	for i, c := range w.buf[start:] {
		if c == 0 {
			w.buf[start+i] = ' '
		}
	}
	w.buf = append(w.buf, 0)
}
