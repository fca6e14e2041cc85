package types

import (
	"strconv"
	"strings"
	"time"

	"culvert/sql/pgerr"
)

// dateTime decodes the fields of a date, time or timestamp, as PostgreSQL's
// DecodeDateTime and DecodeTimeOnly do.
type dateTime struct {
	input    string
	typeName string
	env      Env
	timeOnly bool
	// dateFirst: a date in front is accepted.
	dateFirst bool

	have             int // mask of the fields seen
	year, month, day int
	hour, minute     int
	second, micros   int
	offset           int // seconds east of UTC
	zone             *time.Location
	abbrev           string // of zone: its own offset counts, summer time or not
	special          int
	textMonth        bool
	twoDigits        bool // the year was written with one or two digits
	pm, am, bc       bool
	pending          int // mask bit of the unit that the next number is, or maskTime after t
}

func (d *dateTime) badFormat() error {
	return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", d.typeName, d.input)
}

func (d *dateTime) overflow() error {
	return pgerr.New(pgerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", d.input)
}

func (d *dateTime) monthDayOverflow() error {
	return pgerr.From(d.overflow()).WithHint("Perhaps you need a different \"datestyle\" setting.")
}

// decode reads the whole input.
func (d *dateTime) decode() error {
	fields, ok := splitDateFields(d.input)
	if !ok || len(fields) == 0 {
		return d.badFormat()
	}
	n := len(fields)
	d.dateFirst = !d.timeOnly || n >= 2 && (fields[n-1].kind == fieldDate || fields[1].kind == fieldTime)
	for i, f := range fields {
		before := d.have
		seen, err := d.field(f, i, len(fields))
		if err != nil {
			return err
		}
		if seen&before != 0 {
			return d.badFormat()
		}
		d.have |= seen
	}
	if d.special != specialNone && d.special != specialToday && d.special != specialTomorrow && d.special != specialYesterday {
		return nil
	}
	return d.finish()
}

func (d *dateTime) field(f dateField, i, n int) (int, error) {
	switch f.kind {
	case fieldDate:
		if d.have&(maskMonth|maskDay) == maskMonth|maskDay || d.pending != 0 || d.timeOnly && (i > 0 || !d.dateFirst) {
			return d.zoneOrTime(f.text)
		}
		return d.date(f.text)
	case fieldTime:
		if d.pending != 0 && d.pending != maskTime {
			return 0, d.badFormat()
		}
		d.pending = 0
		return maskTime, d.clock(f.text)
	case fieldZone:
		offset, err := d.parseOffset(f.text)
		d.offset, d.zone = offset, nil
		return maskZone, err
	case fieldNumber:
		return d.number(f.text)
	}
	return d.word(f.text, i, n)
}

// zoneOrTime reads a field with punctuation after the date: a zone's name, or
// a time run together with its offset (hhmmss-zz).
func (d *dateTime) zoneOrTime(text string) (int, error) {
	if isDigit(text[0]) {
		cut := strings.IndexByte(text, '-')
		if cut < 0 || d.pending != 0 && d.pending != maskTime || d.have&maskTime != 0 {
			return 0, d.badFormat()
		}
		d.pending = 0
		offset, err := d.parseOffset(text[cut:])
		if err != nil {
			return 0, err
		}
		d.offset = offset
		have := d.have
		d.have |= maskDate
		seen, err := d.runTogether(text[:cut])
		d.have = have
		return seen | maskZone, err
	}
	loc, ok := LoadZone(text)
	if !ok {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "time zone \"%s\" not recognized", text)
	}
	d.zone = loc
	return maskZone, nil
}

func (d *dateTime) clock(text string) error {
	whole, frac, hasFrac := strings.Cut(text, ".")
	parts := strings.Split(whole, ":")
	var n [3]int
	if len(parts) < 2 || len(parts) > 3 {
		return d.badFormat()
	}
	for i, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil {
			if part == "" || len(part) < 10 {
				return d.badFormat()
			}
			return d.overflow()
		}
		n[i] = v
	}
	if hasFrac && len(parts) == 2 { // mm:ss.sss
		n = [3]int{0, n[0], n[1]}
	}
	d.hour, d.minute, d.second = n[0], n[1], n[2]
	if err := d.fraction(frac); err != nil {
		return err
	}
	if d.minute > 59 || d.second > 60 || d.hour > 24 || d.hour == 24 && d.minute+d.second+d.micros > 0 {
		return d.overflow()
	}
	return nil
}

func (d *dateTime) fraction(frac string) error {
	if !allDigits(frac) {
		return d.badFormat()
	}
	d.micros = roundFraction(frac)
	return nil
}

// roundFraction turns the digits behind a point into microseconds.
func roundFraction(digits string) int {
	if digits == "" {
		return 0
	}
	f, _ := strconv.ParseFloat("0."+digits, 64)
	return int(f*microsPerSecond + 0.5)
}

