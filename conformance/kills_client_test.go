package conformance_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/duologue/duologue/builtin/mutant"
	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/runner"
)

// clientKey is where the context of a run holds the client under test, which is called for each dial that a case waits for.
type clientKey struct{}

// judgeClient performs the cases of a selection with a client, in fake time.
func judgeClient(t *testing.T, plan *runner.Plan, call func(context.Context, net.Conn)) (report *conformance.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var calls sync.WaitGroup
		dial := func(ctx context.Context) (net.Conn, error) {
			ours, theirs := net.Pipe()
			calls.Go(func() { call(ctx, theirs) })
			return ours, nil
		}
		ctx := context.WithValue(context.Background(), clientKey{}, dial)
		report = conformance.Of(plan.Run(ctx), "client", conformance.TagClient, false)
		calls.Wait()
	})
	return report
}

// rehearseClients prepares the suites once, for clients that the context of each run names.
func rehearseClients(t *testing.T) *runner.Plan {
	t.Helper()
	inbound := func(ctx context.Context) (net.Conn, error) {
		return ctx.Value(clientKey{}).(func(context.Context) (net.Conn, error))(ctx)
	}
	return prepare(t, runner.Options{Inbound: inbound, Jobs: 1000, Vars: map[string]string{"plain": "none"}})
}

// mutantClient is the client of builtin://protocol with a defect.
func mutantClient(t *testing.T, defect string) func(context.Context, net.Conn) {
	t.Helper()
	return func(ctx context.Context, nc net.Conn) {
		c, err := mutant.NewClient(defect)
		if err != nil {
			t.Error(err)
			return
		}
		c.NetDial = func(context.Context, string, string) (net.Conn, error) { return nc, nil }
		_ = c.Echo(context.Background(), "ws://judge.test/") // the case may be about that
	}
}

func TestClientKills(t *testing.T) {
	t.Parallel()
	plan := rehearseClients(t)
	for _, c := range judgeClient(t, only(t, plan, conformance.Selection{Client: true}), mutantClient(t, "")).Cases {
		if c.Outcome != conformance.OK && c.Outcome != conformance.Informational {
			t.Errorf("the clean client: %s %s: %s, %s", c.ID, c.Title, c.Outcome, c.Message)
		}
	}
}
