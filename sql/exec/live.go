package exec

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"culvert/connectors"
	"culvert/engine"
)

// liveRows makes the rows of a live relation: state copied at the moment.
type liveRows func(ctx context.Context) [][]any

// registerSystem registers the fixed and the live system relations with the
// engine. Every live relation that is defined needs somebody to make its rows.
func (s *Server) registerSystem() error {
	for _, static := range s.opts.System.Statics() {
		if err := s.opts.Engine.RegisterStatic(static.Name, static.Columns, static.Rows); err != nil {
			return fmt.Errorf("registering %s: %w", static.Name, err)
		}
	}
	makers := map[string]liveRows{
		"activity":          s.activityRows,
		"cleanups":          s.cleanupRows,
		"egress_ips":        s.egressRows,
		"sequences":         s.sequences.rows,
		"settings":          settingRows,
		"source_statistics": s.statisticsRows,
		"source_statuses":   s.statusRows,
		"tunnels":           s.tunnelRows,
	}
	for _, live := range s.opts.System.Lives() {
		rows := makers[live.Name]
		if rows == nil {
			return fmt.Errorf("nobody makes the rows of live relation %s", live.Name)
		}
		relation := engine.LiveRelation{Name: live.Name, Columns: live.Columns, Rows: func(ctx context.Context) (*engine.Batch, error) {
			return engine.BatchOf(live.Columns, rows(ctx)...), nil
		}}
		if err := s.opts.Engine.RegisterLive(relation); err != nil {
			return fmt.Errorf("registering %s: %w", live.Name, err)
		}
	}
	return nil
}

// Values that are not there are NULL in live relations.

func nullText(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func nullTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func (s *Server) egressRows(context.Context) [][]any {
	var rows [][]any
	for _, p := range s.opts.Egress {
		rows = append(rows, []any{p.Addr().String(), int32(p.Bits()), p.String()})
	}
	return rows
}

func (s *Server) statusRows(context.Context) [][]any {
	var rows [][]any
	for _, st := range s.opts.Sources.Statuses() {
		row := []any{st.Object, st.Source, st.State.String(), nullText(st.Error), nullText(st.Hint), nullTime(st.Since), nullTime(st.NextTry)}
		if st.Object == st.Source {
			row = append(row, nil, nil, nil)
		} else {
			row = append(row, readyColumns(s.opts.Sources.Ready(st.Object))...)
		}
		rows = append(rows, row)
	}
	return rows
}

func readyColumns(r connectors.Readiness) []any {
	var known any
	if r.Rows.Known >= 0 {
		known = r.Rows.Known
	}
	return []any{r.Ready, known, r.Rows.Done}
}

func (s *Server) statisticsRows(context.Context) [][]any {
	var rows [][]any
	for _, st := range s.opts.Sources.Statistics() {
		rows = append(rows, []any{
			st.Source, st.Messages, st.Bytes, st.UpdatesStaged, st.UpdatesCommitted,
			st.SnapshotKnown, st.SnapshotStaged, st.SnapshotDone, nullOffset(st.OffsetKnown), nullOffset(st.OffsetCommitted),
		})
	}
	return rows
}

func nullOffset(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func (s *Server) tunnelRows(context.Context) [][]any {
	var rows [][]any
	for _, t := range s.opts.Tunnels.Status() {
		var lastError, hint any
		if t.LastError != nil {
			lastError, hint = t.LastError.Error(), nullText(t.LastError.Hint)
		}
		rows = append(rows, []any{
			t.ConnectionID, t.Host, int32(t.Port), t.User, t.Private, string(t.State), nullTime(t.Since), nullText(t.HostKey),
			int32(t.Users), t.BytesIn, t.BytesOut, int32(t.Reconnects), lastError, hint, nullTime(t.NextTry),
		})
	}
	return rows
}

func (s *Server) cleanupRows(context.Context) [][]any {
	var rows [][]any
	for _, c := range s.opts.Sources.Cleanups() {
		rows = append(rows, []any{c.ID, c.Kind, c.Target, nullTime(c.Since), int32(c.Attempts), nullText(c.Error), nullTime(c.NextTry)})
	}
	return rows
}

func (s *Server) activityRows(context.Context) [][]any {
	s.mu.Lock()
	sessions := slices.Collect(maps.Values(s.sessions))
	s.mu.Unlock()
	var rows [][]any
	for _, session := range sessions {
		a := session.activity.Load()
		address, port := clientEndpoint(session)
		rows = append(rows, []any{
			int32(session.info.PID), session.id, session.info.Role, a.appName, address, port,
			nullTime(session.info.ConnectedAt), nullTime(a.xactStart), nullTime(a.queryStart), nullTime(a.changed),
			a.state, a.query(), false,
		})
	}
	return rows
}

// sessionKey is the context key of what live relations need of a session.
type sessionKey struct{}

// withSession lets the relation of settings see the session's as they are now.
func withSession(ctx context.Context, s *Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, maps.Clone(s.settings.values))
}

// settingRows are the variables as the session that reads them has them.
func settingRows(ctx context.Context) [][]any {
	values, _ := ctx.Value(sessionKey{}).(map[string]string)
	var rows [][]any
	for i := range variables {
		v := &variables[i]
		setting, source := v.value, "default"
		if value, ok := values[strings.ToLower(v.name)]; ok {
			setting, source = value, "session"
		}
		context := "user"
		if v.fixed {
			context = "internal"
		}
		rows = append(rows, []any{
			v.name, setting, nullText(v.unit), "Session", v.desc, context, "string", source,
			nil, nil, nil, nullText(v.value), nullText(v.value),
		})
	}
	return rows
}
