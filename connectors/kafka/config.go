// Package kafka is the connector for Apache Kafka: it checks brokers and topics,
// reads every partition of a topic without joining a group, decodes messages
// beside the apply, and stores rows together with the offsets that they reach.
//
// Only transactions that were committed are read (read_committed, KIP-98).
package kafka

import (
	"strconv"
	"time"

	"culvert/catalog/secrets"
	"culvert/connectors"
	"culvert/connectors/decode/format"
)

// Protocol says how a connection to a broker is encrypted and authenticated.
type Protocol string

// The protocols, as Kafka's security.protocol names them.
const (
	Plaintext     Protocol = "PLAINTEXT"
	SSL           Protocol = "SSL"
	SASLPlaintext Protocol = "SASL_PLAINTEXT"
	SASLSSL       Protocol = "SASL_SSL"
)

func (p Protocol) encrypted() bool     { return p == SSL || p == SASLSSL }
func (p Protocol) authenticated() bool { return p == SASLPlaintext || p == SASLSSL }

// Mechanism is how a client proves who it is.
type Mechanism string

// The mechanisms, as Kafka's sasl.mechanism names them.
const (
	Plain       Mechanism = "PLAIN"
	ScramSHA256 Mechanism = "SCRAM-SHA-256"
	ScramSHA512 Mechanism = "SCRAM-SHA-512"
)

// Params says how to reach the brokers. It is not changed while in use.
type Params struct {
	Brokers []string // "host:port", at least one
	// Dial gives the way to a broker by the name and port under which it is
	// advertised: through its own tunnel, the default one, or directly. covered
	// tells whether a clause of the connection, or a default tunnel, says so.
	Dial      func(host string, port uint16) (dial connectors.DialFunc, covered bool)
	Protocol  Protocol // "" is SSL
	Mechanism Mechanism
	User      string
	Password  secrets.Value
	SSLCA     string        // PEM; "" is the system's trust store
	SSLCert   string        // PEM, with SSLKey
	SSLKey    secrets.Value // PEM
}

// Envelope says what a message means for a table.
type Envelope uint8

// The envelopes.
const (
	// None appends a row for each message.
	None Envelope = iota
	// Upsert keeps the last value of each key; a null value deletes the key.
	Upsert
	// Debezium takes the row after a change out of the value; keys as Upsert.
	Debezium
)

// Metadata is what of a message beside its key and value becomes a column.
type Metadata uint8

// The metadata.
const (
	Partition  Metadata = iota // integer
	Offset                     // bigint
	Timestamp                  // timestamp
	Headers                    // jsonb: [{"key": …, "value": "\\x…"}, …]
	Header                     // text: the last value of one header
	HeaderRaw                  // bytea, the same
	ErrorField                 // jsonb: {"description": …} of a value that cannot be read, or NULL
)

// Include is a column that holds metadata.
type Include struct {
	What   Metadata
	Header string // of Header and HeaderRaw
	Column int    // index in Table.Columns
}

// Key decodes the keys of messages.
type Key struct {
	// New makes a decoder for one goroutine.
	New func() (format.Format, error)
	// Columns says where the values go: indexes in Table.Columns, in the order
	// of the decoder's. Under Debezium they may be among the value's, which then
	// hold the same.
	Columns []int
}

// Value decodes the values of messages.
type Value struct {
	New         func() (format.Format, error)   // a decoder for one goroutine
	NewEnvelope func() (format.Envelope, error) // the same, instead of New, under Debezium
	Columns     []int                           // as in Key
}

// Table is a table that a source fills.
type Table struct {
	Object   string // catalog id
	Columns  []connectors.Column
	Envelope Envelope
	// Key decodes keys; nil: they are not read. Upsert and Debezium need it, and
	// Key.Columns then identify a row.
	Key      *Key
	Value    Value
	Includes []Include
	// KeepErrors records messages that cannot be read and goes on (WITH (ON
	// DECODE ERROR = 'keep')).
	KeepErrors bool
}

// Config is a Kafka source as the catalog has it.
type Config struct {
	Params Params
	Topic  string
	// TopicID is the id of the topic when the source was made, as DescribeTopic
	// gives it; "" is not checked.
	TopicID string
	// StartOffsets are by partition; those that are not listed start at 0.
	StartOffsets []int64
	// StartTimestamp is in milliseconds since 1970: reading starts at the first
	// message that is not older. 0: StartOffsets count.
	StartTimestamp int64
	// Refresh is the TOPIC METADATA REFRESH INTERVAL; 0 is a minute.
	Refresh time.Duration
	// Group is the consumer group that offsets are committed to for monitoring;
	// "": none.
	Group  string
	Tables []Table
}

// SupervisorTables describes the tables to the supervisor.
func (c Config) SupervisorTables() []connectors.Table {
	tables := make([]connectors.Table, len(c.Tables))
	for i, t := range c.Tables {
		tables[i] = connectors.Table{Object: t.Object, Name: c.Topic, Columns: t.Columns}
	}
	return tables
}

// PhysicalName is the physical column of the n-th column, counted from 0.
func PhysicalName(n int) string { return "c" + strconv.Itoa(n+1) }
