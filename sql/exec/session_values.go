package exec

import (
	"fmt"
	"net"
	"strings"
	"time"

	"culvert/engine"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// sessionValue gives the value of a hidden parameter.
func sessionValue(s *Session, v analyze.SessionValue) (engine.Param, error) {
	text, err := sessionText(s, v)
	return engine.Param{Type: v.Type, Text: text}, err
}

func sessionText(s *Session, v analyze.SessionValue) (*string, error) {
	now := s.srv.opts.Clock()
	switch v.Kind {
	case analyze.CurrentUser, analyze.SessionUser:
		return &s.info.Role, nil
	case analyze.CurrentDatabase:
		return &s.info.Database, nil
	case analyze.CurrentSchema:
		return orNil(s.currentSchema()), nil
	case analyze.CurrentSchemas:
		return currentSchemas(s, v.Bool), nil
	case analyze.TransactionTimestamp:
		return instant(s.transaction().started), nil
	case analyze.StatementTimestamp:
		if a := s.activity.Load(); a != nil && !a.queryStart.IsZero() {
			now = a.queryStart
		}
		return instant(now), nil
	case analyze.ClockTimestamp:
		return instant(now), nil
	case analyze.CurrentSetting:
		return currentSetting(s, v.Name, v.Bool)
	case analyze.BackendPID:
		text := itoa(int64(int32(s.info.PID)))
		return &text, nil
	case analyze.Version:
		text := fmt.Sprintf("PostgreSQL %s (culvert %s)", ServerVersion, s.srv.opts.Version)
		return &text, nil
	case analyze.InetClientAddr, analyze.InetClientPort:
		return clientAddress(s, v.Kind), nil
	case analyze.SequenceHandle:
		text := itoa(s.useSequences())
		return &text, nil
	case analyze.PostmasterStartTime, analyze.ConfLoadTime:
		return instant(s.srv.started), nil
	}
	return nil, nil
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// instant is a timestamptz in canonical text.
func instant(t time.Time) *string {
	text := string(types.AppendTimestamptz(nil, t.UnixMicro(), time.UTC))
	return &text
}

func currentSchemas(s *Session, implicit bool) *string {
	var names []string
	path := s.searchPath()
	if implicit {
		path = append(append([]string(nil), implicitPath...), path...)
	}
	scope := s.scope()
	for _, name := range path {
		if scope.SchemaExists(name) {
			names = append(names, ast.QuoteIdent(name))
		}
	}
	text := "{" + strings.Join(names, ",") + "}"
	return &text
}

func currentSetting(s *Session, name string, missingOK bool) (*string, error) {
	switch strings.ToLower(name) {
	case "transaction_read_only":
		text := onOff(s.transaction().readOnly)
		return &text, nil
	}
	if value, ok := s.settings.lookup(name); ok {
		return &value, nil
	}
	if missingOK {
		return nil, nil
	}
	return nil, pgerr.New(pgerr.UndefinedObject, "unrecognized configuration parameter %q", name)
}

func clientAddress(s *Session, kind analyze.SessionKind) *string {
	addr, ok := s.info.Remote.(*net.TCPAddr)
	if !ok {
		return nil
	}
	if kind == analyze.InetClientPort {
		text := itoa(int64(addr.Port))
		return &text
	}
	text := addr.IP.String()
	return &text
}
