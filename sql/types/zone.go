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
	title := titleZone(name)
	last := strings.LastIndexByte(title, '/') + 1
	for _, spelling := range []string{name, title, strings.ToUpper(name), title[:last] + strings.ToUpper(title[last:]), irregularZones[strings.ToLower(name)]} {
		if spelling == "" {
			continue
		}
		if loc, err := time.LoadLocation(spelling); err == nil && spelling != "Local" {
			return loc, true
		}
	}
	return nil, false
}

// irregularZones are written unlike the rest.
var irregularZones = map[string]string{
	"america/argentina/comodrivadavia": "America/Argentina/ComodRivadavia", "america/knox_in": "America/Knox_IN",
	"antarctica/dumontdurville": "Antarctica/DumontDUrville", "antarctica/mcmurdo": "Antarctica/McMurdo", "chile/easterisland": "Chile/EasterIsland",
	"us/east-indiana": "US/East-Indiana", "us/indiana-starke": "US/Indiana-Starke", "w-su": "W-SU", "gb-eire": "GB-Eire", "nz-chat": "NZ-CHAT",
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

// abbrevToUTC turns a local time into a moment by the offset that an
// abbreviation has in a zone around that time.
func abbrevToUTC(local int64, loc *time.Location, abbrev string) int64 {
	const halfYear = 182 * microsPerDay
	for _, shift := range []int64{0, -halfYear, halfYear} {
		moment := localToUTC(local, loc) + shift
		name, offset := time.Unix(floorDiv(moment, microsPerSecond), 0).In(loc).Zone()
		if name == abbrev {
			return local - int64(offset)*microsPerSecond
		}
	}
	return localToUTC(local, loc)
}

// knownWord tells whether a word of a date has a meaning of its own.
func knownWord(text string) bool {
	_, word := dateWords[text]
	_, fixed := zoneOffsets[text]
	_, named := zoneNames[text]
	return word || fixed || named
}
