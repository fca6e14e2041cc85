package catalog

import (
	"slices"
	"testing"
	"time"
)

func TestHostKeysArePinnedPerConnection(t *testing.T) {
	f := start(t)
	keys := []HostKey{
		{Connection: "u2", Host: "bastion", Port: 22, PublicKey: "ssh-ed25519 AAAA", Fingerprint: "SHA256:a"},
		{Connection: "u2", Host: "bastion", Port: 65535, PublicKey: "ssh-ed25519 BBBB", Fingerprint: "SHA256:b"},
		{Connection: "u22", Host: "bastion", Port: 22, PublicKey: "ssh-ed25519 CCCC", Fingerprint: "SHA256:c"},
	}
	version := f.m.Current().Catalog.Version()
	for _, key := range keys {
		f.check(PinHostKey(t.Context(), f.conn, key, time.Unix(1, 0)))
	}
	f.reopen()
	expect := func(connection ID, want ...HostKey) {
		t.Helper()
		got, err := HostKeys(t.Context(), f.conn, connection)
		f.check(err)
		slices.SortFunc(got, func(a, b HostKey) int { return int(a.Port) - int(b.Port) })
		if !slices.Equal(got, want) {
			t.Errorf("the keys of %s are %v, not %v", connection, got, want)
		}
	}
	expect("u2", keys[0], keys[1])
	expect("u22", keys[2])
	expect("u3")
	f.check(ForgetHostKeys(t.Context(), f.conn, "u2"))
	expect("u2")
	expect("u22", keys[2])
	if f.m.Current().Catalog.Version() != version {
		t.Error("pinning a key moves the catalog's version")
	}
}
