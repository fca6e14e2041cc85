// Package postgres is the connector for PostgreSQL: it checks a server and its
// publications, copies tables in parallel from one exported snapshot, follows
// a logical replication slot, and applies what it reads exactly once.
//
// The stream speaks pgoutput, protocol version 1 (PostgreSQL 15 documentation,
// sections 55.5 and 55.9): every transaction arrives whole, after its commit.
package postgres

import (
	"culvert/catalog/secrets"
	"culvert/connectors"
)

// SSLMode says how a connection is encrypted and what is checked.
type SSLMode string

// The modes, as libpq words them.
const (
	SSLDisable    SSLMode = "disable"
	SSLRequire    SSLMode = "require"
	SSLVerifyCA   SSLMode = "verify-ca"
	SSLVerifyFull SSLMode = "verify-full"
)

// Params says how to reach a database.
type Params struct {
	Host     string // resolved by whatever Dial goes through
	Port     uint16
	Database string
	User     string
	Password secrets.Value
	SSLMode  SSLMode       // "" is disable
	SSLCA    string        // PEM; "" is the system's trust store
	SSLCert  string        // PEM, with SSLKey
	SSLKey   secrets.Value // PEM
	Dial     connectors.DialFunc
}
