package schemaregistry

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"culvert/catalog/secrets"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

func direct(ctx context.Context, network, addr string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, addr)
}

func newClient(t *testing.T, p Params, dial DialFunc) *Client {
	t.Helper()
	c, err := New(p, dial)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func fake(t *testing.T, opts ...srfake.Option) *srfake.Registry {
	t.Helper()
	r := srfake.New(opts...)
	t.Cleanup(r.Close)
	return r
}

func TestReferencesComeBeforeWhatNeedsThem(t *testing.T) {
	r := fake(t)
	seed := func(subject string, id int, text string, refs ...sr.SchemaReference) {
		r.SeedSchema(subject, 1, id, sr.Schema{Schema: text, Type: sr.TypeProtobuf, References: refs})
	}
	seed("c", 1, "C")
	seed("b", 2, "B", sr.SchemaReference{Name: "c.proto", Subject: "c", Version: 1})
	seed("a", 3, "A", sr.SchemaReference{Name: "b.proto", Subject: "b", Version: 1}, sr.SchemaReference{Name: "c.proto", Subject: "c", Version: 1})
	c := newClient(t, Params{URL: r.URL()}, direct)
	ctx := context.Background()
	byID, err := c.ByID(ctx, 3)
	if err != nil {
		t.Fatal(err)
	}
	latest, err := c.ByVersion(ctx, "a", Latest)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Schema{byID, latest} {
		if len(s.References) != 2 || s.References[0].Name != "c.proto" || s.References[1].Name != "b.proto" || s.References[1].Text != "B" {
			t.Errorf("references %+v", s.References)
		}
		if s.ID != 3 || s.Type != Protobuf || s.Text != "A" {
			t.Errorf("schema %+v", s)
		}
	}
	if latest.Version != 1 || latest.Subject != "a" {
		t.Errorf("latest is version %d of %q", latest.Version, latest.Subject)
	}
}

func TestAnIDIsAskedForOnce(t *testing.T) {
	r := fake(t)
	r.SeedSchema("s", 1, 7, sr.Schema{Schema: `"string"`})
	var asked atomic.Int32
	r.Intercept(func(http.ResponseWriter, *http.Request) bool { asked.Add(1); return false })
	c := newClient(t, Params{URL: r.URL()}, direct)
	for range 3 {
		s, err := c.ByID(context.Background(), 7)
		if err != nil || s.Text != `"string"` || s.Type != Avro {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("the registry was asked %d times", asked.Load())
	}
}

func TestErrorsNameWhatFailed(t *testing.T) {
	ctx := context.Background()
	const password = "correct horse"
	good := "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:"+password))
	r := fake(t, srfake.WithAuth(good))
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/subjects":
			fmt.Fprint(w, "<html>welcome</html>")
		case "/schemas/ids/1":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			http.NotFound(w, q)
		}
	}))
	t.Cleanup(plain.Close)
	broken := errors.New("the tunnel broke")
	in := func(p Params) *Client { return newClient(t, p, direct) }
	login := Params{URL: r.URL(), Username: "ann", Password: secrets.NewValue([]byte(password))}
	wrong := login
	wrong.Password = secrets.NewValue([]byte("wrong horse"))
	tests := []struct {
		name   string
		ask    func() error
		reason Reason
		text   string
	}{
		{"right password", func() error { return in(login).Check(ctx) }, 0, ""},
		{"no password", func() error { return in(Params{URL: r.URL()}).Check(ctx) }, Unauthorized, "authentication failed (401)"},
		{"wrong password", func() error { return in(wrong).Check(ctx) }, Unauthorized, "permission denied (403)"},
		{"unknown subject", func() error { _, err := in(login).ByVersion(ctx, "t-value", Latest); return err }, NotFound, `has no subject "t-value"`},
		{"unknown ID", func() error { _, err := in(login).ByID(ctx, 99); return err }, NotFound, "has no schema with ID 99"},
		{"dial", func() error {
			return newClient(t, login, func(context.Context, string, string) (net.Conn, error) { return nil, broken }).Check(ctx)
		}, Unreachable, "cannot be reached: the tunnel broke"},
		{"no registry", func() error { return in(Params{URL: plain.URL}).Check(ctx) }, Invalid, "is it a schema registry?"},
		{"404 without code", func() error { _, err := in(Params{URL: plain.URL}).ByID(ctx, 2); return err }, Invalid, "answered 404 for schema with ID 2"},
		{"503", func() error { _, err := in(Params{URL: plain.URL}).ByID(ctx, 1); return err }, Unavailable, "cannot answer for schema with ID 1 now (503)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.ask()
			if test.text == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Reason != test.reason || !strings.Contains(err.Error(), test.text) {
				t.Fatalf("%v; want reason %d and %q", err, test.reason, test.text)
			}
			if strings.Contains(err.Error(), "horse") {
				t.Errorf("the error holds the password: %v", err)
			}
			if test.name == "dial" && !errors.Is(err, broken) {
				t.Error("the dial's error cannot be reached")
			}
		})
	}
}

func TestTLSChecksTheRealName(t *testing.T) {
	server := httptest.NewTLSServer(srfake.NewRegistry().Handler())
	t.Cleanup(server.Close)
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	var dialled atomic.Value
	tunnel := func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialled.Store(addr)
		return direct(ctx, network, server.Listener.Addr().String())
	}
	ctx := context.Background()
	if err := newClient(t, Params{URL: "https://example.com", SSLCA: authority}, tunnel).Check(ctx); err != nil {
		t.Errorf("the name of the certificate is refused: %v", err)
	}
	if dialled.Load() != "example.com:443" {
		t.Errorf("dialled %v", dialled.Load())
	}
	err := newClient(t, Params{URL: "https://registry.internal:8443", SSLCA: authority}, tunnel).Check(ctx)
	if err == nil || !strings.Contains(err.Error(), "not registry.internal") || !IsTransient(err) {
		t.Errorf("another name: %v", err)
	}
	if dialled.Load() != "registry.internal:8443" {
		t.Errorf("dialled %v", dialled.Load())
	}
	if err := newClient(t, Params{URL: "https://example.com"}, tunnel).Check(ctx); err == nil {
		t.Error("an unknown authority is trusted")
	}
}

func TestADeadServerTimesOut(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err = newClient(t, Params{URL: "http://" + silent.Addr().String()}, direct).Check(ctx)
	if !IsTransient(err) || !strings.Contains(err.Error(), "timed out") {
		t.Error(err)
	}
}

func TestParamsAreChecked(t *testing.T) {
	for _, test := range []struct {
		p    Params
		text string
	}{
		{Params{}, "must specify URL"},
		{Params{URL: "ftp://r"}, "must begin with http"},
		{Params{URL: "http://:8081"}, "must specify domain name"},
		{Params{URL: "http://r/path"}, "empty path"},
		{Params{URL: "http://u:secret@r"}, "use USERNAME"},
		{Params{URL: "https://r", SSLCert: "x"}, "both SSL KEY and SSL CERTIFICATE"},
		{Params{URL: "https://r", SSLCA: "x"}, "no certificate in PEM"},
	} {
		if _, err := New(test.p, direct); err == nil || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v; want %q", test.p, err, test.text)
		}
	}
}
