package types

import "culvert/sql/pgerr"

func newDateTime(input, typeName string, env Env) *dateTime {
	return &dateTime{input: input, typeName: typeName, env: env}
}

// DateFromText reads a date in PostgreSQL's input formats.
func DateFromText(input string, env Env) (int32, error) {
	d := newDateTime(input, "date", env)
	if err := d.decode(); err != nil {
		return 0, err
	}
	var days int64
	switch d.special {
	case specialInfinity:
		return DateInfinity, nil
	case specialMinusInfinity:
		return DateMinusInfinity, nil
	case specialEpoch:
		return 0, nil
	case specialNow:
		days = floorDiv(localMicros(env), microsPerDay)
	default:
		days = daysFromCivil(d.year, d.month, d.day)
	}
	if days < minDay || days > maxDay {
		return 0, pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range: \"%s\"", input)
	}
	return int32(days), nil
}

// TimestampFromText reads a timestamp in PostgreSQL's input formats, with an
// offset or zone ignored as PostgreSQL ignores it.
func TimestampFromText(input string, mod int32, env Env) (int64, error) {
	return timestampFromText(input, mod, env, false)
}

// TimestamptzFromText reads a moment in PostgreSQL's input formats; local time
// is of env's zone where the text has none.
func TimestamptzFromText(input string, mod int32, env Env) (int64, error) {
	return timestampFromText(input, mod, env, true)
}

func timestampFromText(input string, mod int32, env Env, withZone bool) (int64, error) {
	name := "timestamp"
	if withZone {
		name = "timestamp with time zone"
	}
	d := newDateTime(input, name, env)
	if err := d.decode(); err != nil {
		return 0, err
	}
	var micros int64
	switch d.special {
	case specialInfinity:
		return TimestampInfinity, nil
	case specialMinusInfinity:
		return TimestampMinusInfinity, nil
	case specialEpoch:
	case specialNow:
		micros = localMicros(env)
		if withZone {
			micros = env.now().UnixMicro()
		}
	default:
		days := daysFromCivil(d.year, d.month, d.day)
		if days < minDay-1 || days > maxTimestampDay {
			return 0, errTimestampRange(input)
		}
		micros = days*microsPerDay + d.timeOfDay()
		if withZone {
			micros = d.toUTC(micros)
		}
	}
	micros = roundMicros(micros, int(mod))
	if micros < minTimestamp || micros > maxTimestamp {
		return 0, errTimestampRange(input)
	}
	return micros, nil
}

func errTimestampRange(input string) error {
	return pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range: \"%s\"", input)
}

// toUTC applies the text's zone, or the session's.
func (d *dateTime) toUTC(local int64) int64 {
	switch {
	case d.have&maskZone == 0:
		return localToUTC(local, d.env.loc())
	case d.zone != nil && d.abbrev != "":
		return abbrevToUTC(local, d.zone, d.abbrev)
	case d.zone != nil:
		return localToUTC(local, d.zone)
	}
	return local - int64(d.offset)*microsPerSecond
}

// TimeFromText reads a time of day in PostgreSQL's input formats.
func TimeFromText(input string, mod int32, env Env) (int64, error) {
	micros, _, err := timeFromText(input, mod, env, "time")
	return micros, err
}

func timeFromText(input string, mod int32, env Env, name string) (micros int64, offset int, err error) {
	d := newDateTime(input, name, env)
	d.timeOnly = true
	if err := d.decode(); err != nil {
		return 0, 0, err
	}
	switch d.special {
	case specialNone:
	case specialNow:
		local := localMicros(env)
		return roundMicros(local-floorDiv(local, microsPerDay)*microsPerDay, int(mod)), offsetAt(env.now().UnixMicro(), env.loc()), nil
	default:
		return 0, 0, d.badFormat()
	}
	micros = d.timeOfDay()
	day := floorDiv(localMicros(env), microsPerDay)
	if d.have&maskDate == maskDate {
		day = daysFromCivil(d.year, d.month, d.day)
	}
	local := day*microsPerDay + micros
	offset = int((local - d.toUTC(local)) / microsPerSecond)
	return roundMicros(micros, int(mod)), offset, nil
}

// canonicalTimetz gives time of day and offset: 04:05:06-08.
func canonicalTimetz(input string, mod int32, env Env) (string, error) {
	micros, offset, err := timeFromText(input, mod, env, "time with time zone")
	if err != nil {
		return "", err
	}
	return string(appendOffset(AppendTime(nil, micros), offset)), nil
}

// IntervalFromText reads an interval in PostgreSQL's input formats.
func IntervalFromText(input string, mod int32) (months, days int32, micros int64, err error) {
	return parseInterval(input, mod)
}
