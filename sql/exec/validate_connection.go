package exec

import (
	"context"

	"culvert/catalog"
	"culvert/sql/plan"
)

func validateConnection(ctx context.Context, s *Session, p *plan.ValidateConnection) error {
	err := checkConnection(ctx, s, p.Object)
	s.srv.wake(p.Object.ID)
	return err
}

// checkConnection asks the other end of a connection under the deadline of
// statements.
func checkConnection(ctx context.Context, s *Session, object *catalog.Object) error {
	return (&upstream{session: s}).Validate(ctx, object)
}

// wake lets the sources that use a connection, directly or through another,
// try again at once.
func (s *Server) wake(id catalog.ID) {
	c := s.opts.Catalog.Current().Catalog
	s.opts.Sources.Restart(false, sourcesUsing(c, id)...)
}

// sourcesUsing gives the IDs of the sources that need an object, itself included.
func sourcesUsing(c *catalog.Catalog, id catalog.ID) []string {
	var ids []string
	if o := c.Object(id); o != nil {
		switch d := o.Def.(type) {
		case *catalog.PostgresSource, *catalog.KafkaSource:
			ids = append(ids, string(id))
		case *catalog.KafkaTable:
			ids = append(ids, string(d.Source)) // by its registry
		}
	}
	for _, user := range c.Users(id) {
		ids = append(ids, sourcesUsing(c, user.ID)...)
	}
	return ids
}
