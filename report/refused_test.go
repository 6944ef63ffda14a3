package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

// A server that is not there is told once for a suite; what else is wrong is told in full.
func TestServerThatIsNotThereIsToldOnce(t *testing.T) {
	failed := func(name, message string, recent ...trace.Detail) *trace.Scenario {
		p := trace.Problem{Verdict: trace.Failed, Diagnostic: diag.Diagnostic{Message: message}}
		for _, d := range recent {
			p.Recent = append(p.Recent, trace.Event{Connection: "main", Detail: d})
		}
		return &trace.Scenario{Name: name, Verdict: trace.Failed, Problems: []trace.Problem{p}}
	}
	gone := &trace.Error{Problem: "refused", Text: "127.0.0.1:1 does not accept connections"}
	other := &trace.Error{Problem: "refused", Text: "127.0.0.1:2 does not accept connections"}
	for _, verbose := range []bool{false, true} {
		var out bytes.Buffer
		terminal := &report.Terminal{Out: &out, Verbose: verbose}
		terminal.Done("A", failed("one", "problem one", gone))
		terminal.Done("A", failed("two", "problem two", gone))
		terminal.Done("A", failed("three", "problem three", other))
		terminal.Done("A", failed("four", "problem four", &trace.Message{}, gone))
		terminal.Done("A", failed("five", "problem five"))
		terminal.Done("A", failed("six", "problem six", gone, gone))
		terminal.Done("B", failed("seven", "problem seven", gone))
		want := map[string]bool{"one": true, "two": verbose, "three": true, "four": true, "five": true, "six": verbose, "seven": true}
		for name, full := range want {
			if got := strings.Contains(out.String(), "problem "+name); got != full {
				t.Errorf("verbose %v: %s is told in full: %v, want %v\n%s", verbose, name, got, full, out.String())
			}
		}
		if got := strings.Count(out.String(), ": 127.0.0.1:1 does not accept connections, as above"); got != 2 && !verbose {
			t.Errorf("%d scenarios refer to what stands above, want 2\n%s", got, out.String())
		}
	}
}
