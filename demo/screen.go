package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"culvert/testenv"
)

// screen prints the demo's course: titles, notes, statements with a prompt, and
// psql's answers.
type screen struct {
	out          io.Writer
	bold, normal string
}

func newScreen(f *os.File) *screen {
	s := &screen{out: f}
	if isTerminal(f) {
		s.bold, s.normal = "\033[1m", "\033[0m"
	}
	return s
}

func (s *screen) title(text string) { fmt.Fprintf(s.out, "\n%s== %s%s\n", s.bold, text, s.normal) }

func (s *screen) note(format string, args ...any) { fmt.Fprintf(s.out, "-- "+format+"\n", args...) }

// database is a server that psql talks to.
type database struct {
	prompt string
	target testenv.PsqlTarget
}

// show prints statements behind the database's prompt, runs them in one session
// of psql and prints its answer. It fails when psql does.
func (s *screen) show(ctx context.Context, db database, statements ...string) error {
	s.echo(db, statements)
	out, err := testenv.Psql(ctx, db.target, statements...)
	if err != nil {
		return err
	}
	s.answer(out)
	return nil
}

// refused is show for a statement that must fail with an error that has want in
// it.
func (s *screen) refused(ctx context.Context, db database, want, statement string) error {
	s.echo(db, []string{statement})
	out, err := testenv.Psql(ctx, db.target, statement)
	s.answer(out)
	if err == nil {
		return fmt.Errorf("this should have been refused: %s", statement)
	}
	if !strings.Contains(out, want) {
		return fmt.Errorf("the refusal should speak of %q: %w", want, err)
	}
	return ctx.Err()
}

func (s *screen) echo(db database, statements []string) {
	more := strings.NewReplacer("=>", "->", "=#", "-#").Replace(db.prompt)
	for _, statement := range statements {
		for i, line := range strings.Split(statement, "\n") {
			prompt := db.prompt
			if i > 0 {
				prompt = more
			}
			fmt.Fprintf(s.out, "%s%s %s%s\n", s.bold, prompt, line, s.normal)
		}
	}
}

func (s *screen) answer(out string) {
	fmt.Fprintln(s.out, strings.TrimRight(out, "\n"))
}
