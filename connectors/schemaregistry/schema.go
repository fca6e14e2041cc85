package schemaregistry

import (
	"context"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/sr"
)

// maxReferences bounds what one schema may refer to, directly or not.
const maxReferences = 1000

// Latest asks for the newest version of a subject.
const Latest = -1

// Type is the language of a schema.
type Type string

// The types.
const (
	Avro     Type = "AVRO"
	Protobuf Type = "PROTOBUF"
	JSON     Type = "JSON"
)

// Schema is a schema with all that it refers to. It must not be changed.
type Schema struct {
	ID      int    `json:"id,omitempty"`
	Subject string `json:"subject,omitempty"` // "" when asked for by ID
	Version int    `json:"version,omitempty"` // 0 when asked for by ID
	Type    Type   `json:"type"`
	Text    string `json:"text"`
	// References are the schemas that the text needs, directly or not: each
	// comes after those that it needs itself, and every name comes once.
	References []Reference `json:"references,omitempty"`
}

// Reference is a schema that another one refers to by name: a full name in
// Avro, the path of an import in Protobuf.
type Reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
	Text    string `json:"text"`
}

// Check makes sure that the registry answers and lets the user in.
func (c *Client) Check(ctx context.Context) error {
	_, err := c.Subjects(ctx)
	return err
}

// Subjects lists the subjects.
func (c *Client) Subjects(ctx context.Context) ([]string, error) {
	subjects, err := c.registry.Subjects(ctx)
	return subjects, c.classify(err, "the list of subjects")
}

// ByVersion gives a version of a subject, or its Latest.
func (c *Client) ByVersion(ctx context.Context, subject string, version int) (*Schema, error) {
	what := "subject " + strconv.Quote(subject)
	if version != Latest {
		what = fmt.Sprintf("version %d of %s", version, what)
	}
	found, err := c.registry.SchemaByVersion(ctx, subject, version)
	if err != nil {
		return nil, c.classify(err, what)
	}
	s := &Schema{ID: found.ID, Subject: subject, Version: found.Version}
	if err := c.complete(ctx, s, found.Schema); err != nil {
		return nil, err
	}
	return s, nil
}

// ByID gives the schema of an ID; each is asked for once.
func (c *Client) ByID(ctx context.Context, id int) (*Schema, error) {
	c.mu.Lock()
	s, ok := c.byID[id]
	c.mu.Unlock()
	if ok {
		return s, nil
	}
	found, err := c.registry.SchemaByID(ctx, id)
	if err != nil {
		return nil, c.classify(err, fmt.Sprintf("schema with ID %d", id))
	}
	s = &Schema{ID: id}
	if err := c.complete(ctx, s, found); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.byID[id] = s
	c.mu.Unlock()
	return s, nil
}

// complete fills s with the text and everything that it refers to.
func (c *Client) complete(ctx context.Context, s *Schema, found sr.Schema) error {
	s.Type, s.Text = Type(found.Type.String()), found.Schema
	w := walk{client: c, seen: map[string]sr.SchemaReference{}}
	if err := w.follow(ctx, found.References); err != nil {
		return err
	}
	s.References = w.out
	return nil
}

// walk collects references in the order in which they can be read.
type walk struct {
	client *Client
	seen   map[string]sr.SchemaReference
	out    []Reference
}

func (w *walk) follow(ctx context.Context, refs []sr.SchemaReference) error {
	for _, ref := range refs {
		if before, ok := w.seen[ref.Name]; ok {
			if before != ref {
				return &Error{Reason: Invalid, text: fmt.Sprintf("schema registry at %s: the schema refers to %q as version %d of %q and as version %d of %q",
					w.client.base, ref.Name, before.Version, before.Subject, ref.Version, ref.Subject)}
			}
			continue
		}
		if len(w.seen) == maxReferences {
			return &Error{Reason: Invalid, text: fmt.Sprintf("schema registry at %s: the schema refers to more than %d others", w.client.base, maxReferences)}
		}
		w.seen[ref.Name] = ref
		found, err := w.client.registry.SchemaByVersion(ctx, ref.Subject, ref.Version)
		if err != nil {
			return w.client.classify(err, fmt.Sprintf("version %d of subject %q, which the schema refers to as %q", ref.Version, ref.Subject, ref.Name))
		}
		if err := w.follow(ctx, found.References); err != nil {
			return err
		}
		w.out = append(w.out, Reference{Name: ref.Name, Subject: ref.Subject, Version: ref.Version, Text: found.Schema.Schema})
	}
	return nil
}
