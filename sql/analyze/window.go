package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// namedWindow is a window of a query: of its WINDOW clause, or of an OVER.
type namedWindow struct {
	name string
	def  *pg_query.WindowDef
	win  *query.Window
}

// windowCall makes the call of a window function, or of an aggregate as one.
func windowCall(s *scope, f *pg_query.FuncCall, c *call, a *aggCall) query.Expr {
	v := s.env
	p := a.found.proc
	name := joinName(c.name)
	isAgg := p.Kind == 'a'
	switch {
	case f.AggDistinct:
		v.failAt(c.loc, pgerr.New(pgerr.FeatureNotSupported, "DISTINCT is not implemented for window functions"))
	case len(f.AggOrder) > 0:
		v.failAt(c.loc, pgerr.New(pgerr.FeatureNotSupported, "aggregate ORDER BY is not implemented for window functions"))
	case isAgg && f.AggStar && len(p.Args) > 0:
		v.failAt(c.loc, pgerr.New(pgerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name))
	case !isAgg && f.AggFilter != nil:
		v.failAt(c.loc, pgerr.New(pgerr.FeatureNotSupported, "FILTER is not implemented for non-aggregate window functions"))
	}
	args, result := bindArgs(s, c, a.found)
	fn := &query.WindowFunc{T: types.T(result), OID: p.OID, Name: p.Name, Args: args, Star: f.AggStar, Filter: a.filter, IsAgg: isAgg}
	mark(v, fn, v.leftmost(c.loc, args...))
	for _, e := range append(append([]query.Expr(nil), args...), a.filter) {
		checkWindowArg(s, e)
	}
	if r := s.clause.rule(); !r.windows {
		v.failAt(c.loc, pgerr.New(pgerr.WindowingError, "%s", r.windowText()))
	}
	s.hasWindows = true
	fn.Window = windowFor(s, f.Over)
	return fn
}

func checkWindowArg(s *scope, e query.Expr) {
	walkQuery(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case *query.WindowFunc:
			s.env.failAt(s.env.at(e), pgerr.New(pgerr.WindowingError, "window function calls cannot be nested"))
		case *query.Func:
			if e.Set {
				s.env.failAt(s.env.at(e), pgerr.New(pgerr.FeatureNotSupported, "window function calls cannot contain set-returning function calls").
					WithHint("You might be able to move the set-returning function into a LATERAL FROM item."))
			}
		case *query.SubLink:
			return false
		}
		return true
	})
}

// windowFor finds the window that OVER names or defines. What it holds is
// filled in when the select list is done.
func windowFor(s *scope, def *pg_query.WindowDef) *query.Window {
	if def.Name != "" {
		for _, w := range s.windows {
			if w.name == def.Name {
				return w.win
			}
		}
		s.env.failAt(int(def.Location), pgerr.New(pgerr.UndefinedObject, "window \"%s\" does not exist", def.Name))
	}
	w := &namedWindow{def: def, win: &query.Window{}}
	s.windows = append(s.windows, w)
	return w.win
}

// transformWindows is transformWindowDefinitions.
func transformWindows(s *scope) {
	v := s.env
	for i := 0; i < len(s.windows); i++ {
		w := s.windows[i]
		loc := int(w.def.Location)
		for _, before := range s.windows[:i] {
			if w.name != "" && before.name == w.name {
				v.failAt(loc, pgerr.New(pgerr.WindowingError, "window \"%s\" is already defined", w.name))
			}
		}
		var ref *query.Window
		if w.def.Refname != "" {
			ref = referredWindow(s, w, i)
		}
		for _, n := range w.def.OrderClause {
			w.win.OrderBy = append(w.win.OrderBy, sortKeyIn(s, n.GetSortBy(), clauseWindowOrder))
		}
		for _, n := range w.def.PartitionClause {
			e := in(s, clausePartition, func() query.Expr { return s.targets.fold(settled(s, transformExpr(s, n))) })
			v.needOrdering(e, false)
			w.win.PartitionBy = append(w.win.PartitionBy, e)
		}
		if ref != nil {
			inheritWindow(s, w, ref)
		}
		w.win.Frame = transformFrame(s, w)
		s.query.Windows = append(s.query.Windows, w.win)
	}
}

func referredWindow(s *scope, w *namedWindow, before int) *query.Window {
	for _, have := range s.windows[:before] {
		if have.name == w.def.Refname && have.name != "" {
			return have.win
		}
	}
	s.env.failAt(int(w.def.Location), pgerr.New(pgerr.UndefinedObject, "window \"%s\" does not exist", w.def.Refname))
	return nil
}

// inheritWindow copies what OVER (w …) takes from w.
func inheritWindow(s *scope, w *namedWindow, ref *query.Window) {
	loc := int(w.def.Location)
	if len(w.win.PartitionBy) > 0 {
		s.env.failAt(loc, pgerr.New(pgerr.WindowingError, "cannot override PARTITION BY clause of window \"%s\"", w.def.Refname))
	}
	w.win.PartitionBy = ref.PartitionBy
	if len(ref.OrderBy) > 0 {
		if len(w.win.OrderBy) > 0 {
			s.env.failAt(loc, pgerr.New(pgerr.WindowingError, "cannot override ORDER BY clause of window \"%s\"", w.def.Refname))
		}
		w.win.OrderBy = ref.OrderBy
	}
	if ref.Frame == nil {
		return
	}
	err := pgerr.New(pgerr.WindowingError, "cannot copy window \"%s\" because it has a frame clause", w.def.Refname)
	if w.name == "" && len(w.def.OrderClause) == 0 && w.def.FrameOptions&frameNonDefault == 0 {
		err.WithHint("Omit the parentheses in this OVER clause.")
	}
	s.env.failAt(loc, err)
}

