package native

import (
	"math"
	"strconv"
	"strings"

	"culvert/engine"
	"culvert/sql/pgerr"
)

const (
	microsPerSecond = 1_000_000
	microsPerMinute = 60 * microsPerSecond
	microsPerHour   = 60 * microsPerMinute
	microsPerDay    = 24 * microsPerHour
)

var timeFunctions = []function{
	{name: "interval_out", shape: "v:p", row: func(r *row) error { r.buf = appendInterval(r.buf, r.interval(0)); return nil }},
	{name: "interval_in", shape: "p:v", row: func(r *row) error {
		iv, err := readInterval(r.text(0))
		set(r, iv)
		return err
	}},
	{name: "interval_mul", shape: "p:pd", row: func(r *row) error { return scaleInterval(r, r.f64(1)) }},
	{name: "interval_div", shape: "p:pd", row: func(r *row) error {
		if r.f64(1) == 0 {
			return errDivision
		}
		return scaleInterval(r, 1/r.f64(1))
	}},
	{name: "timestamp_diff", shape: "p:ll", row: func(r *row) error {
		d := r.i64(0) - r.i64(1)
		set(r, engine.Interval{Days: int32(d / microsPerDay), Micros: d % microsPerDay})
		return nil
	}},
	{name: "age_between", shape: "p:ll", row: func(r *row) error { set(r, age(r.i64(0), r.i64(1))); return nil }},
	{name: "interval_justify", shape: "p:pv", row: func(r *row) error { set(r, justify(r.interval(0), r.text(1))); return nil }},
	{name: "interval_add", shape: "p:ppl", row: intervalAdd},
	{name: "interval_norm", shape: "p:p", row: func(r *row) error { // one of the equal intervals
		iv := r.interval(0)
		days := int64(iv.Days) + iv.Micros/microsPerDay
		set(r, engine.Interval{Months: iv.Months + int32(days/30), Days: int32(days % 30), Micros: iv.Micros % microsPerDay})
		return nil
	}},
	{name: "interval_percentile", shape: "p:Vd", row: intervalPercentile},
	{name: "interval_make", shape: "p:lll", row: func(r *row) error {
		months, days := r.i64(0), r.i64(1)
		if months != int64(int32(months)) || days != int64(int32(days)) {
			return pgerr.New(pgerr.DatetimeFieldOverflow, "interval out of range")
		}
		set(r, engine.Interval{Months: int32(months), Days: int32(days), Micros: r.i64(2)})
		return nil
	}},
	{name: "interval_field", shape: "l:pv", row: func(r *row) error {
		iv := r.interval(0)
		set(r, map[string]int64{"months": int64(iv.Months), "days": int64(iv.Days), "micros": iv.Micros}[r.text(1)])
		return nil
	}},
	{name: "interval_epoch", shape: "d:p", row: func(r *row) error {
		iv := r.interval(0)
		secs := float64(iv.Micros) / 1e6
		secs += 365.25 * 86400 * float64(iv.Months/12)
		secs += 30 * 86400 * float64(iv.Months%12)
		set(r, secs+86400*float64(iv.Days))
		return nil
	}},
	{name: "interval_scale", shape: "p:pi", row: intervalScale},
	{name: "interval_time", shape: "l:p", row: intervalTime},
	{name: "interval_trunc", shape: "p:vp", row: intervalTrunc},
	{name: "date_make", shape: "i:iii", row: makeDate},
	{name: "time_make", shape: "l:iid", row: makeTime},
	{name: "time_bin", shape: "l:pll", row: timeBin},
	{name: "time_to_char", shape: "v:livv", row: func(r *row) error {
		return timeToChar(r, momentOf(r.i64(0), int(r.i32(1)), r.text(3)), r.text(2))
	}},
	{name: "interval_to_char", shape: "v:pv", row: func(r *row) error { return timeToChar(r, momentOfInterval(r.interval(0)), r.text(1)) }},
	{name: "num_to_char", shape: "v:vv", row: numToChar},
	{name: "num_from_char", shape: "v:vv", row: numFromChar},
	{name: "text_to_time", shape: "l:vv", row: textToTime},
	{name: "interval_part", shape: "v:vp", row: intervalPart},
	{name: "time_field", shape: "l:vlv", row: timeField},
	{name: "time_part", shape: "v:vlv", row: timePart},
}

// appendInterval is interval_out in the style postgres.
func appendInterval(buf []byte, iv engine.Interval) []byte {
	start := len(buf)
	negative := false // the field before was, so that a positive one gets a sign
	field := func(v int64, unit string) {
		if v == 0 {
			return
		}
		if len(buf) > start {
			buf = append(buf, ' ')
		}
		if negative && v > 0 {
			buf = append(buf, '+')
		}
		buf = strconv.AppendInt(buf, v, 10)
		buf = append(buf, ' ')
		buf = append(buf, unit...)
		if v != 1 {
			buf = append(buf, 's')
		}
		negative = v < 0
	}
	field(int64(iv.Months/12), "year")
	field(int64(iv.Months%12), "mon")
	field(int64(iv.Days), "day")
	if len(buf) > start && iv.Micros == 0 {
		return buf
	}
	if len(buf) > start {
		buf = append(buf, ' ')
	}
	if iv.Micros < 0 {
		buf = append(buf, '-')
	} else if negative {
		buf = append(buf, '+')
	}
	return appendClock(buf, uint64(max(iv.Micros, -iv.Micros)))
}

