package report_test

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

// The last events say what we did to end the scenario, and what came after that, on the
// terminal and in JUnit. Chunks before and after the end are two lines.
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

// What a problem tells of an error, and the rule that was broken, is told once. What listeners
// took and sent is one line. If there are several connections, each line names its own.
func TestLastEventsTellOnce(t *testing.T) {
	long := strings.Repeat("it is wrong, ", 40)
	broken := &trace.Error{Problem: "protocol", Rule: "RFC6455#5.2", Text: "reserved bits 100 set"}
	for _, tt := range []struct {
		name, requirement string
		details           []diag.Detail
		events            []trace.Event
		want              string
	}{
		{"an error that was told", "RFC6455#5.2 (must)", []diag.Detail{{Label: "came", Text: broken.Summary()}},
			[]trace.Event{{Connection: "main", Detail: broken}}, "0.000s <- error protocol: see above\nrequirement: the rule above (must)"},
		{"a long one", "", []diag.Detail{{Label: "came", Text: (&trace.Error{Problem: "dialect", Text: long}).Summary()}},
			[]trace.Event{{Connection: "main", Detail: &trace.Error{Problem: "dialect", Text: long}}}, "0.000s <- error dialect: see above"},
		{"another one", "RFC6455#5.4 (must)", []diag.Detail{{Label: "came", Text: "hello"}},
			[]trace.Event{{Connection: "main", Detail: broken}}, "0.000s <- error protocol, RFC6455#5.2: reserved bits 100 set\nrequirement: RFC6455#5.4 (must)"},
		{"a requirement without a level", "RFC6455#5.2", []diag.Detail{{Label: "came", Text: broken.Summary()}}, nil, "requirement: RFC6455#5.2"},
		{"chatter", "", nil, []trace.Event{
			{Connection: "main", Detail: &trace.Message{Data: []byte("tick")}, Listener: "clock"},
			{Connection: "main", At: 2e9, Sent: true, Detail: &trace.Message{Data: []byte("tock")}, Listener: "clock"},
			{Connection: "main", At: 3e9, Detail: &trace.Message{Data: []byte("hello")}},
			{Connection: "main", At: 3e9, Detail: &trace.Message{Data: []byte("tick")}, Listener: "clock"},
		}, "0.000s <- message tick (listener \"clock\") … and more of listeners until 2.000s\n3.000s <- message hello\n3.000s <- message tick (listener \"clock\")"},
		{"several connections", "", nil, []trace.Event{
			{Connection: "ann", Detail: &trace.Message{Data: []byte("a")}}, {Connection: "bo", Detail: &trace.Message{Data: []byte("b")}},
		}, "ann    0.000s <- message a\nbo     0.000s <- message b"},
	} {
		sc := trace.Scenario{Name: "it", Verdict: trace.Failed, Requirement: tt.requirement, Problems: []trace.Problem{{Verdict: trace.Failed,
			Diagnostic: diag.Diagnostic{Message: "m", Details: tt.details}, Recent: tt.events}}}
		var terminal, junit strings.Builder
		(&report.Terminal{Out: &terminal}).Done("suite", &sc)
		if err := report.JUnit(&junit, &trace.Run{Suites: []trace.Suite{{Name: "suite", Scenarios: []trace.Scenario{sc}}}}); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(tt.want, "\n") {
			if !strings.Contains(terminal.String(), line+"\n") || !strings.Contains(junit.String(), line+"\n") {
				t.Errorf("%s: %q is not in\n%s\n%s", tt.name, line, terminal.String(), junit.String())
			}
		}
	}
}
