package catalog

import (
	"strings"

	"culvert/connectors/decode/format"
	"culvert/sql/types"
)

// Kafka is a connection to the brokers of a Kafka cluster.
type Kafka struct {
	// Brokers are those that are asked for the others. Listed tells whether they
	// were given as a list (BROKERS) rather than alone (BROKER).
	Brokers []KafkaBroker
	Listed  bool `json:",omitempty"`
	// Tunnel is the SSH tunnel to every broker that has none of its own, those
	// that metadata names included; empty: direct.
	Tunnel ID `json:",omitempty"`
	// Protocol is SECURITY PROTOCOL; empty where the statement left it out, see
	// SecurityProtocol.
	Protocol      string `json:",omitempty"`
	SASLMechanism string `json:",omitempty"` // PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
	SASLUser      StringOrSecret
	SASLPassword  ID `json:",omitempty"`
	SSLCert       StringOrSecret
	SSLKey        ID `json:",omitempty"`
	SSLCA         StringOrSecret
	// ProgressTopic and ProgressReplication are of sinks; they are kept and shown.
	ProgressTopic       string `json:",omitempty"`
	ProgressReplication int    `json:",omitempty"`
}

// KafkaBroker is a broker as a statement names it.
type KafkaBroker struct {
	Address string // host, or host:port
	Tunnel  ID     `json:",omitempty"` // the SSH tunnel of this broker alone
}

// The security protocols.
const (
	ProtocolPlaintext     = "PLAINTEXT"
	ProtocolSSL           = "SSL"
	ProtocolSASLPlaintext = "SASL_PLAINTEXT"
	ProtocolSASLSSL       = "SASL_SSL"
)

// SecurityProtocol is how brokers are spoken to. Where the statement does not
// say it, TLS is assumed, and a login where one is given.
func (k *Kafka) SecurityProtocol() string {
	switch {
	case k.Protocol != "":
		return k.Protocol
	case k.SASLMechanism != "" || !k.SASLUser.IsZero() || k.SASLPassword != "":
		return ProtocolSASLSSL
	}
	return ProtocolSSL
}

// DefaultKafkaPort is the port of a broker that is named without one.
const DefaultKafkaPort = "9092"

// HostPort is the address with its port.
func (b KafkaBroker) HostPort() string {
	last := strings.LastIndexByte(b.Address, ':')
	if last < 0 || strings.HasSuffix(b.Address, "]") {
		return b.Address + ":" + DefaultKafkaPort
	}
	return b.Address
}

// SchemaRegistry is a connection to a Confluent Schema Registry.
type SchemaRegistry struct {
	URL      string
	User     StringOrSecret
	Password ID `json:",omitempty"`
	SSLCert  StringOrSecret
	SSLKey   ID `json:",omitempty"`
	SSLCA    StringOrSecret
	Tunnel   ID `json:",omitempty"` // the SSH tunnel; empty: direct
}

func (*Kafka) definition() string          { return "kafka" }
func (*SchemaRegistry) definition() string { return "confluent-schema-registry" }

// KafkaSource is a source that reads a topic. With a FORMAT it is a relation
// itself; without one it has only the tables of CREATE TABLE … FROM SOURCE.
type KafkaSource struct {
	Connection ID
	Topic      string
	// TopicID tells the topic from one of the same name that is made later;
	// empty where brokers do not say.
	TopicID string `json:",omitempty"`
	// GroupPrefix begins the consumer group that offsets are committed to, and
	// GroupSuffix ends it: it tells servers apart that read one topic.
	GroupPrefix string
	GroupSuffix string
	// Start has the first offset to read of the first partitions; the others
	// begin at 0.
	Start []int64 `json:",omitempty"`
	// StartTimestamp is in milliseconds since 1970, and counts in place of Start:
	// reading begins at the first message that is not older; 0: none.
	StartTimestamp int64 `json:",omitempty"`
	// Refresh is how often new partitions are looked for, in milliseconds; 0:
	// the connector's default.
	Refresh int64  `json:",omitempty"`
	Size    string `json:",omitempty"`
	// Rows is how messages become the source's own rows; nil: it has none.
	Rows *KafkaRows `json:",omitempty"`
}

