package tunnel

// SourceErrorPrefix is the leg that the status of a source shows in front of e.
func (e *Error) SourceErrorPrefix() string { return "ssh" }

// RetrySlowly tells whether a source should wait for a person rather than try
// again within a second.
func (e *Error) RetrySlowly() bool { return !e.Transient }

// ErrorHint says what a person can do, or nothing.
func (e *Error) ErrorHint() string { return e.Hint }
