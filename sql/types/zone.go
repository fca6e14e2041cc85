package types

import (
	"strings"
	"time"
)

// LoadZone finds a time zone of the IANA database by name, in any case.
func LoadZone(name string) (*time.Location, bool) {
	if name == "" || strings.EqualFold(name, "local") || strings.HasPrefix(name, "/") {
		return nil, false
	}
	if strings.EqualFold(name, "utc") || strings.EqualFold(name, "etc/utc") {
		return time.UTC, true
	}
	for _, spelling := range []string{name, titleZone(name), strings.ToUpper(name)} {
		if loc, err := time.LoadLocation(spelling); err == nil && spelling != "Local" {
			return loc, true
		}
	}
	return nil, false
}

// titleZone writes a zone's name as the database does: America/New_York,
// America/Port-au-Prince, Etc/GMT+5.
func titleZone(name string) string {
	b := []byte(strings.ToLower(name))
	for i := range b {
		if i == 0 || b[i-1] == '/' || b[i-1] == '_' || b[i-1] == '-' {
			if b[i] >= 'a' && b[i] <= 'z' {
				b[i] -= 'a' - 'A'
			}
		}
	}
	text := string(b)
	for _, particle := range []string{"Au-", "Of_", "Es_", "-Of-"} {
		text = strings.Replace(text, particle, strings.ToLower(particle), 1)
	}
	return strings.Replace(text, "Etc/Gmt", "Etc/GMT", 1)
}
