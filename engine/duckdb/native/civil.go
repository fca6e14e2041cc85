package native

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"culvert/engine"
	"culvert/sql/pgerr"
)

// civil is a point of time in the Gregorian calendar; year 0 is 1 BC.
type civil struct {
	year, month, day int
	micros           int64 // since midnight
	julian           int   // day number, 1970-01-01 is 0
}

func civilFrom(us int64) civil {
	days := us / microsPerDay
	rest := us % microsPerDay
	if rest < 0 {
		rest += microsPerDay
		days--
	}
	y, m, d := dateOf(int(days))
	return civil{y, m, d, rest, int(days)}
}

// dateOf turns days since 1970-01-01 into a date (Howard Hinnant's
// civil_from_days).
func dateOf(z int) (y, m, d int) {
	z += 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func daysOf(y, m, d int) int {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func daysIn(y, m int) int { return daysOf(y+m/12, m%12+1, 1) - daysOf(y, m, 1) }

func (c civil) weekday() int { return ((c.julian+4)%7 + 7) % 7 } // 0 is Sunday

func (c civil) yearDay() int { return c.julian - daysOf(c.year, 1, 1) + 1 }

func (c civil) isoWeek() (year, week int) {
	thursday := c.julian - (c.weekday()+6)%7 + 3
	y, _, _ := dateOf(thursday)
	return y, (thursday-daysOf(y, 1, 1))/7 + 1
}

// age is timestamp_age: years, months and days as a person counts them.
func age(a, b int64) engine.Interval {
	sign := int64(1)
	if a < b {
		a, b, sign = b, a, -1
	}
	x, y := civilFrom(a), civilFrom(b)
	us := x.micros - y.micros
	days, months, years := x.day-y.day, x.month-y.month, x.year-y.year
	if us < 0 {
		us += microsPerDay
		days--
	}
	for days < 0 {
		// The days of the month in which the earlier date lies.
		if sign < 0 {
			days += daysIn(x.year, x.month)
		} else {
			days += daysIn(y.year, y.month)
		}
		months--
	}
	for months < 0 {
		months += 12
		years--
	}
	n := int64(years*12+months) * sign
	return engine.Interval{Months: int32(n), Days: int32(int64(days) * sign), Micros: us * sign}
}

func badUnit(unit, typ string) error {
	return pgerr.New(pgerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", unit, typ)
}

// clockUnits are the fields that a date does not have.
var clockUnits = map[string]bool{
	"microsecond": true, "microseconds": true, "usec": true, "usecs": true, "us": true,
	"millisecond": true, "milliseconds": true, "msec": true, "msecs": true, "ms": true,
	"second": true, "seconds": true, "sec": true, "secs": true, "s": true,
	"minute": true, "minutes": true, "min": true, "mins": true, "m": true,
	"hour": true, "hours": true, "hr": true, "hrs": true, "h": true,
}

// timeField is extract() of a field without a fraction.
func timeField(r *row) error {
	unit, kind := r.text(0), r.text(2)
	if kind == "date" && clockUnits[unit] {
		return pgerr.New(pgerr.FeatureNotSupported, "unit \"%s\" not supported for type date", strings.Clone(unit))
	}
	c := civilFrom(r.i64(1))
	switch unit {
	case "microsecond", "microseconds", "usec", "usecs", "us":
		set(r, c.micros%microsPerMinute)
	case "minute", "minutes", "min", "mins", "m":
		set(r, c.micros/microsPerMinute%60)
	case "hour", "hours", "hr", "hrs", "h":
		set(r, c.micros/microsPerHour)
	default:
		v, ok := c.dateField(unit)
		if !ok || kind == "time" {
			return badUnit(strings.Clone(unit), timeNames[kind])
		}
		set(r, int64(v))
	}
	return nil
}

var timeNames = map[string]string{"date": "date", "timestamp": "timestamp without time zone", "time": "time without time zone"}

// timePart is extract() of a field with a fraction from a timestamp, a date or a
// time, given as microseconds; the text has the scale that PostgreSQL shows.
func timePart(r *row) error {
	unit, kind := r.text(0), r.text(2)
	if kind == "date" && clockUnits[unit] {
		return pgerr.New(pgerr.FeatureNotSupported, "unit \"%s\" not supported for type date", strings.Clone(unit))
	}
	us := r.i64(1)
	c := civilFrom(us)
	switch unit {
	case "millisecond", "milliseconds", "msec", "msecs", "ms":
		r.setText(scaledInt(c.micros%microsPerMinute, 3))
	case "second", "seconds", "sec", "secs", "s":
		r.setText(scaledInt(c.micros%microsPerMinute, 6))
	case "epoch":
		if kind == "date" {
			r.setText(strconv.FormatInt(us/microsPerSecond, 10))
		} else {
			r.setText(scaledInt(us, 6))
		}
	case "julian":
		v := c.julian + 2440588
		if c.micros == 0 || kind == "date" {
			r.setText(strconv.Itoa(v))
			return nil
		}
		day, _ := divDec(dec{coef: big.NewInt(c.micros)}, dec{coef: big.NewInt(microsPerDay)})
		day, _ = addDec(day, dec{coef: big.NewInt(int64(v))})
		r.setText(day.String())
	default:
		return badUnit(strings.Clone(unit), timeNames[kind])
	}
	return nil
}

func (c civil) dateField(unit string) (int, bool) {
	year := c.year
	if year <= 0 {
		year-- // there is no year 0
	}
	switch unit {
	case "day", "days", "d":
		return c.day, true
	case "month", "months", "mon", "mons":
		return c.month, true
	case "quarter", "qtr":
		return (c.month-1)/3 + 1, true
	case "year", "years", "yr", "yrs", "y":
		return year, true
	case "decade", "decades":
		return floorDiv(c.year, 10), true
	case "century", "centuries", "c":
		if c.year > 0 {
			return (c.year + 99) / 100, true
		}
		return -((99 - (c.year - 1)) / 100), true
	case "millennium", "millennia", "mil":
		if c.year > 0 {
			return (c.year + 999) / 1000, true
		}
		return -((999 - (c.year - 1)) / 1000), true
	case "week", "weeks", "w":
		_, w := c.isoWeek()
		return w, true
	case "isoyear":
		y, _ := c.isoWeek()
		if y <= 0 {
			y--
		}
		return y, true
	case "dow":
		return c.weekday(), true
	case "isodow":
		return (c.weekday()+6)%7 + 1, true
	case "doy":
		return c.yearDay(), true
	}
	return 0, false
}

func scaledInt(v int64, scale int) string { return dec{coef: big.NewInt(v), scale: scale}.String() }

func intervalPart(r *row) error {
	iv, unit := r.interval(1), r.text(0)
	years, months := int(iv.Months/12), int(iv.Months%12)
	in := iv.Micros % microsPerMinute
	switch unit {
	case "microsecond", "microseconds", "usec", "us":
		r.setText(strconv.FormatInt(in, 10))
	case "millisecond", "milliseconds", "msec", "ms":
		r.setText(scaledInt(in, 3))
	case "second", "seconds", "sec", "s":
		r.setText(scaledInt(in, 6))
	case "minute", "minutes", "min", "m":
		r.setText(strconv.FormatInt(iv.Micros/microsPerMinute%60, 10))
	case "hour", "hours", "h":
		r.setText(strconv.FormatInt(iv.Micros/microsPerHour, 10))
	case "day", "days", "d":
		r.setText(strconv.Itoa(int(iv.Days)))
	case "month", "months", "mon":
		r.setText(strconv.Itoa(months))
	case "quarter":
		r.setText(strconv.Itoa(months/3 + 1))
	case "year", "years", "y":
		r.setText(strconv.Itoa(years))
	case "decade":
		r.setText(strconv.Itoa(years / 10))
	case "century":
		r.setText(strconv.Itoa(years / 100))
	case "millennium":
		r.setText(strconv.Itoa(years / 1000))
	case "epoch":
		// A year has 365.25 days, a month 30.
		secs := (int64(years)*36525*864 + int64(months)*30*86400 + int64(iv.Days)*86400) * microsPerSecond
		r.setText(scaledInt(secs+iv.Micros, 6))
	default:
		return badUnit(strings.Clone(unit), "interval")
	}
	return nil
}

func makeDate(r *row) error {
	y, m, d := int(r.i32(0)), int(r.i32(1)), int(r.i32(2))
	given := y
	if y < 0 {
		y++ // -1 is 1 BC
	}
	if given == 0 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || y > 5874897 || y < -4712 {
		return pgerr.New(pgerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", given, m, d)
	}
	set(r, int32(daysOf(y, m, d)))
	return nil
}

func makeTime(r *row) error {
	h, m, s := r.i32(0), r.i32(1), r.f64(2)
	total := int64(h)*microsPerHour + int64(m)*microsPerMinute + int64(math.RoundToEven(s*microsPerSecond))
	if h < 0 || m < 0 || m > 59 || !(s >= 0 && s <= 60) || h > 24 || total > microsPerDay {
		return pgerr.New(pgerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%02g", h, m, s)
	}
	set(r, total)
	return nil
}

// timeBin is date_bin over microseconds.
func timeBin(r *row) error {
	iv, at, origin := r.interval(0), r.i64(1), r.i64(2)
	if iv.Months != 0 {
		return pgerr.New(pgerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	stride := int64(iv.Days)*microsPerDay + iv.Micros
	if stride <= 0 {
		return pgerr.New(pgerr.DatetimeFieldOverflow, "stride must be greater than zero")
	}
	rest := (at - origin) % stride
	if rest < 0 {
		rest += stride
	}
	set(r, at-rest)
	return nil
}
