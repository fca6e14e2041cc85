package wire

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// PacketKind is what a connection's first packet asks for.
type PacketKind uint8

// The kinds of first packets.
const (
	PacketStartup PacketKind = iota
	PacketSSL
	PacketGSSENC
	PacketCancel
)

// Codes in the place of a protocol version (PostgreSQL 15 documentation,
// section 55.7).
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSSENC = 80877104
)

// Packet is a connection's first packet.
type Packet struct {
	Kind   PacketKind
	PID    uint32 // of a cancel request
	Key    []byte // of a cancel request
	Params map[string]string
	// Negotiate tells that the client wants a newer minor version than 3.0, or
	// protocol options, which Unknown lists.
	Negotiate bool
	Unknown   []string
}

// ReadPacket reads a connection's first packet.
func ReadPacket(r *Reader) (Packet, error) {
	body, err := r.readPacket()
	if err != nil {
		return Packet{}, err
	}
	code := binary.BigEndian.Uint32(body)
	switch code {
	case codeSSL:
		return Packet{Kind: PacketSSL}, nil
	case codeGSSENC:
		return Packet{Kind: PacketGSSENC}, nil
	case codeCancel:
		var m pgproto3.CancelRequest
		if err := m.Decode(body); err != nil {
			return Packet{}, malformed(err)
		}
		return Packet{Kind: PacketCancel, PID: m.ProcessID, Key: bytes.Clone(m.SecretKey)}, nil
	}
	major, minor := code>>16, code&0xffff
	if major != 3 {
		return Packet{}, fatal(pgerr.New(pgerr.FeatureNotSupported, "unsupported frontend protocol %d.%d: server supports 3.0 to 3.0", major, minor))
	}
	p := Packet{Kind: PacketStartup, Params: map[string]string{}, Negotiate: minor > 0}
	if err := p.readParams(body[4:]); err != nil {
		return Packet{}, err
	}
	return p, nil
}

// readParams reads names and values up to an empty name, which ends the packet.
func (p *Packet) readParams(rest []byte) error {
	layout := fatal(pgerr.New(pgerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte"))
	for {
		name, after, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return layout
		}
		if len(name) == 0 {
			if len(after) != 0 {
				return layout
			}
			return nil
		}
		value, after, ok := bytes.Cut(after, []byte{0})
		if !ok {
			return layout
		}
		rest = after
		if err := types.CheckText(name); err != nil {
			return fatal(pgerr.From(err))
		}
		if err := types.CheckText(value); err != nil {
			return fatal(pgerr.From(err))
		}
		if strings.HasPrefix(string(name), "_pq_.") {
			p.Negotiate = true
			p.Unknown = append(p.Unknown, string(name))
			continue
		}
		p.Params[string(name)] = string(value)
	}
}

// SplitOptions reads the startup parameter options: command line switches -c
// name=value and --name=value, separated by spaces, which a backslash keeps.
func SplitOptions(options string) (map[string]string, error) {
	settings := map[string]string{}
	words := splitWords(options)
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "-c" && i+1 < len(words):
			i++
			word = words[i]
		case strings.HasPrefix(word, "-c"):
			word = word[2:]
		case strings.HasPrefix(word, "--"):
			word = word[2:]
		default:
			return nil, fatal(pgerr.New(pgerr.SyntaxError, "invalid command-line argument for server process: %s", word))
		}
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, fatal(pgerr.New(pgerr.SyntaxError, "-c %s requires a value", word))
		}
		settings[strings.ReplaceAll(name, "-", "_")] = value
	}
	return settings, nil
}

func splitWords(text string) []string {
	var words []string
	var word []byte
	started := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if strings.IndexByte(" \t\n\v\f\r", c) >= 0 {
			if started {
				words, word, started = append(words, string(word)), nil, false
			}
			continue
		}
		if c == '\\' && i+1 < len(text) {
			i++
			c = text[i]
		}
		word, started = append(word, c), true
	}
	if started {
		words = append(words, string(word))
	}
	return words
}
