package types

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

func intReader(bitSize int, name string) reader {
	return func(input string, _ int32, _ Env) (string, error) {
		n, err := parseInt(input, bitSize, name)
		return strconv.FormatInt(n, 10), err
	}
}

func oidReader(name string) reader {
	return func(input string, _ int32, _ Env) (string, error) {
		n, err := parseOID(input, name)
		return strconv.FormatInt(n, 10), err
	}
}

func readBool(input string, _ int32, _ Env) (string, error) {
	b, err := ParseBool(input)
	if b {
		return "t", err
	}
	return "f", err
}

// ParseBool reads a boolean: any unambiguous start of true, false, yes, no,
// on, off, and 1 and 0, in any case.
func ParseBool(input string) (bool, error) {
	text := strings.ToLower(strings.Trim(input, spaces))
	starts := func(word string, least int) bool { return len(text) >= least && strings.HasPrefix(word, text) }
	switch {
	case starts("true", 1), starts("yes", 1), text == "on", text == "1":
		return true, nil
	case starts("false", 1), starts("no", 1), starts("off", 2), text == "0":
		return false, nil
	}
	return false, errSyntax("boolean", input)
}

func readFloat4(input string, _ int32, _ Env) (string, error) {
	f, err := ParseFloat(input, 32)
	return string(AppendFloat4(nil, float32(f), 1)), err
}

func readFloat8(input string, _ int32, _ Env) (string, error) {
	f, err := ParseFloat(input, 64)
	return string(AppendFloat8(nil, f, 1)), err
}

func readNumeric(input string, mod int32, _ Env) (string, error) { return canonicalNumeric(input, mod) }

// readVarchar cuts spaces, and nothing else, behind the length.
func readVarchar(input string, mod int32, _ Env) (string, error) {
	return fitLength(input, mod, "character varying")
}

// readBpchar pads with spaces to the length.
func readBpchar(input string, mod int32, _ Env) (string, error) {
	text, err := fitLength(input, mod, "character")
	if pad := int(mod) - 4 - utf8.RuneCountInString(text); err == nil && mod >= 4 && pad > 0 {
		text += strings.Repeat(" ", pad)
	}
	return text, err
}

func fitLength(input string, mod int32, name string) (string, error) {
	length := int(mod) - 4
	if mod < 4 || len(input) <= length {
		return input, nil
	}
	end := 0
	for range length {
		_, size := utf8.DecodeRuneInString(input[end:])
		end += size
	}
	if strings.TrimRight(input[end:], " ") != "" {
		return "", pgerr.New(pgerr.StringDataRightTruncation, "value too long for type %s(%d)", name, length)
	}
	return input[:end], nil
}

func readName(input string, _ int32, _ Env) (string, error) {
	if len(input) < 64 {
		return input, nil
	}
	end := 63
	for end > 0 && !utf8.RuneStart(input[end]) {
		end--
	}
	return input[:end], nil
}

// readChar takes the first byte, which may be written as three octal digits.
func readChar(input string, _ int32, _ Env) (string, error) {
	return charText(CharByte([]byte(input))), nil
}

// charText is a "char" as text: octal where it is not ASCII, as PostgreSQL
// writes it since 15.
func charText(b byte) string {
	switch {
	case b == 0:
		return ""
	case b >= utf8.RuneSelf:
		return fmt.Sprintf(`\%03o`, b)
	}
	return string(rune(b))
}

// CharByte is the byte that the text of a "char" stands for; 0 for none.
func CharByte(text []byte) byte {
	octal := func(b byte) bool { return b >= '0' && b <= '7' }
	switch {
	case len(text) == 0:
		return 0
	case len(text) == 4 && text[0] == '\\' && octal(text[1]) && octal(text[2]) && octal(text[3]):
		return text[1]<<6 | text[2]&7<<3 | text[3]&7
	}
	return text[0]
}

func readBytea(input string, _ int32, _ Env) (string, error) {
	raw, err := ParseBytea(nil, input)
	return string(AppendBytea(nil, raw)), err
}

