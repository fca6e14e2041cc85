package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"time"

	"culvert/testenv"
)

//go:embed shop.sql
var shop string

// hiddenName is the database's name, which only the bastion resolves.
const hiddenName = "shop-db.internal"

// password is the upstream user's.
const password = "shop-password"

// egressIP is what --egress-ip announces in the demo: a documentation address
// (RFC 5737).
const egressIP = "203.0.113.7/32"

// stage is what the demo runs on.
type stage struct {
	screen   *screen
	postgres *testenv.Postgres
	kafka    *testenv.Kafka
	trusted  string // the file with the authority of the brokers' certificates
	bastion  *testenv.Bastion
	culvert  *testenv.Culvert
	keys     []string     // the tunnel's two public keys, as last read
	orders   atomic.Int64 // that writers have begun to add to the shop
	messages atomic.Int64 // that were sent to the topic
}

// openStage starts the servers. On an error what was started is ended.
func openStage(ctx context.Context, scr *screen) (*stage, error) {
	st := &stage{screen: scr}
	if err := st.open(ctx); err != nil {
		return nil, errors.Join(err, st.close())
	}
	return st, nil
}

func (st *stage) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	st.screen.title("Five servers, each on a loopback address of its own")
	if err := st.startUpstream(ctx); err != nil {
		return err
	}
	hosts := st.kafka.Hosts()
	hosts[hiddenName] = st.postgres.Host()
	var err error
	st.bastion, err = testenv.StartBastion(ctx, testenv.BastionOptions{Hosts: hosts})
	if err != nil {
		return fmt.Errorf("starting the bastion: %w", err)
	}
	st.screen.note("the bastion, a real sshd, which alone resolves %s, broker1 and broker2: %s", hiddenName, st.bastion.Addr())
	st.culvert, err = testenv.StartCulvert(ctx, testenv.CulvertOptions{
		Flags: []string{"--egress-ip", egressIP}, Env: []string{"SSL_CERT_FILE=" + st.trusted},
	})
	if err != nil {
		return fmt.Errorf("starting culvert: %w", err)
	}
	st.screen.note("culvert: %s", st.culvert.SQLAddr())
	st.screen.note("psql -h %s -p %d -U materialize materialize", st.culvert.Host(), st.culvert.Port())
	return nil
}

// startUpstream starts PostgreSQL and Kafka side by side.
func (st *stage) startUpstream(ctx context.Context) error {
	kafka := make(chan error, 1)
	go func() { kafka <- st.startKafka(ctx) }()
	errs := []error{st.startPostgres(ctx)}
	select {
	case err := <-kafka:
		errs = append(errs, err)
	case <-time.After(20 * time.Second):
		st.screen.note("(the first start fetches Apache Kafka from Maven Central, 54 MB)")
		errs = append(errs, <-kafka)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	st.screen.note("PostgreSQL, with the shop and the publication mz_source: %s", st.postgres.Addr())
	st.screen.note("Apache Kafka, two brokers, with the topic %s: %s and %s", topic, st.kafka.RealAddr(0, "SSL"), st.kafka.RealAddr(1, "SSL"))
	return nil
}

func (st *stage) startPostgres(ctx context.Context) error {
	var err error
	st.postgres, err = testenv.StartPostgres(ctx, testenv.PostgresOptions{SSL: true, Password: password})
	if err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	if err := st.postgres.Exec(ctx, shop); err != nil {
		return fmt.Errorf("filling the shop: %w", err)
	}
	return nil
}

// close ends what was started, in the opposite order.
func (st *stage) close() error {
	var errs []error
	if st.culvert != nil {
		errs = append(errs, st.culvert.Close())
	}
	if st.bastion != nil {
		errs = append(errs, st.bastion.Close())
	}
	errs = append(errs, st.stopKafka())
	if st.postgres != nil {
		errs = append(errs, st.postgres.Close())
	}
	return errors.Join(errs...)
}

// copyDB is culvert, upstreamDB the PostgreSQL behind the bastion.
func (st *stage) copyDB() database {
	return database{prompt: "materialize=>", target: st.culvert.Target()}
}

func (st *stage) upstreamDB() database {
	return database{prompt: "postgres=#", target: st.postgres.Target()}
}

// show runs statements on culvert, write on the PostgreSQL upstream.
func (st *stage) show(ctx context.Context, statements ...string) error {
	return st.screen.show(ctx, st.copyDB(), statements...)
}

func (st *stage) write(ctx context.Context, statements ...string) error {
	return st.screen.show(ctx, st.upstreamDB(), statements...)
}

// lastWords returns the end of culvert's log, to be put behind an error.
func (st *stage) lastWords() string {
	if st.culvert == nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(st.culvert.Log()), "\n")
	return "\n\nthe end of culvert's log:\n" + strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// handOver opens psql on the terminal, while orders and messages keep coming in
// upstream, and returns when the person leaves it.
func (st *stage) handOver(ctx context.Context) error {
	st.screen.note("Now it is yours: an order and a message per second come in upstream; try SELECT count(*) FROM orders; and \\d")
	st.screen.note("upstream itself: psql -h %s -p %d -U postgres postgres (password %s)",
		st.postgres.Host(), st.postgres.Port(), password)
	cmd, err := testenv.PsqlCommand(ctx, st.culvert.Target())
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Args = append(cmd.Args, "-v", "ON_ERROR_STOP=0")
	// Ctrl-C cancels a statement in psql; it must not end the demo under it.
	signal.Ignore(os.Interrupt)
	defer signal.Reset(os.Interrupt)
	orders, messages := startWriter(ctx, time.Second, st.order), startWriter(ctx, time.Second, st.message)
	err = cmd.Run()
	writeErr := errors.Join(orders.stop(), messages.stop())
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		err = nil // psql's exit code is that of the last statement
	}
	return errors.Join(err, writeErr)
}
