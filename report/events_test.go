package report_test

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

// The last events say what we did to end the scenario and what came after that,
// on the terminal and in JUnit. Chunks on both sides of the end are two lines.
func TestTheEndInTheLastEvents(t *testing.T) {
	chunk := func(k int, end bool) trace.Event {
		return trace.Event{Connection: "main", AfterEnd: end, Detail: &trace.Media{Tag: "t", Size: 160, Sequence: int64(k)}}
	}
	events := []trace.Event{
		{Connection: "main", Detail: &trace.Message{Data: []byte("extra")}},
		chunk(1, false), chunk(2, false), chunk(3, true), chunk(4, true),
		{Connection: "main", Sent: true, AfterEnd: true, Detail: &trace.Message{Data: []byte(`{"event":"stop"}`)}},
		{Connection: "main", Sent: true, AfterEnd: true, Detail: &trace.Close{Code: 1000}},
		{Connection: "main", AfterEnd: true, Detail: &trace.Close{Code: 1000, Clean: true, By: "us", TCP: "fin"}},
	}
	want := []string{
		`0.000s <- message extra`,
		`0.000s <- media tag "t" 160 octets, sequence 1 … and 1 more until 0.000s`,
		`0.000s <- media after our end: tag "t" 160 octets, sequence 3 … and 1 more until 0.000s`,
		`0.000s -> message at our end: {"event":"stop"}`,
		`0.000s -> close at our end: 1000`,
		`0.000s <- close after our end: 1000, clean, by us, tcp fin`,
	}
	sc := trace.Scenario{Name: "it", Verdict: trace.Failed, Problems: []trace.Problem{{Verdict: trace.Failed,
		Diagnostic: diag.Diagnostic{Message: "a message came that no step expected"}, Recent: events}}}
	var terminal, junit strings.Builder
	(&report.Terminal{Out: &terminal}).Done("suite", &sc)
	if err := report.JUnit(&junit, &trace.Run{Suites: []trace.Suite{{Name: "suite", Scenarios: []trace.Scenario{sc}}}}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"the terminal": terminal.String(), "JUnit": junit.String()} {
		_, last, _ := strings.Cut(text, "last events:\n")
		for _, line := range want {
			var got string
			got, last, _ = strings.Cut(last, "\n")
			if strings.TrimSpace(got) != line {
				t.Errorf("%s shows %q, want %q", name, got, line)
			}
		}
	}
}
