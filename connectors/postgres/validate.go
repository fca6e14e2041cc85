package postgres

import (
	"context"
	"errors"
	"strconv"

	"culvert/connectors"
	"culvert/sql/pgerr"
)

// slotsNeeded is one slot for the source and one for its snapshot.
const slotsNeeded = 2

// Validate checks what VALIDATE CONNECTION checks: that the server lets us in,
// and that it can serve a source. The error is a *pgerr.Error; the cause of one
// that concerns the way there stays reachable.
func Validate(ctx context.Context, p Params) error {
	c, err := p.connect(ctx, nil)
	if err != nil {
		return clientError(err)
	}
	defer c.close()
	return c.validate(ctx, "")
}

// validate checks the server's settings; prefix comes in front of what it finds.
func (c *client) validate(ctx context.Context, prefix string) error {
	rows, err := c.query(ctx, `SELECT current_setting('wal_level'), current_setting('max_wal_senders'),
		current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_catalog.pg_replication_slots),
		rolreplication OR rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_roles hosted WHERE pg_has_role(hosted.oid, 'MEMBER')
			AND hosted.rolname IN ('rds_replication', 'cloudsqlsuperuser', 'azure_pg_admin'))
		FROM pg_catalog.pg_roles WHERE rolname = current_user`)
	if err != nil {
		return clientError(err)
	}
	if len(rows) != 1 || len(rows[0]) != 4 {
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
	if free, err := strconv.Atoi(string(row[2])); err != nil || free < slotsNeeded {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "%sPostgreSQL server has insufficient number of replication slots available", prefix).
			WithDetail("executing this statement requires %d replication slots", slotsNeeded).
			WithHint("you might be able to wait for other sources to finish snapshotting and try again")
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
