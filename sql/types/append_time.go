package types

import (
	"strconv"
	"time"
)

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

func appendYear(dst []byte, year int) []byte {
	if year <= 0 {
		year = 1 - year
	}
	if year < 10000 {
		return append2(append2(dst, year/100), year%100)
	}
	return strconv.AppendInt(dst, int64(year), 10)
}

// AppendDate appends days since 1970-01-01 as an ISO date.
func AppendDate(dst []byte, days int32) []byte {
	switch days {
	case DateInfinity:
		return append(dst, "infinity"...)
	case DateMinusInfinity:
		return append(dst, "-infinity"...)
	}
	year, month, day := civilFromDays(int64(days))
	dst = append2(append(append2(append(appendYear(dst, year), '-'), month), '-'), day)
	return appendEra(dst, year)
}

func appendEra(dst []byte, year int) []byte {
	if year <= 0 {
		dst = append(dst, " BC"...)
	}
	return dst
}

// AppendTime appends microseconds since midnight as hh:mm:ss, with as many
// digits of a fraction as it needs.
func AppendTime(dst []byte, micros int64) []byte {
	seconds := int(micros / microsPerSecond)
	dst = append2(dst, seconds/3600)
	dst = append2(append(dst, ':'), seconds/60%60)
	dst = append2(append(dst, ':'), seconds%60)
	return appendFraction(dst, int(micros%microsPerSecond))
}

func appendFraction(dst []byte, micros int) []byte {
	if micros == 0 {
		return dst
	}
	var digits [6]byte
	for i := 5; i >= 0; i-- {
		digits[i] = byte('0' + micros%10)
		micros /= 10
	}
	n := 6
	for digits[n-1] == '0' {
		n--
	}
	return append(append(dst, '.'), digits[:n]...)
}

// AppendTimestamp appends microseconds since 1970-01-01 00:00:00 as an ISO
// timestamp without a zone.
func AppendTimestamp(dst []byte, micros int64) []byte {
	switch micros {
	case TimestampInfinity:
		return append(dst, "infinity"...)
	case TimestampMinusInfinity:
		return append(dst, "-infinity"...)
	}
	dst, year := appendTimestamp(dst, micros)
	return appendEra(dst, year)
}

func appendTimestamp(dst []byte, micros int64) ([]byte, int) {
	days := floorDiv(micros, microsPerDay)
	year, month, day := civilFromDays(days)
	dst = append2(append(append2(append(appendYear(dst, year), '-'), month), '-'), day)
	return AppendTime(append(dst, ' '), micros-days*microsPerDay), year
}

// AppendTimestamptz appends a moment, in microseconds since 1970-01-01
// 00:00:00 UTC, as local time of loc with its offset.
func AppendTimestamptz(dst []byte, micros int64, loc *time.Location) []byte {
	if micros == TimestampInfinity || micros == TimestampMinusInfinity {
		return AppendTimestamp(dst, micros)
	}
	offset := 0
	if loc != nil && loc != time.UTC {
		offset = offsetAt(micros, loc)
	}
	dst, year := appendTimestamp(dst, micros+int64(offset)*microsPerSecond)
	return appendEra(appendOffset(dst, offset), year)
}

// appendOffset appends seconds east of UTC as +hh, +hh:mm or +hh:mm:ss.
// AppendTimetz prints a time with time zone; the offset is in seconds east of UTC.
func AppendTimetz(dst []byte, micros int64, offset int) []byte {
	return appendOffset(AppendTime(dst, micros), offset)
}

func appendOffset(dst []byte, seconds int) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	dst = append2(append(dst, sign), seconds/3600)
	if seconds%3600 != 0 {
		dst = append2(append(dst, ':'), seconds/60%60)
	}
	if seconds%60 != 0 {
		dst = append2(append(dst, ':'), seconds%60)
	}
	return dst
}

// AppendInterval appends an interval in the style postgres.
func AppendInterval(dst []byte, months, days int32, micros int64) []byte {
	start, neg := len(dst), false
	unit := func(n int64, name string) {
		if n == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if neg && n > 0 {
			dst = append(dst, '+')
		}
		dst = append(append(strconv.AppendInt(dst, n, 10), ' '), name...)
		if n != 1 {
			dst = append(dst, 's')
		}
		neg = n < 0
	}
	unit(int64(months/12), "year")
	unit(int64(months%12), "mon")
	unit(int64(days), "day")
	if micros == 0 && len(dst) > start {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	abs := uint64(micros)
	if micros < 0 {
		dst, abs = append(dst, '-'), -abs
	} else if neg {
		dst = append(dst, '+')
	}
	seconds := abs / microsPerSecond
	if hours := seconds / 3600; hours < 100 {
		dst = append2(dst, int(hours))
	} else {
		dst = strconv.AppendUint(dst, hours, 10)
	}
	dst = append2(append(dst, ':'), int(seconds/60%60))
	dst = append2(append(dst, ':'), int(seconds%60))
	return appendFraction(dst, int(abs%microsPerSecond))
}
