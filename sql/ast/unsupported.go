package ast

// Unsupported is a statement of the dialect that culvert knows by name and does
// not do. Its text was not read beyond the name.
type Unsupported struct {
	Source
	Name string // CREATE SINK
}

// Kind is KindUnsupported.
func (s *Unsupported) Kind() Kind { return KindUnsupported }

// Tag is the name.
func (s *Unsupported) Tag() string { return s.Name }

// String is the name.
func (s *Unsupported) String() string { return render(s, false) }

// Redacted is the name.
func (s *Unsupported) Redacted() string { return render(s, true) }

func (s *Unsupported) format(p *printer) { p.text(s.Name) }
