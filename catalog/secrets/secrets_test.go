package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newSealer(t *testing.T) *Sealer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := CreateKey(path); err != nil {
		t.Fatal(err)
	}
	s, err := OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASecretIsNeverPrinted(t *testing.T) {
	v := NewValue([]byte("hunter2"))
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "in", struct{ V Value }{v})
	js, err := json.Marshal(map[string]any{"v": v})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(v), fmt.Sprintf("%v %+v %#v %s %q", v, v, v, v, v),
		fmt.Sprintf("%v %+v %#v", struct{ V Value }{v}, &struct{ V Value }{v}, struct{ V Value }{v}),
		fmt.Sprintf("%v %+v %#v", struct{ v Value }{v}, &struct{ v Value }{v}, []struct{ v Value }{{v}}),
		string(js), log.String(),
	} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "104 117") {
			t.Errorf("the secret shows in %q", text)
		}
	}
	if v.RevealString() != "hunter2" {
		t.Error("Reveal does not give the secret")
	}
}

func TestWhatIsSealedOpensOnlyWithItsKeyAndForItsPlace(t *testing.T) {
	s := newSealer(t)
	sealed, err := s.Seal(NewValue([]byte("hunter2")), "u1")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealed), "hunter2") {
		t.Fatal("sealed in the clear")
	}
	v, err := s.Open(sealed, "u1")
	if err != nil || v.RevealString() != "hunter2" {
		t.Fatalf("opened %v, %v", v, err)
	}
	if _, err := s.Open(sealed, "u2"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("opened for another place: %v", err)
	}
	if _, err := newSealer(t).Open(sealed, "u1"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("opened with another key: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := s.Open(sealed, "u1"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("opened a damaged value: %v", err)
	}
}

func TestTheKeyFileIsPrivateAndNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := OpenKey(path); !errors.Is(err, ErrNoKey) {
		t.Fatalf("missing file: %v", err)
	}
	if err := CreateKey(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if err := CreateKey(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second key: %v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Error("the key was replaced")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(path); !errors.Is(err, ErrLooseKey) {
		t.Errorf("a loose key file: %v", err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("hunter2"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(path); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a file that holds no key: %v", err)
	}
}
