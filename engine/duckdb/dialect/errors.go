package dialect

import (
	"encoding/json"
	"strings"

	"culvert/sql/pgerr"
)

// errorPrefix begins the text of an error that translated SQL or a native
// function raises: culvert:SQLSTATE:message. The engine's error may have more
// text around it; the message ends at errorEnd.
const errorPrefix = "culvert:"

const errorEnd = "\x01"

// ErrorText encodes an error for the engine's error() and for native functions.
func ErrorText(code pgerr.Code, message string) string {
	return errorPrefix + string(code) + ":" + message + errorEnd
}

// raise prints an expression that fails with the error.
func raise(code pgerr.Code, message string) string {
	return "error(" + quoteText(ErrorText(code, message)) + ")"
}

// ParseError finds an error that ErrorText encoded in the text of an engine's
// error. The text may be JSON, as errors_as_json makes it.
func ParseError(text string) (*pgerr.Error, bool) {
	if strings.HasPrefix(text, "{") {
		var plain struct {
			Message string `json:"exception_message"`
		}
		if json.Unmarshal([]byte(text), &plain) == nil && plain.Message != "" {
			text = plain.Message
		}
	}
	_, rest, ok := strings.Cut(text, errorPrefix)
	if !ok || len(rest) < 6 || rest[5] != ':' {
		return nil, false
	}
	code, message := rest[:5], rest[6:]
	message, _, _ = strings.Cut(message, errorEnd)
	return pgerr.New(pgerr.Code(code), "%s", message), true
}
