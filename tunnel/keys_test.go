package tunnel

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestPublicKeyLine(t *testing.T) {
	keys := newKeys(t)
	if !regexp.MustCompile(`^ssh-ed25519 [A-Za-z0-9+/]{68} materialize$`).MatchString(keys[0].Public()) {
		t.Errorf("public line %q", keys[0].Public())
	}
	if keys[0].Public() == keys[1].Public() {
		t.Error("two generated keys are equal")
	}
	again, err := KeyPairFromSeed(keys[0].Seed())
	if err != nil || again != keys[0] || again.Public() != keys[0].Public() {
		t.Errorf("kept and given back: %v %v", again == keys[0], err)
	}
	if _, err := KeyPairFromSeed([]byte("short")); err == nil || strings.Contains(err.Error(), "short") {
		t.Errorf("wrong length: %v", err)
	}
	if z := (KeyPair{}); !z.IsZero() || z.Public() != "" || z.Seed() != nil {
		t.Error("the zero value is a key")
	}
}

func TestKeyPairPrintsAMask(t *testing.T) {
	k := newKeys(t)[0]
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", k, &k, Config{Keys: [2]KeyPair{k, k}})
	}
	_ = json.NewEncoder(&out).Encode(map[string]any{"k": k, "c": Config{Keys: [2]KeyPair{k, k}}.Keys})
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "k", k, "keys", []KeyPair{k})
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "k", k, "keys", []KeyPair{k})
	seed := k.Seed()
	for what, secret := range map[string]string{
		"bytes": string(seed), "hex": hex.EncodeToString(seed), "base64": base64.StdEncoding.EncodeToString(seed),
		"decimal": strings.Trim(fmt.Sprint(seed), "[]"), "HEX": strings.ToUpper(hex.EncodeToString(seed)),
		"commas": strings.ReplaceAll(strings.Trim(fmt.Sprint(seed), "[]"), " ", ","),
	} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("a key printed as %s", what)
		}
	}
}

func TestParseHostKey(t *testing.T) {
	line := strings.TrimSuffix(newKeys(t)[0].Public(), " materialize")
	want, err := ParseHostKey(line)
	if err != nil || want.String() != line || want.Type() != "ssh-ed25519" || !strings.HasPrefix(want.Fingerprint(), "SHA256:") {
		t.Fatalf("%q: %v %v", line, want, err)
	}
	for _, text := range []string{line + " comment", "  " + line + "\n", "[127.0.0.1]:22 " + line, "host,alias " + line + " c"} {
		if got, err := ParseHostKey(text); err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	short, err := ParseHostKey(want.Fingerprint())
	if err != nil || short.String() != want.Fingerprint() || short.Type() != "" {
		t.Errorf("fingerprint: %v %v", short, err)
	}
	for _, text := range []string{"", "SHA256:", "SHA256:AAAA", "MD5:00:11", "ssh-ed25519", "ssh-ed25519 AAAA", "host", line + "\n" + line} {
		if k, err := ParseHostKey(text); err == nil {
			t.Errorf("%q read as %v", text, k)
		}
	}
}

func TestBackoffBounds(t *testing.T) {
	for _, tt := range []struct {
		transient   bool
		least, most time.Duration
	}{{true, 100 * time.Millisecond, 800 * time.Millisecond}, {false, time.Second, 30 * time.Second}} {
		var b backoff
		longest := time.Duration(0)
		for range 2000 {
			d := b.next(tt.transient)
			if d < tt.least || d > tt.most {
				t.Fatalf("transient %v: waits %s", tt.transient, d)
			}
			longest = max(longest, d)
		}
		if longest < tt.most*9/10 {
			t.Errorf("transient %v: longest wait %s", tt.transient, longest)
		}
		b.next(!tt.transient)
		if d := b.next(tt.transient); d > tt.least {
			t.Errorf("after a failure of the other kind: %s", d)
		}
	}
}
