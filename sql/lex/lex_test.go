package lex

import (
	"strings"
	"testing"

	"culvert/sql/pgerr"
)

func TestScanDecodesTokens(t *testing.T) {
	long := strings.Repeat("é", 40)
	tests := []struct {
		text string
		kind Kind
		want string
	}{
		{`Foo`, Word, "foo"},
		{`ÉTÉ`, Word, "ÉtÉ"}, // only ASCII is folded
		{`"Foo""bar"`, QuotedIdent, `Foo"bar`},
		{`U&"d\0061t\+000061"`, QuotedIdent, "data"},
		{`U&"d!0061t!!" UESCAPE '!'`, QuotedIdent, "dat!"},
		{`"` + long + `"`, QuotedIdent, strings.Repeat("é", 31)},
		{`'it''s'`, String, "it's"},
		{`'a\nb'`, String, `a\nb`},
		{"'a'\n  'b''c'\n\n'd'", String, "ab'cd"},
		{`E'a\tb\\c\'d''e\x41\101\u00e9\U0001F600\ud83d\ude00\q'`, String, "a\tb\\c'd'eAAé😀😀q"},
		{`e'\''`, String, "'"},
		{`$$it's$$`, String, "it's"},
		{`$a$ $$ $a$`, String, " $$ "},
		{`U&'d\0061t\\'`, String, `dat\`},
		{`U&'\d83d\de00'`, String, "😀"},
		{`N'x'`, Word, "n"},
		{`B'01'`, BitString, "B'01'"},
		{`1.5e3`, Number, "1.5e3"},
		{`$12`, Param, "$12"},
		{`->>`, Op, "->>"},
		{`::`, Punct, "::"},
	}
	for _, tt := range tests {
		toks, err := Scan(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if toks[0].Kind != tt.kind || toks[0].Text != tt.want {
			t.Errorf("%s: got %d %q, want %d %q", tt.text, toks[0].Kind, toks[0].Text, tt.kind, tt.want)
		}
	}
}

func TestScanDropsCommentsAndKeepsOffsets(t *testing.T) {
	text := "-- é\nSELECT /* x /* y */ */ é"
	toks, err := Scan(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(toks) != 3 || toks[1].Raw != "é" || text[toks[1].Start:toks[1].End] != "é" || toks[2].Kind != EOF {
		t.Fatalf("got %+v", toks)
	}
	if got := Position(text, toks[1].Start); got != 29 {
		t.Errorf("the é is at character %d, want 29", got)
	}
}

func TestScanRefusesWithoutEchoingLiterals(t *testing.T) {
	tests := []struct {
		text, message string
		code          pgerr.Code
		position      int
	}{
		{"SELECT é, 'hunter2", "unterminated quoted string", pgerr.SyntaxError, 11},
		{"SELECT é, E'hunter2", "unterminated quoted string", pgerr.SyntaxError, 11},
		{"SELECT $x$hunter2", "unterminated dollar-quoted string", pgerr.SyntaxError, 8},
		{`SELECT "hunter2`, "unterminated quoted identifier", pgerr.SyntaxError, 8},
		{"SELECT B'hunter2", "unterminated bit string literal", pgerr.SyntaxError, 8},
		{"SELECT 1 /* hunter2", "unterminated /* comment", pgerr.SyntaxError, 10},
		{"SELECT 12hunter", `trailing junk after numeric literal at or near "12hunter"`, pgerr.SyntaxError, 8},
		{"CREATE SECRET s AS 12hunter", "trailing junk after numeric literal", pgerr.SyntaxError, 20},
		{`SELECT U&'\00zz'`, "invalid Unicode escape", pgerr.SyntaxError, 8},
		{`SELECT U&'x' UESCAPE 'a'`, "invalid Unicode escape character", pgerr.SyntaxError, 22},
		{"SELECT 'a\x00b'", `invalid byte sequence for encoding "UTF8": 0x00`, pgerr.CharacterNotInRepertoire, 0},
		{"SELECT 'a\xffb'", `invalid byte sequence for encoding "UTF8": 0xff`, pgerr.CharacterNotInRepertoire, 0},
	}
	for _, tt := range tests {
		_, err := Scan(tt.text)
		if err == nil {
			t.Errorf("%q was read", tt.text)
			continue
		}
		e := pgerr.From(err)
		if e.Message != tt.message || e.Code != tt.code || e.Position != tt.position {
			t.Errorf("%q: got %s %q at %d", tt.text, e.Code, e.Message, e.Position)
		}
	}
}

func TestSplitAtTopLevelSemicolons(t *testing.T) {
	text := ";; SELECT ';' ; CREATE RULE r DO (a; b);/* ; */ SELECT (1; x) ; é ;"
	toks, err := Scan(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range Split(toks) {
		got = append(got, text[s.Start:s.End])
		if last := s.Tokens[len(s.Tokens)-1]; last.Kind != EOF {
			t.Errorf("%q does not end with EOF", text[s.Start:s.End])
		}
	}
	want := "SELECT ';'|CREATE RULE r DO (a; b)|SELECT (1; x)|é"
	if strings.Join(got, "|") != want {
		t.Errorf("got %q", got)
	}
}
