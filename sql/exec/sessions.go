package exec

import (
	"context"
)

// sessionKey is the context key of what live relations need of a session.
type sessionKey struct{}

// sessionView is a copy of what a session shows of itself in live relations.
type sessionView struct {
	settings map[string]string // by folded name, defaults left out
}

// withSession lets live relations see the session's settings as they are now.
func (s *Session) withSession(ctx context.Context) context.Context {
	view := &sessionView{settings: make(map[string]string, len(s.settings.values))}
	for name, value := range s.settings.values {
		view.settings[name] = value
	}
	return context.WithValue(ctx, sessionKey{}, view)
}
