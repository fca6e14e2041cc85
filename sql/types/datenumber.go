package types

import (
	"strconv"
	"strings"
)

// date reads a field like 2001-12-25, 25-dec-2001 or 12/25/01 (DecodeDate).
func (d *dateTime) date(text string) (int, error) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return !(r < 0x80 && isDigit(byte(r))) && !(r >= 0x80 || isAlpha(byte(r))) })
	var split []string
	for _, p := range parts { // 25dec2001 has no delimiters
		for p != "" {
			n := 1
			for n < len(p) && isDigit(p[n]) == isDigit(p[0]) {
				n++
			}
			split = append(split, p[:n])
			p = p[n:]
		}
	}
	start := d.have
	var numbers []string
	for _, p := range split {
		if isDigit(p[0]) {
			numbers = append(numbers, p)
			continue
		}
		w, known := dateWords[p]
		switch {
		case !known:
			return 0, d.badFormat()
		case w.kind == wordIgnored:
		case w.kind == wordMonth && d.have&maskMonth == 0:
			d.month, d.textMonth = w.value, true
			d.have |= maskMonth
		default:
			return 0, d.badFormat()
		}
	}
	for _, p := range numbers {
		seen, err := d.plainNumber(p)
		if err != nil {
			return 0, err
		}
		if seen&d.have != 0 && seen != maskDay|maskYear {
			return 0, d.badFormat()
		}
		d.have |= seen
	}
	if d.have&maskDate != maskDate {
		return 0, d.badFormat()
	}
	seen := d.have &^ start
	d.have = start
	return seen, nil
}

// number reads a field of digits, perhaps with a fraction.
func (d *dateTime) number(text string) (int, error) {
	if d.pending != 0 {
		return d.labelled(text)
	}
	whole, _, hasPoint := strings.Cut(text, ".")
	have := d.have
	if d.timeOnly {
		d.have |= maskDate
		defer func() { d.have = have }()
	}
	switch {
	case d.timeOnly && len(text) > 4 && !hasPoint, hasPoint && len(whole) > 2 && (d.timeOnly || d.have&maskDate != 0):
		return d.runTogether(text)
	case hasPoint && d.timeOnly:
		return 0, d.badFormat()
	case hasPoint && d.have&maskDate == 0:
		return d.date(text)
	case len(text) >= 6 && (d.have&maskDate == 0 || d.have&maskTime == 0):
		return d.runTogether(text)
	}
	return d.plainNumber(text)
}

// labelled reads a number after its unit: J2451187, T040506.
func (d *dateTime) labelled(text string) (int, error) {
	unit := d.pending
	d.pending = 0
	if unit == maskTime {
		have := d.have
		d.have |= maskDate
		defer func() { d.have = have }()
		return d.runTogether(text)
	}
	whole, frac, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return 0, d.overflow()
	}
	switch unit {
	case maskYear:
		d.year, d.twoDigits = n, len(whole) <= 2
	case maskMonth:
		d.month = n
	case maskDay:
		d.day = n
	case maskHour:
		d.hour = n
	case maskMinute:
		d.minute = n
	case maskSecond:
		d.second = n
		return maskSecond, d.fraction(frac)
	case maskJulian:
		if n < 0 || n > maxDay+2440588 {
			return 0, d.overflow()
		}
		d.year, d.month, d.day = civilFromDays(int64(n) - 2440588)
		return maskDate | maskJulian, nil
	}
	return unit, nil
}

// runTogether reads yyyymmdd, yymmdd, hhmmss or hhmm (DecodeNumberField).
func (d *dateTime) runTogether(text string) (int, error) {
	whole, frac, hasPoint := strings.Cut(text, ".")
	if !allDigits(whole) {
		return 0, d.badFormat()
	}
	atoi := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if !hasPoint && d.have&maskDate != maskDate && len(whole) >= 6 {
		n := len(whole)
		d.year, d.month, d.day = atoi(whole[:n-4]), atoi(whole[n-4:n-2]), atoi(whole[n-2:])
		d.twoDigits = n == 6
		if n > 14 {
			return 0, d.overflow()
		}
		return maskDate, nil
	}
	if d.have&maskTime == maskTime {
		return 0, d.badFormat()
	}
	switch len(whole) {
	case 6:
		d.hour, d.minute, d.second = atoi(whole[:2]), atoi(whole[2:4]), atoi(whole[4:])
	case 4:
		d.hour, d.minute, d.second = atoi(whole[:2]), atoi(whole[2:]), 0
	default:
		return 0, d.badFormat()
	}
	if err := d.fraction(frac); err != nil {
		return 0, err
	}
	if d.minute > 59 || d.second > 60 || d.hour > 24 || d.hour == 24 && d.minute+d.second+d.micros > 0 {
		return 0, d.overflow()
	}
	return maskTime, nil
}

// plainNumber reads a number whose meaning follows from what is known already
// and the date order (DecodeNumber).
func (d *dateTime) plainNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		if allDigits(text) {
			return 0, d.overflow()
		}
		return 0, d.badFormat()
	}
	long := len(text) >= 3
	if len(text) == 3 && d.have&maskDate == maskYear && n >= 1 && n <= 366 {
		d.day = n
		return maskMonth | maskDay | maskDayOfYear, nil
	}
	var seen int
	switch d.have & maskDate {
	case 0:
		switch {
		case long || d.env.DateOrder == YMD:
			seen = maskYear
		case d.env.DateOrder == DMY:
			seen = maskDay
		default:
			seen = maskMonth
		}
	case maskYear, maskDay:
		seen = maskMonth
	case maskMonth:
		seen = maskDay
		if d.textMonth && (long || d.env.DateOrder == YMD) {
			seen = maskYear
		}
	case maskYear | maskMonth:
		if d.textMonth && long && d.twoDigits { // the first number was the day
			d.day, d.year, d.twoDigits = d.year, n, false
			return maskDay, nil
		}
		seen = maskDay
	case maskMonth | maskDay:
		seen = maskYear
	case maskDate:
		return d.runTogether(text)
	default:
		return 0, d.badFormat()
	}
	switch seen {
	case maskYear:
		d.year, d.twoDigits = n, len(text) <= 2
	case maskMonth:
		d.month = n
	case maskDay:
		d.day = n
	}
	return seen, nil
}
