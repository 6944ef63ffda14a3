.PHONY: test race audio schedules endings truth examples fuzz lint mutants stacks stacks-all conformance-full false-alarms ci

FUZZTIME ?= 20s

test:
	go test ./...

race:
	go test -race -shuffle=on ./...

# A thousand correct streams, which must raise nothing.
audio:
	go test ./assertions -run TestCorrectStreams -runs 1000
	go test ./media/measure -run TestKinds -kinds

# Ten thousand orders in time in which the octets of peers may come.
schedules:
	go test ./runner -run 'TestSchedulesDoNotMatter|TestLastWords' -schedules 10000

# Ten thousand ends of scenarios in each of three situations in which a peer reacts
# to our end, over sockets and beside two busy loops: none may be held against it.
ENDINGS ?= 10000
endings:
	go test ./runner -run TestEndings -endings $(ENDINGS) -busy 2 -timeout 1h -v

# Processes of the real command beside two busy loops: TRUTHS against a server that
# is right, none of which may fail and 1 in 100 be inconclusive, and WRONGS against
# each of some that are wrong in one small thing, none of which may pass, but for 1 in
# 100 of what comes too soon. It ends with a table, after a quarter of an hour on
# two cores.
TRUTHS ?= 3000
WRONGS ?= 300
truth:
	go test ./runner -run TestTruthOfProcesses -truths $(TRUTHS) -wrongs $(WRONGS) -busy 2 -timeout 2h -v

examples:
	go run ./cmd/duologue run examples
	go run ./cmd/duologue run examples/_services --allow-run

lint:
	gofmt -l .
	go vet ./...
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run

# Every fuzz target of every package for FUZZTIME each. On a busy machine the go
# command can report its own "context deadline exceeded" at the end of the time,
# so a target that failed runs once more: what it really found is in its
# testdata then, and fails again. Without a bound on it, most of the time goes into
# making interesting inputs smaller: FuzzDiagnose tried 94 inputs in 40 s
# without it, and 66,928 in 48 s with it.
fuzz:
	@for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$pkg $$target"; \
	    run="go test -run ^$$target$$ -fuzz ^$$target$$ -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$pkg"; \
	    $$run || $$run || exit 1; \
	  done; \
	done

# Every branch that yields a verdict, made wrong one at a time: see internal/mutate.
mutants:
	go run ./internal/mutate -excuses internal/mutate/excused.txt -also ./match,./assertions,./runner \
	  ./internal/value ./match ./assertions ./spec ./wire/conn.go ./wire/end.go ./wire/rules.go

# The protocol suites on other people's servers and clients, held against
# conformance/stacks/known.csv and known-clients.csv.
stacks:
	conformance/stacks/check
	conformance/stacks/clients

# Those as well that take longer to install; see conformance/stacks/README.md. Of them sections 9, 12 and 13 are left out.
stacks-all:
	INDEPENDENT=1 conformance/stacks/check
	conformance/stacks/clients
	INDEPENDENT=1 STACKS=further conformance/stacks/check --max-lateness 200ms

# The same with a thousand messages in each case of 9.7, 9.8, 12 and 13; takes hours.
conformance-full:
	DIR=reports conformance/stacks/check --all --max-lateness 200ms

# The clean endpoint must pass sections 1 to 7 every time. 4: now and then this
# machine was too late to judge, which is no false alarm.
RUNS ?= 3000
false-alarms:
	go build -o duologue ./cmd/duologue
	./duologue conformance builtin://protocol $(addprefix --section ,1 2 3 4 5 6 7) --repeat $(RUNS) --json reports/false-alarms.json || [ $$? -eq 4 ]

ci:
	.ci/run
