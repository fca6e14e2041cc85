package main_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"culvert/testenv"
)

// tunnelRow is a row of culvert.tunnels by column; NULL is "NULL".
type tunnelRow map[string]string

var tunnelColumns = []string{
	"connection_id", "name", "host", "port", `"user"`, "private", "state", "since", "host_key", "users", "bytes_in", "bytes_out",
	"reconnects", "last_error", "hint", "next_try", "since > now() - interval '1 minute'", "next_try - now() BETWEEN interval '0' AND interval '31 s'",
}

// tunnelStory is a world whose tunnels are looked at.
type tunnelStory struct{ *world }

// tunnels reads the rows for the bastion at a host.
func (w *tunnelStory) tunnels(host string) []tunnelRow {
	w.t.Helper()
	var rows []tunnelRow
	for _, values := range w.culvert.MustQuery(w.t, "SELECT "+strings.Join(tunnelColumns, ", ")+" FROM culvert.tunnels WHERE host = '"+host+"'") {
		row := tunnelRow{}
		for i, name := range tunnelColumns {
			row[name] = values[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// tunnelBecomes waits until the bastion's only row has the values wanted.
func (w *tunnelStory) tunnelBecomes(host string, within time.Duration, want tunnelRow) tunnelRow {
	w.t.Helper()
	var found tunnelRow
	testenv.Eventually(w.t, within, func() error {
		rows := w.tunnels(host)
		if len(rows) != 1 {
			return fmt.Errorf("%d rows: %v", len(rows), rows)
		}
		found = rows[0]
		for name, value := range want {
			if !strings.HasPrefix(found[name], value) {
				return fmt.Errorf("%s should be %q: %v", name, value, found)
			}
		}
		return nil
	})
	return found
}

func (r tunnelRow) number(t *testing.T, name string) int {
	t.Helper()
	n, err := strconv.Atoi(r[name])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTunnelsAreShown reads culvert.tunnels while a tunnel works, is lost, is
// refused, and moves to another bastion.
func TestTunnelsAreShown(t *testing.T) {
	t.Parallel()
	w := &tunnelStory{newWorld(t, "")}
	w.createSource()
	host := w.bastion.Host()
	id := w.culvert.MustQuery(t, "SELECT id FROM mz_connections WHERE name = 't'")[0][0]
	working := tunnelRow{
		"connection_id": id, "name": "t", "port": fmt.Sprint(w.bastion.Port()), `"user"`: w.bastion.User(), "private": "f", "state": "connected",
		"host_key": w.fingerprint(), "users": "1", "reconnects": "0", "last_error": "NULL", "hint": "NULL", "next_try": "NULL",
		tunnelColumns[16]: "t",
	}
	first := w.tunnelBecomes(host, 10*time.Second, working) // the snapshot's connections close
	w.pg.MustExec(t, "INSERT INTO events SELECT repeat('x', 1000), 1 FROM generate_series(1, 100)")
	w.mark(10 * time.Second)
	testenv.Eventually(t, 10*time.Second, func() error {
		now := w.tunnels(host)[0]
		in, out := now.number(t, "bytes_in")-first.number(t, "bytes_in"), now.number(t, "bytes_out")-first.number(t, "bytes_out")
		if in < 100_000 || out <= 0 || now["since"] != first["since"] {
			return fmt.Errorf("100 kB later: %v", now)
		}
		return nil
	})

	w.must(w.bastion.KillSessions())
	again := w.tunnelBecomes(host, 5*time.Second, tunnelRow{"state": "connected", "reconnects": "1", "users": "1", "last_error": "NULL"})
	if again["since"] == first["since"] {
		t.Errorf("connected anew, and still since %s", again["since"])
	}
	w.must(w.bastion.Kill())
	w.tunnelBecomes(host, 5*time.Second, tunnelRow{
		"state": "backoff", "host_key": "NULL", "users": "0", "reconnects": "1", "hint": "Check HOST and PORT of connection t", tunnelColumns[17]: "t",
		"last_error": "failed to connect to the remote host: connect to host " + host + " port " + fmt.Sprint(w.bastion.Port()) + ": Connection refused",
	})
	keys := w.keys()
	w.must(w.bastion.SetAuthorizedKeys())
	w.must(w.bastion.Start(t.Context()))
	w.tunnelBecomes(host, 5*time.Second, tunnelRow{"state": "refused", "last_error": "failed to connect to the remote host: " + w.bastion.User() + "@", tunnelColumns[17]: "t"})
	w.must(w.bastion.SetAuthorizedKeys(keys...))
	w.exec("VALIDATE CONNECTION t")
	w.mark(5 * time.Second)
	w.tunnelBecomes(host, 5*time.Second, tunnelRow{"state": "connected", "reconnects": "2", "last_error": "NULL", "next_try": "NULL", "users": "1"})
	w.moveToAnotherBastion(keys)
	w.shareOneLogin()
}

// moveToAnotherBastion alters the tunnel's host while a source uses it: what is
// dialled from then on takes the new bastion, and the old connection is drained.
func (w *tunnelStory) moveToAnotherBastion(keys []string) {
	w.t.Helper()
	old := w.bastion
	w.bastion = testenv.NewBastion(w.t, testenv.BastionOptions{
		Hosts: map[string]string{hiddenName: w.proxy.Host()}, AuthorizedKeys: keys, MaxStartups: "2",
	})
	w.exec(fmt.Sprintf("ALTER CONNECTION t SET (HOST '%s'), SET (PORT %d)", w.bastion.Host(), w.bastion.Port()))
	altered := time.Now()
	w.exec("VALIDATE CONNECTION c")
	w.tunnelBecomes(w.bastion.Host(), time.Second, tunnelRow{"state": "connected", "host_key": w.fingerprint()})
	w.mark(5 * time.Second) // the source goes on, by whichever
	testenv.Eventually(w.t, 15*time.Second, func() error {
		if n, rows := old.Sessions(), w.tunnels(old.Host()); n != 0 || len(rows) != 0 {
			return fmt.Errorf("%d sessions at the old bastion: %v", n, rows)
		}
		return nil
	})
	if took := time.Since(altered); took > 12*time.Second {
		w.t.Errorf("the old connection was drained after %v", took)
	}
	if took := w.mark(10 * time.Second); took > backWithin {
		w.t.Errorf("rows flowed through the new bastion after %v", took)
	}
	w.same()
}

// shareOneLogin has several sources behind a bastion that takes few logins at a
// time, also when all of them come back at once.
func (w *tunnelStory) shareOneLogin() {
	w.t.Helper()
	for i := range 3 {
		w.pg.MustExec(w.t, fmt.Sprintf("CREATE TABLE more_%d (id int PRIMARY KEY); INSERT INTO more_%[1]d SELECT generate_series(1, 10)", i))
		w.pg.MustExec(w.t, fmt.Sprintf("CREATE PUBLICATION more_%d FOR TABLE more_%[1]d", i))
		w.exec(fmt.Sprintf("CREATE SOURCE s%d FROM POSTGRES CONNECTION c (PUBLICATION 'more_%[1]d') FOR ALL TABLES", i))
	}
	for round := range 3 {
		if round == 1 {
			w.must(w.bastion.KillSessions())
		}
		if round == 2 {
			w.must(w.bastion.Restart(w.t.Context()))
		}
		for i := range 3 {
			w.pg.MustExec(w.t, fmt.Sprintf("INSERT INTO more_%d VALUES (%d)", i, 100+round))
			testenv.Eventually(w.t, 20*time.Second, func() error {
				n, err := w.culvert.Query(w.t.Context(), fmt.Sprintf("SELECT count(*) FROM more_%d", i))
				if err == nil && n[0][0] != fmt.Sprint(11+round) {
					err = fmt.Errorf("%s rows in round %d", n[0][0], round)
				}
				return err
			})
		}
		w.mark(10 * time.Second)
		if n := w.bastion.Sessions(); n != 1 {
			w.t.Errorf("%d SSH connections for four sources", n)
		}
	}
}

// TestATunnelFromItsMakingToItsDrop follows a tunnel: what VALIDATE says of wrong
// settings, keys that outlive restarts, rotated ones too, and DROP.
func TestATunnelFromItsMakingToItsDrop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	host, port, user := w.bastion.Host(), w.bastion.Port(), w.bastion.User()
	w.refused("ALTER CONNECTION c SET (SSH TUNNEL johto)", "unknown catalog item 'johto'")
	w.refused("ALTER CONNECTION c SET (SSH TUNNEL c)", "c is not an SSH connection")
	for _, wrong := range []struct{ set, back, says string }{
		{"HOST 'nowhere.invalid'", "HOST '" + host + "'", remote + "Could not resolve hostname nowhere.invalid"},
		{"PORT 1", fmt.Sprintf("PORT %d", port), remote + "connect to host " + host + " port 1: Connection refused"},
		{"USER 'invalid'", "USER '" + user + "'", remote + "invalid@" + host + ": Permission denied (publickey)."},
	} {
		w.exec("ALTER CONNECTION t SET (" + wrong.set + ")")
		w.refused("VALIDATE CONNECTION t", wrong.says)
		w.refused("VALIDATE CONNECTION c", wrong.says)
		w.refused(createSource, wrong.says)
		w.exec("ALTER CONNECTION t SET (" + wrong.back + ")")
	}
	w.exec("VALIDATE CONNECTION t")
	w.createSource()

	keys := w.keys()
	for range 2 {
		w.must(w.culvert.Restart(t.Context()))
		if now := w.keys(); !slices.Equal(now, keys) {
			t.Fatalf("the keys changed over a restart: %v, %v", keys, now)
		}
		w.exec("VALIDATE CONNECTION c")
		w.same()
		w.exec("ALTER CONNECTION t ROTATE KEYS")
		rotated := w.keys()
		if rotated[0] != keys[1] || slices.Contains(keys, rotated[1]) {
			t.Fatalf("%v rotated to %v", keys, rotated)
		}
		w.must(w.bastion.SetAuthorizedKeys(rotated[1]))
		w.exec("VALIDATE CONNECTION c")
		w.must(w.bastion.SetAuthorizedKeys(rotated[0]))
		w.exec("VALIDATE CONNECTION t")
		keys = rotated
	}
	w.refused("DROP CONNECTION t", "still depended upon by")
	w.exec("DROP CONNECTION t CASCADE")
	w.noSlots(10 * time.Second)
	w.noCleanups() // which need the tunnel, also after a restart
	w.must(w.culvert.Restart(t.Context()))
	for _, relation := range []string{"mz_ssh_tunnel_connections", "mz_connections", "mz_sources WHERE id LIKE 'u%'", "culvert.tunnels", "culvert.host_keys"} {
		if rows := w.culvert.MustQuery(t, "SELECT * FROM "+relation); len(rows) != 0 {
			t.Errorf("%s after the drop: %v", relation, rows)
		}
	}
}
