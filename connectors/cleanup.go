package connectors

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// CleanupStatus is a cleanup as culvert.cleanups shows it.
type CleanupStatus struct {
	ID       string
	Kind     string
	Target   string
	Since    time.Time
	Attempts int
	Error    string // of the last try; "" before it
	NextTry  time.Time
}

// cleanupEntry is a cleanup that goes on.
type cleanupEntry struct {
	status CleanupStatus
	wake   chan struct{} // has room for one
}

func (c *cleanupEntry) wakeUp() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// cleanupTimeout bounds one try.
const cleanupTimeout = 20 * time.Second

// startCleanups starts what is stored and does not run yet.
func (s *Supervisor) startCleanups() {
	defer s.wg.Done()
	conn, err := s.opts.Engine.Connect(s.ctx)
	if err != nil {
		s.logUnlessClosing("cleanups cannot be read", err)
		return
	}
	defer conn.Close()
	stored, err := loadCleanups(s.ctx, conn)
	if err != nil {
		s.logUnlessClosing("cleanups cannot be read", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range stored {
		if s.cleanups[c.ID] != nil || s.ctx.Err() != nil {
			continue
		}
		entry := &cleanupEntry{wake: make(chan struct{}, 1), status: CleanupStatus{ID: c.ID, Kind: c.Kind, Target: c.Target, Since: c.Since}}
		s.cleanups[c.ID] = entry
		s.wg.Add(1)
		go s.cleanUp(c, entry)
	}
}

func (s *Supervisor) logUnlessClosing(message string, err error) {
	if s.ctx.Err() == nil {
		s.opts.Log.Error(message, "error", err)
	}
}

// cleanUp tries until the work is done, then forgets it. It begins when the
// source has stopped: a slot that streams cannot be dropped.
func (s *Supervisor) cleanUp(c Cleanup, entry *cleanupEntry) {
	defer s.wg.Done()
	for s.running(c.ID) {
		if pause(s.ctx, 20*time.Millisecond) != nil {
			return
		}
	}
	for tries := 0; s.ctx.Err() == nil; tries++ {
		err := s.tryCleanup(c)
		if err == nil {
			s.mu.Lock()
			delete(s.cleanups, c.ID)
			s.broadcast()
			s.mu.Unlock()
			return
		}
		delay := retryDelay(Refused, tries)
		text, _ := Describe(err, c.Kind)
		s.mu.Lock()
		entry.status.Attempts, entry.status.Error, entry.status.NextTry = tries+1, text, time.Now().Add(delay)
		s.broadcast()
		s.mu.Unlock()
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-entry.wake:
		case <-s.ctx.Done():
		}
		timer.Stop()
	}
}

func (s *Supervisor) running(source string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runners[source] != nil
}

func (s *Supervisor) tryCleanup(c Cleanup) error {
	cleaner := s.opts.Cleaners[c.Kind]
	if cleaner == nil {
		return fmt.Errorf("nothing knows how to clean up after a source of kind %q", c.Kind)
	}
	ctx, cancel := context.WithTimeout(s.ctx, cleanupTimeout)
	defer cancel()
	if err := cleaner(ctx, c); err != nil {
		return err
	}
	conn, err := s.opts.Engine.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return inTransaction(ctx, conn, func() error { return deleteKey(ctx, conn, cleanupsTable.Name, c.ID) },
		func() error { return conn.Commit(ctx) })
}

// Cleanups gives the cleanups that go on, by source.
func (s *Supervisor) Cleanups() []CleanupStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]CleanupStatus, 0, len(s.cleanups))
	for _, c := range s.cleanups {
		all = append(all, c.status)
	}
	slices.SortFunc(all, func(a, b CleanupStatus) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
