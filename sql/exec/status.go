package exec

import (
	"time"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/sql/pgerr"
)

type progress = connectors.Progress

// tableError is the error of reading a table whose state is r: a definite
// error of its own or of its source; before its first snapshot, too, the error
// of a source that has been stalled for a while.
func tableError(object *catalog.Object, r connectors.Readiness, now time.Time) error {
	for _, status := range []connectors.Status{r.Status, r.Source} {
		if status.State == connectors.StateCeased {
			return sourceError(object, status, pgerr.ObjectNotInPrerequisiteState)
		}
	}
	if !r.Ready && r.Source.State == connectors.StateStalled && now.Sub(r.Source.Since) >= stallAfter {
		return sourceError(object, r.Source, pgerr.ConnectionFailure)
	}
	return nil
}

func sourceError(object *catalog.Object, status connectors.Status, code pgerr.Code) error {
	e := pgerr.New(code, "source error of table %q: %s", object.Name, status.Error)
	if status.Hint != "" {
		e.WithHint("%s", status.Hint)
	}
	return e
}
