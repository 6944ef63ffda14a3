package conformance_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/duologue/duologue/builtin/mutant"
	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/runner"
)

// addrKey is where the context of a run holds the address of the peer.
type addrKey struct{}

// rehearse prepares the suites once, for peers that the context of each run names.
func rehearse(t *testing.T) *runner.Plan {
	t.Helper()
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, ctx.Value(addrKey{}).(string))
	}
	return prepare(t, runner.Options{Target: "ws://mutant.test/", Dial: dial, Jobs: 16, MaxLateness: 100e6})
}

// judge performs a plan against the protocol endpoint with a defect.
func judge(t *testing.T, plan *runner.Plan, defect string) *conformance.Report {
	t.Helper()
	server, err := mutant.Listen("127.0.0.1:0", defect)
	if err != nil {
		t.Error(err)
		return &conformance.Report{}
	}
	defer func() { _ = server.Close() }()
	ctx := context.WithValue(t.Context(), addrKey{}, server.Address())
	return conformance.Of(plan.Run(ctx), "builtin://protocol?defect="+defect, "server", false)
}

// The clean endpoint fails nothing. Every defect is noticed by each of the cases that the table names for it, which are
// ok for the clean one.
func TestKills(t *testing.T) {
	t.Parallel()
	plan := rehearse(t)
	clean := map[string]conformance.Outcome{}
	long := conformance.Selection{Cases: []string{"9.1.1", "9.3.8"}} // which the table names as well
	var all sync.WaitGroup
	all.Go(func() { // beside the mutants: it waits as they do
		for _, selected := range []conformance.Selection{{}, long} {
			for _, c := range judge(t, only(t, plan, selected), "").Cases {
				clean[c.ID] = c.Outcome
				if c.Outcome == conformance.Failed || c.Outcome == conformance.Errored {
					t.Errorf("the clean endpoint: %s %s: %s, %s", c.ID, c.Title, c.Outcome, c.Message)
				}
			}
		}
	})
	named := map[string]bool{}
	slots := make(chan struct{}, 48) // most of them just wait
	type kill struct {
		defect, id string
		outcome    conformance.Outcome
	}
	var mu sync.Mutex
	var unnoticed []kill
	rows := table(t, "data/kills.csv")
	for _, row := range rows {
		named[row["defect"]] = true
		ids := strings.Fields(row["cases"])
		chosen := only(t, plan, conformance.Selection{Cases: ids})
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			report := judge(t, chosen, row["defect"])
			for _, id := range ids {
				switch got := outcomeOf(report, id); got {
				case conformance.Outcome(row["outcome"]):
				case conformance.Inconclusive:
					t.Logf("%s: %s: this machine was too late to judge", row["defect"], id)
				default:
					mu.Lock()
					unnoticed = append(unnoticed, kill{row["defect"], id, conformance.Outcome(row["outcome"])})
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	for _, row := range rows {
		for _, id := range strings.Fields(row["cases"]) {
			if clean[id] != conformance.OK && clean[id] != conformance.Inconclusive {
				t.Errorf("%s is %s for the clean endpoint, and so proves nothing", id, clean[id])
			}
		}
	}
	// Where the machine has so much to do, some defects do not come about: octets
	// that were sent one by one are read together. So what went unnoticed has to be
	// noticed without the others, at one of three tries: other tests may go on beside.
	for _, k := range unnoticed {
		chosen := only(t, plan, conformance.Selection{Cases: []string{k.id}})
		var got conformance.Outcome
		for range 3 {
			if got = outcomeOf(judge(t, chosen, k.defect), k.id); got == k.outcome {
				break
			}
		}
		if got != k.outcome {
			t.Errorf("%s does not notice %s: %q, want %s", k.id, k.defect, got, k.outcome)
		}
	}
	for _, d := range mutant.Defects() {
		if !named[d.Name] {
			t.Errorf("no case is named for %s: %s", d.Name, d.Says)
		}
	}
}

func outcomeOf(r *conformance.Report, id string) conformance.Outcome {
	for _, c := range r.Cases {
		if c.ID == id {
			return c.Outcome
		}
	}
	return ""
}
