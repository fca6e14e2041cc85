package decode

import (
	"bytes"
	"math"

	"culvert/engine"
)

// The units of PostgreSQL's times are microseconds.
const (
	microsPerSecond = int64(1_000_000)
	microsPerMinute = 60 * microsPerSecond
	microsPerHour   = 60 * microsPerMinute
	microsPerDay    = 24 * microsPerHour
	// maxTimestampDays is the last day whose microseconds int64 holds: the
	// engine's timestamps end in the year 294246, PostgreSQL's in 294276.
	maxTimestampDays = math.MaxInt64/microsPerDay - 1
)

func parseDate(c *engine.Column, text []byte) error {
	switch string(text) {
	case "infinity":
		c.I32 = append(c.I32, math.MaxInt32)
		return nil
	case "-infinity":
		c.I32 = append(c.I32, -math.MaxInt32)
		return nil
	}
	body, bc := bytes.CutSuffix(text, []byte(" BC"))
	days, rest, ok := readDate(body, bc)
	if !ok || len(rest) != 0 {
		return syntaxError("date", text)
	}
	c.I32 = append(c.I32, int32(days))
	return nil
}

func parseTime(c *engine.Column, text []byte) error {
	micros, rest, ok := readClock(text)
	if !ok || len(rest) != 0 || micros > microsPerDay {
		return syntaxError("time", text)
	}
	c.I64 = append(c.I64, micros)
	return nil
}

// parseTimestamp takes timestamp and timestamptz, which has an offset at the end.
func parseTimestamp(c *engine.Column, text []byte) error {
	switch string(text) {
	case "infinity":
		c.I64 = append(c.I64, math.MaxInt64)
		return nil
	case "-infinity":
		c.I64 = append(c.I64, -math.MaxInt64)
		return nil
	}
	body, bc := bytes.CutSuffix(text, []byte(" BC"))
	days, rest, ok := readDate(body, bc)
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return syntaxError("timestamp", text)
	}
	micros, rest, ok := readClock(rest[1:])
	if !ok {
		return syntaxError("timestamp", text)
	}
	offset, ok := readOffset(rest)
	if !ok {
		return syntaxError("timestamp", text)
	}
	if days > maxTimestampDays || days < -maxTimestampDays {
		return unrepresentable("timestamp", text)
	}
	c.I64 = append(c.I64, days*microsPerDay+micros-offset)
	return nil
}

// readDate reads yyyy-mm-dd (a year has four digits or more) and gives the days
// since 1970-01-01.
func readDate(text []byte, bc bool) (days int64, rest []byte, ok bool) {
	dash := bytes.IndexByte(text, '-')
	if dash < 1 || dash > 9 || len(text) < dash+6 || text[dash+3] != '-' {
		return 0, nil, false
	}
	year, ok1 := digitsOf(text[:dash])
	month, ok2 := digitsOf(text[dash+1 : dash+3])
	day, ok3 := digitsOf(text[dash+4 : dash+6])
	if !ok1 || !ok2 || !ok3 || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0, nil, false
	}
	y := int64(year)
	if bc {
		y = 1 - y
	}
	return daysOf(y, int64(month), int64(day)), text[dash+6:], true
}

// daysOf counts the days from 1970-01-01 to a date of the proleptic Gregorian
// calendar; the year before 1 is 0. A year is taken to begin in March.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	ofEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + dayOfYear - 719468
}

// readClock reads hh:mm:ss[.ffffff]; hours may have more than two digits, as in
// intervals.
func readClock(text []byte) (micros int64, rest []byte, ok bool) {
	colon := bytes.IndexByte(text, ':')
	if colon < 2 || colon > 12 || len(text) < colon+6 || text[colon+3] != ':' {
		return 0, nil, false
	}
	hour, ok1 := digitsOf(text[:colon])
	minute, ok2 := digitsOf(text[colon+1 : colon+3])
	second, ok3 := digitsOf(text[colon+4 : colon+6])
	if !ok1 || !ok2 || !ok3 || minute > 59 || second > 60 || hour > 3_000_000_000 {
		return 0, nil, false
	}
	micros = int64(hour)*microsPerHour + int64(minute)*microsPerMinute + int64(second)*microsPerSecond
	rest = text[colon+6:]
	if len(rest) > 0 && rest[0] == '.' {
		n := 1
		for n < len(rest) && rest[n]-'0' <= 9 {
			n++
		}
		if n < 2 || n > 7 {
			return 0, nil, false
		}
		fraction, _ := digitsOf(rest[1:n]) // digits only, as counted above
		micros += int64(fraction * powersOf10[7-n])
		rest = rest[n:]
	}
	return micros, rest, true
}

// readOffset reads +hh[:mm[:ss]], or nothing.
func readOffset(text []byte) (micros int64, ok bool) {
	if len(text) == 0 {
		return 0, true
	}
	sign := int64(1)
	switch text[0] {
	case '+':
	case '-':
		sign = -1
	default:
		return 0, false
	}
	unit := microsPerHour
	for text = text[1:]; ; text = text[3:] {
		if len(text) < 2 {
			return 0, false
		}
		n, ok := digitsOf(text[:2])
		if !ok {
			return 0, false
		}
		micros += int64(n) * unit
		if len(text) == 2 {
			return sign * micros, true
		}
		if text[2] != ':' || unit == microsPerSecond {
			return 0, false
		}
		unit /= 60
	}
}

// parseInterval takes IntervalStyle postgres: "1 year 2 mons -3 days 04:05:06.7",
// each part with a sign of its own.
func parseInterval(c *engine.Column, text []byte) error {
	var iv engine.Interval
	for rest := text; len(rest) > 0; {
		var word []byte
		word, rest, _ = bytes.Cut(rest, []byte(" "))
		if bytes.IndexByte(word, ':') >= 0 {
			micros, ok := signedClock(word)
			if !ok || len(rest) != 0 {
				return syntaxError("interval", text)
			}
			iv.Micros = micros
			break
		}
		if len(word) > 0 && word[0] == '+' {
			word = word[1:]
		}
		n, ok := integer(word)
		if !ok || n > math.MaxInt32 || n < math.MinInt32 {
			return syntaxError("interval", text)
		}
		word, rest, _ = bytes.Cut(rest, []byte(" "))
		switch string(word) {
		case "year", "years":
			iv.Months += int32(n * 12)
		case "mon", "mons":
			iv.Months += int32(n)
		case "day", "days":
			iv.Days += int32(n)
		default:
			return syntaxError("interval", text)
		}
	}
	c.Iv = append(c.Iv, iv)
	return nil
}

func signedClock(word []byte) (int64, bool) {
	negative := len(word) > 0 && word[0] == '-'
	if negative || len(word) > 0 && word[0] == '+' {
		word = word[1:]
	}
	micros, rest, ok := readClock(word)
	if negative {
		micros = -micros
	}
	return micros, ok && len(rest) == 0
}
