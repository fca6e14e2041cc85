package native

import (
	"strconv"
	"strings"

	"culvert/engine"
)

// moment is what to_char formats: a point of time, or the fields of an
// interval.
type moment struct {
	civil
	hour, minute, second, micro int64
	offset                      int // seconds east of UTC
	zone                        string
	interval                    bool
}

func momentOf(us int64, offset int, zone string) moment {
	c := civilFrom(us)
	return moment{
		civil: c, hour: c.micros / microsPerHour, minute: c.micros / microsPerMinute % 60,
		second: c.micros / microsPerSecond % 60, micro: c.micros % microsPerSecond, offset: offset, zone: zone,
	}
}

func momentOfInterval(iv engine.Interval) moment {
	return moment{
		civil: civil{year: int(iv.Months / 12), month: int(iv.Months % 12), day: int(iv.Days)},
		hour:  iv.Micros / microsPerHour, minute: iv.Micros / microsPerMinute % 60,
		second: iv.Micros / microsPerSecond % 60, micro: iv.Micros % microsPerSecond, interval: true,
	}
}

var (
	monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayNames   = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romans     = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
)

// timeKeys are the patterns of PostgreSQL's table 9.31; of two that begin
// alike the longer stands first. Upper and lower case differ where the result
// is a word.
var timeKeys = []string{
	"A.D.", "A.M.", "AD", "AM", "B.C.", "BC", "CC", "DAY", "DDD", "DD", "DY", "Day", "Dy", "D",
	"FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "HH24", "HH12", "HH", "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I", "J",
	"MI", "MM", "MONTH", "MON", "MS", "Month", "Mon", "OF", "P.M.", "PM", "Q", "RM", "SSSSS", "SSSS", "SS", "TZH", "TZM", "TZ", "US", "WW", "W",
	"Y,YYY", "YYYY", "YYY", "YY", "Y",
	"a.d.", "a.m.", "ad", "am", "b.c.", "bc", "cc", "day", "ddd", "dd", "dy", "d",
	"ff1", "ff2", "ff3", "ff4", "ff5", "ff6", "hh24", "hh12", "hh", "iddd", "id", "iw", "iyyy", "iyy", "iy", "i", "j",
	"mi", "mm", "month", "mon", "ms", "of", "p.m.", "pm", "q", "rm", "sssss", "ssss", "ss", "tzh", "tzm", "tz", "us", "ww", "w",
	"y,yyy", "yyyy", "yyy", "yy", "y",
}

// timeToken is a pattern with its modifiers, or literal text.
type timeToken struct {
	key      string
	fill     bool // without FM
	suffix   string
	text     string
	isString bool // text was in double quotes
}

// timeTokens splits a format.
func timeTokens(format string) []timeToken {
	var out []timeToken
	for i := 0; i < len(format); {
		rest := format[i:]
		t := timeToken{fill: true}
		skip := 0
		for {
			p := strings.ToUpper(rest[skip:min(skip+2, len(rest))])
			if p == "FM" || p == "TM" {
				t.fill = false
			} else if p != "FX" {
				break
			}
			skip += 2
		}
		if key := findKey(timeKeys, rest[skip:]); key != "" {
			t.key = key
			i += skip + len(key)
			if s := format[i:min(i+2, len(format))]; s == "TH" || s == "th" {
				t.suffix = s
				i += 2
			}
			out = append(out, t)
			continue
		}
		if skip > 0 && len(rest) == skip {
			break
		}
		i += skip
		n := 0
		t, n = literalToken(format[i:])
		i += n
		out = append(out, t)
	}
	return out
}

func findKey(keys []string, s string) string {
	for _, k := range keys {
		if strings.HasPrefix(s, k) {
			return k
		}
	}
	return ""
}

// literalToken reads quoted text, an escaped quote, or one character.
func literalToken(s string) (timeToken, int) {
	if strings.HasPrefix(s, `\"`) {
		return timeToken{text: `"`}, 2
	}
	if s[0] != '"' {
		n := 1
		for n < len(s) && s[n]&0xc0 == 0x80 {
			n++
		}
		return timeToken{text: s[:n]}, n
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return timeToken{text: b.String(), isString: true}, i + 1
		default:
			b.WriteByte(s[i])
		}
	}
	return timeToken{text: b.String(), isString: true}, len(s)
}

func timeToChar(r *row, m moment, format string) error {
	tokens, err := memo(r, format, func(s string) ([]timeToken, error) { return timeTokens(s), nil })
	for _, t := range tokens {
		if t.key == "" {
			r.setText(t.text)
		} else {
			r.setText(m.pattern(t))
		}
	}
	return err
}

// padded writes a number with zeros to a width, and its ordinal suffix.
func (t timeToken) padded(v int64, width int) string {
	s := strconv.FormatInt(v, 10)
	if t.fill {
		neg := strings.HasPrefix(s, "-")
		s = strings.TrimPrefix(s, "-")
		if neg {
			width--
		}
		if len(s) < width {
			s = strings.Repeat("0", width-len(s)) + s
		}
		if neg {
			s = "-" + s
		}
	}
	if t.suffix == "" {
		return s
	}
	end := ordinal(s)
	if t.suffix == "TH" {
		end = strings.ToUpper(end)
	}
	return s + end
}

