package exec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"culvert/catalog"
	"culvert/sql/pgerr"
)

// variables are the settings of a session, by name. Those that PostgreSQL has
// and that change nothing here are kept, so that clients may set them.
var variables = []variable{
	{name: "application_name", desc: "Sets the application name to be reported in statistics and logs.", reported: true},
	{name: "bytea_output", value: "hex", desc: "Sets the output format for bytea.", parse: oneOf("hex", "escape")},
	{name: "check_function_bodies", value: "on", desc: "Has no effect.", parse: parseBool},
	{name: "client_encoding", value: "UTF8", desc: "Sets the client's character set encoding.", reported: true, parse: parseEncoding},
	{name: "client_min_messages", value: "notice", desc: "Sets the message levels that are sent to the client.",
		parse: oneOf("notice", "debug5", "debug4", "debug3", "debug2", "debug1", "debug", "log", "info", "warning", "error")},
	{name: "cluster", value: catalog.ClusterName, desc: "Sets the cluster that objects are made in."},
	{name: "database", value: catalog.DatabaseName, desc: "Shows the name of the database.", fixed: true},
	{name: "DateStyle", value: "ISO, MDY", desc: "Sets the reading order of dates; the output is ISO.", reported: true, parse: parseDateStyle},
	{name: "default_transaction_deferrable", value: "off", desc: "Has no effect.", parse: parseBool},
	{name: "default_transaction_isolation", value: "repeatable read", desc: "Sets the transaction isolation level of each new transaction.", parse: parseIsolation},
	{name: "default_transaction_read_only", value: "off", desc: "Sets the default read-only status of new transactions.", reported: true, parse: parseBool},
	{name: "extra_float_digits", value: "1", desc: "Sets the number of digits displayed for floating-point values.", parse: parseInt(-15, 3)},
	{name: "idle_in_transaction_session_timeout", value: "0", desc: "Has no effect.", unit: "ms", parse: parseTime},
	{name: "in_hot_standby", value: "off", desc: "Shows whether hot standby is active.", reported: true, fixed: true},
	{name: "integer_datetimes", value: "on", desc: "Shows whether datetimes are integer based.", reported: true, fixed: true},
	{name: "IntervalStyle", value: "postgres", desc: "Sets the display format for interval values.", reported: true, parse: oneOf("postgres")},
	{name: "is_superuser", value: "off", desc: "Shows whether the current user is a superuser.", reported: true, fixed: true},
	{name: "lock_timeout", value: "0", desc: "Has no effect.", unit: "ms", parse: parseTime},
	{name: "max_identifier_length", value: "255", desc: "Shows the maximum identifier length.", fixed: true},
	{name: "max_index_keys", value: "32", desc: "Shows the maximum number of index keys.", fixed: true},
	{name: "password_encryption", value: "scram-sha-256", desc: "Shows the algorithm of the verifiers that are kept of passwords.", parse: oneOf("scram-sha-256")},
	{name: "row_security", value: "on", desc: "Has no effect.", parse: parseBool},
	{name: "search_path", value: catalog.PublicSchema, desc: "Sets the schema search order for names that are not schema-qualified.", parse: parseSearchPath},
	{name: "server_encoding", value: "UTF8", desc: "Shows the server character set encoding.", reported: true, fixed: true},
	{name: "server_version", value: ServerVersion, desc: "Shows the server version.", reported: true, fixed: true},
	{name: "server_version_num", value: serverVersionNum, desc: "Shows the server version as an integer.", fixed: true},
	{name: "session_authorization", desc: "Shows the session user name.", reported: true, fixed: true},
	{name: "session_replication_role", value: "origin", desc: "Has no effect.", parse: oneOf("origin", "replica", "local")},
	{name: "standard_conforming_strings", value: "on", desc: "Causes '...' strings to treat backslashes literally.", reported: true, parse: oneOf("on")},
	{name: "statement_timeout", value: "0", desc: "Sets the maximum allowed duration of any statement.", unit: "ms", parse: parseTime},
	{name: "TimeZone", value: "UTC", desc: "Sets the time zone for displaying and interpreting time stamps.", reported: true, parse: parseZone},
	{name: "transaction_isolation", value: "repeatable read", desc: "Sets the current transaction's isolation level.", parse: parseIsolation},
	{name: "transaction_read_only", value: "off", desc: "Sets the current transaction's read-only status.", parse: parseBool},
	{name: "wait_for_snapshot", value: "on", desc: "Lets queries wait for the first snapshot of a table.", parse: parseBool},
}

var variableIndex = sync.OnceValue(func() map[string]int {
	index := make(map[string]int, len(variables))
	for i := range variables {
		index[strings.ToLower(variables[i].name)] = i
	}
	return index
})

func errValue(v *variable, text string) *pgerr.Error {
	return pgerr.New(pgerr.InvalidParameterValue, "invalid value for parameter %q: %q", v.name, text)
}

// oneOf takes one of some words in any case.
func oneOf(words ...string) func(*variable, string) (string, error) {
	return func(v *variable, text string) (string, error) {
		if word := strings.ToLower(text); slices.Contains(words, word) {
			return word, nil
		}
		if len(words) == 1 {
			return "", pgerr.New(pgerr.FeatureNotSupported, "parameter %q cannot be set to %q", v.name, text).
				WithHint("The only value is %s.", words[0])
		}
		return "", errValue(v, text).WithHint("Available values: %s.", strings.Join(words, ", "))
	}
}