// Bits of WindowDef.frameOptions (parsenodes.h).
const (
	frameNonDefault       = 0x00001
	frameModeRows         = 0x00004
	frameModeGroups       = 0x00008
	frameStartUnboundPrec = 0x00020
	frameEndUnboundFoll   = 0x00100
	frameStartCurrent     = 0x00200
	frameEndCurrent       = 0x00400
	frameStartOffsetPrec  = 0x00800
	frameEndOffsetPrec    = 0x01000
	frameStartOffsetFoll  = 0x02000
	frameEndOffsetFoll    = 0x04000
	frameExcludeCurrent   = 0x08000
	frameExcludeGroup     = 0x10000
	frameExcludeTies      = 0x20000
)

func transformFrame(s *scope, w *namedWindow) *query.Frame {
	opts := int(w.def.FrameOptions)
	if opts&frameNonDefault == 0 {
		return nil
	}
	f := &query.Frame{Start: query.CurrentRow, End: query.CurrentRow}
	kind := clauseFrameRange
	switch {
	case opts&frameModeRows != 0:
		f.Mode, kind = query.FrameRows, clauseFrameRows
	case opts&frameModeGroups != 0:
		f.Mode, kind = query.FrameGroups, clauseFrameGroups
		if len(w.win.OrderBy) == 0 {
			s.env.failAt(int(w.def.Location), pgerr.New(pgerr.WindowingError, "GROUPS mode requires an ORDER BY clause"))
		}
	default:
		offsets := frameStartOffsetPrec | frameStartOffsetFoll | frameEndOffsetPrec | frameEndOffsetFoll
		if opts&offsets != 0 && len(w.win.OrderBy) != 1 {
			s.env.failAt(int(w.def.Location), pgerr.New(pgerr.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column"))
		}
	}
	f.Start = bound(opts, frameStartUnboundPrec, frameStartOffsetPrec, frameStartOffsetFoll, query.UnboundedPreceding)
	f.End = bound(opts, frameEndUnboundFoll, frameEndOffsetPrec, frameEndOffsetFoll, query.UnboundedFollowing)
	switch {
	case opts&frameExcludeCurrent != 0:
		f.Exclude = query.ExcludeCurrentRow
	case opts&frameExcludeGroup != 0:
		f.Exclude = query.ExcludeGroup
	case opts&frameExcludeTies != 0:
		f.Exclude = query.ExcludeTies
	}
	f.StartExpr = frameOffset(s, w, w.def.StartOffset, kind)
	f.EndExpr = frameOffset(s, w, w.def.EndOffset, kind)
	return f
}

func bound(opts, unbounded, preceding, following int, far query.BoundKind) query.BoundKind {
	switch {
	case opts&unbounded != 0:
		return far
	case opts&preceding != 0:
		return query.OffsetPreceding
	case opts&following != 0:
		return query.OffsetFollowing
	}
	return query.CurrentRow
}

// frameOffset is transformFrameOffset.
func frameOffset(s *scope, w *namedWindow, n *pg_query.Node, kind clause) query.Expr {
	if n == nil {
		return nil
	}
	v := s.env
	e := in(s, kind, func() query.Expr { return transformExpr(s, n) })
	construct := "ROWS"
	switch kind {
	case clauseFrameRange:
		construct = "RANGE"
		e = rangeOffset(s, w.win.OrderBy[0].Expr.Type().OID, e)
	case clauseFrameGroups:
		construct = "GROUPS"
		fallthrough
	default:
		e = toSpecific(s, e, types.Int8OID, construct)
	}
	walkQuery(e, func(sub query.Expr) bool {
		if col, ok := sub.(*query.Var); ok && s.levelOf(col.Entry) == 0 {
			v.failAt(v.at(col), pgerr.New(pgerr.InvalidColumnReference, "argument of %s must not contain variables", construct))
		}
		return true
	})
	return e
}

// rangeOffset gives the offset of RANGE the type that the in_range function of
// the sort column's operator class takes.
func rangeOffset(s *scope, sorted types.OID, e query.Expr) query.Expr {
	v := s.env
	want := types.OID(0)
	switch sorted {
	case types.Int2OID, types.Int4OID, types.Int8OID:
		switch got := e.Type().OID; got {
		case types.Int2OID, types.Int4OID, types.Int8OID:
			return e
		}
		want = sorted
	case types.Float4OID, types.Float8OID:
		want = types.Float8OID
	case types.NumericOID:
		want = types.NumericOID
	case types.DateOID, types.TimeOID, types.TimetzOID, types.TimestampOID, types.TimestamptzOID, types.IntervalOID:
		want = types.IntervalOID
	default:
		v.failAt(v.at(e), pgerr.New(pgerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", sorted.Name()))
	}
	done := coerceTo(s, e, types.T(want), implicitCast)
	if done == nil {
		v.failAt(v.at(e), pgerr.New(pgerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s",
			sorted.Name(), e.Type().OID.Name()).WithHint("Cast the offset value to an appropriate type."))
	}
	return done
}
