package types

import "strings"

// fieldKind is the shape of a field of a date/time text.
type fieldKind uint8

const (
	fieldNumber  fieldKind = iota // 2001, 040506.789
	fieldString                   // january, now, est
	fieldDate                     // 2001-12-25, 25-dec-2001, america/new_york
	fieldTime                     // 04:05:06.789
	fieldZone                     // -08:00
	fieldSpecial                  // +infinity
)

type dateField struct {
	kind fieldKind
	text string // in lower case
}

// maxDateFields bounds the fields of one text (PostgreSQL's MAXDATEFIELDS).
const maxDateFields = 25

// fieldScanner splits a date/time or interval text into fields, as
// PostgreSQL's ParseDateTime does.
type fieldScanner struct {
	text string // in lower case
	pos  int
}

func splitDateFields(input string) ([]dateField, bool) {
	s := fieldScanner{text: strings.ToLower(input)}
	var fields []dateField
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		start := s.pos
		var kind fieldKind
		ok := true
		switch {
		case strings.IndexByte(spaces, c) >= 0:
			s.pos++
			continue
		case isDigit(c):
			kind = s.number()
		case c == '.':
			s.pos++
			s.while(isDigit)
			kind = fieldNumber
		case isAlpha(c):
			kind = s.word()
		case c == '+' || c == '-':
			kind, ok = s.signed()
		case c > ' ' && c < 0x7f: // other punctuation is ignored
			s.pos++
			continue
		default:
			return nil, false
		}
		if !ok || len(fields) == maxDateFields {
			return nil, false
		}
		text := s.text[start:s.pos]
		if kind == fieldZone || kind == fieldSpecial {
			text = text[:1] + strings.TrimLeft(text[1:], spaces)
		}
		fields = append(fields, dateField{kind, text})
	}
	return fields, true
}

func isDigit(c byte) bool { return c-'0' <= 9 }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }

func (s *fieldScanner) while(is func(byte) bool) {
	for s.pos < len(s.text) && is(s.text[s.pos]) {
		s.pos++
	}
}

func (s *fieldScanner) at(c byte) bool { return s.pos < len(s.text) && s.text[s.pos] == c }

