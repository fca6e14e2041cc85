package main

import (
	"context"

	"culvert/engine"
	"culvert/server"
	"culvert/sql/exec"
	"culvert/sql/types"
)

// backend lets the server open sessions of the executor.
type backend struct{ executor *exec.Server }

// Open begins a session.
func (b backend) Open(ctx context.Context, info server.SessionInfo, client server.Client) (server.Session, error) {
	s, err := b.executor.Open(ctx, exec.Info{
		Role: info.Role.Name, Superuser: info.Role.Superuser, Database: info.Database, Settings: info.Settings,
		PID: info.PID, Remote: info.Remote,
	}, client)
	if err != nil {
		return nil, err
	}
	return session{s}, nil
}

// session gives an executor's session the types that the server knows: the
// server hands back what it was given.
type session struct{ *exec.Session }

// Parse reads the text of a message.
func (s session) Parse(text string) ([]server.Statement, error) {
	parsed, err := s.Session.Parse(text)
	if err != nil {
		return nil, err
	}
	statements := make([]server.Statement, len(parsed))
	for i, st := range parsed {
		statements[i] = st
	}
	return statements, nil
}

// Prepare analyzes a statement.
func (s session) Prepare(ctx context.Context, st server.Statement, paramTypes []types.OID) (server.Prepared, error) {
	p, err := s.Session.Prepare(ctx, st.(exec.Statement), paramTypes)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// SaveStatement keeps a prepared statement.
func (s session) SaveStatement(name string, p server.Prepared) error {
	return s.Session.SaveStatement(name, p.(*exec.Prepared))
}

// SavedStatement finds a prepared statement.
func (s session) SavedStatement(name string) server.Prepared {
	if p := s.Session.SavedStatement(name); p != nil {
		return p
	}
	return nil
}

// Execute runs a prepared statement.
func (s session) Execute(ctx context.Context, p server.Prepared, args []engine.Param) (server.Result, error) {
	r, err := s.Session.Execute(ctx, p.(*exec.Prepared), args)
	if err != nil {
		return nil, err
	}
	return r, nil
}
