// Package server is the listener and the protocol's state: connections,
// messages, portals. What a statement means is behind Session.
package server
