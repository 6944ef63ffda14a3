.PHONY: test race examples fuzz lint ci

FUZZTIME ?= 20s

test:
	go test ./...

race:
	go test -race -shuffle=on ./...

examples:
	go run ./cmd/duologue run examples

lint:
	gofmt -l .
	go vet ./...
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run

# Every fuzz target of every package for FUZZTIME each.
fuzz:
	@for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$pkg $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done

ci:
	.ci/run
