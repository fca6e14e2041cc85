package exec

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"culvert/server/wire"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// ServerVersion is the version of PostgreSQL whose behaviour culvert has.
const (
	ServerVersion    = "15.8"
	serverVersionNum = "150008"
)

// variable is a session setting.
type variable struct {
	name     string // as PostgreSQL spells it
	value    string // the default
	desc     string
	reported bool // by ParameterStatus
	fixed    bool // SET fails with 55P02
	// parse checks a value and gives its normal form; nil takes any text.
	parse func(v *variable, text string) (string, error)
	unit  string // of durations: ms or s
}

// settings are the values of a session. What SET changed in a transaction is
// undone when it rolls back; SET LOCAL ends with the transaction.
type settings struct {
	values  map[string]string // by folded name; only what differs from the default
	startup map[string]string // what RESET goes back to
	before  map[string]string // at the start of the transaction; nil: unchanged since
	local   map[string]string // values to put back at the end of the transaction
	loc     *time.Location
}

// newSettings starts with the startup packet's values.
func newSettings(info Info) (*settings, error) {
	s := &settings{values: map[string]string{}, startup: map[string]string{}}
	s.startup["session_authorization"] = info.Role
	s.startup["is_superuser"] = onOff(info.Superuser)
	for name, text := range info.Settings {
		v := findVariable(name)
		if v == nil {
			if strings.Contains(name, ".") {
				s.startup[strings.ToLower(name)] = text
				continue
			}
			return nil, errUnknownVariable(name)
		}
		if v.fixed {
			return nil, errFixed(v)
		}
		value, err := v.check(text)
		if err != nil {
			return nil, err
		}
		s.startup[strings.ToLower(v.name)] = value
	}
	maps.Copy(s.values, s.startup)
	s.loc = nil
	return s, nil
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func findVariable(name string) *variable {
	if i, ok := variableIndex()[strings.ToLower(name)]; ok {
		return &variables[i]
	}
	return nil
}

func errUnknownVariable(name string) error {
	return pgerr.New(pgerr.UndefinedObject, "unrecognized configuration parameter %q", name)
}

func errFixed(v *variable) error {
	return pgerr.New(pgerr.CantChangeRuntimeParam, "parameter %q cannot be changed", v.name)
}

func (v *variable) check(text string) (string, error) {
	if v.parse == nil {
		return text, nil
	}
	return v.parse(v, text)
}

// get gives the value of a setting that exists.
func (s *settings) get(name string) string {
	value, _ := s.lookup(name)
	return value
}

// lookup gives the value of a setting, and whether there is such a setting.
func (s *settings) lookup(name string) (string, bool) {
	if value, ok := s.values[strings.ToLower(name)]; ok {
		return value, true
	}
	if v := findVariable(name); v != nil {
		return v.value, true
	}
	return "", false
}

// integer gives a numeric setting.
func (s *settings) integer(name string) int {
	n, _ := strconv.Atoi(s.get(name))
	return n
}

// duration gives a setting that is a time; 0: switched off.
func (s *settings) duration(name string) time.Duration {
	d, _ := parseDuration(s.get(name), findVariable(name).unit)
	return d
}

// location is the session's time zone.
func (s *settings) location() *time.Location {
	if s.loc == nil {
		s.loc, _ = loadZone(s.get("TimeZone"))
	}
	return s.loc
}

func (s *settings) dateOrder() types.DateOrder {
	switch style := s.get("DateStyle"); {
	case strings.HasSuffix(style, "DMY"):
		return types.DMY
	case strings.HasSuffix(style, "YMD"):
		return types.YMD
	}
	return types.MDY
}

// set gives a setting a value; the bare text nil is the default. With local,
// the change ends with the transaction.
func (s *settings) set(client Client, name string, text *string, local bool) error {
	v := findVariable(name)
	key := strings.ToLower(name)
	value, reset := s.startup[key], text == nil
	switch {
	case v == nil && !strings.Contains(name, "."):
		return errUnknownVariable(name)
	case v != nil && v.fixed:
		return errFixed(v)
	case reset && value == "" && v != nil:
		value = v.value
	case !reset && v == nil:
		value = *text
	case !reset:
		var err error
		if value, err = v.check(*text); err != nil {
			return err
		}
	}
	s.note()
	if local {
		if s.local == nil {
			s.local = map[string]string{}
		}
		if _, noted := s.local[key]; !noted {
			s.local[key] = s.get(name)
		}
	} else {
		delete(s.local, key)
	}
	s.put(client, key, value)
	return nil
}

// note keeps the values that a rollback goes back to.
func (s *settings) note() {
	if s.before == nil {
		s.before = maps.Clone(s.values)
	}
}

// put stores a value and reports it where that is due.
func (s *settings) put(client Client, key, value string) {
	old, _ := s.lookup(key)
	s.values[key] = value
	s.loc = nil
	if v := findVariable(key); v != nil && v.reported && old != value {
		client.Parameter(v.name, value)
	}
}

// rollBack undoes what the transaction set.
func (s *settings) rollBack(client Client) {
	before := s.before
	s.before, s.local = nil, nil
	if before == nil {
		return
	}
	now := s.values
	s.values = before
	s.loc = nil
	for key, value := range now {
		if v := findVariable(key); v != nil && v.reported && s.get(key) != value {
			client.Parameter(v.name, s.get(key))
		}
	}
}

// endTransaction keeps what SET set and ends what SET LOCAL set.
func (s *settings) endTransaction(client Client) {
	for key, value := range s.local {
		s.put(client, key, value)
	}
	s.before, s.local = nil, nil
}

// resetAll is RESET ALL.
func (s *settings) resetAll(client Client) {
	s.note()
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if v := findVariable(key); v != nil && v.fixed {
			continue
		}
		if v := findVariable(key); v == nil {
			delete(s.values, key)
			continue
		}
		_ = s.set(client, key, nil, false) // it exists and is not fixed
	}
}

// reported are the settings of ParameterStatus.
func (s *settings) reported() []wire.Parameter {
	var list []wire.Parameter
	for i := range variables {
		if v := &variables[i]; v.reported {
			list = append(list, wire.Parameter{Name: v.name, Value: s.get(v.name)})
		}
	}
	return list
}
