package server

import (
	"context"
	"strconv"

	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// parse serves a Parse message.
func (s *session) parse(ctx context.Context, body []byte) error {
	m, err := wire.DecodeParse(body)
	if err != nil {
		return err
	}
	if m.Name == "" {
		s.dropStatement("")
	}
	statements, err := s.sess.Parse(m.Query)
	if err != nil {
		return err
	}
	if len(statements) > 1 {
		return pgerr.New(pgerr.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	if s.empty[m.Name] {
		return pgerr.New(pgerr.DuplicatePreparedStatement, "prepared statement \"%s\" already exists", m.Name)
	}
	if len(statements) == 0 {
		err = s.saveEmpty(m.Name)
	} else {
		err = s.prepare(ctx, statements[0], m)
	}
	if err != nil {
		return err
	}
	s.out.Bare(wire.ParseComplete)
	return nil
}

func (s *session) prepare(ctx context.Context, st Statement, m wire.Parse) error {
	if !st.AllowedInFailed() { // those go on until the statement runs
		if err := s.suspendAll(ctx, nil); err != nil {
			return err
		}
	}
	types := append([]types.OID{}, m.Params...) // not nil: parameters are allowed
	p, err := s.sess.Prepare(ctx, st, types)
	if err != nil {
		return err
	}
	return s.sess.SaveStatement(m.Name, p)
}

// emptyStatement is the prepared text without a statement. The session does
// not know it.
type emptyStatement struct{}

func (emptyStatement) AllowedInFailed() bool  { return true }
func (emptyStatement) Params() []types.Type   { return nil }
func (emptyStatement) Columns() []wire.Column { return nil }

// emptyResult is an emptyStatement that has run.
type emptyResult struct{}

func (emptyResult) Columns() []wire.Column                      { return nil }
func (emptyResult) Next(context.Context) (*engine.Batch, error) { return nil, nil }
func (emptyResult) Tag(int64) string                            { return "" }
func (emptyResult) Close() error                                { return nil }

// maxEmpty bounds the empty statements of a session.
const maxEmpty = 1000

func (s *session) saveEmpty(name string) error {
	if s.sess.SavedStatement(name) != nil {
		return pgerr.New(pgerr.DuplicatePreparedStatement, "prepared statement \"%s\" already exists", name)
	}
	if len(s.empty) >= maxEmpty {
		return pgerr.New(pgerr.ConfigurationLimitExceeded, "too many prepared statements")
	}
	s.empty[name] = true
	return nil
}

func (s *session) dropStatement(name string) {
	delete(s.empty, name)
	s.sess.DropStatement(name)
}

// statement finds a prepared statement by name.
func (s *session) statement(name string) (Prepared, error) {
	if s.empty[name] {
		return emptyStatement{}, nil
	}
	if p := s.sess.SavedStatement(name); p != nil {
		return p, nil
	}
	if name == "" {
		return nil, pgerr.New(pgerr.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return nil, pgerr.New(pgerr.InvalidSQLStatementName, "prepared statement \"%s\" does not exist", name)
}

func errInFailed() error {
	return pgerr.New(pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

// bind serves a Bind message.
func (s *session) bind(body []byte) error {
	m, err := wire.DecodeBind(body)
	if err != nil {
		return err
	}
	prepared, err := s.statement(m.Statement)
	if err != nil {
		return err
	}
	params := prepared.Params()
	if n := len(m.ParamFormats); n > 1 && n != len(m.Values) {
		return pgerr.New(pgerr.ProtocolViolation, "bind message has %d parameter formats but %d parameters", n, len(m.Values))
	}
	if len(m.Values) != len(params) {
		return pgerr.New(pgerr.ProtocolViolation, "bind message supplies %d parameters, but prepared statement \"%s\" requires %d", len(m.Values), m.Statement, len(params))
	}
	if s.sess.TxStatus() == 'E' && (!prepared.AllowedInFailed() || len(params) > 0) {
		return errInFailed()
	}
	p := &portal{name: m.Portal, prepared: prepared, formats: m.ResultFormats}
	if p.args, err = s.readArgs(m, params); err != nil {
		return err
	}
	if n := len(m.ResultFormats); n > 1 && n != len(prepared.Columns()) {
		return pgerr.New(pgerr.ProtocolViolation, "bind message has %d result formats but query has %d columns", n, len(prepared.Columns()))
	}
	if err := s.portals.add(p); err != nil {
		return err
	}
	s.out.Bare(wire.BindComplete)
	return nil
}

// readArgs gives the parameters' values as canonical text.
func (s *session) readArgs(m wire.Bind, params []types.Type) ([]engine.Param, error) {
	if len(params) == 0 {
		return nil, nil
	}
	env := s.sess.Env()
	args := make([]engine.Param, len(params))
	for i, t := range params {
		args[i].Type = t
		if m.Values[i] == nil {
			continue
		}
		text, err := readArg(t, m.Values[i], wire.FormatOf(m.ParamFormats, i), env)
		if err != nil {
			where := "unnamed portal parameter $" + strconv.Itoa(i+1)
			if m.Portal != "" {
				where = "portal \"" + m.Portal + "\" parameter $" + strconv.Itoa(i+1)
			}
			copied := *pgerr.From(err)
			copied.Where = where
			return nil, &copied
		}
		args[i].Text = &text
	}
	return args, nil
}

func readArg(t types.Type, value []byte, format int16, env types.Env) (string, error) {
	switch format {
	case 0:
		if err := types.CheckText(value); err != nil {
			return "", err
		}
		return types.Canonical(t, string(value), env)
	case 1:
		return types.FromBinary(t, value, env)
	}
	return "", pgerr.New(pgerr.InvalidParameterValue, "unsupported format code: %d", format)
}

// describe serves a Describe message. Nothing runs.
func (s *session) describe(body []byte) error {
	target, err := wire.DecodeDescribe(body)
	if err != nil {
		return err
	}
	var cols []wire.Column
	var formats []int16
	if target.Kind == 'S' {
		p, err := s.statement(target.Name)
		if err != nil {
			return err
		}
		cols = p.Columns()
		if cols != nil && s.sess.TxStatus() == 'E' {
			return errInFailed()
		}
		s.out.ParameterDescription(p.Params())
	} else {
		p, err := s.portals.get(target.Name)
		if err != nil {
			return err
		}
		cols, formats = p.prepared.Columns(), p.formats
		if cols != nil && s.sess.TxStatus() == 'E' {
			return errInFailed()
		}
	}
	if cols == nil {
		s.out.Bare(wire.NoData)
	} else {
		s.out.RowDescription(cols, formats)
	}
	return nil
}

// execute serves an Execute message.
func (s *session) execute(ctx context.Context, body []byte) error {
	m, err := wire.DecodeExecute(body)
	if err != nil {
		return err
	}
	p, err := s.portals.get(m.Portal)
	if err != nil {
		return err
	}
	if s.sess.TxStatus() == 'E' && !p.prepared.AllowedInFailed() {
		return errInFailed()
	}
	defer p.during(ctx, s.conn.ctx)()
	if p.result == nil {
		if err := s.start(ctx, p); err != nil {
			return err
		}
	} else if p.result.Columns() == nil {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "portal \"%s\" cannot be run", m.Portal)
	}
	limit := int64(int32(m.MaxRows))
	if limit < 0 {
		limit = 0
	}
	sent := int64(0)
	if !p.atEnd {
		if sent, err = s.send(ctx, p, limit); err != nil {
			return err
		}
	}
	if !p.atEnd && limit > 0 && sent == limit {
		s.out.Bare(wire.PortalSuspended)
		return nil
	}
	tag := p.result.Tag(sent)
	if err := p.close(); err != nil {
		return err
	}
	s.afterStatement()
	if tag == "" {
		s.out.Bare(wire.EmptyQuery)
	} else {
		s.out.Complete(tag)
	}
	return nil
}

// close serves a Close message; what is not there is closed already.
func (s *session) close(body []byte) error {
	target, err := wire.DecodeClose(body)
	if err != nil {
		return err
	}
	if target.Kind == 'S' {
		s.dropStatement(target.Name)
	} else {
		s.portals.drop(target.Name)
	}
	s.out.Bare(wire.CloseComplete)
	return nil
}
