package dialect

import (
	"culvert/engine/query"
	"culvert/sql/types"
)

var stringTemplates = templates{
	"length(text)":                                     "!length($1)",
	"length(bpchar)":                                   "!length(rtrim($1, ' '))",
	"length(bytea)":                                    "!octet_length($1)",
	"char_length(text)":                                "!length($1)",
	"char_length(bpchar)":                              "!length(rtrim($1, ' '))",
	"character_length(text)":                           "!length($1)",
	"character_length(bpchar)":                         "!length(rtrim($1, ' '))",
	"octet_length(text)":                               "!strlen($1)",
	"octet_length(bpchar)":                             "!strlen($1)",
	"octet_length(bytea)":                              "!octet_length($1)",
	"bit_length(text)":                                 "!(strlen($1) * 8)",
	"bit_length(bytea)":                                "!(octet_length($1) * 8)",
	"upper(text)":                                      "pg.upper_c($1)",
	"lower(text)":                                      "pg.lower_c($1)",
	"initcap(text)":                                    "text_initcap($1)",
	"btrim(text)":                                      "trim($1, ' ')",
	"btrim(text,text)":                                 "trim($1, $2)",
	"ltrim(text)":                                      "ltrim($1, ' ')",
	"ltrim(text,text)":                                 "ltrim($1, $2)",
	"rtrim(text)":                                      "rtrim($1, ' ')",
	"rtrim(text,text)":                                 "rtrim($1, $2)",
	"substr(text,int4)":                                "text_substr($1, $2)",
	"substr(text,int4,int4)":                           "text_substr3($1, $2, $3)",
	"substring(text,int4)":                             "text_substr($1, $2)",
	"substring(text,int4,int4)":                        "text_substr3($1, $2, $3)",
	"substr(bytea,int4)":                               "bytes_substr($1, $2)",
	"substr(bytea,int4,int4)":                          "bytes_substr3($1, $2, $3)",
	"substring(bytea,int4)":                            "bytes_substr($1, $2)",
	"substring(bytea,int4,int4)":                       "bytes_substr3($1, $2, $3)",
	"left(text,int4)":                                  "left($1, $2)",
	"right(text,int4)":                                 "(CASE WHEN $2 = -2147483648 THEN $1 ELSE right($1, $2) END)",
	"lpad(text,int4)":                                  "text_lpad($1, $2, ' ')",
	"lpad(text,int4,text)":                             "text_lpad($1, $2, $3)",
	"rpad(text,int4)":                                  "text_rpad($1, $2, ' ')",
	"rpad(text,int4,text)":                             "text_rpad($1, $2, $3)",
	"strpos(text,text)":                                "!strpos($1, $2)",
	"position(text,text)":                              "!strpos($1, $2)",
	"position(bytea,bytea)":                            "bytes_position($2, $1)",
	"replace(text,text,text)":                          "pg.replace_text($1, $2, $3)",
	"translate(text,text,text)":                        "text_translate($1, $2, $3)",
	"reverse(text)":                                    "text_reverse($1)",
	"repeat(text,int4)":                                "text_repeat($1, $2)",
	"split_part(text,text,int4)":                       "text_split_part($1, $2, $3)",
	"overlay(text,text,int4)":                          "text_overlay($1, $2, $3, length($2))",
	"overlay(text,text,int4,int4)":                     "text_overlay($1, $2, $3, $4)",
	"ascii(text)":                                      "text_ascii($1)",
	"chr(int4)":                                        "text_chr($1)",
	"md5(text)":                                        "md5($1)",
	"md5(bytea)":                                       "md5($1)",
	"sha224(bytea)":                                    "bytes_hash($1, 'sha224')",
	"sha256(bytea)":                                    "bytes_hash($1, 'sha256')",
	"sha384(bytea)":                                    "bytes_hash($1, 'sha384')",
	"sha512(bytea)":                                    "bytes_hash($1, 'sha512')",
	"encode(bytea,text)":                               "bytes_encode($1, $2)",
	"decode(text,text)":                                "bytes_decode($1, $2)",
	"convert_from(bytea,name)":                         "bytes_text($1, $2)",
	"convert_to(text,name)":                            "encode($1)",
	"get_byte(bytea,int4)":                             "bytes_get($1, $2)",
	"starts_with(text,text)":                           "starts_with($1, $2)",
	"to_hex(int4)":                                     "int_hex(CAST($1 AS BIGINT), 32)",
	"to_hex(int8)":                                     "int_hex($1, 64)",
	"quote_ident(text)":                                "text_quote_ident($1)",
	"quote_literal(text)":                              "text_quote_literal($1)",
	"quote_nullable(text)":                             "coalesce(text_quote_literal($1), 'NULL')",
	"regexp_replace(text,text,text)":                   "regex_replace($1, $2, $3, '')",
	"regexp_replace(text,text,text,text)":              "regex_replace($1, $2, $3, $4)",
	"regexp_match(text,text)":                          "regex_match($1, $2, '')",
	"regexp_match(text,text,text)":                     "regex_match($1, $2, $3)",
	"regexp_split_to_array(text,text)":                 "regex_split($1, $2, '')",
	"regexp_split_to_array(text,text,text)":            "regex_split($1, $2, $3)",
	"regexp_like(text,text)":                           "regex_test($1, $2, '')",
	"regexp_like(text,text,text)":                      "regex_test($1, $2, $3)",
	"regexp_count(text,text)":                          "regex_count($1, $2, 1, '')",
	"regexp_count(text,text,int4)":                     "regex_count($1, $2, $3, '')",
	"regexp_count(text,text,int4,text)":                "regex_count($1, $2, $3, $4)",
	"regexp_substr(text,text)":                         "regex_part($1, $2, 1, 1, '', 0)",
	"substring(text,text)":                             "regex_substring($1, $2)",
	"textregexsubstr(text,text)":                       "regex_substring($1, $2)",
	"substring(text,text,text)":                        "regex_substring($1, regex_similar($2, $3))",
	"similar_to_escape(text)":                          `regex_similar($1, '\')`,
	"similar_to_escape(text,text)":                     "regex_similar($1, $2)",
	"like_escape(text,text)":                           "text_like_escape($1, $2)",
	"string_to_array(text,text)":                       "pg.string_to_array($1, $2)",
	"string_to_array(text,text,text)":                  "list_transform(pg.string_to_array($1, $2), lambda v: nullif(v, $3))",
	"textlen(text)":                                    "!length($1)",
	"textcat(text,text)":                               "($1 || $2)",
	"btrim(bytea,bytea)":                               "bytes_trim($1, $2, 'both')",
	"ltrim(bytea,bytea)":                               "bytes_trim($1, $2, 'left')",
	"rtrim(bytea,bytea)":                               "bytes_trim($1, $2, 'right')",
	"overlay(bytea,bytea,int4)":                        "bytes_overlay($1, $2, $3, octet_length($2))",
	"overlay(bytea,bytea,int4,int4)":                   "bytes_overlay($1, $2, $3, $4)",
	"get_bit(bytea,int8)":                              "bytes_get_bit($1, $2)",
	"set_bit(bytea,int8,int4)":                         "bytes_set_bit($1, $2, $3)",
	"set_byte(bytea,int4,int4)":                        "bytes_set($1, $2, $3)",
	"bit_count(bytea)":                                 "bytes_bit_count($1)",
	"unistr(text)":                                     "text_unistr($1)",
	"parse_ident(text,bool)":                           "text_parse_ident($1, $2)",
	"regexp_replace(text,text,text,int4)":              "regex_replace_nth($1, $2, $3, $4, 1, '')",
	"regexp_replace(text,text,text,int4,int4)":         "regex_replace_nth($1, $2, $3, $4, $5, '')",
	"regexp_replace(text,text,text,int4,int4,text)":    "regex_replace_nth($1, $2, $3, $4, $5, $6)",
	"regexp_instr(text,text)":                          "regex_position($1, $2, 1, 1, 0, '', 0)",
	"regexp_instr(text,text,int4)":                     "regex_position($1, $2, $3, 1, 0, '', 0)",
	"regexp_instr(text,text,int4,int4)":                "regex_position($1, $2, $3, $4, 0, '', 0)",
	"regexp_instr(text,text,int4,int4,int4)":           "regex_position($1, $2, $3, $4, $5, '', 0)",
	"regexp_instr(text,text,int4,int4,int4,text)":      "regex_position($1, $2, $3, $4, $5, $6, 0)",
	"regexp_instr(text,text,int4,int4,int4,text,int4)": "regex_position($1, $2, $3, $4, $5, $6, $7)",
	"regexp_substr(text,text,int4)":                    "regex_part($1, $2, $3, 1, '', 0)",
	"regexp_substr(text,text,int4,int4)":               "regex_part($1, $2, $3, $4, '', 0)",
	"regexp_substr(text,text,int4,int4,text)":          "regex_part($1, $2, $3, $4, $5, 0)",
	"regexp_substr(text,text,int4,int4,text,int4)":     "regex_part($1, $2, $3, $4, $5, $6)",
	"bpcharcmp(bpchar,bpchar)":                         "!(CASE WHEN rtrim($1, ' ') < rtrim($2, ' ') THEN -1 WHEN rtrim($1, ' ') > rtrim($2, ' ') THEN 1 WHEN rtrim($1, ' ') = rtrim($2, ' ') THEN 0 END)",
}

