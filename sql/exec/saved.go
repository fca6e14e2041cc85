package exec

import "culvert/sql/pgerr"

// maxSaved bounds the prepared statements of a session.
const maxSaved = 10_000

// saved are the prepared statements of a session by their names.
type saved map[string]*Prepared

// SaveStatement keeps a prepared statement under a name; "" is replaced.
func (s saved) SaveStatement(name string, p *Prepared) error {
	if _, taken := s[name]; taken && name != "" {
		return pgerr.New(pgerr.DuplicatePreparedStatement, "prepared statement %q already exists", name)
	}
	if len(s) >= maxSaved {
		return pgerr.New(pgerr.ConfigurationLimitExceeded, "too many prepared statements").
			WithDetail("A session may have %d.", maxSaved)
	}
	s[name] = p
	return nil
}

// SavedStatement finds a prepared statement, or nil.
func (s saved) SavedStatement(name string) *Prepared { return s[name] }

// DropStatement forgets a prepared statement, if it is there.
func (s saved) DropStatement(name string) { delete(s, name) }
