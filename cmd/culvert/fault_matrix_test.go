package main_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"culvert/testenv"
)

// bastionFault is something that happens to a bastion, and how it ends.
type bastionFault struct {
	name  string
	begin func(ctx context.Context, b *testenv.Bastion, keys []string) error
	end   func(ctx context.Context, b *testenv.Bastion, keys []string) error
	// status is what a source says meanwhile. Texts may have {host}, {port} and {user}.
	status []string
	// tunnel is what VALIDATE of the tunnel says, empty: it succeeds; behind is what
	// VALIDATE of a connection behind the tunnel says.
	tunnel, behind []string
	// after is what a person does then; "": nothing is needed.
	after string
	// within is how soon rows flow again then; 0: backWithin.
	within time.Duration
}

const remote = "ssh: failed to connect to the remote host: "

// bastionFaults are the faults of a way through a bastion.
func bastionFaults() []bastionFault {
	start := func(ctx context.Context, b *testenv.Bastion, _ []string) error { return b.Start(ctx) }
	refused := []string{remote + "connect to host {host} port {port}: Connection refused"}
	denied := []string{remote + "{user}@{host}: Permission denied (publickey)."}
	changed := []string{remote + "the host key of {host} port {port} is SHA256:", "is pinned"}
	forbidden := []string{"ssh: failed to forward to ", "through {host} port {port}: administratively prohibited"}
	return []bastionFault{
		{
			name:   "killed",
			begin:  func(_ context.Context, b *testenv.Bastion, _ []string) error { return b.Kill() },
			end:    start,
			status: refused, tunnel: refused, behind: refused,
		},
		{
			name:   "frozen",
			begin:  func(_ context.Context, b *testenv.Bastion, _ []string) error { return b.Freeze() },
			end:    func(_ context.Context, b *testenv.Bastion, _ []string) error { return b.Thaw() },
			status: []string{"ssh: timeout, server {host} port {port} not responding for "},
			tunnel: []string{remote + "connection to {host} port {port} timed out during the handshake"},
			behind: []string{"ssh: ", "{host} port {port}"},
		},
		{
			name: "a new host key",
			begin: func(ctx context.Context, b *testenv.Bastion, _ []string) error {
				return errors.Join(b.Kill(), b.NewHostKey(ctx), b.Start(ctx))
			},
			end:    func(context.Context, *testenv.Bastion, []string) error { return nil },
			status: changed, tunnel: changed, behind: changed,
			after: "ALTER CONNECTION t RESET (HOST KEY)",
		},
		{
			name: "the keys removed",
			begin: func(_ context.Context, b *testenv.Bastion, _ []string) error {
				return errors.Join(b.SetAuthorizedKeys(), b.KillSessions())
			},
			end: func(_ context.Context, b *testenv.Bastion, keys []string) error {
				return b.SetAuthorizedKeys(keys[1]) // one of the two is enough
			},
			status: denied, tunnel: denied, behind: denied,
			after: "VALIDATE CONNECTION t",
		},
		{
			name: "the target forbidden",
			begin: func(_ context.Context, b *testenv.Bastion, keys []string) error {
				var limited []string
				for _, key := range keys {
					limited = append(limited, `permitopen="127.0.0.1:1" `+key)
				}
				return errors.Join(b.SetAuthorizedKeys(limited...), b.KillSessions())
			},
			end: func(_ context.Context, b *testenv.Bastion, keys []string) error {
				return errors.Join(b.SetAuthorizedKeys(keys...), b.KillSessions())
			},
			status: forbidden, behind: forbidden,
		},
	}
}

// of puts a bastion's names into texts.
func of(b *testenv.Bastion, texts []string) []string {
	names := strings.NewReplacer("{host}", b.Host(), "{port}", fmt.Sprint(b.Port()), "{user}", b.User())
	var all []string
	for _, text := range texts {
		all = append(all, names.Replace(text))
	}
	return all
}

// faultStory is one fault in a world.
type faultStory struct {
	*world
	fault *bastionFault
	keys  []string // the tunnel's
	load  *load
}

// stalled waits until the source is stalled, with the fault's texts.
func (w *faultStory) stalled() {
	w.t.Helper()
	texts := of(w.bastion, w.fault.status)
	texts[0] = "stalled: " + texts[0]
	w.statusHas(15*time.Second, texts...)
}

