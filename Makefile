# What each target does stands behind it; README.md and CONTRIBUTING.md say more.

GO ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
SOURCES = $(shell git ls-files '*.go' 2>/dev/null || find . -name '*.go')

# The packages whose goroutines share state: they run a second time, without
# their longest tests (-short), under the race detector.
RACE = ./tunnel/... ./server/... ./sql/exec/... ./connectors/... ./catalog/... ./engine/...

.PHONY: build run demo test test-plain test-race test-long soak check bench golden deps clean

build: ## builds bin/culvert
	$(GO) build -ldflags "-X main.version=$(VERSION)" -o bin/culvert ./cmd/culvert

run: build ## runs culvert with its data in ./data, until ctrl-C
	bin/culvert serve --data-dir data

demo: deps build ## the whole guide against real servers, then psql (DEMO_EXIT=1: no psql)
	$(GO) build -o bin/demo ./demo
	CULVERT_BIN=bin/culvert bin/demo

test: deps test-plain test-race ## every test; installs what is missing

# TESTFLAGS=-v lets .ci/run see skipped tests.
test-plain:
	$(GO) test -p 2 -timeout 20m $(TESTFLAGS) ./...

test-race:
	$(GO) test -p 2 -timeout 20m -race -short $(RACE)

test-long: deps ## the fault and kill tests for longer: half an hour
	CULVERT_LONG=1 $(GO) test -count=1 -timeout 60m ./cmd/culvert

# SOAK=1h is what a release is soaked for.
SOAK ?= 3m

soak: deps ## writes to one table all the time and looks at log, data file and memory
	CULVERT_SOAK=$(SOAK) $(GO) test -count=1 -timeout 0 -v -run 'TestUpsertsForeverStayBounded' ./cmd/culvert

check: ## format, vet, staticcheck, compose file, house rules
	@bad=$$(gofmt -l $(SOURCES)); [ -z "$$bad" ] || { echo "not formatted (run gofmt -w):"; echo "$$bad"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	scripts/check-compose.sh
	$(GO) test -count=1 .

bench: deps build ## the performance budget, with its references side by side
	$(GO) build -o bin/bench ./bench
	CULVERT_BIN=bin/culvert bin/bench

golden: ## rewrites the goldens of every package that has some; review the diff
	@for pkg in $$($(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}' ./...); do \
		if grep -qsE '"rewrite"|cockroachdb/datadriven' $$pkg/*_test.go; then \
			(cd $$pkg && $(GO) test . -rewrite) || exit 1; \
		fi; \
	done

deps: ## installs the Debian packages that are missing, or says which
	@scripts/install-deps.sh

clean: ## removes what was built
	rm -rf bin .cache
