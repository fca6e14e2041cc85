package types

import (
	"math"
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// intervalUnit is a unit of an interval.
type intervalUnit uint8

const (
	unitNone intervalUnit = iota
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitAgo
)

// intervalUnits are the words of PostgreSQL's deltatktbl, cut to ten bytes.
var intervalUnits = map[string]intervalUnit{
	"ago": unitAgo, "c": unitCentury, "cent": unitCentury, "centuries": unitCentury, "century": unitCentury, "d": unitDay, "day": unitDay, "days": unitDay,
	"dec": unitDecade, "decade": unitDecade, "decades": unitDecade, "decs": unitDecade, "h": unitHour, "hour": unitHour, "hours": unitHour, "hr": unitHour,
	"hrs": unitHour, "m": unitMinute, "microsecon": unitMicrosecond, "mil": unitMillennium, "millennia": unitMillennium, "millennium": unitMillennium,
	"millisecon": unitMillisecond, "mils": unitMillennium, "min": unitMinute, "mins": unitMinute, "minute": unitMinute, "minutes": unitMinute,
	"mon": unitMonth, "mons": unitMonth, "month": unitMonth, "months": unitMonth, "ms": unitMillisecond, "msec": unitMillisecond,
	"mseconds": unitMillisecond, "msecs": unitMillisecond, "s": unitSecond, "sec": unitSecond, "second": unitSecond, "seconds": unitSecond,
	"secs": unitSecond, "us": unitMicrosecond, "usec": unitMicrosecond, "useconds": unitMicrosecond, "usecs": unitMicrosecond, "w": unitWeek,
	"week": unitWeek, "weeks": unitWeek, "y": unitYear, "year": unitYear, "years": unitYear, "yr": unitYear, "yrs": unitYear,
}

// intervalDecoder sums the fields of an interval.
type intervalDecoder struct {
	input        string
	months, days int64
	micros       int64
	seen         [unitAgo + 1]bool
	any          bool
	bad          bool // a sum left 64 bits
}

func (d *intervalDecoder) badFormat() error {
	return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type interval: \"%s\"", d.input)
}

func (d *intervalDecoder) overflow() error {
	return pgerr.New(pgerr.IntervalFieldOverflow, "interval field value out of range: \"%s\"", d.input)
}

// parseInterval reads an interval of PostgreSQL's styles or ISO 8601.
func parseInterval(input string, mod int32) (months, days int32, micros int64, err error) {
	d := &intervalDecoder{input: input}
	trimmed := strings.TrimLeft(input, spaces)
	if strings.HasPrefix(trimmed, "P") {
		err = d.iso(strings.TrimRight(trimmed[1:], spaces))
	} else {
		err = d.fields(mod)
	}
	if err != nil {
		return 0, 0, 0, err
	}
	if d.bad || d.months != int64(int32(d.months)) || d.days != int64(int32(d.days)) {
		return 0, 0, 0, d.overflow()
	}
	d.constrain(mod)
	return int32(d.months), int32(d.days), d.micros, nil
}

// fields reads the units before their values: from the right.
func (d *intervalDecoder) fields(mod int32) error {
	fields, ok := splitDateFields(d.input)
	if !ok || len(fields) == 0 {
		return d.badFormat()
	}
	unit, ago := unitNone, false
	for i := len(fields) - 1; i >= 0; i-- {
		f := fields[i]
		switch f.kind {
		case fieldString, fieldSpecial:
			if len(f.text) > 10 {
				f.text = f.text[:10]
			}
			w, known := intervalUnits[f.text]
			if !known {
				return d.badFormat()
			}
			if unit = w; w == unitAgo {
				ago, unit = true, unitNone
			}
			continue
		case fieldTime:
			if err := d.clock(f.text, false); err != nil {
				return err
			}
			unit = unitDay
			continue
		case fieldZone:
			if strings.Contains(f.text, ":") {
				if err := d.clock(f.text[1:], f.text[0] == '-'); err != nil {
					return err
				}
				unit = unitDay
				continue
			}
		}
		if unit == unitNone {
			unit = lastUnit(mod)
		}
		next, err := d.value(f.text, unit)
		if err != nil {
			return err
		}
		unit = next
	}
	if !d.any {
		return d.badFormat()
	}
	if ago {
		d.months, d.days, d.micros = -d.months, -d.days, -d.micros
	}
	return nil
}

