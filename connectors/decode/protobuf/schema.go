// Package protobuf decodes Protocol Buffers messages into columns, by a
// descriptor that is compiled from .proto text or taken from a descriptor set.
package protobuf

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"culvert/connectors/decode"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// mainFile is the name that the compiler knows a schema's text by; no import
// can have it.
const mainFile = "the schema"

// Schema is a message of a file. It must not be changed.
type Schema struct {
	file    protoreflect.FileDescriptor // nil for a descriptor set
	message protoreflect.MessageDescriptor
}

// Parse compiles .proto text. imports has the texts of the files that it
// imports, directly or not, by path; those of google/protobuf
// and what the registry has by itself are known.
// message is a full name, or "" for the first message of the file.
func Parse(text string, imports map[string]string, message string) (s *Schema, err error) {
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, fmt.Errorf("invalid Protobuf schema: %v", p)
		}
	}()
	files := maps.Clone(builtin)
	maps.Copy(files, imports)
	files[mainFile] = text
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(files)}),
		MaxParallelism: 1,
	}
	compiled, err := compiler.Compile(context.Background(), mainFile)
	if err != nil {
		return nil, fmt.Errorf("invalid Protobuf schema: %w", err)
	}
	file := compiled[0]
	if message == "" {
		if file.Messages().Len() == 0 {
			return nil, errors.New("the Protobuf schema has no message")
		}
		return &Schema{file: file, message: file.Messages().Get(0)}, nil
	}
	found, ok := file.FindDescriptorByName(fullName(message)).(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("the Protobuf schema has no message %q", message)
	}
	return &Schema{file: file, message: found}, nil
}

// FromDescriptors takes a message of a serialised FileDescriptorSet, which must
// hold all that its files import (protoc --include_imports).
func FromDescriptors(set []byte, message string) (*Schema, error) {
	var files descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(set, &files); err != nil {
		return nil, errors.New("the Protobuf schema is no FileDescriptorSet")
	}
	registry, err := protodesc.NewFiles(&files)
	if err != nil {
		return nil, fmt.Errorf("invalid Protobuf schema: %w", err)
	}
	d, err := registry.FindDescriptorByName(fullName(message))
	found, ok := d.(protoreflect.MessageDescriptor)
	if err != nil || !ok {
		return nil, fmt.Errorf("the Protobuf schema has no message %q", message)
	}
	return &Schema{file: found.ParentFile(), message: found}, nil
}

func fullName(message string) protoreflect.FullName {
	return protoreflect.FullName(strings.TrimPrefix(message, "."))
}

// Message is the full name of the message.
func (s *Schema) Message() string { return string(s.message.FullName()) }

// At gives the message that a path of indexes leads to in the schema's file, as
// Confluent's header has it: [1, 0] is the first message within the second.
func (s *Schema) At(path []int) (*Schema, error) {
	messages := s.file.Messages()
	var found protoreflect.MessageDescriptor
	for _, i := range path {
		if i < 0 || i >= messages.Len() {
			return nil, fmt.Errorf("the schema has no message at index %v", path)
		}
		found = messages.Get(i)
		messages = found.Messages()
	}
	if found == nil {
		return nil, errors.New("the index of the message is empty")
	}
	return &Schema{file: s.file, message: found}, nil
}

// Fields gives the columns: the fields of the message.
func (s *Schema) Fields() ([]decode.Field, error) {
	all := s.message.Fields()
	if all.Len() == 0 {
		return nil, fmt.Errorf("the Protobuf message %s has no fields", s.message.FullName())
	}
	fields := make([]decode.Field, all.Len())
	for i := range fields {
		f := all.Get(i)
		fields[i] = decode.Field{Name: string(f.Name()), Type: typeOf(f), Nullable: nullable(f)}
	}
	return fields, nil
}

// CanRead tells why messages of a writer's schema cannot be read with s, or
// nil: the name differs, or a field of the same number has another encoding,
// which would be passed over in silence.
func (s *Schema) CanRead(writer *Schema) error {
	if s.message.FullName() != writer.message.FullName() {
		return fmt.Errorf("the message is a %s, not a %s", writer.message.FullName(), s.message.FullName())
	}
	return canRead(s.message, writer.message, map[protoreflect.FullName]bool{})
}

func canRead(r, w protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) error {
	if seen[r.FullName()] {
		return nil
	}
	seen[r.FullName()] = true
	for i := range r.Fields().Len() {
		rf := r.Fields().Get(i)
		wf := w.Fields().ByNumber(rf.Number())
		if wf == nil {
			continue
		}
		if encoding(rf) != encoding(wf) {
			return fmt.Errorf("field %q: the writer's %s cannot be read as %s", rf.FullName(), wf.Kind(), rf.Kind())
		}
		if rf.IsList() != wf.IsList() && !rf.IsMap() {
			return fmt.Errorf("field %q: repeated in one of the writer's and the reader's schema", rf.FullName())
		}
		if rf.Message() != nil {
			if err := canRead(rf.Message(), wf.Message(), seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// encoding groups kinds whose values can be read as each other (Protocol
// Buffers Documentation, "Updating A Message Type").
func encoding(f protoreflect.FieldDescriptor) protoreflect.Kind {
	switch k := f.Kind(); k {
	case protoreflect.Int64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.BoolKind, protoreflect.EnumKind:
		return protoreflect.Int32Kind
	case protoreflect.Sint64Kind:
		return protoreflect.Sint32Kind
	case protoreflect.Sfixed32Kind:
		return protoreflect.Fixed32Kind
	case protoreflect.Sfixed64Kind:
		return protoreflect.Fixed64Kind
	case protoreflect.BytesKind:
		return protoreflect.StringKind
	default:
		return k
	}
}
