package runner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// defaultMemory is how many octets the scenarios of a run may hold together of
// what their peers said, unless the options say otherwise.
const defaultMemory = 256 << 20

// overBudget ends a scenario that holds most where all hold too much, and lets go
// of what it holds. What no step has read, its peers should not have sent; what is
// kept was asked for.
func (s *script) overBudget() *problem {
	media := 0
	for _, c := range s.connections() {
		media += c.Media()
		c.DropMedia()
	}
	s.claims.Lock() // nothing is on its way to the inbox then
	s.mu.Lock()
	count, loudest := s.inbox.count, s.inbox.loudest()
	past, labels := s.inbox.past.held, s.names.octets()
	total := s.account.Held()
	s.inbox.empty()
	s.mu.Unlock()
	s.claims.Unlock()
	kept := past + labels + media
	waiting := total - kept // messages that have not ended among them
	details := []diag.Detail{
		{Label: "unread", Text: fmt.Sprintf("%s in %d events, and in messages that have not ended", mebi(waiting), count)},
		{Label: "kept", Text: fmt.Sprintf("%s for events() and the trace, %s for labels, %s of media", mebi(past), mebi(labels), mebi(media))},
		{Label: "limit", Text: fmt.Sprintf("%s for all scenarios of a run together; this one held most", mebi(s.account.Most()))},
	}
	d := diag.Diagnostic{Pos: s.Spec.Pos, Details: details, Hint: "--memory gives a run more"}
	if waiting >= kept {
		d.Message = fmt.Sprintf("peers sent %s that no step has read, which is too much", mebi(waiting))
		return s.problem(trace.Failed, cmp.Or(loudest, s.on), d)
	}
	d.Message = fmt.Sprintf("the scenario keeps %s of what peers sent, which is too much", mebi(kept))
	return s.problem(trace.Errored, s.on, d)
}

func mebi(octets int) string { return fmt.Sprintf("%.1f MiB", float64(octets)/(1<<20)) }

// loudest names the connection of which most is unread, or gives "".
func (b *inbox) loudest() string {
	weights := map[string]int{}
	for _, ev := range b.unread() {
		weights[ev.Connection] += ev.Weight()
	}
	var names []string
	for name := range weights {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(weights[y]-weights[x], cmp.Compare(x, y))
	})
	if len(names) == 0 {
		return ""
	}
	return names[0]
}
