package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"culvert/connectors"

	"github.com/jackc/pglogrepl"
)

// leg names this connector in front of its errors.
const leg = "postgres"

const plugin = "pgoutput"

// replicationSettings are those of a connection in replication mode. The
// server gives up a peer that is silent for the timeout, and so frees its slot;
// feedback comes at least every second.
var replicationSettings = map[string]string{"replication": "database", "wal_sender_timeout": "10s"}

// The making of a slot waits for transactions that are open upstream. The status
// says so after slotNotice; after slotWait it is tried again.
const (
	slotNotice = 2 * time.Second
	slotWait   = 60 * time.Second
)

// slotState is a replication slot as upstream shows it.
type slotState struct {
	exists    bool
	active    bool
	pid       string // of the backend that holds it
	confirmed pglogrepl.LSN
	walStatus string // "lost": invalidated; "" before PostgreSQL 13
}

// slot reads the state of a slot.
func (c *client) slot(ctx context.Context, name string) (slotState, error) {
	status := "''"
	if c.version() >= 13 {
		status = "wal_status"
	}
	rows, err := c.query(ctx, "SELECT active, active_pid, confirmed_flush_lsn, "+status+" FROM pg_catalog.pg_replication_slots WHERE slot_name = $1", name)
	if err != nil || len(rows) == 0 {
		return slotState{}, err
	}
	row := rows[0]
	s := slotState{exists: true, active: string(row[0]) == "t", pid: string(row[1]), walStatus: string(row[3])}
	if row[2] != nil {
		if s.confirmed, err = pglogrepl.ParseLSN(string(row[2])); err != nil {
			return s, fmt.Errorf("reading the position of slot %s: %w", name, err)
		}
	}
	return s, nil
}

// ensureSlot makes sure that the source's slot is there, held by nobody, and
// has everything from position on. position is 0 before anything was stored;
// only then may the slot be made.
func (r *run) ensureSlot(ctx context.Context, c *client, position pglogrepl.LSN) error {
	name := r.cfg.Slot
	s, err := c.slot(ctx, name)
	if err != nil {
		return err
	}
	const again = "Drop the source and create it again."
	switch {
	case !s.exists && position != 0:
		return definite(again, "replication slot %q does not exist: the changes since %s are lost", name, position)
	case !s.exists:
		return r.makeSlot(ctx)
	case s.walStatus == "lost":
		return definite(again, "replication slot has been invalidated because it exceeded the maximum reserved size")
	case position != 0 && s.confirmed > position:
		return definite(again, "slot overcompacted. Requested LSN %s but only LSNs >= %s are available", position, s.confirmed)
	}
	if err := c.reaches(ctx, position); err != nil {
		return err
	}
	if err := c.freeSlot(ctx, name, s); err != nil || position != 0 {
		return err
	}
	// A slot whose making we interrupted (a crash while it waited for open
	// transactions) goes with the backend that was making it.
	if s, err = c.slot(ctx, name); err != nil || s.exists {
		return err
	}
	return r.makeSlot(ctx)
}

// makeSlot makes the source's slot.
func (r *run) makeSlot(ctx context.Context) error {
	maker, err := r.cfg.Params.connect(ctx, replicationSettings)
	if err != nil {
		return err
	}
	defer maker.close()
	_, err = r.createSlot(ctx, maker, r.cfg.Slot, "LOGICAL "+plugin+" NOEXPORT_SNAPSHOT")
	return err
}

// reaches makes sure that upstream has written as far as we have read: one that
// was restored from a backup has not, and would send nothing until it had.
func (c *client) reaches(ctx context.Context, position pglogrepl.LSN) error {
	rows, err := c.query(ctx, "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END")
	if err != nil || len(rows) != 1 || rows[0][0] == nil {
		return err
	}
	end, err := pglogrepl.ParseLSN(string(rows[0][0]))
	if err != nil {
		return fmt.Errorf("reading upstream's position: %w", err)
	}
	if end < position {
		return definite("Drop the source and create it again.",
			"unsupported action: database restored from point-in-time backup. Expected to have reached LSN %s but it is at %s", position, end)
	}
	return nil
}

// freeSlot terminates the backend that holds the slot: one whose client is
// gone, which the server has not noticed.
func (c *client) freeSlot(ctx context.Context, name string, s slotState) error {
	for end := time.Now().Add(queryTimeout); s.active; {
		if s.pid != "" {
			if _, err := c.query(ctx, "SELECT pg_terminate_backend($1::int)", s.pid); err != nil {
				return fmt.Errorf("terminating the backend that holds slot %s: %w", name, err)
			}
		}
		if time.Now().After(end) {
			return fmt.Errorf("replication slot %s is held by process %s", name, s.pid)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
		var err error
		if s, err = c.slot(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// createSlot makes a slot over a connection in replication mode, and gives the
// answer's one row.
func (r *run) createSlot(ctx context.Context, c *client, name, options string) ([][]byte, error) {
	waiting, cancel := context.WithTimeout(ctx, slotWait)
	defer cancel()
	late := func(after time.Duration) error {
		return fmt.Errorf("creating replication slot %s timed out after %v. Slot creation waits for in-progress upstream transactions to end", name, after)
	}
	notice := time.AfterFunc(slotNotice, func() { r.rt.Stalled(late(slotNotice)) })
	rows, err := c.exec(waiting, "CREATE_REPLICATION_SLOT "+identifier(name)+" "+options)
	notice.Stop()
	switch {
	case err == nil && len(rows) == 1 && len(rows[0]) >= 3:
		return rows[0], nil
	case err == nil:
		return nil, errors.New("unexpected answer to CREATE_REPLICATION_SLOT")
	case waiting.Err() != nil && ctx.Err() == nil:
		return nil, late(slotWait)
	case code(err) == codeConfigurationLimit:
		return nil, connectors.Fail(connectors.Refused, err, "Wait for other sources to finish their snapshots, or raise max_replication_slots upstream.")
	}
	return nil, fmt.Errorf("creating replication slot %s: %w", name, err)
}

// DropSlot drops a slot, after terminating whoever holds it. A slot that does
// not exist is no error.
func DropSlot(ctx context.Context, p Params, name string) error {
	c, err := p.connect(ctx, nil)
	if err != nil {
		return err
	}
	defer c.close()
	for {
		s, err := c.slot(ctx, name)
		if err != nil || !s.exists {
			return err
		}
		if err := c.freeSlot(ctx, name, s); err != nil {
			return err
		}
		_, err = c.query(ctx, "SELECT pg_drop_replication_slot($1)", name)
		switch code(err) {
		case codeObjectInUse: // a reconnect came between
		case codeUndefinedObject:
			return nil
		default:
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return errors.Join(err, fmt.Errorf("replication slot %s stays in use", name))
		}
	}
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
