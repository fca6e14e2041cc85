package postgres

import (
	"context"
	"errors"
	"strconv"

	"culvert/connectors"
	"culvert/sql/pgerr"
)

// Need is what a server must have free.
type Need struct{ Slots, Senders int }

// A new source needs a slot and one more for its snapshot. The two do not need
// a WAL sender each: the snapshot's is free before the stream begins. For more
// tables the snapshot's slot is enough, since the stream is ended meanwhile.
var (
	ForSource = Need{Slots: 2, Senders: 1}
	ForTables = Need{Slots: 1}
)

// Validate checks what VALIDATE CONNECTION checks: that the server lets us in,
// and that it can serve a source. The error is a *pgerr.Error; the cause of one
// that concerns the way there stays reachable.
func Validate(ctx context.Context, p Params) error {
	c, err := p.connect(ctx, nil)
	if err != nil {
		return clientError(err)
	}
	defer c.close()
	return c.validate(ctx, "", ForSource)
}

// validate checks the server's settings; prefix comes in front of what it finds.
func (c *client) validate(ctx context.Context, prefix string, need Need) error {
	rows, err := c.query(ctx, `SELECT current_setting('wal_level'), current_setting('max_wal_senders'),
		current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_catalog.pg_replication_slots),
		rolreplication OR rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_roles hosted WHERE pg_has_role(hosted.oid, 'MEMBER')
			AND hosted.rolname IN ('rds_replication', 'cloudsqlsuperuser', 'azure_pg_admin')),
		current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_catalog.pg_stat_replication)
		FROM pg_catalog.pg_roles WHERE rolname = current_user`)
	if err != nil {
		return clientError(err)
	}
	if len(rows) != 1 || len(rows[0]) != 5 {
		return pgerr.New(pgerr.InternalError, "%sunexpected answer about the server's settings", prefix)
	}
	row := rows[0]
	if level := string(row[0]); level != "logical" {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "%sserver must have wal_level >= logical, but has %s", prefix, level)
	}
	if senders, err := strconv.Atoi(string(row[1])); err != nil || senders < 1 {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "%sreplication disabled on server", prefix).
			WithHint("set max_wal_senders to a value > 0")
	}
	if free, err := strconv.Atoi(string(row[2])); err != nil || free < need.Slots {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "%sPostgreSQL server has insufficient number of replication slots available", prefix).
			WithDetail("executing this statement requires %d replication slots", need.Slots).
			WithHint("you might be able to wait for other sources to finish snapshotting and try again")
	}
	if free, err := strconv.Atoi(string(row[4])); err != nil || free < need.Senders {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "%sPostgreSQL server has no WAL sender available", prefix).
			WithDetail("executing this statement requires %d WAL sender", need.Senders).
			WithHint("raise max_wal_senders, or end replication connections that are not needed")
	}
	if string(row[3]) != "t" {
		return pgerr.New(pgerr.InsufficientPrivilege, "%suser lacks the REPLICATION attribute", prefix).
			WithHint("Run ALTER ROLE … REPLICATION upstream.")
	}
	return nil
}

// clientError makes an error for a client out of one of a connection.
func clientError(err error) *pgerr.Error {
	var known *pgerr.Error
	if errors.As(err, &known) {
		return known
	}
	text, hint := connectors.Describe(err, leg)
	state := pgerr.SQLClientUnableToEstablish
	var refused *serverError
	if errors.As(err, &refused) {
		state, text = pgerr.Code(refused.Code), refused.Error()
	}
	e := pgerr.Wrap(err, state, "%s", text)
	e.Hint = hint
	return e
}
