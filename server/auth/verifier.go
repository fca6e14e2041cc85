package auth

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The parameters of new verifiers: PostgreSQL's SCRAM_DEFAULT_ITERATIONS and
// SCRAM_DEFAULT_SALT_LEN (src/include/common/scram-common.h).
const (
	scramIterations = 4096
	scramSaltSize   = 16
	// maxIterations and maxSaltSize bound the verifiers that clients send.
	maxIterations = 1_000_000
	maxSaltSize   = 1024
)

// scramName begins the text of a verifier, as in PostgreSQL's pg_authid.
const scramName = "SCRAM-SHA-256"

// Verifier is what a server keeps of a password (RFC 5802, section 3): it can
// check the password, and does not let anybody log in who reads it. It is
// sealed at rest all the same, since it can be attacked by guessing.
type Verifier struct {
	iterations int
	salt       []byte
	storedKey  []byte // of sha256.Size
	serverKey  []byte // of sha256.Size
}

// NewVerifier makes the verifier of a password with a new salt.
func NewVerifier(password string) (Verifier, error) {
	salt := make([]byte, scramSaltSize)
	rand.Read(salt)
	return makeVerifier(password, salt, scramIterations)
}

func makeVerifier(password string, salt []byte, iterations int) (Verifier, error) {
	salted, err := saltedPassword(password, salt, iterations)
	if err != nil {
		return Verifier{}, err
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	return Verifier{iterations: iterations, salt: salt, storedKey: stored[:], serverKey: mac(salted, "Server Key")}, nil
}

// saltedPassword is SaltedPassword of RFC 5802, section 3.
func saltedPassword(password string, salt []byte, iterations int) ([]byte, error) {
	salted, err := pbkdf2.Key(sha256.New, prepare(password), salt, iterations, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("deriving a key from a password: %w", err)
	}
	return salted, nil
}

// errNoVerifier says nothing of the text.
var errNoVerifier = errors.New("not a SCRAM-SHA-256 verifier")

// ParseVerifier reads the text of a verifier, as psql's \password sends it:
// SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>.
func ParseVerifier(text string) (Verifier, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 3 || parts[0] != scramName {
		return Verifier{}, errNoVerifier
	}
	count, salt, ok1 := strings.Cut(parts[1], ":")
	stored, server, ok2 := strings.Cut(parts[2], ":")
	if !ok1 || !ok2 {
		return Verifier{}, errNoVerifier
	}
	iterations, err := strconv.Atoi(count)
	if err != nil || iterations < 1 || iterations > maxIterations {
		return Verifier{}, errNoVerifier
	}
	v := Verifier{iterations: iterations}
	for _, field := range []struct {
		to   *[]byte
		text string
	}{{&v.salt, salt}, {&v.storedKey, stored}, {&v.serverKey, server}} {
		if *field.to, err = base64.StdEncoding.Strict().DecodeString(field.text); err != nil {
			return Verifier{}, errNoVerifier
		}
	}
	if len(v.salt) == 0 || len(v.salt) > maxSaltSize || len(v.storedKey) != sha256.Size || len(v.serverKey) != sha256.Size {
		return Verifier{}, errNoVerifier
	}
	return v, nil
}

// Text is the form that ParseVerifier reads. It is a secret.
func (v Verifier) Text() string {
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s$%d:%s$%s:%s", scramName, v.iterations, encode(v.salt), encode(v.storedKey), encode(v.serverKey))
}

// String hides the verifier from whatever prints it.
func (v Verifier) String() string { return "<redacted>" }

// GoString hides the verifier from %#v.
func (v Verifier) GoString() string { return "<redacted>" }

// Matches tells whether a verifier is that of a password.
func (v Verifier) Matches(password string) bool {
	other, err := makeVerifier(password, v.salt, v.iterations)
	return err == nil && subtle.ConstantTimeCompare(v.storedKey, other.storedKey) == 1
}

// mockVerifier is what a role that has no password shows to a client: always
// the same salt for a name, so that asking twice does not tell.
func mockVerifier(secret []byte, user string) Verifier {
	return Verifier{
		iterations: scramIterations,
		salt:       mac(secret, "salt "+user)[:scramSaltSize],
		storedKey:  mac(secret, "stored "+user), serverKey: mac(secret, "server "+user),
	}
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// prepare normalises a password as SASLprep does (RFC 4013); a password that it
// forbids is taken as it is, as PostgreSQL does.
func prepare(password string) string {
	var mapped strings.Builder
	for _, r := range password {
		switch {
		case r == unicode.ReplacementChar:
			return password // not UTF-8
		case mappedToNothing(r):
		case r > unicode.MaxASCII && unicode.Is(unicode.Zs, r), r == '\u200b':
			mapped.WriteByte(' ')
		default:
			mapped.WriteRune(r)
		}
	}
	normal := norm.NFKC.String(mapped.String())
	for _, r := range normal {
		if prohibited(r) {
			return password
		}
	}
	if normal == "" || !oneDirection(normal) {
		return password
	}
	return normal
}

// mappedToNothing are RFC 3454, table B.1.
func mappedToNothing(r rune) bool {
	switch r {
	case 0xad, 0x34f, 0x1806, 0x180b, 0x180c, 0x180d, 0x200c, 0x200d, 0x2060, 0xfeff:
		return true
	}
	return r >= 0xfe00 && r <= 0xfe0f
}

// prohibited are the characters of RFC 4013, section 2.3.
func prohibited(r rune) bool {
	switch {
	case unicode.In(r, unicode.Cc, unicode.Co, unicode.Cs, unicode.Noncharacter_Code_Point):
		return true
	case r == 0x6dd, r == 0x70f, r == 0x180e, r == 0x2028, r == 0x2029:
		return true
	case r == 0x340, r == 0x341, r >= 0x200e && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x206a && r <= 0x206f:
		return true
	case r >= 0x2061 && r <= 0x2063, r >= 0x1d173 && r <= 0x1d17a, r >= 0xfff9 && r <= 0xfffd, r >= 0x2ff0 && r <= 0x2ffb:
		return true
	}
	return r == 0xe0001 || r >= 0xe0020 && r <= 0xe007f
}

// oneDirection is the rule of RFC 3454, section 6, for text from right to left:
// no letter of the other direction, and such a character at both ends. Scripts
// stand for the table of characters.
func oneDirection(text string) bool {
	runes := []rune(text)
	right, left := false, false
	for _, r := range runes {
		if fromRight(r) {
			right = true
		} else if unicode.IsLetter(r) {
			left = true
		}
	}
	return !right || !left && fromRight(runes[0]) && fromRight(runes[len(runes)-1])
}

func fromRight(r rune) bool {
	return unicode.IsLetter(r) && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana)
}
