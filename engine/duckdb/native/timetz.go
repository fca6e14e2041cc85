package native

import "culvert/sql/types"

// timetzFunctions compute with time with time zone, which is held as text.
var timetzFunctions = []function{
	{name: "timetz_micros", shape: "l:v", row: func(r *row) error {
		micros, _, err := splitTimetz(r.text(0))
		set(r, micros)
		return err
	}},
	{name: "timetz_offset", shape: "l:v", row: func(r *row) error { // seconds east of UTC
		_, offset, err := splitTimetz(r.text(0))
		set(r, offset)
		return err
	}},
	{name: "timetz_time", shape: "v:v", row: func(r *row) error {
		micros, _, err := splitTimetz(r.text(0))
		r.buf = types.AppendTime(r.buf, micros)
		return err
	}},
	{name: "timetz_make", shape: "v:ll", row: func(r *row) error {
		r.buf = types.AppendTimetz(r.buf, r.i64(0), int(r.i64(1)))
		return nil
	}},
	{name: "timetz_add", shape: "v:vl", row: func(r *row) error {
		micros, offset, err := splitTimetz(r.text(0))
		micros = (micros + r.i64(1)%microsPerDay + microsPerDay) % microsPerDay
		r.buf = types.AppendTimetz(r.buf, micros, int(offset))
		return err
	}},
	{name: "time_trunc_years", shape: "l:li", row: func(r *row) error {
		set(r, truncYears(r.i64(0), int(r.i32(1))))
		return nil
	}},
}

// truncYears gives the begin of the century (100) or millennium (1000) of a
// time: both begin with a year 1, and there is no year 0.
func truncYears(micros int64, span int) int64 {
	year := civilFrom(micros).year
	if year > 0 {
		year = (year+span-1)/span*span - (span - 1)
	} else {
		year = -((span-1-(year-1))/span)*span + 1
	}
	return int64(daysOf(year, 1, 1)) * microsPerDay
}