// lastUnit is the unit of a number without one: the last field of the type.
func lastUnit(mod int32) intervalUnit {
	fields, _ := intervalMod(mod)
	switch {
	case fields == intervalYear:
		return unitYear
	case fields == intervalMonth, fields == intervalYear|intervalMonth:
		return unitMonth
	case fields == intervalDay:
		return unitDay
	case fields&intervalSecond != 0:
		return unitSecond
	case fields&intervalMinute != 0:
		return unitMinute
	case fields&intervalHour != 0:
		return unitHour
	}
	return unitSecond
}

// value adds a number with its unit; years-months gives both. It returns the
// unit that a number to the left of it would have.
func (d *intervalDecoder) value(text string, unit intervalUnit) (intervalUnit, error) {
	sign := int64(1)
	digits := strings.TrimLeft(text, "+-")
	if text[0] == '-' {
		sign = -1
	}
	if years, months, both := strings.Cut(digits, "-"); both {
		y, err1 := strconv.ParseInt(years, 10, 32)
		m, err2 := strconv.ParseInt(months, 10, 32)
		if err1 != nil || err2 != nil {
			return 0, d.badFormat()
		}
		if m < 0 || m >= 12 {
			return 0, d.overflow()
		}
		return unitMonth, d.add(unitMonth, sign*(y*12+m), 0)
	}
	whole, frac, _ := strings.Cut(digits, ".")
	n, fraction := int64(0), 0.0
	var err error
	if whole != "" {
		if n, err = strconv.ParseInt(whole, 10, 64); err != nil {
			if allDigits(whole) {
				return 0, d.overflow()
			}
			return 0, d.badFormat()
		}
	}
	if frac != "" {
		if !allDigits(frac) {
			return 0, d.badFormat()
		}
		fraction, _ = strconv.ParseFloat("0."+frac, 64)
	} else if whole == "" {
		return 0, d.badFormat()
	}
	return unit, d.add(unit, sign*n, float64(sign)*fraction)
}

var unitMicros = map[intervalUnit]int64{
	unitMicrosecond: 1, unitMillisecond: 1000, unitSecond: microsPerSecond, unitMinute: 60 * microsPerSecond, unitHour: 3600 * microsPerSecond,
}

var unitMonths = map[intervalUnit]int64{unitYear: 12, unitDecade: 120, unitCentury: 1200, unitMillennium: 12000}

func (d *intervalDecoder) add(unit intervalUnit, n int64, fraction float64) error {
	if d.seen[unit] {
		return d.badFormat()
	}
	d.seen[unit], d.any = true, true
	switch unit {
	case unitDay:
		d.sum(&d.days, n, 1)
		d.fraction(fraction)
	case unitWeek:
		d.sum(&d.days, n, 7)
		d.fractionDays(fraction * 7)
	case unitMonth:
		d.sum(&d.months, n, 1)
		d.fractionDays(fraction * 30)
	case unitYear, unitDecade, unitCentury, unitMillennium:
		d.sum(&d.months, n, unitMonths[unit])
		d.sum(&d.months, int64(math.RoundToEven(fraction*float64(unitMonths[unit]))), 1)
	default:
		per := unitMicros[unit]
		if per == 0 {
			return d.badFormat()
		}
		d.sum(&d.micros, n, per)
		d.sum(&d.micros, int64(math.RoundToEven(fraction*float64(per))), 1)
	}
	return nil
}

func (d *intervalDecoder) sum(to *int64, n, per int64) {
	product := n * per
	if n != 0 && product/n != per || (*to > 0) == (product > 0) && (*to+product > 0) != (*to > 0) && *to != 0 && product != 0 {
		d.bad = true
	}
	*to += product
}

func (d *intervalDecoder) fractionDays(days float64) {
	whole := int64(days)
	d.sum(&d.days, whole, 1)
	d.fraction(days - float64(whole))
}

func (d *intervalDecoder) fraction(days float64) {
	d.sum(&d.micros, int64(math.RoundToEven(days*microsPerDay)), 1)
}

