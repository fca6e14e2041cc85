package types

import (
	"math"
	"time"
)

// Infinite dates and timestamps, as columns hold them.
const (
	DateInfinity           = math.MaxInt32
	DateMinusInfinity      = -math.MaxInt32
	TimestampInfinity      = math.MaxInt64
	TimestampMinusInfinity = -math.MaxInt64
)

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond

	// PostgreSQL's range (datatype/timestamp.h): 4714-11-24 BC to 5874897-12-31
	// for dates; for timestamps see maxTimestampDay.
	minDay          = -2440588
	maxDay          = 2145042905 // 5874897-12-31
	maxTimestampDay = 106751990  // 294247-01-09: what microseconds since 1970 hold; PostgreSQL counts from 2000
	minTimestamp    = minDay * microsPerDay
	maxTimestamp    = (maxTimestampDay+1)*microsPerDay - 1
	// pgEpochDay is 2000-01-01, where the binary formats count from.
	pgEpochDay = 10957
)

// daysFromCivil counts days since 1970-01-01 in the proleptic Gregorian
// calendar; year 0 is 1 BC.
func daysFromCivil(year, month, day int) int64 {
	y := int64(year)
	if month <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := int64(month+9) % 12
	doy := (153*mp+2)/5 + int64(day) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func civilFromDays(z int64) (year, month, day int) {
	z += 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	year = int(yoe + era*400)
	if month <= 2 {
		year++
	}
	return year, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

var monthDays = [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func daysIn(year, month int) int {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return monthDays[month-1]
}

// offsetAt gives seconds east of UTC at a moment of a zone. A local time that
// the zone skips or repeats counts as PostgreSQL has it (DetermineTimeZoneOffset):
// standard time's offset.
func offsetAt(micros int64, loc *time.Location) int {
	_, off := time.Unix(floorDiv(micros, microsPerSecond), 0).In(loc).Zone()
	return off
}

// localToUTC turns a local time, in microseconds, into a moment.
func localToUTC(local int64, loc *time.Location) int64 {
	if loc == time.UTC {
		return local
	}
	before := offsetAt(local-microsPerDay, loc)
	after := offsetAt(local+microsPerDay, loc)
	first := local - int64(before)*microsPerSecond
	if before == after && offsetAt(first, loc) == before {
		return first
	}
	second := local - int64(after)*microsPerSecond
	okFirst := offsetAt(first, loc) == before
	okSecond := offsetAt(second, loc) == after
	switch {
	case okFirst && !okSecond:
		return first
	case okSecond && !okFirst:
		return second
	case okFirst && okSecond: // repeated: the later reading is after the change
		return max(first, second)
	}
	return first // skipped: the offset before the change
}
