package native

import (
	"strings"

	"culvert/engine"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Fields of an interval's type modifier, as bits (PostgreSQL's
// utils/timestamp.h).
const (
	fieldMonth  = 1 << 1
	fieldYear   = 1 << 2
	fieldDay    = 1 << 3
	fieldHour   = 1 << 10
	fieldMinute = 1 << 11
	fieldSecond = 1 << 12
	allFields   = 0x7fff
)

// intervalScale applies a type modifier, as AdjustIntervalForTypmod does.
func intervalScale(r *row) error {
	iv, mod := r.interval(0), r.i32(1)
	switch fields := int(mod >> 16 & 0x7fff); {
	case fields == allFields, fields&fieldSecond != 0:
	case fields&fieldMinute != 0:
		iv.Micros -= iv.Micros % microsPerMinute
	case fields&fieldHour != 0:
		iv.Micros -= iv.Micros % microsPerHour
	case fields&fieldDay != 0:
		iv.Micros = 0
	case fields&fieldMonth != 0:
		iv.Days, iv.Micros = 0, 0
	case fields&fieldYear != 0:
		iv = engine.Interval{Months: iv.Months / 12 * 12}
	}
	if precision := int(mod & 0xffff); precision < 6 {
		unit := powers[6-precision]
		half := unit / 2
		if iv.Micros < 0 {
			half = -half
		}
		iv.Micros = (iv.Micros + half) / unit * unit
	}
	set(r, iv)
	return nil
}

// intervalTime is the time of day of an interval, in microseconds.
func intervalTime(r *row) error {
	us := r.interval(0).Micros % microsPerDay
	if us < 0 {
		us += microsPerDay
	}
	set(r, us)
	return nil
}

// intervalTrunc is date_trunc of an interval.
func intervalTrunc(r *row) error {
	iv := r.interval(1)
	years := map[string]int32{"year": 1, "decade": 10, "century": 100, "millennium": 1000}
	units := map[string]int64{"hour": microsPerHour, "minute": microsPerMinute, "second": microsPerSecond, "millisecond": 1000, "microsecond": 1}
	unit := strings.TrimSuffix(strings.ToLower(r.text(0)), "s")
	switch {
	case years[unit] != 0:
		n := 12 * years[unit]
		iv = engine.Interval{Months: iv.Months / n * n}
	case unit == "quarter":
		iv = engine.Interval{Months: iv.Months / 3 * 3}
	case unit == "month":
		iv = engine.Interval{Months: iv.Months}
	case unit == "day":
		iv.Micros = 0
	case units[unit] != 0:
		iv.Micros -= iv.Micros % units[unit]
	default:
		return badUnit(strings.Clone(r.text(0)), "interval")
	}
	set(r, iv)
	return nil
}

// intervalPercentile interpolates between sorted intervals, field by field, as
// percentile_cont does.
func intervalPercentile(r *row) error {
	items, p := r.list(0), r.f64(1)
	if p < 0 || p > 1 || p != p {
		return pgerr.New(pgerr.NumericValueOutOfRange, "percentile value %g is not between 0 and 1", p)
	}
	var values []engine.Interval
	for _, item := range items {
		if item == nil {
			continue
		}
		months, days, micros, err := types.ParseInterval([]byte(*item))
		if err != nil {
			return err
		}
		values = append(values, engine.Interval{Months: months, Days: days, Micros: micros})
	}
	if len(values) == 0 {
		r.setNull()
		return nil
	}
	at := p * float64(len(values)-1)
	first := int(at)
	low, high := values[first], values[min(first+1, len(values)-1)]
	if part := at - float64(first); part > 0 {
		span, err := multiplyInterval(engine.Interval{Months: high.Months - low.Months, Days: high.Days - low.Days, Micros: high.Micros - low.Micros}, part)
		if err != nil {
			return err
		}
		low = engine.Interval{Months: low.Months + span.Months, Days: low.Days + span.Days, Micros: low.Micros + span.Micros}
	}
	set(r, low)
	return nil
}

// intervalAdd is + and, with -1, - field by field.
func intervalAdd(r *row) error {
	a, b, sign := r.interval(0), r.interval(1), r.i64(2)
	months, days := int64(a.Months)+sign*int64(b.Months), int64(a.Days)+sign*int64(b.Days)
	micros := a.Micros + sign*b.Micros
	overflow := sign*b.Micros > 0 && micros < a.Micros || sign*b.Micros < 0 && micros > a.Micros
	if months != int64(int32(months)) || days != int64(int32(days)) || overflow {
		return pgerr.New(pgerr.DatetimeFieldOverflow, "interval out of range")
	}
	set(r, engine.Interval{Months: int32(months), Days: int32(days), Micros: micros})
	return nil
}
