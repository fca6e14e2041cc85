package auth

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// The codes of authentication requests (PostgreSQL 15 documentation, section
// 55.7).
const (
	requestSASL         = 10
	requestSASLContinue = 11
	requestSASLFinal    = 12
)

// The mechanisms (RFC 7677, and RFC 5802 for -PLUS).
const (
	mechanismPlain = "SCRAM-SHA-256"
	mechanismPlus  = "SCRAM-SHA-256-PLUS"
)

// channelBinding is the one kind of binding that PostgreSQL knows (RFC 5929,
// section 4).
const channelBinding = "tls-server-end-point"

// errProof is what a client hears whose password is wrong; its role is named by
// the caller.
var errProof = pgerr.New(pgerr.InvalidPassword, "password authentication failed")

// exchange is the server's side of one SCRAM exchange.
type exchange struct {
	verifier Verifier
	genuine  bool   // the role has a password; else the exchange is a show
	binding  []byte // tls-server-end-point of the connection; nil: there is none to bind to
	nonce    string // the server's part; base64

	plus        bool   // the client has chosen SCRAM-SHA-256-PLUS
	header      string // gs2-header of the client
	firstBare   string // client-first-message-bare
	serverFirst string
	fullNonce   string
}

func malformed(detail string, args ...any) error {
	return pgerr.New(pgerr.ProtocolViolation, "malformed SCRAM message").WithDetail(detail, args...)
}

// run goes through the exchange; nil says that the client has the password.
func (x *exchange) run(ctx context.Context, client Client) error {
	mechanisms := mechanismPlain + "\x00\x00"
	if x.binding != nil {
		mechanisms = mechanismPlus + "\x00" + mechanisms
	}
	answer, err := client.Ask(ctx, request(requestSASL, mechanisms))
	if err != nil {
		return err
	}
	first, err := x.initial(answer)
	if err != nil {
		return err
	}
	if err := x.readFirst(first); err != nil {
		return err
	}
	answer, err = client.Ask(ctx, request(requestSASLContinue, x.first()))
	if err != nil {
		return err
	}
	final, err := x.readFinal(string(answer))
	if err != nil {
		return err
	}
	return client.Tell(request(requestSASLFinal, final))
}

func request(code uint32, data string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, code), data...)
}

// initial reads SASLInitialResponse: the mechanism and the first message.
func (x *exchange) initial(body []byte) (string, error) {
	name, rest, ok := bytes.Cut(body, []byte{0})
	if !ok || len(rest) < 4 {
		return "", pgerr.New(pgerr.ProtocolViolation, "invalid message format")
	}
	switch mechanism := string(name); {
	case mechanism == mechanismPlain:
	case mechanism == mechanismPlus && x.binding != nil:
		x.plus = true
	default:
		return "", pgerr.New(pgerr.ProtocolViolation, "client selected an invalid SASL authentication mechanism")
	}
	size, data := int32(binary.BigEndian.Uint32(rest)), rest[4:]
	if size < 0 || int(size) != len(data) {
		return "", malformed("The message is empty or its length is wrong.")
	}
	return string(data), nil
}

// readFirst reads client-first-message (RFC 5802, section 7).
func (x *exchange) readFirst(message string) error {
	flag, rest, ok1 := strings.Cut(message, ",")
	authzid, bare, ok2 := strings.Cut(rest, ",")
	if !ok1 || !ok2 {
		return malformed("The message does not begin with a GS2 header.")
	}
	switch {
	case flag == "n" && !x.plus:
	case flag == "y" && !x.plus:
		// The client can bind and thinks that the server cannot: where the server
		// offered it, somebody has removed the offer.
		if x.binding != nil {
			return pgerr.New(pgerr.InvalidAuthorizationSpecification, "SCRAM channel binding negotiation error").
				WithDetail("The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.")
		}
	case strings.HasPrefix(flag, "p=") && x.plus:
		if flag != "p="+channelBinding {
			return pgerr.New(pgerr.ProtocolViolation, "unsupported SCRAM channel-binding type")
		}
	default:
		return malformed("The channel-binding flag does not go with the SASL mechanism.")
	}
	if authzid != "" {
		return pgerr.New(pgerr.FeatureNotSupported, "client uses authorization identity, but it is not supported")
	}
	if strings.HasPrefix(bare, "m=") {
		return pgerr.New(pgerr.FeatureNotSupported, "client requires an unsupported SCRAM extension")
	}
	user, rest, ok := strings.Cut(bare, ",")
	nonce, _, _ := strings.Cut(rest, ",")
	// The user is that of the startup packet; libpq leaves it empty here.
	if !ok || !strings.HasPrefix(user, "n=") || !strings.HasPrefix(nonce, "r=") {
		return malformed("Attributes n and r are expected.")
	}
	if nonce = nonce[2:]; nonce == "" || !printable(nonce) {
		return pgerr.New(pgerr.ProtocolViolation, "non-printable characters in SCRAM nonce")
	}
	x.header, x.firstBare, x.fullNonce = flag+","+authzid+",", bare, nonce+x.nonce
	return nil
}

func printable(text string) bool {
	for i := range len(text) {
		if text[i] < 0x21 || text[i] > 0x7e || text[i] == ',' {
			return false
		}
	}
	return true
}

// first makes server-first-message.
func (x *exchange) first() string {
	x.serverFirst = "r=" + x.fullNonce + ",s=" + base64.StdEncoding.EncodeToString(x.verifier.salt) + ",i=" + strconv.Itoa(x.verifier.iterations)
	return x.serverFirst
}

// readFinal checks client-final-message and makes server-final-message.
func (x *exchange) readFinal(message string) (string, error) {
	at := strings.LastIndex(message, ",p=")
	if at < 0 {
		return "", malformed("Attribute p is expected.")
	}
	withoutProof := message[:at]
	proof, err := base64.StdEncoding.Strict().DecodeString(message[at+3:])
	if err != nil || len(proof) != sha256.Size {
		return "", malformed("The proof is not base64 of 32 bytes.")
	}
	binding, rest, _ := strings.Cut(withoutProof, ",")
	nonce, _, _ := strings.Cut(rest, ",")
	if !strings.HasPrefix(binding, "c=") || !strings.HasPrefix(nonce, "r=") {
		return "", malformed("Attributes c and r are expected.")
	}
	expected := []byte(x.header)
	if x.plus {
		expected = append(expected, x.binding...)
	}
	if binding[2:] != base64.StdEncoding.EncodeToString(expected) {
		return "", pgerr.New(pgerr.InvalidAuthorizationSpecification, "SCRAM channel binding check failed")
	}
	if subtle.ConstantTimeCompare([]byte(nonce[2:]), []byte(x.fullNonce)) != 1 {
		return "", pgerr.New(pgerr.ProtocolViolation, "invalid SCRAM response").WithDetail("Nonce does not match.")
	}
	transcript := []string{x.firstBare, ",", x.serverFirst, ",", withoutProof}
	signature := mac(x.verifier.storedKey, transcript...)
	clientKey := make([]byte, sha256.Size)
	subtle.XORBytes(clientKey, proof, signature)
	stored := sha256.Sum256(clientKey)
	if !hmac.Equal(stored[:], x.verifier.storedKey) || !x.genuine {
		return "", errProof
	}
	return "v=" + base64.StdEncoding.EncodeToString(mac(x.verifier.serverKey, transcript...)), nil
}

// newNonce gives 18 random bytes as base64 (PostgreSQL's SCRAM_RAW_NONCE_LEN).
func newNonce() string {
	raw := make([]byte, 18)
	rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}
