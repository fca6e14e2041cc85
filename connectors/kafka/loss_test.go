package kafka

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"culvert/catalog/secrets"
	"culvert/connectors"
	"culvert/sql/pgerr"
)

// ceased waits for a definite error of the source.
func (r *rig) ceased(text string) {
	r.t.Helper()
	st := r.Await(r.t, "t", "ceased: "+text, 30*time.Second, func(rd connectors.Readiness) bool {
		return rd.Source.State == connectors.StateCeased && strings.Contains(rd.Source.Error, text)
	}).Source
	if st.Hint == "" || !strings.HasPrefix(st.Error, "kafka: ") {
		r.t.Errorf("%+v", st)
	}
}

func TestDeletedTopicIsAnError(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.produce(0, "a")
	r.start(plainTable("t"))
	if err := r.k.DeleteTopic(t.Context(), r.topic); err != nil {
		t.Fatal(err)
	}
	r.ceased(fmt.Sprintf("topic %q was deleted", r.topic))
}

func TestRecreatedTopicIsAnError(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]bool{"by its id": true, "by its end": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 1)
			r.produce(0, "a", "b")
			cfg := r.start(plainTable("t"))
			r.Stop(t)
			if err := r.k.DeleteTopic(t.Context(), r.topic); err != nil {
				t.Fatal(err)
			}
			r.k.MustCreateTopic(t, r.topic, 1, nil)
			r.produce(0, "c")
			want := "was deleted and created again"
			if !id {
				cfg.TopicID, want = "", "ends at offset 1, but was read up to 2"
			}
			r.Start(t, r.spec(cfg))
			r.ceased(want)
			r.has("t", "a|0|0", "b|0|1")
		})
	}
}

func TestRetentionGapIsAnError(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.produce(0, "a")
	cfg := r.start(plainTable("t"))
	r.Stop(t)
	r.produce(0, "b", "c", "d")
	if err := r.k.DeleteRecords(t.Context(), r.topic, 0, 3); err != nil {
		t.Fatal(err)
	}
	r.Start(t, r.spec(cfg))
	r.ceased("offset 1 of partition 0 of topic")

	fresh := newRig(t, 1) // what is gone before a source begins is no loss
	fresh.topic = r.topic
	fresh.start(plainTable("t"))
	fresh.has("t", "d|0|3")
}

func TestWrongWaysInAreNamed(t *testing.T) {
	t.Parallel()
	k := broker(t)
	ca := k.Authority().PEM
	way := names(k)
	base := func(addr string, p Params) Params {
		p.Brokers, p.Dial = []string{addr}, way
		return p
	}
	login := func(protocol Protocol, mechanism Mechanism, password string) Params {
		return base(k.Addr(0, string(protocol)), Params{Protocol: protocol, Mechanism: mechanism, User: "reader", Password: secrets.NewValue([]byte(password)), SSLCA: ca})
	}
	uncovered := Params{Brokers: []string{"broker9:9092"}, Protocol: Plaintext}
	uncovered.Dial = func(string, uint16) (connectors.DialFunc, bool) {
		dial, _ := throughProxy("127.0.0.1:1")("", 0)
		return dial, false
	}
	tunnelled := uncovered
	tunnelled.Dial = func(string, uint16) (connectors.DialFunc, bool) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, &tunnelError{} }, true
	}
	for name, c := range map[string]struct {
		p          Params
		text, hint string // "": valid
	}{
		"plain":                {base("broker1:9092", Params{Protocol: Plaintext}), "", ""},
		"TLS":                  {base("broker1:9093", Params{SSLCA: ca}), "", ""},
		"PLAIN":                {login(SASLPlaintext, Plain, "right"), "", ""},
		"SCRAM-SHA-256":        {login(SASLSSL, ScramSHA256, "right"), "", ""},
		"SCRAM-SHA-512":        {login(SASLSSL, ScramSHA512, "right"), "", ""},
		"PLAIN, wrong":         {login(SASLSSL, Plain, "wrong"), "kafka: SASL_AUTHENTICATION_FAILED", ""},
		"SCRAM, wrong":         {login(SASLPlaintext, ScramSHA512, "wrong"), "kafka: SASL_AUTHENTICATION_FAILED", ""},
		"TLS to plain":         {base("broker1:9092", Params{SSLCA: ca}), "kafka: broker broker1:9092: Broker does not support SSL connections", hintPlaintext},
		"plain to TLS":         {base("broker1:9093", Params{Protocol: Plaintext}), "kafka: broker broker1:9093: the broker expects TLS", hintSSL},
		"no login":             {base("broker1:9094", Params{Protocol: Plaintext}), "kafka: the broker closed the connection", hintSSL},
		"an unknown authority": {base("broker1:9093", Params{}), "certificate signed by unknown authority", hintAuthority},
		"not covered":          {uncovered, "connection refused (no broker clause of the connection covers this broker)", hintCover},
		"tunnel":               {tunnelled, "ssh: no such bastion", "Look for it."},
		"unknown name":         {base("nowhere.invalid:9092", Params{Protocol: Plaintext}), "kafka: Failed to resolve hostname: broker nowhere.invalid:9092", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Validate(t.Context(), c.p)
			if c.text == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			e := pgerr.From(err)
			if err == nil || !strings.Contains(e.Message, c.text) || e.Hint != c.hint {
				t.Errorf("%v (hint %q)", err, e.Hint)
			}
			if strings.Contains(e.Error()+e.Detail, "wrong") {
				t.Errorf("the password shows: %v", e)
			}
		})
	}
}

// tunnelError is an error as tunnels give it.
type tunnelError struct{}

func (*tunnelError) Error() string             { return "no such bastion" }
func (*tunnelError) SourceErrorPrefix() string { return "ssh" }
func (*tunnelError) ErrorHint() string         { return "Look for it." }

func TestUnknownTopicIsNotMade(t *testing.T) {
	t.Parallel()
	k := broker(t)
	p := Params{Brokers: []string{"broker1:9092"}, Protocol: Plaintext, Dial: names(k)}
	_, err := DescribeTopic(t.Context(), p, "no_such_topic")
	if e := pgerr.From(err); err == nil || e.Message != "Topic does not exist" {
		t.Fatalf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if topics, err := k.Admin().ListTopics(ctx); err != nil || topics.Has("no_such_topic") {
		t.Errorf("%v %v", topics.Names(), err)
	}
}

func TestSourceWithWrongPasswordStallsAndSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	cfg := r.config(plainTable("t"))
	cfg.Params = Params{
		Brokers: []string{"broker1:9094"}, Dial: names(r.k), Protocol: SASLPlaintext, Mechanism: Plain, User: "reader", Password: secrets.NewValue([]byte("wrong")),
	}
	r.Start(t, r.spec(cfg))
	st := r.AwaitError(t, "t", "kafka: SASL_AUTHENTICATION_FAILED")
	if st.State != connectors.StateStalled {
		t.Errorf("%+v", st)
	}
}
