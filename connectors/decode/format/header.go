package format

import (
	"encoding/binary"
	"errors"
	"fmt"

	"culvert/connectors/schemaregistry"
)

// headerSize is the length of Confluent's header: a zero byte and the ID of the
// schema, big endian (Confluent Schema Registry, "Wire format").
const headerSize = 5

// SchemaError is the error of a message whose writer's schema cannot be had or
// cannot be read.
type SchemaError struct {
	ID  int
	Err error
	// unread: the schema was not had.
	unread bool
}

// Error names the schema.
func (e *SchemaError) Error() string { return fmt.Sprintf("schema with ID %d: %v", e.ID, e.Err) }

// Unwrap gives the error itself.
func (e *SchemaError) Unwrap() error { return e.Err }

// Retryable tells whether the message may decode later, since the registry
// could not be asked for its schema: a source then stalls and does not fail.
func Retryable(err error) bool {
	var e *SchemaError
	if !errors.As(err, &e) || !e.unread {
		return false
	}
	var answer *schemaregistry.Error
	return !errors.As(err, &answer) || answer.Transient()
}

// splitHeader gives the ID in a message's header, and what stands behind it.
func splitHeader(payload []byte) (id int, rest []byte, err error) {
	if len(payload) < headerSize {
		return 0, nil, fmt.Errorf("the message has %d bytes, too few for the header with the ID of its schema", len(payload))
	}
	if payload[0] != 0 {
		return 0, nil, fmt.Errorf("the message does not begin with the header of the Confluent wire format: its first byte is %d, not 0", payload[0])
	}
	return int(binary.BigEndian.Uint32(payload[1:])), payload[headerSize:], nil
}

// fetch asks for a writer's schema.
func (f SchemaSource) fetch(id int, want schemaregistry.Type) (*schemaregistry.Schema, error) {
	s, err := f(id)
	if err != nil {
		return nil, &SchemaError{ID: id, Err: err, unread: true}
	}
	if err := ofType(s, want); err != nil {
		return nil, &SchemaError{ID: id, Err: err}
	}
	return s, nil
}

func ofType(s *schemaregistry.Schema, want schemaregistry.Type) error {
	if s.Type != want && s.Type != "" {
		return fmt.Errorf("the schema is of type %s, not %s", s.Type, want)
	}
	return nil
}
