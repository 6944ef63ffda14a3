package report

import (
	"slices"
	"sync"

	"github.com/duologue/duologue/trace"
)

// refused remembers the servers that were not there. If one is missing, all scenarios of a
// suite fail for the same reason, which is worth telling once. The zero value is ready.
type refused struct {
	mu    sync.Mutex
	shown map[[2]string]bool // by suite and reason
}

// again gives the reason if a scenario failed because a server was not there, and reports
// whether that has been shown for its suite.
func (r *refused) again(suite string, s *trace.Scenario) (why string, again bool) {
	if why = refusal(s); why == "" {
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := [2]string{suite, why}
	again = r.shown[key]
	if r.shown == nil {
		r.shown = map[[2]string]bool{}
	}
	r.shown[key] = true
	return why, again
}

// refusal gives the words of a refusal if a scenario met nothing else, and "" otherwise.
func refusal(s *trace.Scenario) string {
	if len(s.Problems) != 1 || len(s.Earlier) > 0 || s.Series != nil || len(s.Problems[0].Recent) == 0 {
		return ""
	}
	why := ""
	if slices.ContainsFunc(s.Problems[0].Recent, func(ev trace.Event) bool {
		e, ok := ev.Detail.(*trace.Error)
		if !ok || e.Problem != "refused" || why != "" && e.Text != why {
			return true
		}
		why = e.Text
		return false
	}) {
		return ""
	}
	return why
}