func appendClock(buf []byte, us uint64) []byte {
	if us == 1<<63 {
		us = 1<<63 - 1
	}
	h, m, s, frac := us/microsPerHour, us/microsPerMinute%60, us/microsPerSecond%60, us%microsPerSecond
	buf = append2(buf, h)
	buf = append(buf, ':')
	buf = append2(buf, m)
	buf = append(buf, ':')
	buf = append2(buf, s)
	if frac != 0 {
		text := strconv.FormatUint(frac+microsPerSecond, 10)[1:]
		buf = append(buf, '.')
		buf = append(buf, strings.TrimRight(text, "0")...)
	}
	return buf
}

func append2(buf []byte, v uint64) []byte {
	if v < 10 {
		buf = append(buf, '0')
	}
	return strconv.AppendUint(buf, v, 10)
}

// readInterval reads what appendInterval writes.
func readInterval(s string) (engine.Interval, error) {
	var iv engine.Interval
	bad := pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type interval: \"%s\"", s)
	words := strings.Fields(s)
	for i := 0; i < len(words); i++ {
		w := words[i]
		if strings.Contains(w, ":") {
			us, ok := readClock(w)
			if !ok {
				return iv, bad
			}
			iv.Micros = us
			continue
		}
		v, err := strconv.ParseInt(strings.TrimPrefix(w, "+"), 10, 32)
		if err != nil || i+1 >= len(words) {
			return iv, bad
		}
		i++
		switch strings.TrimSuffix(words[i], "s") {
		case "year":
			iv.Months += int32(v * 12)
		case "mon":
			iv.Months += int32(v)
		case "day":
			iv.Days += int32(v)
		default:
			return iv, bad
		}
	}
	return iv, nil
}

func readClock(w string) (int64, bool) {
	neg := strings.HasPrefix(w, "-")
	w = strings.TrimLeft(w, "+-")
	parts := strings.Split(w, ":")
	if len(parts) != 3 {
		return 0, false
	}
	whole, frac, _ := strings.Cut(parts[2], ".")
	h, err1 := strconv.ParseInt(parts[0], 10, 64)
	m, err2 := strconv.ParseInt(parts[1], 10, 64)
	s, err3 := strconv.ParseInt(whole, 10, 64)
	us, err4 := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return 0, false
	}
	us += h*microsPerHour + m*microsPerMinute + s*microsPerSecond
	if neg {
		us = -us
	}
	return us, true
}

// scaleInterval is interval_mul of PostgreSQL's timestamp.c: fractions of
// months and days cascade down.
func scaleInterval(r *row, factor float64) error {
	out, err := multiplyInterval(r.interval(0), factor)
	set(r, out)
	return err
}

// multiplyInterval is interval_mul: what is left of months goes to the days, what
// is left of days to the seconds.
func multiplyInterval(iv engine.Interval, factor float64) (engine.Interval, error) {
	outOfRange := pgerr.New(pgerr.DatetimeFieldOverflow, "interval out of range")
	months, days := float64(iv.Months)*factor, float64(iv.Days)*factor
	if math.IsNaN(factor) || math.IsInf(factor, 0) || math.Abs(months) > math.MaxInt32 || math.Abs(days) > math.MaxInt32 {
		return iv, outOfRange
	}
	out := engine.Interval{Months: int32(months), Days: int32(days)}
	monthDays := round6((months - float64(out.Months)) * 30)
	seconds := round6((days - float64(out.Days) + monthDays - math.Trunc(monthDays)) * 86400)
	if math.Abs(seconds) >= 86400 {
		out.Days += int32(seconds / 86400)
		seconds -= math.Trunc(seconds/86400) * 86400
	}
	out.Days += int32(monthDays)
	us := math.RoundToEven(float64(iv.Micros)*factor + seconds*microsPerSecond)
	if math.Abs(us) >= 1<<63 {
		return iv, outOfRange
	}
	out.Micros = int64(us)
	return out, nil
}

func round6(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }

func justify(iv engine.Interval, what string) engine.Interval {
	months, days, us := int64(iv.Months), int64(iv.Days), iv.Micros
	if what != "days" {
		days += us / microsPerDay
		us %= microsPerDay
	}
	if what != "hours" {
		months += days / 30
		days %= 30
	}
	if what == "interval" {
		switch {
		case months > 0 && (days < 0 || days == 0 && us < 0):
			days += 30
			months--
		case months < 0 && (days > 0 || days == 0 && us > 0):
			days -= 30
			months++
		}
	}
	if what != "days" {
		switch {
		case days > 0 && us < 0:
			us += microsPerDay
			days--
		case days < 0 && us > 0:
			us -= microsPerDay
			days++
		}
	} else {
		switch {
		case months > 0 && days < 0:
			days += 30
			months--
		case months < 0 && days > 0:
			days -= 30
			months++
		}
	}
	return engine.Interval{Months: int32(months), Days: int32(days), Micros: us}
}