// KafkaTable is a table that a source of Kafka fills.
type KafkaTable struct {
	Source ID
	Topic  string
	KafkaRows
}

// KafkaRows is how the messages of a topic become the rows of a relation. Key,
// value and metadata columns have the places of the object's columns.
type KafkaRows struct {
	Key      *Format `json:",omitempty"` // nil: keys are not decoded
	Value    *Format
	Envelope string // none, upsert or debezium
	// KeepErrors: messages that do not decode are recorded, and reading goes on.
	KeepErrors bool          `json:",omitempty"`
	Columns    []KafkaColumn // of the object, in order
	// Identity are the columns of the key, by index, for upsert and debezium, in
	// the order of the key's format.
	Identity []int `json:",omitempty"`
	// Hidden are columns of the physical table behind those of the object: the
	// key of debezium where its columns are not among the value's.
	Hidden []types.Type `json:",omitempty"`
}

// KafkaColumn is where a column's values come from.
type KafkaColumn struct {
	From KafkaOrigin
	// Field is the place among the columns of the key's or value's format.
	Field int `json:",omitempty"`
	// Header is the key of the header of OriginHeader.
	Header string `json:",omitempty"`
}

// KafkaOrigin is a part of a message.
type KafkaOrigin string

// The parts. An error is the text of what kept the value from being decoded.
const (
	OriginKey       KafkaOrigin = "key"
	OriginValue     KafkaOrigin = "value"
	OriginPartition KafkaOrigin = "partition"
	OriginOffset    KafkaOrigin = "offset"
	OriginTimestamp KafkaOrigin = "timestamp"
	OriginHeaders   KafkaOrigin = "headers"
	OriginHeader    KafkaOrigin = "header"
	OriginRawHeader KafkaOrigin = "raw header" // as bytes
	OriginError     KafkaOrigin = "error"
)

// The envelopes.
const (
	EnvelopeNone     = "none"
	EnvelopeUpsert   = "upsert"
	EnvelopeDebezium = "debezium"
)

// Format is how bytes of a message are read: the format with the schema that
// was found when the relation was made.
type Format struct {
	format.Spec
	// Registry is the connection that writers' schemas are read from; empty: all
	// messages have the schema of Spec.
	Registry ID `json:",omitempty"`
	// Document: the schema of Spec is that of the message as the only field of a
	// record, so that it becomes one column.
	Document bool `json:",omitempty"`
}

func (*KafkaSource) definition() string { return "kafka-source" }
func (*KafkaTable) definition() string  { return "kafka-table" }

func kafkaConnectionRows(o *Object) [][]any {
	d, ok := o.Def.(*Kafka)
	if !ok {
		return nil
	}
	brokers := make([]string, len(d.Brokers))
	for i, b := range d.Brokers {
		brokers[i] = b.Address
	}
	topic := d.ProgressTopic
	if topic == "" {
		topic = "_materialize-progress-" + string(o.ID)
	}
	return [][]any{{string(o.ID), brokers, topic}}
}

func kafkaSourceRows(o *Object) [][]any {
	if d, ok := o.Def.(*KafkaSource); ok {
		return [][]any{{string(o.ID), d.Topic, d.GroupPrefix}}
	}
	return nil
}

func kafkaTableRows(o *Object) [][]any {
	switch d := o.Def.(type) {
	case *KafkaSource:
		if d.Rows != nil {
			return [][]any{d.Rows.row(o.ID, d.Topic)}
		}
	case *KafkaTable:
		return [][]any{d.row(o.ID, d.Topic)}
	}
	return nil
}

func (r *KafkaRows) row(id ID, topic string) []any {
	var key any
	if r.Key != nil {
		key = string(r.Key.Kind)
	}
	return []any{string(id), topic, r.Envelope, key, string(r.Value.Kind)}
}