// validates has both connections validated while the fault lasts, at once.
func (w *faultStory) validates() {
	w.t.Helper()
	answers := make(chan error, 1)
	go func() { answers <- w.culvert.Exec(w.t.Context(), "VALIDATE CONNECTION t") }()
	behind := w.culvert.Exec(w.t.Context(), "VALIDATE CONNECTION c")
	w.answered("VALIDATE CONNECTION c", behind, of(w.bastion, w.fault.behind))
	w.answered("VALIDATE CONNECTION t", <-answers, of(w.bastion, w.fault.tunnel))
}

// answered checks that an error has all the texts; without texts, that there is none.
func (w *faultStory) answered(sql string, err error, texts []string) {
	w.t.Helper()
	if (err == nil) != (len(texts) == 0) {
		w.t.Fatalf("%s gives %v", sql, err)
	}
	for _, text := range texts {
		if said := everything(err); !strings.Contains(said, text) {
			w.t.Fatalf("%s should say %q: %s", sql, text, said)
		}
	}
}

// heal ends the fault, and does what a person has to do then.
func (w *faultStory) heal() {
	w.t.Helper()
	w.must(w.fault.end(w.t.Context(), w.bastion, w.keys))
	if w.fault.after != "" {
		w.exec(w.fault.after)
	}
}

// TestFaultsOfTheWayThroughABastion has each fault while a snapshot is copied,
// while a stream flows, and while connections are validated.
func TestFaultsOfTheWayThroughABastion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bigTables)
	keys := w.keys()
	faults := bastionFaults()
	if longRun() {
		for _, f := range bastionFaults()[3:4] { // nobody says that the keys are there again
			f.name, f.after, f.within = f.name+" and nobody", "", 30*time.Second+backWithin
			faults = append(faults, f)
		}
		faults = append(faults, bastionFaults()...)
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			w.t = t
			story := &faultStory{world: w, fault: &f, keys: keys, load: w.startLoad(1, 10*time.Millisecond)}
			w.proxy.SetDelay(8 * time.Millisecond)
			w.exec(createSource)
			story.inSnapshot()
			story.inStream()
			story.load.stop()
			w.same()
			w.must(w.bastion.SetAuthorizedKeys(keys...))
			w.exec("DROP SOURCE s CASCADE")
		})
	}
	w.t = t
	w.noSlots(10 * time.Second)
}

// inSnapshot has the fault in the middle of a snapshot: tables that were
// complete stay, the others are copied again.
func (w *faultStory) inSnapshot() {
	w.t.Helper()
	w.inTheMiddle()
	w.must(w.fault.begin(w.t.Context(), w.bastion, w.keys))
	w.stalled()
	if ready, _ := w.copyStates(); !ready["left_ledger"] || !ready["right_ledger"] || ready["z_big_1"] {
		w.t.Errorf("tables that were complete should stay so, and no other: %v", ready)
	}
	w.proxy.SetDelay(0)
	w.proxy.Release()
	w.heal()
	begun := time.Now()
	testenv.Eventually(w.t, 40*time.Second, func() error {
		if status := w.status(); strings.HasPrefix(status, "stalled") {
			return errors.New(status)
		}
		return nil
	})
	if took := time.Since(begun); took > max(w.fault.within, backWithin) {
		w.t.Errorf("the snapshot went on after %v", took)
	}
	testenv.Eventually(w.t, 30*time.Second, func() error {
		if ready, rows := w.copyStates(); !ready["z_big_1"] || !ready["z_big_2"] {
			return fmt.Errorf("%v %v: %s", ready, rows, w.status())
		}
		return nil
	})
}

// inStream has the fault under load; what is there stays readable.
func (w *faultStory) inStream() {
	w.t.Helper()
	w.load.more(20)
	w.must(w.fault.begin(w.t.Context(), w.bastion, w.keys))
	w.stalled()
	w.culvert.MustQuery(w.t, "SELECT count(*) FROM left_ledger")
	w.validates()
	w.load.more(20)
	w.heal()
	if took := w.mark(40 * time.Second); took > max(w.fault.within, backWithin) {
		w.t.Errorf("rows flowed again after %v", took)
	}
	w.statusHas(5*time.Second, "running: NULL")
}
