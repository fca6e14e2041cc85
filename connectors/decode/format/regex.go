package format

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"culvert/connectors/decode"
	"culvert/sql/types"
)

// compileRegex gives the expression and a column for each of its groups.
func compileRegex(text string) (*regexp.Regexp, []Column, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, nil, fmt.Errorf("invalid regular expression: %w", err)
	}
	if re.NumSubexp() == 0 {
		return nil, nil, errors.New("the regular expression has no groups to make columns of")
	}
	columns := make([]Column, re.NumSubexp())
	for i := range columns {
		name := re.SubexpNames()[i+1]
		if name == "" {
			name = "column" + strconv.Itoa(i+1)
		}
		columns[i] = Column{Name: name, Type: types.T(types.TextOID), Nullable: true}
	}
	return re, columns, nil
}

type regexFormat struct {
	re     *regexp.Regexp
	groups int
}

// Decode appends what the groups match first; a group that takes no part is NULL.
func (f *regexFormat) Decode(payload []byte, dst []*decode.Column) error {
	if err := types.CheckText(payload); err != nil {
		return err
	}
	found := f.re.FindSubmatchIndex(payload)
	if found == nil {
		return errors.New("the message does not match the regular expression")
	}
	for i, c := range dst {
		from, to := found[2*i+2], found[2*i+3]
		if from < 0 {
			c.Null()
			continue
		}
		appendBytes(c, payload[from:to])
	}
	return nil
}
