package exec

import (
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/tunnel"
)

// tunnelsUnder gives the SSH tunnels through which a connection leads.
func tunnelsUnder(c *catalog.Catalog, connection catalog.ID) []catalog.ID {
	object := c.Object(connection)
	if object == nil {
		return nil
	}
	var ids []catalog.ID
	switch d := object.Def.(type) {
	case *catalog.Postgres:
		ids = append(ids, d.Tunnel)
	case *catalog.SchemaRegistry:
		ids = append(ids, d.Tunnel)
	case *catalog.Kafka:
		ids = append(ids, d.Tunnel)
		for _, b := range d.Brokers {
			ids = append(ids, b.Tunnel)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return slices.DeleteFunc(ids, func(id catalog.ID) bool { return id == "" })
}

// way tells how the tunnels under connections are: what a source or a
// statement that gets no answer puts it down to.
func (s *Server) way(c *catalog.Catalog, connections ...catalog.ID) connectors.Way {
	var ids []catalog.ID
	for _, connection := range connections {
		ids = append(ids, tunnelsUnder(c, connection)...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return nil
	}
	return func() (<-chan struct{}, error) {
		var all []*tunnel.Error
		var wait <-chan struct{}
		for _, id := range ids {
			why, mended := s.opts.Tunnels.Broken(string(id))
			if why != nil {
				all = append(all, why)
			}
			if why != nil || wait == nil {
				wait = mended
			}
		}
		return wait, brokenTunnels(all)
	}
}

// brokenTunnels is the error of the tunnels that are broken, nil for none.
func brokenTunnels(all []*tunnel.Error) error {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return severalTunnels(all)
}

// severalTunnels is the error of several tunnels: of the first one, with the
// texts of all.
type severalTunnels []*tunnel.Error

// Error joins the texts.
func (e severalTunnels) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), ", ")
}

// Unwrap gives the first.
func (e severalTunnels) Unwrap() error { return e[0] }

// SourceErrorPrefix is the first one's, as are the other properties.
func (e severalTunnels) SourceErrorPrefix() string { return e[0].SourceErrorPrefix() }
