package types

import "strconv"

// The parsers in this file read what PostgreSQL prints with DateStyle ISO,
// IntervalStyle postgres and bytea_output hex: a column's text in COPY and in
// logical replication. They allocate nothing for it, and leave what is rare
// (infinity, BC, years above 9999) to the readers of any input.

// digits2 reads two digits; the result is above 99 where they are none.
func digits2(b []byte) int {
	high, low := b[0]-'0', b[1]-'0'
	if high > 9 || low > 9 {
		return 1000
	}
	return int(high)*10 + int(low)
}

// fastDate reads yyyy-mm-dd at the start of b.
func fastDate(b []byte) (days int64, ok bool) {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	century, year, month, day := digits2(b), digits2(b[2:]), digits2(b[5:]), digits2(b[8:])
	if century > 99 || year > 99 || month-1 > 11 || month == 0 || day == 0 {
		return 0, false
	}
	year += century * 100
	if year == 0 || day > daysIn(year, month) {
		return 0, false
	}
	return daysFromCivil(year, month, day), true
}

// fastClock reads hh:mm:ss[.ffffff] at the start of b and tells how long it is.
func fastClock(b []byte) (micros int64, n int, ok bool) {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return 0, 0, false
	}
	hour, minute, second := digits2(b), digits2(b[3:]), digits2(b[6:])
	if hour > 24 || minute > 59 || second > 59 {
		return 0, 0, false
	}
	micros = int64(hour*3600+minute*60+second) * microsPerSecond
	n = 8
	if n < len(b) && b[n] == '.' {
		n++
		for unit := int64(100_000); n < len(b) && isDigit(b[n]); n++ {
			micros += int64(b[n]-'0') * unit
			unit /= 10
		}
	}
	return micros, n, micros <= microsPerDay
}

