package format

import (
	"encoding/binary"
	"errors"
	"fmt"

	"culvert/connectors/decode"
	"culvert/connectors/decode/protobuf"
	"culvert/connectors/schemaregistry"
)

// maxAccepted bounds the headers that a decoder remembers.
const maxAccepted = 10000

func (s Spec) protobuf() (*protobuf.Schema, error) {
	switch {
	case s.Descriptors != nil && s.Message == "":
		return nil, errors.New("a Protobuf descriptor set needs a MESSAGE")
	case s.Descriptors != nil:
		return protobuf.FromDescriptors(s.Descriptors, s.Message)
	case s.Schema == nil:
		return nil, errors.New("a schema is needed for Protobuf")
	}
	if err := ofType(s.Schema, schemaregistry.Protobuf); err != nil {
		return nil, err
	}
	return parseProtobuf(s.Schema, s.Message)
}

func parseProtobuf(s *schemaregistry.Schema, message string) (*protobuf.Schema, error) {
	imports := make(map[string]string, len(s.References))
	for _, r := range s.References {
		imports[r.Name] = r.Text
	}
	return protobuf.Parse(s.Text, imports, message)
}

type protobufFormat struct {
	decoder *protobuf.Decoder
	reader  *protobuf.Schema
	spec    Spec
	schemas SchemaSource
	// accepted has the headers of messages that the reader's schema can read.
	accepted map[string]bool
}

// Decode appends the fields of the message.
func (f *protobufFormat) Decode(payload []byte, dst []*decode.Column) error {
	if !f.spec.WireFormat {
		return f.decoder.Decode(payload, dst)
	}
	id, rest, err := splitHeader(payload)
	if err != nil {
		return err
	}
	path, rest, err := splitIndexes(rest)
	if err != nil {
		return err
	}
	header := payload[:len(payload)-len(rest)]
	if !f.accepted[string(header)] {
		if err := f.accept(id, path); err != nil {
			return err
		}
		if len(f.accepted) < maxAccepted {
			f.accepted[string(header)] = true
		}
	}
	return f.decoder.Decode(rest, dst)
}

// accept checks that the message at path in the schema of an ID is one that
// the reader's schema can read.
func (f *protobufFormat) accept(id int, path []int) error {
	file := f.reader
	if f.schemas != nil && (f.spec.Schema == nil || f.spec.Schema.ID != id) {
		s, err := f.schemas.fetch(id, schemaregistry.Protobuf)
		if err != nil {
			return err
		}
		if file, err = parseProtobuf(s, ""); err != nil {
			return &SchemaError{ID: id, Err: err}
		}
	}
	writer, err := file.At(path)
	if err == nil {
		err = f.reader.CanRead(writer)
	}
	if err != nil {
		return &SchemaError{ID: id, Err: err}
	}
	return nil
}

// maxIndexes is the deepest nesting of message types that is followed.
const maxIndexes = 100

// splitIndexes reads the path to the message in its file: a count and as many
// indexes, zigzag; a count of 0 stands for the first message (Confluent Schema
// Registry, "Wire format").
func splitIndexes(payload []byte) (path []int, rest []byte, err error) {
	next := func() int64 {
		v, n := binary.Varint(payload)
		if n <= 0 {
			err = errors.New("the message ends within the index of its type")
			return 0
		}
		payload = payload[n:]
		return v
	}
	count := next()
	switch {
	case err != nil:
		return nil, nil, err
	case count == 0:
		return []int{0}, payload, nil
	case count < 0 || count > maxIndexes:
		return nil, nil, fmt.Errorf("the index of the message's type has %d parts", count)
	}
	for range count {
		path = append(path, int(next()))
		if err != nil {
			return nil, nil, err
		}
	}
	return path, payload, nil
}
