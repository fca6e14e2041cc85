package ast

// Comment is COMMENT ON type name IS text.
type Comment struct {
	Source
	Object ObjectType
	Name   ObjectName // of a column: its relation
	Column Ident
	Text   *StringValue // nil: NULL, which takes the comment away
}

// Kind is KindComment.
func (s *Comment) Kind() Kind { return KindComment }

// Tag is the command tag.
func (s *Comment) Tag() string { return "COMMENT" }

// String is the canonical text.
func (s *Comment) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *Comment) Redacted() string { return render(s, true) }

func (s *Comment) format(p *printer) {
	p.text("COMMENT ON ", string(s.Object), " ")
	p.name(s.Name)
	if s.Object == TypeColumn {
		p.text(".")
		p.ident(s.Column.Name)
	}
	p.text(" IS ")
	if s.Text == nil {
		p.text("NULL")
		return
	}
	p.literal(s.Text.Text)
}