func (s *fieldScanner) number() fieldKind {
	s.while(isDigit)
	if s.pos == len(s.text) {
		return fieldNumber
	}
	delim := s.text[s.pos]
	switch delim {
	case ':':
		s.while(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' })
		return fieldTime
	case '-', '/', '.':
	default:
		return fieldNumber
	}
	s.pos++
	if s.pos < len(s.text) && isDigit(s.text[s.pos]) {
		s.while(isDigit)
		if s.at(delim) {
			s.while(func(c byte) bool { return isDigit(c) || c == delim })
			return fieldDate
		}
		if delim == '.' {
			return fieldNumber
		}
		return fieldDate
	}
	if delim == '.' && (s.pos == len(s.text) || !isAlpha(s.text[s.pos])) {
		return fieldNumber // "5." is a number
	}
	s.while(func(c byte) bool { return isDigit(c) || isAlpha(c) || c == delim })
	return fieldDate
}

func (s *fieldScanner) word() fieldKind {
	start := s.pos
	s.while(isAlpha)
	if s.pos == len(s.text) {
		return fieldString
	}
	switch c := s.text[s.pos]; {
	case c == '-' || c == '/' || c == '.':
	case c == '+' || isDigit(c):
		if knownWord(s.text[start:s.pos]) {
			return fieldString
		}
	default:
		return fieldString
	}
	s.while(func(c byte) bool { return isDigit(c) || isAlpha(c) || strings.IndexByte("+-/_.:", c) >= 0 })
	return fieldDate
}

func (s *fieldScanner) signed() (fieldKind, bool) {
	s.pos++
	s.while(func(c byte) bool { return strings.IndexByte(spaces, c) >= 0 })
	switch {
	case s.pos == len(s.text):
		return 0, false
	case isDigit(s.text[s.pos]):
		s.while(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' || c == '-' })
		return fieldZone, true
	case isAlpha(s.text[s.pos]):
		s.while(isAlpha)
		return fieldSpecial, true
	}
	return 0, false
}

// wordKind is what a word of a date means.
type wordKind uint8

const (
	wordMonth wordKind = iota
	wordWeekday
	wordAmPm
	wordEra
	wordReserved // now, today …: value is one of the special* constants
	wordIgnored  // on, at
	wordISOTime  // t
	wordUnit     // y, mm, j: value is a date mask bit
)

type dateWord struct {
	kind  wordKind
	value int
}

const (
	specialNone = iota
	specialNow
	specialToday
	specialTomorrow
	specialYesterday
	specialEpoch
	specialInfinity
	specialMinusInfinity
	specialAllballs
)

// dateWords are the words of PostgreSQL's datetktbl but zones.
var dateWords = map[string]dateWord{
	"-infinity": {wordReserved, specialMinusInfinity}, "+infinity": {wordReserved, specialInfinity}, "infinity": {wordReserved, specialInfinity},
	"now": {wordReserved, specialNow}, "today": {wordReserved, specialToday}, "tomorrow": {wordReserved, specialTomorrow},
	"yesterday": {wordReserved, specialYesterday}, "epoch": {wordReserved, specialEpoch}, "allballs": {wordReserved, specialAllballs},
	"am": {wordAmPm, 0}, "pm": {wordAmPm, 1}, "ad": {wordEra, 0}, "bc": {wordEra, 1}, "at": {wordIgnored, 0}, "on": {wordIgnored, 0},
	"t": {wordISOTime, 0}, "d": {wordUnit, maskDay}, "m": {wordUnit, maskMonth}, "mm": {wordUnit, maskMinute}, "y": {wordUnit, maskYear},
	"h": {wordUnit, maskHour}, "s": {wordUnit, maskSecond}, "j": {wordUnit, maskJulian}, "jd": {wordUnit, maskJulian}, "julian": {wordUnit, maskJulian},
	"jan": {wordMonth, 1}, "january": {wordMonth, 1}, "feb": {wordMonth, 2}, "february": {wordMonth, 2}, "mar": {wordMonth, 3}, "march": {wordMonth, 3},
	"apr": {wordMonth, 4}, "april": {wordMonth, 4}, "may": {wordMonth, 5}, "jun": {wordMonth, 6}, "june": {wordMonth, 6}, "jul": {wordMonth, 7},
	"july": {wordMonth, 7}, "aug": {wordMonth, 8}, "august": {wordMonth, 8}, "sep": {wordMonth, 9}, "sept": {wordMonth, 9}, "september": {wordMonth, 9},
	"oct": {wordMonth, 10}, "october": {wordMonth, 10}, "nov": {wordMonth, 11}, "november": {wordMonth, 11}, "dec": {wordMonth, 12}, "december": {wordMonth, 12},
	"mon": {wordWeekday, 1}, "monday": {wordWeekday, 1}, "tue": {wordWeekday, 2}, "tues": {wordWeekday, 2}, "tuesday": {wordWeekday, 2},
	"wed": {wordWeekday, 3}, "weds": {wordWeekday, 3}, "wednesday": {wordWeekday, 3}, "thu": {wordWeekday, 4}, "thur": {wordWeekday, 4},
	"thurs": {wordWeekday, 4}, "thursday": {wordWeekday, 4}, "fri": {wordWeekday, 5}, "friday": {wordWeekday, 5}, "sat": {wordWeekday, 6},
	"saturday": {wordWeekday, 6}, "sun": {wordWeekday, 0}, "sunday": {wordWeekday, 0},
}

const (
	maskYear = 1 << iota
	maskMonth
	maskDay
	maskHour
	maskMinute
	maskSecond
	maskZone
	maskAmPm
	maskEra
	maskWeekday
	maskJulian
	maskDayOfYear
	maskReserved

	maskDate = maskYear | maskMonth | maskDay
	maskTime = maskHour | maskMinute | maskSecond
)