// parseBool reads a boolean as PostgreSQL does: words may be cut short.
func parseBool(v *variable, text string) (string, error) {
	word := strings.ToLower(text)
	switch {
	case word == "":
	case word == "on" || word == "1" || strings.HasPrefix("true", word) || strings.HasPrefix("yes", word):
		return "on", nil
	case word == "0" || strings.HasPrefix("false", word) || strings.HasPrefix("no", word) || len(word) > 1 && strings.HasPrefix("off", word):
		return "off", nil
	}
	return "", pgerr.New(pgerr.InvalidParameterValue, "parameter %q requires a Boolean value", v.name)
}

func parseInt(from, to int) func(*variable, string) (string, error) {
	return func(v *variable, text string) (string, error) {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return "", errValue(v, text)
		}
		if n < from || n > to {
			return "", pgerr.New(pgerr.InvalidParameterValue, "%d is outside the valid range for parameter %q (%d .. %d)", n, v.name, from, to)
		}
		return strconv.Itoa(n), nil
	}
}

func parseEncoding(v *variable, text string) (string, error) {
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(text)) {
	case "utf8", "unicode":
		return "UTF8", nil
	case "sqlascii": // libpq's name for no conversion
		return "SQL_ASCII", nil
	}
	return "", pgerr.New(pgerr.FeatureNotSupported, "client_encoding %q is not supported", text).WithHint("Use UTF8.")
}

func parseDateStyle(v *variable, text string) (string, error) {
	order := "MDY"
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch strings.ToUpper(word) {
		case "ISO":
		case "MDY", "US", "NONEURO", "NONEUROPEAN":
			order = "MDY"
		case "DMY", "EURO", "EUROPEAN":
			order = "DMY"
		case "YMD":
			order = "YMD"
		case "SQL", "POSTGRES", "GERMAN":
			return "", pgerr.New(pgerr.FeatureNotSupported, "DateStyle %q is not supported", text).WithHint("The output style is ISO.")
		default:
			return "", errValue(v, text)
		}
	}
	return "ISO, " + order, nil
}

// parseIsolation takes the levels that snapshot isolation covers.
func parseIsolation(v *variable, text string) (string, error) {
	switch strings.ToLower(text) {
	case "read uncommitted", "read committed", "repeatable read":
		return "repeatable read", nil
	case "serializable", "strict serializable":
		return "", errSerializable()
	}
	return "", errValue(v, text)
}

func errSerializable() error {
	return pgerr.New(pgerr.FeatureNotSupported, "isolation level SERIALIZABLE is not supported").
		WithHint("Transactions have snapshot isolation, REPEATABLE READ.")
}

func parseSearchPath(v *variable, text string) (string, error) {
	var names []string
	for _, name := range splitNames(text) {
		if name == "" {
			return "", errValue(v, text)
		}
		names = append(names, quoteName(name))
	}
	return strings.Join(names, ", "), nil
}

func parseTime(v *variable, text string) (string, error) {
	d, err := parseDuration(text, v.unit)
	if err != nil || d < 0 {
		return "", errValue(v, text).WithHint(`Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`)
	}
	return formatDuration(d), nil
}

// parseDuration reads a number with a unit; unit is that of a bare number.
func parseDuration(text, unit string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	end := len(text)
	for end > 0 && (text[end-1] < '0' || text[end-1] > '9') {
		end--
	}
	if suffix := strings.TrimSpace(text[end:]); suffix != "" {
		unit = suffix
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text[:end]), 64)
	if err != nil {
		return 0, err
	}
	scale, ok := map[string]time.Duration{
		"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "min": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	}[unit]
	if !ok {
		return 0, fmt.Errorf("unknown unit %q", unit)
	}
	return time.Duration(n * float64(scale)), nil
}

// formatDuration prints a time in the largest unit that divides it.
func formatDuration(d time.Duration) string {
	for _, u := range []struct {
		unit  string
		scale time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if d >= u.scale && d%u.scale == 0 {
			return fmt.Sprintf("%d%s", d/u.scale, u.unit)
		}
	}
	if d == 0 {
		return "0"
	}
	return fmt.Sprintf("%dus", d/time.Microsecond)
}

// parseZone takes names of the time zone database, UTC and offsets in hours.
func parseZone(v *variable, text string) (string, error) {
	if strings.EqualFold(text, "local") || strings.EqualFold(text, "default") {
		return v.value, nil
	}
	loc, err := loadZone(text)
	if err != nil {
		return "", errValue(v, text)
	}
	return loc.String(), nil
}

// loadZone finds a time zone by name, in any case for the usual ones.
func loadZone(name string) (*time.Location, error) {
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ZULU", "ETC/UTC":
		return time.LoadLocation("UTC")
	}
	if hours, err := strconv.ParseFloat(name, 64); err == nil {
		return fixedZone(hours)
	}
	if name == "" || strings.EqualFold(name, "Local") {
		return nil, fmt.Errorf("no time zone %q", name)
	}
	return time.LoadLocation(name)
}

// fixedZone gives the zone of whole hours east of Greenwich by the name that
// the time zone database has for it, with its inverted sign.
func fixedZone(hours float64) (*time.Location, error) {
	if hours != float64(int(hours)) || hours < -12 || hours > 14 {
		return nil, fmt.Errorf("no time zone at %g hours", hours)
	}
	return time.LoadLocation(fmt.Sprintf("Etc/GMT%+d", -int(hours)))
}

// splitNames reads a list of identifiers as search_path has it.
func splitNames(text string) []string {
	var names []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if len(part) >= 2 && part[0] == '"' && part[len(part)-1] == '"' {
			part = strings.ReplaceAll(part[1:len(part)-1], `""`, `"`)
		} else {
			part = strings.ToLower(part)
		}
		names = append(names, part)
	}
	if len(names) == 1 && names[0] == "" {
		return nil
	}
	return names
}
