package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Gone gives a run with what the death of a server means for its cases. A server has died if its address refuses connections
// after it took some. The cases that were under way then fail, since one of them has killed it. Those that could not even ask
// whether it is there end in error, all with one reason. It reports whether that is so.
func Gone(run *trace.Run) (told *trace.Run, died bool) {
	dead := time.Duration(-1)
	for s := range run.All() {
		if refusedAtOnce(s) && (dead < 0 || s.Start < dead) {
			dead = s.Start
		}
	}
	if dead < 0 {
		return run, false
	}
	out := run.Clone()
	var late, served []*trace.Scenario
	for s := range out.All() {
		switch {
		case s.Verdict == trace.Errored || s.Verdict == trace.Skipped:
		case s.Verdict == trace.Failed && (s.Start >= dead && refused(s) || onlyAsked(s)):
			late = append(late, s)
		case s.Start <= dead:
			served = append(served, s)
		}
	}
	for _, s := range late {
		s.Verdict, s.Reason, s.Problems = trace.Errored, gone, nil
	}
	suspects := underWay(served)
	for _, s := range suspects {
		message := killed
		if len(suspects) > 1 {
			message = fmt.Sprintf("%s, or in one of %d that were under way", killed, len(suspects))
		}
		s.Verdict, s.Outcome, s.Reason, s.Came = trace.Failed, "", "", ""
		problem := trace.Problem{Verdict: trace.Failed, Diagnostic: diag.Diagnostic{Pos: s.Pos, Message: message}}
		if len(s.Problems) > 0 {
			problem.Recent = s.Problems[0].Recent
			problem.Diagnostic.Details = []diag.Detail{{Label: "seen as", Text: s.Problems[0].Diagnostic.Message}}
		}
		s.Problems = []trace.Problem{problem}
	}
	return out, true
}

// What is said of a server that has died.
const (
	gone   = "the server is gone: its address refuses connections"
	killed = "the server died in this case"
)

// refusedAtOnce reports whether the first dial of a scenario was refused.
func refusedAtOnce(s *trace.Scenario) bool {
	if len(s.Problems) == 0 || len(s.Problems[0].Recent) == 0 || len(s.Connections) != 1 {
		return false
	}
	return isRefused(s.Problems[0].Recent[0])
}

// refused reports whether a problem of a scenario is that a dial was refused.
func refused(s *trace.Scenario) bool {
	return slices.ContainsFunc(s.Problems, func(p trace.Problem) bool { return slices.ContainsFunc(p.Recent, isRefused) })
}

func isRefused(ev trace.Event) bool {
	e, ok := ev.Detail.(*trace.Error)
	return ok && e.Problem == "refused"
}

// onlyAsked reports whether a scenario failed before it did anything but ask whether the server is there, because the connection
// ended. Such a scenario has killed nobody.
func onlyAsked(s *trace.Scenario) bool {
	if len(s.Problems) == 0 || len(s.Problems[0].Recent) == 0 {
		return false
	}
	recent := s.Problems[0].Recent
	switch last := recent[len(recent)-1].Detail.(type) {
	case *trace.Close:
		if last.Code != 1006 || last.By != "peer" {
			return false
		}
	case *trace.Error:
		if last.Problem != "handshake" && last.Problem != "refused" || last.Status != 0 {
			return false
		}
	default:
		return false
	}
	for _, ev := range recent {
		if m, ok := ev.Detail.(*trace.Message); ev.Sent && (!ok || !strings.HasPrefix(string(m.Data), asked)) {
			return false
		}
	}
	return true
}

// underWay gives of the scenarios that a server served those of which one has killed it: they had not ended when the last of them
// began. One that got every answer by the rules is suspected only if there is no other.
func underWay(served []*trace.Scenario) []*trace.Scenario {
	var last time.Duration
	for _, s := range served {
		last = max(last, s.Start)
	}
	ended := func(s *trace.Scenario) bool { return s.Start+s.Duration < last }
	all := slices.DeleteFunc(slices.Clone(served), ended)
	cut := slices.DeleteFunc(slices.Clone(all), func(s *trace.Scenario) bool { return s.Verdict != trace.Failed && !cutOff(s) })
	if len(cut) > 0 {
		return cut
	}
	return all
}

// cutOff reports whether a scenario passed by the end of TCP.
func cutOff(s *trace.Scenario) bool {
	return s.Outcome != "" && strings.HasPrefix(s.Came, "close 1006")
}
