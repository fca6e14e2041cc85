package native

import (
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// parsedTime is what to_date and to_timestamp gather.
type parsedTime struct {
	year, month, day, yearDay, julian     int
	hour, minute, second, micro, midnight int64
	pm, am, bc, twelve                    bool
	hasYear, hasJulian                    bool
}

// textToTime reads a text by a format of to_timestamp. Patterns of weeks and
// time zones are refused.
func textToTime(r *row) error {
	s, format := r.text(0), r.text(1)
	p := parsedTime{month: 1, day: 1, year: 0}
	i := 0
	tokens, err := memo(r, format, func(s string) ([]timeToken, error) { return timeTokens(s), nil })
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.key == "" {
			i = skipSeparator(s, i, t)
			continue
		}
		for i < len(s) && s[i] == ' ' {
			i++
		}
		if i >= len(s) {
			break
		}
		if i, err = p.read(t, s, i); err != nil {
			return err
		}
	}
	us, err := p.micros(strings.Clone(s))
	set(r, us)
	return err
}

// skipSeparator: separators of the format match any separators of the text;
// other text skips as many characters.
func skipSeparator(s string, i int, t timeToken) int {
	if t.isString {
		return min(i+len(t.text), len(s))
	}
	if isLetterOrDigit(t.text[0]) {
		return min(i+len(t.text), len(s))
	}
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if i < len(s) && !isLetterOrDigit(s[i]) && s[i] != '-' && s[i] != '+' || i < len(s) && s[i] == t.text[0] {
		i++
	}
	return i
}

func isLetterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// number reads up to width digits; 0 is no bound.
func number(s string, i, width int) (int64, int, error) {
	start := i
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	digits := i
	for i < len(s) && s[i] >= '0' && s[i] <= '9' && (width == 0 || i-digits < width) {
		i++
	}
	v, err := strconv.ParseInt(s[start:i], 10, 64)
	if err != nil {
		return 0, i, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", strings.Clone(s[start:]), "number")
	}
	return v, i, nil
}

func (p *parsedTime) read(t timeToken, s string, i int) (int, error) {
	key := strings.ToUpper(t.key)
	widths := map[string]int{
		"HH24": 2, "HH12": 2, "HH": 2, "MI": 2, "SS": 2, "MM": 2, "DD": 2, "DDD": 3, "MS": 3, "US": 6, "SSSS": 5, "SSSSS": 5,
		"YYYY": 4, "YYY": 3, "YY": 2, "Y": 1, "J": 0, "Q": 1, "CC": 2, "FF1": 1, "FF2": 2, "FF3": 3, "FF4": 4, "FF5": 5, "FF6": 6,
	}
	width, numeric := widths[key]
	if !numeric {
		return p.readWord(key, t.key, s, i)
	}
	if !t.fill && key != "MS" && key != "US" || key == "YYYY" && !followedByDigits(s, i) {
		width = 0
	}
	v, next, err := number(s, i, width)
	if err != nil {
		return i, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", strings.Clone(s[i:]), t.key)
	}
	p.store(key, v, next-i)
	if t.suffix != "" {
		next = min(next+2, len(s))
	}
	return next, nil
}

// followedByDigits: a year of YYYY takes more than four digits only when
// nothing but a separator follows it.
func followedByDigits(s string, i int) bool {
	n := 0
	for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
		n++
	}
	return n > 4
}

func (p *parsedTime) store(key string, v int64, digits int) {
	switch key {
	case "HH24":
		p.hour = v
	case "HH12", "HH":
		p.hour, p.twelve = v, true
	case "MI":
		p.minute = v
	case "SS":
		p.second = v
	case "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		for range 6 - digits {
			v *= 10
		}
		p.micro = v
	case "SSSS", "SSSSS":
		p.midnight = v
	case "MM":
		p.month = int(v)
	case "DD":
		p.day = int(v)
	case "DDD":
		p.yearDay = int(v)
	case "J":
		p.julian, p.hasJulian = int(v), true
	case "YYYY", "YYY", "YY", "Y":
		p.year, p.hasYear = int(v), true
		if len(key) < 4 && digits <= 3 {
			p.year = nearYear(int(v), digits)
		}
	}
}

// nearYear makes a year of one to three digits one close to 2020.
func nearYear(y, digits int) int {
	switch {
	case digits == 3 && y < 100 || digits < 3 && y < 70:
		return y + 2000
	case digits < 3:
		return y + 1900
	case y < 520:
		return y + 2000
	}
	return y + 1000
}

func (p *parsedTime) readWord(key, written, s string, i int) (int, error) {
	rest := strings.ToUpper(s[i:])
	switch key {
	case "MONTH", "MON":
		for n, name := range monthNames {
			full, short := strings.ToUpper(name), strings.ToUpper(name[:3])
			if key == "MONTH" && strings.HasPrefix(rest, full) {
				p.month = n + 1
				return i + len(full), nil
			}
			if key == "MON" && strings.HasPrefix(rest, short) {
				p.month = n + 1
				return i + 3, nil
			}
		}
		return i, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", strings.Clone(s[i:]), written)
	case "DAY", "DY":
		for _, name := range dayNames {
			word := strings.ToUpper(name)
			if key == "DY" {
				word = word[:3]
			}
			if strings.HasPrefix(rest, word) {
				return i + len(word), nil
			}
		}
		return i, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", strings.Clone(s[i:]), written)
	case "AM", "PM", "A.M.", "P.M.":
		p.pm, p.am = strings.HasPrefix(rest, "P"), strings.HasPrefix(rest, "A")
		return min(i+len(key), len(s)), nil
	case "BC", "AD", "B.C.", "A.D.":
		p.bc = strings.HasPrefix(rest, "B")
		return min(i+len(key), len(s)), nil
	}
	return i, pgerr.New(pgerr.FeatureNotSupported, "pattern \"%s\" is not supported for reading", written)
}

func (p *parsedTime) micros(text string) (int64, error) {
	outOfRange := pgerr.New(pgerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", text)
	hour := p.hour
	if p.twelve {
		if hour < 1 || hour > 12 {
			return 0, pgerr.New(pgerr.InvalidDatetimeFormat, "hour \"%d\" is invalid for the 12-hour clock", hour)
		}
		hour %= 12
		if p.pm {
			hour += 12
		}
	} else if p.pm && hour < 12 {
		hour += 12
	} else if p.am && hour == 12 {
		hour = 0
	}
	year := p.year
	if !p.hasYear {
		year = 0
	}
	if p.bc && p.hasYear {
		year = 1 - year
	}
	day := 0
	switch {
	case p.hasJulian:
		day = p.julian - 2440588
	case p.yearDay > 0:
		day = daysOf(year, 1, 1) + p.yearDay - 1
	default:
		if p.month < 1 || p.month > 12 || p.day < 1 || p.day > daysIn(year, p.month) {
			return 0, outOfRange
		}
		day = daysOf(year, p.month, p.day)
	}
	if hour > 23 || p.minute > 59 || p.second > 59 {
		return 0, outOfRange
	}
	us := int64(day)*microsPerDay + p.midnight*microsPerSecond
	return us + hour*microsPerHour + p.minute*microsPerMinute + p.second*microsPerSecond + p.micro, nil
}
