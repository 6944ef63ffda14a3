package scene

import (
	"cmp"
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// overflow tells, once, that what the scenario holds has ended it.
func (th *thread) overflow() *problem {
	if th.desk.overflows() {
		return th.overBudget()
	}
	if slow := th.desk.tooSlow(); slow != nil {
		return th.broken(slow.When.Pos, th.on, fmt.Errorf("comparing this %s with listener %q took longer than %s", slow.kind, slow.Name, slowMatch))
	}
	return nil
}

// overBudget ends the scenario that holds most when all hold too much, and lets go of what
// it holds. Events that no step has read are too much from its peers. What is kept is what
// the suite asks for.
func (th *thread) overBudget() *problem {
	media := 0
	for _, c := range th.desk.connections() {
		media += c.Media()
		c.DropMedia()
	}
	labels, h := th.names.octets(), th.desk.empty()
	kept := h.past + labels + media
	waiting := h.total - kept // messages that have not ended among them
	d := diag.Diagnostic{Pos: th.plan.Spec.Pos, Hint: "--memory gives a run more", Details: []diag.Detail{
		{Label: "unread", Text: fmt.Sprintf("%s in %d events, and in messages that have not ended", mebi(waiting), h.events)},
		{Label: "kept", Text: fmt.Sprintf("%s for events() and the trace, %s for labels and groups, %s of media", mebi(h.past), mebi(labels), mebi(media))},
		{Label: "limit", Text: fmt.Sprintf("%s for all scenarios of a run together; this one held most", mebi(th.desk.account.Most()))},
	}}
	if waiting >= kept {
		d.Message = fmt.Sprintf("peers sent %s that no step has read, which is too much", mebi(waiting))
		return th.problem(trace.Failed, cmp.Or(h.loudest, th.on), d)
	}
	d.Message = fmt.Sprintf("the scenario keeps %s of what peers sent, which is too much", mebi(kept))
	return th.problem(trace.Errored, th.on, d)
}

func mebi(octets int) string { return fmt.Sprintf("%.1f MiB", float64(octets)/(1<<20)) }