var stringBuilders = map[string]builder{
	"concat":    func(t *translator, f *query.Func, args []expr) expr { return concatAll(t, f, args, "''") },
	"concat_ws": concatWS,
	"format":    formatText,
	"quote_literal": func(t *translator, f *query.Func, args []expr) expr {
		return quotedText(t, "text_quote_literal($1)", f, args)
	},
	"quote_nullable": func(t *translator, f *query.Func, args []expr) expr {
		return quotedText(t, "coalesce(text_quote_literal($1), 'NULL')", f, args)
	},
	"pg_typeof": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: "CAST(" + oidText(f.Args[0].Type().OID) + " AS BIGINT)", phys: physInt8}
	},
}

// textList gives the arguments from the given one on, as a list of texts; with
// VARIADIC the last argument is that list.
func textList(t *translator, f *query.Func, args []expr, from int) string {
	if f.Variadic {
		typ := f.Args[len(args)-1].Type()
		elem := types.Type{OID: types.ElemOf(typ.OID), Mod: -1}
		return mapList(t, args[len(args)-1], func(v expr) expr { return toText(t, v, elem) }).sql
	}
	items := make([]expr, 0, len(args))
	for i := from; i < len(args); i++ {
		items = append(items, toText(t, args[i], f.Args[i].Type()))
	}
	return "CAST([" + listSQL(items) + "] AS VARCHAR[])"
}

// concatAll is concat(): NULLs are left out.
func concatAll(t *translator, f *query.Func, args []expr, sep string) expr {
	return expr{sql: "text_join(" + textList(t, f, args, 0) + ", " + sep + ", NULL)", phys: physText}
}

func concatWS(t *translator, f *query.Func, args []expr) expr {
	return expr{sql: "text_join(" + textList(t, f, args, 1) + ", " + args[0].sql + ", NULL)", phys: physText}
}

func formatText(t *translator, f *query.Func, args []expr) expr {
	list := "CAST([] AS VARCHAR[])"
	if len(args) > 1 {
		list = textList(t, f, args, 1)
	}
	return expr{sql: "text_format(" + args[0].sql + ", " + list + ")", phys: physText}
}

func quotedText(t *translator, template string, f *query.Func, args []expr) expr {
	return expr{sql: fill(template, toText(t, args[0], f.Args[0].Type()).sql), phys: physText}
}
