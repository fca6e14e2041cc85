package native

import (
	"culvert/engine"
	"culvert/sql/pgerr"
)

// Sequences are asked for each row: these functions are never folded.
var sequenceFunctions = []function{
	{name: "seq_next", shape: "l:ll", volatile: true, row: func(r *row) error {
		return sequenceCall(r, func(s engine.Sequences) (int64, error) { return s.Next(r.i64(1)) })
	}},
	{name: "seq_current", shape: "l:ll", volatile: true, row: func(r *row) error {
		return sequenceCall(r, func(s engine.Sequences) (int64, error) { return s.Current(r.i64(1)) })
	}},
	{name: "seq_last", shape: "l:l", volatile: true, row: func(r *row) error {
		return sequenceCall(r, func(s engine.Sequences) (int64, error) { return s.Last() })
	}},
	{name: "seq_set", shape: "l:lllb", volatile: true, row: func(r *row) error {
		return sequenceCall(r, func(s engine.Sequences) (int64, error) { return s.Set(r.i64(1), r.i64(2), r.bool(3)) })
	}},
}

func sequenceCall(r *row, call func(engine.Sequences) (int64, error)) error {
	s, ok := engine.SequencesOf(r.i64(0))
	if !ok {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "the session of a sequence has ended")
	}
	n, err := call(s)
	if err != nil {
		return err
	}
	set(r, n)
	return nil
}
