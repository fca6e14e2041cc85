package tunnel

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"golang.org/x/crypto/ssh"
)

// keyMask stands for a key pair in whatever prints it.
const keyMask = "<ssh key pair>"

// keyComment ends the public line; scripts of the dialect expect it.
const keyComment = "materialize"

// KeyPair is an Ed25519 key pair. It prints as a mask in every way that fmt,
// encoding/json and log/slog know; Public and Seed are the only ways to its
// halves. The zero value is no key. It is comparable and immutable.
type KeyPair struct {
	seed [ed25519.SeedSize]byte
	set  bool
}

// GenerateKeyPair makes a new random key pair.
func GenerateKeyPair() (KeyPair, error) {
	k := KeyPair{set: true}
	if _, err := rand.Read(k.seed[:]); err != nil {
		return KeyPair{}, fmt.Errorf("generating an ssh key: %w", err)
	}
	return k, nil
}

// KeyPairFromSeed gives back the pair whose Seed was kept: 32 bytes.
func KeyPairFromSeed(seed []byte) (KeyPair, error) {
	if len(seed) != ed25519.SeedSize {
		return KeyPair{}, fmt.Errorf("an ssh key pair is kept as %d bytes, got %d", ed25519.SeedSize, len(seed))
	}
	k := KeyPair{set: true}
	copy(k.seed[:], seed)
	return k, nil
}

// Seed gives the private half (RFC 8032's 32-byte private key) for a sealed
// store, nil for the zero value. It must go nowhere else.
func (k KeyPair) Seed() []byte {
	if !k.set {
		return nil
	}
	return append([]byte(nil), k.seed[:]...)
}

// IsZero tells whether k holds no key.
func (k KeyPair) IsZero() bool { return !k.set }

// Public gives the line for authorized_keys, without a line end:
// `ssh-ed25519 <base64> materialize`; "" for the zero value.
func (k KeyPair) Public() string {
	signer, err := k.signer()
	if err != nil {
		return ""
	}
	line := ssh.MarshalAuthorizedKey(signer.PublicKey())
	return strings.TrimSuffix(string(line), "\n") + " " + keyComment
}

func (k KeyPair) signer() (ssh.Signer, error) {
	if !k.set {
		return nil, fmt.Errorf("no ssh key")
	}
	return ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(k.seed[:]))
}

// String prints a mask.
func (KeyPair) String() string { return keyMask }

// GoString prints a mask.
func (KeyPair) GoString() string { return keyMask }

// Format prints a mask for every verb.
func (KeyPair) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, keyMask) }

// MarshalJSON prints a mask.
func (KeyPair) MarshalJSON() ([]byte, error) { return []byte(`"` + keyMask + `"`), nil }

// LogValue prints a mask.
func (KeyPair) LogValue() slog.Value { return slog.StringValue(keyMask) }
