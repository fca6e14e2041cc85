// Package tunnel reaches servers behind SSH bastions. A tunnel is a dial
// function: what it returns is a net.Conn whose bytes travel in one
// direct-tcpip channel (RFC 4254, section 7.2) of an SSH connection. No
// loopback port is ever opened, and names of targets are resolved by the
// bastion alone.
//
// A Manager holds one link per connection object. A link owns at most one SSH
// connection, shared by all that dial through it. One goroutine per link (run
// in link.go) connects, watches, backs off and closes when unused; one client
// (client.go) is one live SSH connection with its keepalive; one channelConn
// (conn.go) is one channel with working deadlines. Every failure is an *Error
// that names its leg; errors.go is the one place that classifies.
//
// Lock order: Manager.mu, link.mu, channelConn's own locks. No lock is held
// across I/O or a call to a HostKeyStore.
package tunnel

import (
	"context"
	"net"
)

// DialFunc opens a connection to addr ("host:port") as net.Dialer.DialContext
// does; network is tcp, tcp4 or tcp6. ctx bounds the opening, not the
// connection. It is safe for concurrent use; the caller closes what it gets.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)
