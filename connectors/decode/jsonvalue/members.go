package jsonvalue

// Members gives the members of a normalised object to visit, values as they
// are written, until visit gives false. keys are as written, too, without the
// quotes. It tells whether text is an object.
func Members(text []byte, visit func(key, value []byte) bool) bool {
	if len(text) < 2 || text[0] != '{' {
		return false
	}
	for pos := 1; text[pos] != '}'; {
		if text[pos] == ',' {
			pos += 2
		}
		keyEnd := stringEnd(text, pos)
		valueStart := keyEnd + 2
		valueEnd := valueEnd(text, valueStart)
		if !visit(text[pos+1:keyEnd-1], text[valueStart:valueEnd]) {
			return true
		}
		pos = valueEnd
	}
	return true
}

// stringEnd gives the place behind a string.
func stringEnd(text []byte, pos int) int {
	for pos++; text[pos] != '"'; pos++ {
		if text[pos] == '\\' {
			pos++
		}
	}
	return pos + 1
}

// valueEnd gives the place behind a value.
func valueEnd(text []byte, pos int) int {
	depth := 0
	for ; pos < len(text); pos++ {
		switch text[pos] {
		case '"':
			pos = stringEnd(text, pos) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return pos
			}
		case ',':
			if depth == 0 {
				return pos
			}
		}
	}
	return pos
}
