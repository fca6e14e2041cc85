package analyze

import "culvert/sql/pgerr"

func analyzeStatement(in Input, cat Catalog) (*Analyzed, error) {
	return nil, pgerr.New(pgerr.FeatureNotSupported, "queries are not analyzed yet")
}
