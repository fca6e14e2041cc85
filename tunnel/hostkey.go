package tunnel

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// HostKey is a bastion's public key, or only its fingerprint where that is all
// a person gave. It is comparable and immutable.
type HostKey struct {
	line        string // "<type> <base64>", "" when only the fingerprint is known
	fingerprint string // "SHA256:<43 characters of base64>"
}

const fingerprintPrefix = "SHA256:"

// ParseHostKey reads a host key as people have it: a fingerprint
// `SHA256:…` (ssh-keygen -l), a public key `ssh-ed25519 AAAA…` with or without
// a comment, or a line of known_hosts or ssh-keyscan.
func ParseHostKey(text string) (HostKey, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, fingerprintPrefix) {
		sum, err := base64.RawStdEncoding.DecodeString(text[len(fingerprintPrefix):])
		if err != nil || len(sum) != 32 {
			return HostKey{}, fmt.Errorf("invalid host key fingerprint %q", text)
		}
		return HostKey{fingerprint: text}, nil
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		// known_hosts and ssh-keyscan put the host names first.
		if _, rest, ok := strings.Cut(text, " "); ok {
			key, _, _, _, err = ssh.ParseAuthorizedKey([]byte(rest))
		}
	}
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return HostKey{}, fmt.Errorf("invalid host key %q", text)
	}
	return hostKeyOf(key), nil
}

func hostKeyOf(key ssh.PublicKey) HostKey {
	return HostKey{
		line:        strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))),
		fingerprint: ssh.FingerprintSHA256(key),
	}
}

// String gives `<type> <base64>`, or the fingerprint when that is all that is
// known. ParseHostKey reads it back.
func (k HostKey) String() string {
	if k.line != "" {
		return k.line
	}
	return k.fingerprint
}

// Fingerprint gives `SHA256:…` as ssh-keygen -l prints it; "" for the zero value.
func (k HostKey) Fingerprint() string { return k.fingerprint }

// Type gives the key's type, such as ssh-ed25519; "" when only the fingerprint is known.
func (k HostKey) Type() string {
	typ, _, _ := strings.Cut(k.line, " ")
	return typ
}

func (k HostKey) matches(key ssh.PublicKey) bool {
	if k.line == "" {
		return k.fingerprint == ssh.FingerprintSHA256(key)
	}
	_, b64, _ := strings.Cut(k.line, " ")
	wire, err := base64.StdEncoding.DecodeString(b64)
	return err == nil && bytes.Equal(wire, key.Marshal())
}

// HostKeyPolicy says which host keys a connection takes. The zero value learns
// the key at the first successful login and pins it in the HostKeyStore.
type HostKeyPolicy struct {
	Off    bool      // take any key and learn none: for bastions that are made anew
	Pinned []HostKey // pinned by hand: exactly these, the store is not asked
}

func (p HostKeyPolicy) equal(q HostKeyPolicy) bool {
	return p.Off == q.Off && slices.Equal(p.Pinned, q.Pinned)
}

// allows tells whether a live connection to a bastion with this key may stay
// when p becomes the policy. A learnt key is never in question: only a new
// login consults the store.
func (p HostKeyPolicy) allows(key HostKey) bool {
	if p.Off || len(p.Pinned) == 0 {
		return true
	}
	return slices.ContainsFunc(p.Pinned, func(k HostKey) bool { return k.fingerprint == key.fingerprint })
}

// HostKeyStore keeps the host keys that were learnt, by connection, host and
// port. It must be safe for concurrent use; a call may block until ctx ends.
type HostKeyStore interface {
	// Lookup gives the pinned keys; none means that the next successful login is trusted.
	Lookup(ctx context.Context, connectionID, host string, port uint16) ([]HostKey, error)
	// Learn pins a key after a successful login. When a key is pinned already
	// (two first logins at once), an equal one is nil, another an error.
	Learn(ctx context.Context, connectionID, host string, port uint16, key HostKey) error
}

// hostKeyFamilies are the host key algorithms offered to bastions, newest
// first, as OpenSSH's clients order them. Certificates are left out: what is
// pinned is a key.
var hostKeyFamilies = [][]string{
	{ssh.KeyAlgoED25519},
	{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521},
	{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256},
}

// algorithmOffers gives the lists of host key algorithms to offer, one per
// attempt. The type of a pinned key comes first, or a bastion with several
// keys would show another one and look changed. A bare fingerprint does not
// tell its type: then each family is asked for by itself.
func algorithmOffers(pins []HostKey) [][]string {
	if len(pins) == 0 {
		return [][]string{slices.Concat(hostKeyFamilies...)}
	}
	var known, rest []string
	for _, family := range hostKeyFamilies {
		for _, algo := range family {
			if slices.ContainsFunc(pins, func(k HostKey) bool { return k.Type() == keyTypeOf(algo) }) {
				known = append(known, algo)
			} else {
				rest = append(rest, algo)
			}
		}
	}
	if len(known) == 0 {
		return hostKeyFamilies
	}
	return [][]string{append(known, rest...)}
}

// keyTypeOf maps a signature algorithm to the type of its key (RFC 8332: one
// RSA key signs with several algorithms).
func keyTypeOf(algo string) string {
	if algo == ssh.KeyAlgoRSASHA256 || algo == ssh.KeyAlgoRSASHA512 {
		return ssh.KeyAlgoRSA
	}
	return algo
}