// ParseBytea appends the bytes that a bytea's text means, in its hex or its
// escape form.
func ParseBytea(dst []byte, input string) ([]byte, error) {
	if strings.HasPrefix(input, `\x`) {
		return parseByteaHex(dst, input[2:])
	}
	for i := 0; i < len(input); i++ {
		c := input[i]
		if c != '\\' {
			dst = append(dst, c)
			continue
		}
		rest := input[i+1:]
		switch {
		case strings.HasPrefix(rest, `\`):
			dst = append(dst, '\\')
			i++
		case len(rest) >= 3 && rest[0] >= '0' && rest[0] <= '3' && isOctal(rest[1]) && isOctal(rest[2]):
			dst = append(dst, (rest[0]-'0')<<6|(rest[1]-'0')<<3|(rest[2]-'0'))
			i += 3
		default:
			return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return dst, nil
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

func parseByteaHex(dst []byte, digits string) ([]byte, error) {
	for i := 0; i < len(digits); {
		if strings.IndexByte(" \n\t\r", digits[i]) >= 0 {
			i++
			continue
		}
		high, ok := unhex(digits[i])
		if !ok {
			return nil, errHexDigit(digits[i:])
		}
		if i+1 == len(digits) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		low, ok := unhex(digits[i+1])
		if !ok {
			return nil, errHexDigit(digits[i+1:])
		}
		dst = append(dst, high<<4|low)
		i += 2
	}
	return dst, nil
}

func errHexDigit(rest string) error {
	_, size := utf8.DecodeRuneInString(rest)
	return pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal digit: \"%s\"", rest[:size])
}

func unhex(c byte) (byte, bool) {
	switch {
	case c-'0' <= 9:
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// AppendBytea appends bytes in the hex form: \x0a0b.
func AppendBytea(dst, raw []byte) []byte {
	return hex.AppendEncode(append(dst, '\\', 'x'), raw)
}

// AppendByteaEscape appends bytes in the escape form of bytea_output.
func AppendByteaEscape(dst, raw []byte) []byte {
	for _, c := range raw {
		switch {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < 0x20 || c > 0x7e:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func readUUID(input string, _ int32, _ Env) (string, error) {
	raw, err := parseUUID(input)
	if err != nil {
		return "", err
	}
	return string(AppendUUID(nil, raw)), nil
}

// parseUUID reads hex digits in braces or not, with a hyphen or not after each
// four of them.
func parseUUID(input string) (raw [16]byte, err error) {
	text := input
	if strings.HasPrefix(text, "{") {
		if !strings.HasSuffix(text, "}") {
			return raw, errSyntax("uuid", input)
		}
		text = text[1 : len(text)-1]
	}
	n := 0
	for i := range raw {
		if n+2 > len(text) {
			return raw, errSyntax("uuid", input)
		}
		high, ok1 := unhex(text[n])
		low, ok2 := unhex(text[n+1])
		if !ok1 || !ok2 {
			return raw, errSyntax("uuid", input)
		}
		raw[i] = high<<4 | low
		n += 2
		if i%2 == 1 && i < 15 && n < len(text) && text[n] == '-' {
			n++
		}
	}
	if n != len(text) {
		return raw, errSyntax("uuid", input)
	}
	return raw, nil
}

// AppendUUID appends 16 bytes as a uuid prints.
func AppendUUID(dst []byte, raw [16]byte) []byte {
	for i := range raw {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[raw[i]>>4], hexDigits[raw[i]&15])
	}
	return dst
}

const hexDigits = "0123456789abcdef"

func readDate(input string, _ int32, env Env) (string, error) {
	days, err := DateFromText(input, env)
	if err != nil {
		return "", err
	}
	return string(AppendDate(nil, days)), nil
}

func readTime(input string, mod int32, env Env) (string, error) {
	micros, err := TimeFromText(input, mod, env)
	if err != nil {
		return "", err
	}
	return string(AppendTime(nil, micros)), nil
}

func readTimestamp(input string, mod int32, env Env) (string, error) {
	micros, err := TimestampFromText(input, mod, env)
	if err != nil {
		return "", err
	}
	return string(AppendTimestamp(nil, micros)), nil
}

func readTimestamptz(input string, mod int32, env Env) (string, error) {
	micros, err := TimestamptzFromText(input, mod, env)
	if err != nil {
		return "", err
	}
	return string(AppendTimestamptz(nil, micros, env.loc())), nil
}

func readInterval(input string, mod int32, _ Env) (string, error) {
	months, days, micros, err := parseInterval(input, mod)
	if err != nil {
		return "", err
	}
	return string(AppendInterval(nil, months, days, micros)), nil
}

func readJSON(input string, _ int32, _ Env) (string, error) {
	_, err := scanJSON(nil, input, false)
	return input, err
}

func readJSONB(input string, _ int32, _ Env) (string, error) {
	out, err := scanJSON(nil, input, true)
	return string(out), err
}
