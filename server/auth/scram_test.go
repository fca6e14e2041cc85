package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"culvert/sql/pgerr"
)

// scripted answers with given messages, and keeps what it is told.
type scripted struct {
	answers []func(request string) string
	told    []string
}

func (s *scripted) Ask(_ context.Context, request []byte) ([]byte, error) {
	answer := s.answers[0](string(request[4:]))
	s.answers = s.answers[1:]
	return []byte(answer), nil
}

func (s *scripted) Tell(request []byte) error {
	s.told = append(s.told, string(request[4:]))
	return nil
}

func initialResponse(mechanism, data string) string {
	return mechanism + "\x00" + string(binary.BigEndian.AppendUint32(nil, uint32(len(data)))) + data
}

func always(text string) func(string) string { return func(string) string { return text } }

// The example of RFC 7677, section 3.
func TestTheExchangeOfTheRFC(t *testing.T) {
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := makeVerifier("pencil", salt, 4096)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseVerifier(verifier.Text())
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{verifier: again, genuine: true, nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"}
	var first string
	client := &scripted{answers: []func(string) string{
		always(initialResponse("SCRAM-SHA-256", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")),
		func(request string) string {
			first = request
			return "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
		},
	}}
	if err := x.run(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	if first != "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096" {
		t.Errorf("server-first-message is %q", first)
	}
	if want := "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="; len(client.told) != 1 || client.told[0] != want {
		t.Errorf("server-final-message is %q", client.told)
	}
}

// speaker is a client that knows its password and may be made to cheat.
type speaker struct {
	password  string
	mechanism string
	flag      string // gs2-cbind-flag
	binding   []byte
	spoil     func(final string) string
}

func (s speaker) client() *scripted {
	bare, header := "n=,r=clientnonce", s.flag+",,"
	return &scripted{answers: []func(string) string{
		always(initialResponse(s.mechanism, header+bare)),
		func(first string) string {
			parts := strings.Split(first, ",")
			salt, _ := base64.StdEncoding.DecodeString(parts[1][2:])
			var iterations int
			fmt.Sscanf(parts[2], "i=%d", &iterations)
			without := "c=" + base64.StdEncoding.EncodeToString(append([]byte(header), s.binding...)) + "," + parts[0]
			final := without + ",p=" + proof(s.password, salt, iterations, bare+","+first+","+without)
			if s.spoil != nil {
				final = s.spoil(final)
			}
			return final
		},
	}}
}

func TestWhatAClientMayTry(t *testing.T) {
	verifier, err := NewVerifier("pencil")
	if err != nil {
		t.Fatal(err)
	}
	bound := bytes.Repeat([]byte{7}, 32)
	honest := speaker{password: "pencil", mechanism: mechanismPlain, flag: "n"}
	plus := speaker{password: "pencil", mechanism: mechanismPlus, flag: "p=tls-server-end-point", binding: bound}
	for name, c := range map[string]struct {
		change  func(*speaker)
		base    speaker
		binding []byte
		want    pgerr.Code
	}{
		"the password":                       {base: honest},
		"the password, bound":                {base: plus, binding: bound},
		"a client that cannot bind":          {base: honest, binding: bound},
		"a client that could bind":           {base: honest, change: func(s *speaker) { s.flag = "y" }},
		"a client that was told no binding":  {base: honest, binding: bound, change: func(s *speaker) { s.flag = "y" }, want: pgerr.InvalidAuthorizationSpecification},
		"another password":                   {base: honest, change: func(s *speaker) { s.password = "pen" }, want: pgerr.InvalidPassword},
		"another connection's binding":       {base: plus, binding: bound, change: func(s *speaker) { s.binding = make([]byte, 32) }, want: pgerr.InvalidAuthorizationSpecification},
		"no binding where it is promised":    {base: plus, binding: bound, change: func(s *speaker) { s.binding = nil }, want: pgerr.InvalidAuthorizationSpecification},
		"binding without TLS":                {base: plus, want: pgerr.ProtocolViolation},
		"another kind of binding":            {base: plus, binding: bound, change: func(s *speaker) { s.flag = "p=tls-unique" }, want: pgerr.ProtocolViolation},
		"a flag that is not the mechanism's": {base: plus, binding: bound, change: func(s *speaker) { s.flag = "n" }, want: pgerr.ProtocolViolation},
		"another mechanism":                  {base: honest, change: func(s *speaker) { s.mechanism = "PLAIN" }, want: pgerr.ProtocolViolation},
		"another nonce": {base: honest, change: func(s *speaker) {
			s.spoil = func(f string) string { return strings.Replace(f, ",r=c", ",r=d", 1) }
		}, want: pgerr.ProtocolViolation},
		"no proof": {base: honest, change: func(s *speaker) {
			s.spoil = func(f string) string { return f[:strings.Index(f, ",p=")] }
		}, want: pgerr.ProtocolViolation},
		"a proof of zeros": {base: honest, change: func(s *speaker) {
			s.spoil = func(f string) string {
				return f[:strings.Index(f, ",p=")] + ",p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))
			}
		}, want: pgerr.InvalidPassword},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.base
			if c.change != nil {
				c.change(&s)
			}
			roles := accounts{"joe": {Role: Role{Name: "joe"}, Login: true, Password: &verifier}}
			a := New(Options{Roles: roles, Method: Scram})
			_, err := a.Authenticate(t.Context(), Startup{User: "joe", Binding: c.binding}, s.client())
			if c.want == "" && err != nil || c.want != "" && !pgerr.Is(err, c.want) {
				t.Errorf("got %v, not %q", err, c.want)
			}
		})
	}
}

type accounts map[string]Account

func (a accounts) Account(_ context.Context, name string) (Account, bool, error) {
	account, ok := a[name]
	return account, ok, nil
}

func TestRolesThatCannotLogInFailAsAWrongPasswordDoes(t *testing.T) {
	verifier, err := NewVerifier("pencil")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	joe := Account{Role: Role{Name: "joe"}, Login: true, Password: &verifier}
	expired, fresh, silent, without := joe, joe, joe, joe
	expired.ValidUntil, fresh.ValidUntil = now, now.Add(time.Second)
	silent.Login, without.Password = false, nil
	roles := accounts{"joe": joe, "expired": expired, "fresh": fresh, "silent": silent, "without": without}
	a := New(Options{Roles: roles, Method: Scram, Now: func() time.Time { return now }})
	for user, want := range map[string]string{
		"joe": "", "fresh": "",
		"expired": `28P01: password authentication failed for user "expired"`,
		"without": `28P01: password authentication failed for user "without"`,
		"nobody":  `28P01: password authentication failed for user "nobody"`,
		"silent":  `28000: role "silent" is not permitted to log in`,
		"":        "28000: no PostgreSQL user name specified in startup packet",
	} {
		_, err := a.Authenticate(t.Context(), Startup{User: user}, speaker{password: "pencil", mechanism: mechanismPlain, flag: "n"}.client())
		got := ""
		if err != nil {
			e := pgerr.From(err)
			got = string(e.Code) + ": " + e.Message
		}
		if got != want {
			t.Errorf("%s: %q, not %q", user, got, want)
		}
	}
}

func TestTrustAcceptsRolesThatMayLogIn(t *testing.T) {
	a := New(Options{Roles: accounts{"materialize": {Role: Role{"materialize", true}, Login: true}, "silent": {}}, Method: Trust})
	role, err := a.Authenticate(t.Context(), Startup{User: "materialize"}, nil)
	if err != nil || role != (Role{"materialize", true}) {
		t.Errorf("got %v, %v", role, err)
	}
	for _, user := range []string{"", "nobody", "Materialize", "silent"} {
		if _, err := a.Authenticate(t.Context(), Startup{User: user}, nil); !pgerr.Is(err, pgerr.InvalidAuthorizationSpecification) {
			t.Errorf("%q: %v", user, err)
		}
	}
}

func TestAVerifierShowsItselfToNobody(t *testing.T) {
	v, err := NewVerifier("pencil")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%+v %#v %s", v, v, v), fmt.Sprintf("%v", struct{ V Verifier }{v})} {
		if strings.Contains(text, "$") {
			t.Errorf("it shows in %q", text)
		}
	}
	if !v.Matches("pencil") || v.Matches("pen") {
		t.Error("Matches is wrong")
	}
	for _, text := range []string{
		"", "pencil", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:c2FsdA==$a:b", "SCRAM-SHA-1" + v.Text()[13:], v.Text() + "=", v.Text()[:len(v.Text())-4],
		strings.Replace(v.Text(), "4096", "0", 1), strings.Replace(v.Text(), "4096", "99999999", 1),
	} {
		if _, err := ParseVerifier(text); err == nil {
			t.Errorf("%q is taken for a verifier", text)
		}
	}
}

func TestPasswordsAreNormalised(t *testing.T) {
	for in, want := range map[string]string{
		"pencil": "pencil", "I\u00adX": "IX", "\u00aa": "a", "\u2168": "IX", "a\u00a0b": "a b", // RFC 4013, section 3
		"tab\t": "tab\t", "\u06271": "\u06271", "\xff": "\xff", "": "", "\u00ad": "\u00ad",
	} {
		if got := prepare(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

// proof is the client's side of RFC 5802, section 3.
func proof(password string, salt []byte, iterations int, transcript string) string {
	salted, err := saltedPassword(password, salt, iterations)
	if err != nil {
		panic(err)
	}
	key := mac(salted, "Client Key")
	stored := sha256.Sum256(key)
	out := make([]byte, len(key))
	subtle.XORBytes(out, key, mac(stored[:], transcript))
	return base64.StdEncoding.EncodeToString(out)
}