// parseOffset reads ±hh, ±hhmm, ±hh:mm or ±hh:mm:ss.
func (d *dateTime) parseOffset(text string) (int, error) {
	digits := text[1:]
	parts := strings.Split(digits, ":")
	var n [3]int
	if len(parts) > 3 {
		return 0, d.badFormat()
	}
	if len(parts) == 1 && len(digits) > 2 {
		if len(digits) > 4 && !allDigits(digits) {
			return 0, d.badFormat()
		}
		parts = []string{digits[:len(digits)-2], digits[len(digits)-2:]}
	}
	for i, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil {
			return 0, d.badFormat()
		}
		n[i] = v
	}
	if n[0] > 15 || n[1] > 59 || n[2] > 59 {
		return 0, pgerr.New("22009", "time zone displacement out of range: \"%s\"", d.input)
	}
	seconds := n[0]*3600 + n[1]*60 + n[2]
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, nil
}

func (d *dateTime) word(text string, i, n int) (int, error) {
	w, known := dateWords[text]
	if !known {
		return d.zoneWord(text)
	}
	switch w.kind {
	case wordMonth:
		return d.monthWord(w.value)
	case wordWeekday:
		return maskWeekday, nil
	case wordAmPm:
		d.pm, d.am = w.value == 1, w.value == 0
		return maskAmPm, nil
	case wordEra:
		d.bc = w.value == 1
		return maskEra, nil
	case wordReserved:
		d.special = w.value
		return d.reserved()
	case wordISOTime:
		if !d.timeOnly && d.have&maskDate != maskDate || i+1 >= n {
			return 0, d.badFormat()
		}
		d.pending = maskTime
	case wordUnit:
		d.pending = w.value
	}
	return 0, nil
}

// zoneWord reads an abbreviation or a name of a zone.
func (d *dateTime) zoneWord(text string) (int, error) {
	if offset, ok := zoneOffsets[text]; ok {
		d.offset, d.zone = offset, nil
		return maskZone, nil
	}
	name := text
	if zone, ok := zoneNames[text]; ok {
		name, d.abbrev = zone, strings.ToUpper(text)
	}
	loc, ok := LoadZone(name)
	if !ok {
		return 0, d.badFormat()
	}
	d.zone = loc
	return maskZone, nil
}

func (d *dateTime) reserved() (int, error) {
	switch d.special {
	case specialToday, specialTomorrow, specialYesterday:
		if d.timeOnly {
			return 0, d.badFormat()
		}
		shift := map[int]int64{specialTomorrow: 1, specialYesterday: -1}[d.special]
		d.year, d.month, d.day = civilFromDays(floorDiv(localMicros(d.env), microsPerDay) + shift)
		return maskDate | maskReserved, nil
	case specialAllballs:
		d.special = specialNone
		d.hour, d.minute, d.second, d.offset = 0, 0, 0, 0
		return maskTime | maskZone, nil
	}
	return maskDate | maskTime | maskReserved, nil
}

// localMicros is the transaction's now as local time.
func localMicros(env Env) int64 {
	now := env.now()
	_, offset := now.In(env.loc()).Zone()
	return now.UnixMicro() + int64(offset)*microsPerSecond
}

func (d *dateTime) monthWord(month int) (int, error) {
	seen := maskMonth
	if d.have&maskMonth != 0 && !d.textMonth && d.have&maskDay == 0 && d.month >= 1 && d.month <= 31 {
		d.day = d.month
		seen = maskDay
	}
	d.textMonth = true
	d.month = month
	return seen, nil
}

// finish checks the fields together (ValidateDate).
func (d *dateTime) finish() error {
	if d.pending != 0 {
		return d.badFormat()
	}
	if d.have&maskYear != 0 && d.have&(maskJulian|maskReserved) == 0 {
		switch {
		case d.bc && d.year > 0:
			d.year = 1 - d.year
		case d.twoDigits && !d.bc && d.year < 70:
			d.year += 2000
		case d.twoDigits && !d.bc && d.year < 100:
			d.year += 1900
		case d.year <= 0:
			return d.overflow()
		}
	}
	if d.have&maskDayOfYear != 0 {
		d.year, d.month, d.day = civilFromDays(daysFromCivil(d.year, 1, 1) + int64(d.day) - 1)
	}
	if d.have&maskDate == maskDate {
		if d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 {
			return d.monthDayOverflow()
		}
		if d.day > daysIn(d.year, d.month) {
			return d.overflow()
		}
	}
	if d.am || d.pm {
		if d.hour > 12 {
			return d.overflow()
		}
		d.hour %= 12
		if d.pm {
			d.hour += 12
		}
	}
	if d.timeOnly {
		if d.have&maskTime != maskTime {
			return d.badFormat()
		}
	} else if d.have&maskDate != maskDate {
		return d.badFormat()
	}
	return nil
}

func (d *dateTime) timeOfDay() int64 {
	return int64(d.hour*3600+d.minute*60+d.second)*microsPerSecond + int64(d.micros)
}