// fastOffset reads ±hh[:mm[:ss]], all of b, as seconds east of UTC.
func fastOffset(b []byte) (seconds int, ok bool) {
	if len(b) != 3 && len(b) != 6 && len(b) != 9 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	unit := 3600
	for i := 1; i < len(b); i += 3 {
		v := digits2(b[i:])
		if v > 59 || i > 1 && b[i-1] != ':' {
			return 0, false
		}
		seconds += v * unit
		unit /= 60
	}
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// ParseDate reads a date.
func ParseDate(b []byte) (int32, error) {
	if days, ok := fastDate(b); ok && len(b) == 10 {
		return int32(days), nil
	}
	return DateFromText(string(b), Env{})
}

// ParseTime reads a time of day.
func ParseTime(b []byte) (int64, error) {
	if micros, n, ok := fastClock(b); ok && n == len(b) {
		return micros, nil
	}
	return TimeFromText(string(b), -1, Env{})
}

// ParseTimestamp reads a timestamp without a zone.
func ParseTimestamp(b []byte) (int64, error) {
	if days, ok := fastDate(b); ok && len(b) >= 19 && b[10] == ' ' {
		if micros, n, ok := fastClock(b[11:]); ok && 11+n == len(b) {
			return days*microsPerDay + micros, nil
		}
	}
	return TimestampFromText(string(b), -1, Env{})
}

// ParseTimestamptz reads a timestamp with its offset.
func ParseTimestamptz(b []byte) (int64, error) {
	if days, ok := fastDate(b); ok && len(b) >= 22 && b[10] == ' ' {
		if micros, n, ok := fastClock(b[11:]); ok {
			if offset, ok := fastOffset(b[11+n:]); ok {
				return days*microsPerDay + micros - int64(offset)*microsPerSecond, nil
			}
		}
	}
	return TimestamptzFromText(string(b), -1, Env{})
}

// ParseInterval reads an interval in the style postgres.
func ParseInterval(b []byte) (months, days int32, micros int64, err error) {
	if months, days, micros, ok := fastInterval(b); ok {
		return months, days, micros, nil
	}
	return parseInterval(string(b), -1)
}

// fastInterval reads "1 year 2 mons -3 days +04:05:06.789".
func fastInterval(b []byte) (months, days int32, micros int64, ok bool) {
	for i := 0; i < len(b); {
		sign, n, start := int64(1), int64(0), i
		if b[i] == '-' || b[i] == '+' {
			if b[i] == '-' {
				sign = -1
			}
			i++
		}
		first := i
		for i < len(b) && isDigit(b[i]) && i-first < 9 {
			n = n*10 + int64(b[i]-'0')
			i++
		}
		if i == first || i == len(b) {
			return 0, 0, 0, false
		}
		if b[i] == ':' {
			clock, size, ok := fastClock(b[first:])
			if !ok || first+size != len(b) || i-first != 2 || start > 0 && b[start-1] != ' ' {
				return 0, 0, 0, false
			}
			return months, days, sign * clock, true
		}
		unit := b[i:]
		size := 0
		for size < len(unit) && (unit[size] == ' ') == (size == 0) {
			size++
		}
		switch string(unit[:size]) {
		case " year", " years":
			if n > 100_000_000 {
				return 0, 0, 0, false
			}
			months += int32(sign * n * 12)
		case " mon", " mons":
			months += int32(sign * n)
		case " day", " days":
			days += int32(sign * n)
		default:
			return 0, 0, 0, false
		}
		if i += size; i < len(b) {
			i++
		}
	}
	return months, days, micros, len(b) > 0
}

// ParseUUID reads a uuid; hi and lo are its first and last eight bytes, big
// endian.
func ParseUUID(b []byte) (hi int64, lo uint64, err error) {
	raw, ok := fastUUID(b)
	if !ok {
		if raw, err = parseUUID(string(b)); err != nil {
			return 0, 0, err
		}
	}
	for i := range 8 {
		hi = hi<<8 | int64(raw[i])
		lo = lo<<8 | uint64(raw[8+i])
	}
	return hi, lo, nil
}

func fastUUID(b []byte) (raw [16]byte, ok bool) {
	if len(b) != 36 || b[8] != '-' || b[13] != '-' || b[18] != '-' || b[23] != '-' {
		return raw, false
	}
	at := 0
	for i := range raw {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			at++
		}
		high, ok1 := unhex(b[at])
		low, ok2 := unhex(b[at+1])
		if !ok1 || !ok2 {
			return raw, false
		}
		raw[i] = high<<4 | low
		at += 2
	}
	return raw, true
}

// ParseByteaHex appends the bytes of a bytea's hex form to dst.
func ParseByteaHex(dst, b []byte) ([]byte, error) {
	if len(b) < 2 || b[0] != '\\' || b[1] != 'x' || len(b)%2 != 0 {
		return ParseBytea(dst, string(b))
	}
	start := len(dst)
	for i := 2; i < len(b); i += 2 {
		high, ok1 := unhex(b[i])
		low, ok2 := unhex(b[i+1])
		if !ok1 || !ok2 {
			return ParseBytea(dst[:start], string(b))
		}
		dst = append(dst, high<<4|low)
	}
	return dst, nil
}

// ParseBoolByte reads t or f.
func ParseBoolByte(b []byte) (bool, error) {
	if len(b) == 1 && (b[0] == 't' || b[0] == 'f') {
		return b[0] == 't', nil
	}
	return ParseBool(string(b))
}

// ParseFloat64 reads float8 as PostgreSQL prints it.
func ParseFloat64(b []byte) (float64, error) {
	if f, err := strconv.ParseFloat(string(b), 64); err == nil && f != 0 {
		return f, nil
	}
	return ParseFloat(string(b), 64)
}

// ParseFloat32 reads float4 as PostgreSQL prints it.
func ParseFloat32(b []byte) (float32, error) {
	if f, err := strconv.ParseFloat(string(b), 32); err == nil && f != 0 {
		return float32(f), nil
	}
	f, err := ParseFloat(string(b), 32)
	return float32(f), err
}
