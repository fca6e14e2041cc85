// Package secrets holds sealed values that cannot be printed: the contents of
// secrets and the private keys of tunnels, encrypted at rest with a key that
// lies in a file of its own.
package secrets

import "log/slog"

const mask = "<redacted>"

// Value is a secret in the clear. It prints as a mask, whatever prints it;
// Reveal is the only way to its bytes. The zero Value is empty.
//
// The bytes are behind a pointer because fmt does not call the methods of
// values in unexported fields: it prints those by reflection, and an address
// tells nothing.
type Value struct{ p *[]byte }

// NewValue keeps b as a secret. The caller must not change b afterwards.
func NewValue(b []byte) Value { return Value{p: &b} }

// Reveal gives the bytes in the clear; they must not be changed.
func (v Value) Reveal() []byte {
	if v.p == nil {
		return nil
	}
	return *v.p
}

// RevealString gives the bytes in the clear as a string.
func (v Value) RevealString() string { return string(v.Reveal()) }

// IsZero tells whether there is no value.
func (v Value) IsZero() bool { return len(v.Reveal()) == 0 }

// String gives a mask.
func (v Value) String() string { return mask }

// GoString gives a mask.
func (v Value) GoString() string { return mask }

// MarshalJSON gives a mask.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// MarshalText gives a mask.
func (v Value) MarshalText() ([]byte, error) { return []byte(mask), nil }

// LogValue gives a mask.
func (v Value) LogValue() slog.Value { return slog.StringValue(mask) }