// clock reads hh:mm, hh:mm:ss or mm:ss.ff.
func (d *intervalDecoder) clock(text string, neg bool) error {
	whole, frac, hasFrac := strings.Cut(text, ".")
	parts := strings.Split(whole, ":")
	if len(parts) < 2 || len(parts) > 3 || !allDigits(frac) || d.seen[unitHour] || d.seen[unitMinute] || d.seen[unitSecond] {
		return d.badFormat()
	}
	var n [3]int64
	for i, part := range parts {
		v, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			if allDigits(part) && part != "" {
				return d.overflow()
			}
			return d.badFormat()
		}
		n[i] = v
	}
	if hasFrac && len(parts) == 2 {
		n = [3]int64{0, n[0], n[1]}
	}
	if n[1] > 59 || n[2] > 60 {
		return d.overflow()
	}
	d.seen[unitHour], d.seen[unitMinute], d.seen[unitSecond], d.any = true, true, true, true
	if neg {
		n[0], n[1], n[2] = -n[0], -n[1], -n[2]
	}
	d.sum(&d.micros, n[0], unitMicros[unitHour])
	d.sum(&d.micros, n[1]*60+n[2], microsPerSecond)
	micros := int64(roundFraction(frac))
	if neg {
		micros = -micros
	}
	d.sum(&d.micros, micros, 1)
	return nil
}

// iso reads what follows the P of an ISO 8601 duration.
func (d *intervalDecoder) iso(text string) error {
	if text == "" {
		return d.badFormat()
	}
	date, clock, hasTime := strings.Cut(text, "T")
	if strings.Contains(strings.TrimLeft(date, "-"), "-") || date != "" && allDigits(date) {
		return d.isoAlternative(date, clock)
	}
	dateUnits := map[byte]intervalUnit{'Y': unitYear, 'M': unitMonth, 'W': unitWeek, 'D': unitDay}
	timeUnits := map[byte]intervalUnit{'H': unitHour, 'M': unitMinute, 'S': unitSecond}
	if err := d.isoPart(date, dateUnits); err != nil {
		return err
	}
	if hasTime {
		if strings.Contains(clock, ":") {
			return d.clock(clock, false)
		}
		if err := d.isoPart(clock, timeUnits); err != nil {
			return err
		}
	}
	return nil
}

func (d *intervalDecoder) isoPart(text string, units map[byte]intervalUnit) error {
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' })
		if n <= 0 || units[text[n]] == unitNone {
			return d.badFormat()
		}
		if strings.Contains(strings.TrimLeft(text[:n], "+-"), "-") {
			return d.badFormat()
		}
		if _, err := d.value(text[:n], units[text[n]]); err != nil {
			return err
		}
		text = text[n+1:]
	}
	return nil
}

// isoAlternative reads P0001-02-03T04:05:06.
func (d *intervalDecoder) isoAlternative(date, clock string) error {
	units := []intervalUnit{unitYear, unitMonth, unitDay}
	parts := strings.Split(date, "-")
	if len(date) == 8 && allDigits(date) {
		parts = []string{date[:4], date[4:6], date[6:]}
	}
	if len(parts) > len(units) {
		return d.badFormat()
	}
	for i, part := range parts {
		if part == "" {
			return d.badFormat()
		}
		if _, err := d.value(part, units[i]); err != nil {
			return err
		}
	}
	if clock == "" {
		return nil
	}
	return d.clock(clock, false)
}

// constrain drops the fields that the type's modifier leaves out, and rounds
// the seconds (AdjustIntervalForTypmod).
func (d *intervalDecoder) constrain(mod int32) {
	fields, precision := intervalMod(mod)
	if fields != intervalFull {
		switch {
		case fields == intervalYear:
			d.months, d.days, d.micros = d.months/12*12, 0, 0
		case fields&(intervalYear|intervalMonth) != 0:
			d.days, d.micros = 0, 0
		case fields == intervalDay:
			d.micros = 0
		case fields&intervalSecond != 0:
		case fields&intervalMinute != 0:
			d.micros -= d.micros % unitMicros[unitMinute]
		case fields&intervalHour != 0:
			d.micros -= d.micros % unitMicros[unitHour]
		}
	}
	d.micros = roundMicros(d.micros, precision)
}

// roundMicros rounds to precision digits of a second, half away from zero.
func roundMicros(micros int64, precision int) int64 {
	if precision < 0 || precision >= 6 {
		return micros
	}
	unit := int64(pow10[6-precision])
	half := unit / 2
	if micros < 0 {
		half = -half
	}
	if sum := micros + half; (sum > 0) == (micros > 0) || micros == 0 || sum == 0 {
		return sum / unit * unit
	}
	return micros
}
