package duckdb

import (
	"regexp"

	"culvert/engine"
	"culvert/sql/pgerr"
)

// contains is a rule's text without a pattern.
func contains(text string) *regexp.Regexp { return regexp.MustCompile(regexp.QuoteMeta(text)) }

func pattern(text string) *regexp.Regexp { return regexp.MustCompile(`(?s)` + text) }

// messageTypes are PostgreSQL's names of the types in DuckDB's messages.
var messageTypes = map[string]string{
	"BOOL": "boolean", "BOOLEAN": "boolean", "INT8": "smallint", "INT16": "smallint", "SMALLINT": "smallint", "INT32": "integer",
	"INTEGER": "integer", "INT64": "bigint", "BIGINT": "bigint", "INT128": "uuid", "HUGEINT": "numeric", "FLOAT": "real",
	"DOUBLE": "double precision", "DECIMAL": "numeric", "BLOB": "bytea", "VARCHAR": "text",
	"TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}

// Codes that PostgreSQL has for single functions.
const (
	invalidArgumentForLog   pgerr.Code = "2201E"
	invalidArgumentForPower pgerr.Code = "2201F"
)

var rules = []rule{
	// The state of the engine.
	{kind: "FATAL", code: pgerr.InternalError, message: "the engine failed", detail: true, cause: &fatalError{}},
	{text: contains("database has been invalidated"), code: pgerr.InternalError, message: "the engine failed", detail: true, cause: &fatalError{}},
	{kind: "IO", text: contains("Could not set lock on file"), cause: engine.ErrLocked},
	{kind: "INTERRUPT", code: pgerr.QueryCanceled, message: "canceling statement due to user request"},
	{kind: "Interrupt", code: pgerr.QueryCanceled, message: "canceling statement due to user request"},

	// Resources.
	{text: pattern(`(No space left on device|Disk quota exceeded|File too large)`), code: pgerr.DiskFull,
		message: "could not write to the data directory: $1"},
	{text: contains("max_temp_directory_size"), code: pgerr.DiskFull, message: "temporary file size exceeds the limit", detail: true},
	{kind: "Out of Memory", code: pgerr.OutOfMemory, message: "out of memory", detail: true},
	{text: pattern(`[Ff]ile "[^"]*": (Permission denied)`), code: pgerr.InsufficientPrivilege, message: "could not open the data file: $1"},
	{text: pattern(`[Ff]ile "[^"]*": (Read-only file system)`), code: pgerr.InsufficientPrivilege, message: "could not write to the data directory: $1"},
	{text: pattern(`not a valid DuckDB database|Could not read enough bytes from file|[Cc]hecksum|[Cc]orrupt`), code: pgerr.DataCorrupted, message: "the data file is damaged", detail: true},
	{kind: "IO", code: pgerr.IOError, message: "could not read or write the data file", detail: true},
	{text: contains("Cannot create a string of size"), code: pgerr.ProgramLimitExceeded, message: "requested length too large"},
	{text: contains("Max expression depth"), code: pgerr.StatementTooComplex, message: "statement is too complex"},

	// Transactions.
	{text: contains("Cannot CHECKPOINT"), cause: engine.ErrBusy},
	{text: contains("no transaction is active"), code: pgerr.NoActiveSQLTransaction, message: "there is no transaction in progress",
		cause: errNoTransaction},
	{text: contains("Current transaction is aborted"), code: pgerr.InFailedSQLTransaction,
		message: "current transaction is aborted, commands ignored until end of transaction block"},
	{kind: "TransactionContext", text: pattern("[Cc]onflict|has been (altered|dropped)|another transaction has"), cause: engine.ErrConflict},
	{kind: "Transaction", text: contains("onflict"), cause: engine.ErrConflict},

	// Names. A query's names are resolved before; these are of physical tables.
	{kind: "Catalog", text: pattern(`^(?:Table|View) with name "([^"]*)" already exists`), code: pgerr.DuplicateTable,
		message: `relation "$1" already exists`},
	{kind: "Catalog", text: pattern(`^Table with name (\S+) does not exist`), code: pgerr.UndefinedTable, message: `relation "$1" does not exist`},
	{kind: "Catalog", text: pattern(`^Table "([^"]*)" could not be found`), code: pgerr.UndefinedTable, message: `relation "$1" does not exist`},

	// Arithmetic.
	{text: pattern(`(?i)division by zero|divide by zero`), code: pgerr.DivisionByZero, message: "division by zero"},
	{text: pattern(`^Overflow in \w+ of (DECIMAL|INT(?:8|16|32|64)\b)`), code: pgerr.NumericValueOutOfRange, message: "type:$1: out of range"},
	{text: pattern(`out of range for the destination type ([A-Z0-9]+)`), code: pgerr.NumericValueOutOfRange, message: "type:$1: out of range"},
	{text: pattern(`^Failed to cast decimal value \S+ to type (INT\d+)`), code: pgerr.NumericValueOutOfRange, message: "type:$1: out of range"},
	{text: pattern(`^(?:Overflow in|Overflow on|Overflow when)`), code: pgerr.NumericValueOutOfRange, message: "value out of range"},
	{text: pattern(`^(?:Could not cast value|Casting value) .* to (?:type )?DECIMAL`), code: pgerr.NumericValueOutOfRange, message: "numeric field overflow"},
	{text: contains("cannot take square root of a negative number"), code: invalidArgumentForPower,
		message: "cannot take square root of a negative number"},
	{text: pattern(`cannot take logarithm of (zero|a negative number)`), code: invalidArgumentForLog, message: "cannot take logarithm of $1"},
	{text: pattern(`^STDDEV|^VAR|is out of range!$`), code: pgerr.NumericValueOutOfRange, message: "value out of range: overflow"},

	// Text to values.
	{text: pattern(`^Could not convert string ['"]([+-]?\d+)['"] to (INT(?:8|16|32|64))`), code: pgerr.NumericValueOutOfRange,
		message: `value "$1" is out of range for type type:$2:`},
	{text: pattern(`^Could not convert string ['"]([+-]?[\d.]+(?:[eE][+-]?\d+)?)['"] to DECIMAL`), code: pgerr.NumericValueOutOfRange, message: "numeric field overflow"},
	{text: pattern(`^Could not convert string ['"](.*)['"] to ([A-Z0-9]+)`), code: pgerr.InvalidTextRepresentation,
		message: `invalid input syntax for type type:$2:: "$1"`},
	{text: pattern(`^invalid (date|time|timestamp) field format: "(.*?)"`), code: pgerr.InvalidDatetimeFormat,
		message: `invalid input syntax for type $1: "$2"`},
	{text: pattern(`^(?:date|time|timestamp|date/time) field value out of range: "(.*?)"`), code: pgerr.DatetimeFieldOverflow,
		message: `date/time field value out of range: "$1"`},
	{text: pattern(`(?i)not in timestamp range|timestamp out of range|Could not convert.*timestamp|Cannot convert.*epoch`), code: pgerr.DatetimeFieldOverflow,
		message: "timestamp out of range"},
	{text: pattern(`(?i)^date out of range`), code: pgerr.DatetimeFieldOverflow, message: "date out of range"},
	{text: pattern(`^Malformed JSON`), code: pgerr.InvalidTextRepresentation, message: "invalid input syntax for type json", detail: true},
	{text: pattern(`^Unimplemented type for cast \((.*) -> (.*)\)`), code: pgerr.CannotCoerce, message: `cannot cast type type:$1: to another type`, detail: true},

	{text: pattern(`^Invalid hex escape code`), code: pgerr.InvalidParameterValue, message: "invalid hexadecimal data", detail: true},
	{text: pattern(`^Unknown TimeZone '(.*)'`), code: pgerr.InvalidParameterValue, message: `invalid value for parameter "TimeZone": "$1"`},

	// Functions.
	{text: contains("More than one row returned by a subquery"), code: pgerr.CardinalityViolation,
		message: "more than one row returned by a subquery used as an expression"},
	{text: contains("LIMIT/OFFSET cannot be negative"), code: pgerr.InvalidRowCountInLimit, message: "LIMIT must not be negative"},
	{text: pattern(`^Invalid escape string`), code: pgerr.InvalidEscapeSequence, message: "invalid escape string"},
	{text: pattern(`^(?:missing (?:\)|\]|argument)|unexpected \)|no argument for repetition|bad repetition|invalid (?:perl|escape|character class|named)|trailing)`),
		code: pgerr.InvalidRegularExpression, message: "invalid regular expression", detail: true},
}

// classes are the codes of exception types that no rule is about. Parser and
// binder errors are faults of the translation: XX000.
var classes = map[string]pgerr.Code{
	"Conversion":      pgerr.InvalidTextRepresentation,
	"Out of Range":    pgerr.NumericValueOutOfRange,
	"Decimal":         pgerr.NumericValueOutOfRange,
	"Divide by Zero":  pgerr.DivisionByZero,
	"Not implemented": pgerr.FeatureNotSupported,
	"Invalid Input":   pgerr.InvalidParameterValue,
	"Constraint":      pgerr.IntegrityConstraintViolation,
	"Invalid type":    pgerr.DatatypeMismatch,
	"Mismatch Type":   pgerr.DatatypeMismatch,
	"Dependency":      pgerr.DependentObjectsStillExist,
	"Permission":      pgerr.InsufficientPrivilege,
}
