// Demo runs culvert's whole guide against real servers: a PostgreSQL with a small
// shop, two Kafka brokers, an sshd bastion that alone resolves their names, and
// culvert. It shows each statement and its answer through psql and checks each
// result; then it opens psql, or ends when DEMO_EXIT=1 is set or standard input is
// no terminal. Everything it started is gone when it ends, however it ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, newScreen(os.Stdout))
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr, "demo: interrupted")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run sets the stage, goes through the guide and hands over to psql.
func run(ctx context.Context, scr *screen) (err error) {
	st, err := openStage(ctx, scr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	for _, step := range guide {
		scr.title(step.title)
		if err := step.run(ctx, st); err != nil {
			return fmt.Errorf("%s: %w%s", step.title, err, st.lastWords())
		}
	}
	scr.title("Every step gave what the guide promises")
	if os.Getenv("DEMO_EXIT") == "1" || !isTerminal(os.Stdin) {
		return nil
	}
	return st.handOver(ctx)
}

// isTerminal reports whether somebody types into the file.
func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
