package main_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"culvert/testenv"
)

// TestWritesSurviveAKill kills culvert while sessions insert the same keys: what
// was answered is there, once, and the keys still hold.
func TestWritesSurviveAKill(t *testing.T) {
	t.Parallel()
	cv := testenv.NewCulvert(t, testenv.CulvertOptions{})
	cv.MustExec(t, "CREATE TABLE kept (id int PRIMARY KEY, writer int)")
	const writers, enough = 3, 60
	var acknowledged sync.Map
	var count atomic.Int64
	reached := make(chan struct{})
	var wait sync.WaitGroup
	for w := range writers {
		conn, err := cv.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			defer conn.Close(context.Background())
			for id := 0; ; id++ {
				_, err := conn.Exec(t.Context(), "INSERT INTO kept VALUES ($1, $2)", id, w)
				if _, ok := errors.AsType[*pgconn.PgError](err); ok {
					continue // another writer has the key
				}
				if err != nil {
					return // it is killed
				}
				if _, twice := acknowledged.LoadOrStore(id, w); twice {
					t.Errorf("key %d was given to two writers", id)
				}
				if count.Add(1) == enough {
					close(reached)
				}
			}
		})
	}
	<-reached
	if err := cv.Kill(); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	if err := cv.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	there := map[string]string{}
	for _, row := range cv.MustQuery(t, "SELECT id, writer FROM kept") {
		if there[row[0]] != "" {
			t.Errorf("key %s is there twice", row[0])
		}
		there[row[0]] = row[1]
	}
	acknowledged.Range(func(id, writer any) bool {
		if there[fmt.Sprint(id)] != fmt.Sprint(writer) {
			t.Errorf("key %v of writer %v is lost", id, writer)
		}
		return true
	})
	err := cv.Exec(t.Context(), "INSERT INTO kept VALUES (0, 99)")
	if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != "23505" {
		t.Errorf("a key that is there was taken again: %v", err)
	}
}
