package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Sealer encrypts and decrypts values with AES-256-GCM (Tink's AEAD). It is
// safe for concurrent use.
type Sealer struct{ aead tink.AEAD }

// Errors of opening the key file and of unsealing.
var (
	// ErrNoKey: the key file does not exist.
	ErrNoKey = errors.New("the secrets key file does not exist")
	// ErrWrongKey: the key does not open what was sealed.
	ErrWrongKey = errors.New("the secrets key does not open the sealed values of this data directory")
	// ErrLooseKey: others than its owner may read the key file.
	ErrLooseKey = errors.New("the secrets key file may be read by others than its owner")
)

// CreateKey writes a new key to path, mode 0600, and fails if the file exists.
func CreateKey(path string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("making a secrets key: %w", err)
	}
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
		return fmt.Errorf("writing a secrets key: %w", err)
	}
	return writeNew(path, text.Bytes())
}

// writeNew makes a file that is either whole and durable or not there.
func writeNew(path string, content []byte) error {
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	if _, err := f.Write(content); err != nil {
		f.Close()
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(temp, path); err != nil { // unlike Rename, never replaces a key
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// OpenKey reads the key at path. Errors: ErrNoKey, ErrLooseKey, or that the
// file holds no key.
func OpenKey(path string) (*Sealer, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, ErrNoKey)
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrLooseKey)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s holds no secrets key", path) // the cause might quote the file
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("%s holds no key for AES-256-GCM", path)
	}
	return &Sealer{aead: primitive}, nil
}

// Seal encrypts a value for the place it is stored in (an object ID): it can
// be opened for that place only, so that swapping sealed values is noticed.
func (s *Sealer) Seal(v Value, place string) ([]byte, error) {
	sealed, err := s.aead.Encrypt(v.Reveal(), []byte(place))
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", place, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for place. A wrong key, place or content is
// ErrWrongKey.
func (s *Sealer) Open(sealed []byte, place string) (Value, error) {
	plain, err := s.aead.Decrypt(sealed, []byte(place))
	if err != nil {
		return Value{}, fmt.Errorf("opening %s: %w", place, ErrWrongKey)
	}
	return NewValue(plain), nil
}
