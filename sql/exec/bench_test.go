package exec

import (
	"context"
	"testing"
)

// BenchmarkSelect1 runs SELECT 1 as simple and as prepared statements, without
// the wire.
func BenchmarkSelect1(b *testing.B) {
	run := func(b *testing.B, session *Session, p *Prepared) {
		b.Helper()
		ctx := context.Background()
		if p == nil {
			statements, err := session.Parse("SELECT 1")
			if err != nil {
				b.Fatal(err)
			}
			if p, err = session.Prepare(ctx, statements[0], nil); err != nil {
				b.Fatal(err)
			}
		}
		r, err := session.Execute(ctx, p, nil)
		if err != nil {
			b.Fatal(err)
		}
		for batch, err := r.Next(ctx); batch != nil || err != nil; batch, err = r.Next(ctx) {
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
		if err := session.Sync(ctx); err != nil {
			b.Fatal(err)
		}
	}
	session := newNode(b).terminal(b).session
	statements, err := session.Parse("SELECT 1")
	if err != nil {
		b.Fatal(err)
	}
	prepared, err := session.Prepare(context.Background(), statements[0], nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("simple", func(b *testing.B) {
		for b.Loop() {
			run(b, session, nil)
		}
	})
	b.Run("prepared", func(b *testing.B) {
		for b.Loop() {
			run(b, session, prepared)
		}
	})
}
