package connectors

import (
	"fmt"
	"runtime/debug"
)

// Panicked is a panic of a connector: a mistake in it, or a value that it did
// not foresee. It stalls that source alone, which is retried slowly; the others
// and the sessions go on. What had not been committed is rolled back with the
// engine connection that it was written over.
type Panicked struct {
	Value any
	Stack []byte // of the goroutine, for the log
}

// Error leaves out the stack.
func (p *Panicked) Error() string { return fmt.Sprintf("internal error: %v", p.Value) }

// RetrySlowly gives it the pace of Refused: the same may happen again at once.
func (p *Panicked) RetrySlowly() bool { return true }

// ErrorHint says where to look.
func (p *Panicked) ErrorHint() string {
	return "This is a mistake in culvert. Its log has the stack; other sources are not affected."
}

// Guard makes run give its panics as errors. The supervisor guards Run itself;
// a connector guards the functions of the goroutines that it starts.
func Guard(run func() error) func() error {
	return func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = &Panicked{Value: v, Stack: debug.Stack()}
			}
		}()
		return run()
	}
}