func ordinal(s string) string {
	if len(s) > 1 && s[len(s)-2] == '1' {
		return "th"
	}
	switch s[len(s)-1] {
	case '1':
		return "st"
	case '2':
		return "nd"
	case '3':
		return "rd"
	}
	return "th"
}

// word gives a name in the case of its key, blank padded to nine letters.
func (t timeToken) word(name string, width int) string {
	switch {
	case t.key == strings.ToUpper(t.key):
		name = strings.ToUpper(name)
	case t.key == strings.ToLower(t.key):
		name = strings.ToLower(name)
	}
	if t.fill && len(name) < width {
		name += strings.Repeat(" ", width-len(name))
	}
	return name
}

func (m moment) pattern(t timeToken) string {
	switch strings.ToUpper(t.key) {
	case "HH24":
		return t.padded(m.hour, 2)
	case "HH", "HH12":
		h := m.hour % 12
		if h == 0 {
			h = 12
		}
		return t.padded(h, 2)
	case "MI":
		return t.padded(m.minute, 2)
	case "SS":
		return t.padded(m.second, 2)
	case "MS":
		return t.padded(m.micro/1000, 3)
	case "US":
		return t.padded(m.micro, 6)
	case "SSSS", "SSSSS":
		return t.padded(m.hour*3600+m.minute*60+m.second, 0)
	case "AM", "PM":
		return t.word([]string{"AM", "PM"}[m.hour%24/12], 0)
	case "A.M.", "P.M.":
		return t.word([]string{"A.M.", "P.M."}[m.hour%24/12], 0)
	case "TZ":
		return t.word(m.zone, 0)
	case "TZH":
		return m.offsetHours()
	case "TZM":
		return t.padded(int64(max(m.offset, -m.offset)/60%60), 2)
	case "OF":
		if minutes := max(m.offset, -m.offset) / 60 % 60; minutes != 0 {
			return m.offsetHours() + ":" + string(append2(nil, uint64(minutes)))
		}
		return m.offsetHours()
	}
	if len(t.key) == 3 && strings.HasPrefix(strings.ToUpper(t.key), "FF") {
		n := int(t.key[2] - '0')
		return strconv.FormatInt(m.micro+microsPerSecond, 10)[1 : 1+n]
	}
	return m.datePattern(t)
}

func (m moment) offsetHours() string {
	sign := "+"
	if m.offset < 0 {
		sign = "-"
	}
	return sign + string(append2(nil, uint64(max(m.offset, -m.offset)/3600)))
}

// shownYear is the year without its era; intervals have a plain number.
func (m moment) shownYear(y int) int64 {
	if y <= 0 && !m.interval {
		return int64(1 - y)
	}
	return int64(y)
}

func (m moment) datePattern(t timeToken) string {
	switch strings.ToUpper(t.key) {
	case "Y,YYY":
		y := m.shownYear(m.year)
		return strconv.FormatInt(y/1000, 10) + "," + strconv.FormatInt(y%1000+1000, 10)[1:]
	case "YYYY", "YYY", "YY", "Y":
		return t.year(m.shownYear(m.year), len(t.key))
	case "IYYY", "IYY", "IY", "I":
		y, _ := m.isoWeek()
		return t.year(m.shownYear(y), len(t.key))
	case "BC", "AD":
		return t.word(map[bool]string{true: "BC", false: "AD"}[m.year <= 0], 0)
	case "B.C.", "A.D.":
		return t.word(map[bool]string{true: "B.C.", false: "A.D."}[m.year <= 0], 0)
	case "MM":
		return t.padded(int64(m.month), 2)
	case "DD":
		return t.padded(int64(m.day), 2)
	case "CC":
		v, _ := m.dateField("century")
		return t.padded(int64(v), 2)
	case "Q":
		return t.padded(int64(max(m.month-1, 0)/3+1), 0)
	}
	if m.month < 1 || m.month > 12 {
		return ""
	}
	return m.calendarPattern(t)
}

// year shows the last digits of a year: all four and more for YYYY.
func (t timeToken) year(y int64, digits int) string {
	switch digits {
	case 3:
		y %= 1000
	case 2:
		y %= 100
	case 1:
		y %= 10
	}
	return t.padded(y, digits)
}

func (m moment) calendarPattern(t timeToken) string {
	month, day := monthNames[m.month-1], dayNames[m.weekday()]
	switch strings.ToUpper(t.key) {
	case "MONTH":
		return t.word(month, 9)
	case "MON":
		return t.word(month[:3], 0)
	case "RM":
		return t.word(romans[m.month-1], 4)
	}
	if m.interval {
		return ""
	}
	_, week := m.isoWeek()
	switch strings.ToUpper(t.key) {
	case "DAY":
		return t.word(day, 9)
	case "DY":
		return t.word(day[:3], 0)
	case "DDD":
		return t.padded(int64(m.yearDay()), 3)
	case "IDDD":
		return t.padded(int64((week-1)*7+(m.weekday()+6)%7+1), 3)
	case "D":
		return t.padded(int64(m.weekday()+1), 0)
	case "ID":
		return t.padded(int64((m.weekday()+6)%7+1), 0)
	case "W":
		return t.padded(int64((m.day-1)/7+1), 0)
	case "WW":
		return t.padded(int64((m.yearDay()-1)/7+1), 2)
	case "IW":
		return t.padded(int64(week), 2)
	case "J":
		return t.padded(int64(m.julian+2440588), 0)
	}
	return ""
}
