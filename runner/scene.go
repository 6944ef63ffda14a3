package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// scene is the state of one scenario while it is performed.
type scene struct {
	*binding
	options Options
	probe   *probe
	log     *session.Log
	inbox   *inbox
	begin   time.Duration
	conns   []*session.Conn
	dialled map[*session.Conn]diag.Pos // by which step
	windows map[*spec.Send]int         // how often each was sent
	labels  map[string]label
	checks  []trace.Check // of the step that is carried out
	steps   []trace.Step
}

// label is what a step with `as` did or saw.
type label struct {
	event  *trace.Event
	stream func() trace.Stream
}

// problem is why a step did not do what it should. It is no Go error: it is
// the verdict of a scenario.
type problem struct {
	verdict    trace.Verdict
	diagnostic diag.Diagnostic
	connection string  // whose last events help to understand it
	at         int     // how many events the log had by then
	timing     *window // what would have been in time on an idle machine; nil if time played no part
}

// grace is how long the peer has to answer the Close at the end.
const grace = time.Second

// perform carries out one scenario.
func perform(ctx context.Context, b *binding, o Options, p *probe, start time.Time) trace.Scenario {
	s := &scene{binding: b, options: o, probe: p, log: session.NewLog(start), labels: map[string]label{},
		dialled: map[*session.Conn]diag.Pos{}, windows: map[*spec.Send]int{}}
	s.inbox = newInbox(s.log)
	s.begin = s.now()
	timeout, _ := b.scenario.Timeout.Or(s.env(), spec.DefaultTimeout)
	run, cancel := context.WithTimeout(ctx, timeout)
	var problems []*problem
	for i := range b.scenario.Steps {
		if p := s.carryOut(run, &b.scenario.Steps[i]); p != nil {
			problems = append(problems, p)
			break
		}
	}
	cancel()
	s.shutdown(ctx)
	if len(problems) == 0 {
		problems = s.unexpected()
	}
	return s.publish(problems)
}

// env gives what expressions can see.
func (s *scene) env() expr.Env { return expr.Env{Names: expr.Map{}} }

// carryOut performs one step and records it.
func (s *scene) carryOut(ctx context.Context, step *spec.Step) *problem {
	rec := trace.Step{Pos: step.Pos, Verb: step.Verb, Name: step.Name, Start: s.now(), Verdict: trace.Passed}
	s.checks = nil
	p := s.do(ctx, step)
	rec.End, rec.Checks = s.now(), s.checks
	if p != nil {
		s.excuse(p)
		rec.Verdict = p.verdict
	}
	s.steps = append(s.steps, rec)
	return p
}

// do is the one switch over all kinds of steps.
func (s *scene) do(ctx context.Context, step *spec.Step) *problem {
	switch a := step.Action.(type) {
	case *spec.Connect:
		return s.connect(ctx, step, a)
	case *spec.Send:
		return s.send(ctx, step, a)
	case *spec.Expect:
		return s.expect(ctx, step, a)
	case *spec.SendMedia:
		return s.sendMedia(ctx, step, a)
	case *spec.Close:
		return s.close(ctx, step, a)
	case *spec.Drop:
		return s.drop(step, a)
	case *spec.SendPing:
		return s.sendPing(ctx, step, a)
	case *spec.Assert:
		return s.assert(step, a)
	}
	return s.broken(step, fmt.Errorf("the verb %q cannot be performed", step.Verb))
}

func (s *scene) now() time.Duration { return s.log.Offset(time.Now()) }

// within gives the deadline of a step.
func (s *scene) within(step *spec.Step) (time.Duration, error) {
	def, err := s.suite.Defaults.Within.Or(s.env(), spec.DefaultWithin)
	if err != nil {
		return 0, err
	}
	return step.Within.Or(s.env(), def)
}

func nameOf(step *spec.Step) string {
	if step.On == "" {
		return spec.MainConnection
	}
	return step.On
}

// fails says that what the step wants is not so.
func (s *scene) fails(step *spec.Step, pos diag.Pos, message string, details []diag.Detail) *problem {
	return &problem{
		verdict: trace.Failed, connection: nameOf(step), at: s.log.Len(),
		diagnostic: diag.Diagnostic{Pos: pos, Message: message, Context: step.Pos, Details: details},
	}
}

// broken says that the step could not be performed.
func (s *scene) broken(step *spec.Step, err error) *problem {
	d, ok := err.(diag.Diagnostic)
	if !ok {
		d = diag.Diagnostic{Pos: step.Pos, Message: err.Error()}
	}
	return &problem{verdict: trace.Errored, diagnostic: d, connection: nameOf(step), at: s.log.Len()}
}

// shutdown ends what is still open.
func (s *scene) shutdown(ctx context.Context) {
	for _, c := range s.conns {
		c.Shutdown(ctx, grace)
	}
}

// unexpected finds what the peer said and no step read.
func (s *scene) unexpected() []*problem {
	for _, ev := range s.inbox.unread() {
		if c, ok := ev.Detail.(*trace.Close); ok && c.By == "us" {
			continue
		}
		if e, ok := ev.Detail.(*trace.Error); ok && e.Problem == trace.Abandoned {
			continue
		}
		pos, message := s.scenario.Pos, fmt.Sprintf("%s came that no step expected", article(ev.Kind()))
		if c := s.connOf(ev); c != nil && c.Err() != nil {
			pos, message = s.dialled[c], "the connection did not open, and no step expected that"
		}
		switch ev.Kind() {
		case "message", "error", "close":
		default:
			continue
		}
		return []*problem{{
			verdict: trace.Failed, connection: ev.Connection, at: ev.Seq + 1,
			diagnostic: diag.Diagnostic{
				Pos: pos, Message: message,
				Details: []diag.Detail{{Label: "came", Text: ev.Detail.Summary()}, {Label: "at", Text: trace.Stamp(ev.At)}},
			},
		}}
	}
	return nil
}

func article(kind string) string {
	if kind == "error" {
		return "an error"
	}
	return "a " + kind
}

// publish turns what the scene holds into its trace.
func (s *scene) publish(problems []*problem) trace.Scenario {
	begin, end := s.begin, s.now()
	out := trace.Scenario{
		Name: s.scenario.Name, Pos: s.scenario.Pos, Tags: s.scenario.Tags,
		Verdict: trace.Passed, Start: begin, Duration: end - begin, Attempts: 1, Steps: s.steps,
	}
	events, _ := s.log.From(0)
	number := map[*session.Conn]int{}
	for i, c := range s.conns {
		number[c] = i
		out.Connections = append(out.Connections, trace.Connection{Name: c.Name(), URL: c.URL(), Streams: c.Streams()})
	}
	for _, ev := range events {
		if c := s.connOf(ev); c != nil {
			to := &out.Connections[number[c]]
			to.Events = append(to.Events, ev)
		}
	}
	out.Lateness = latenessOf(out.Connections, s.probe, begin, end)
	for _, p := range problems {
		shown := trace.Problem{Verdict: p.verdict, Diagnostic: p.diagnostic}
		for _, ev := range events[:p.at] {
			if ev.Connection == p.connection {
				shown.Recent = append(shown.Recent, ev)
			}
		}
		out.Problems = append(out.Problems, shown)
	}
	if len(problems) > 0 {
		out.Verdict = problems[0].verdict
	}
	return out
}

// note records a comparison.
func (s *scene) note(c trace.Check) { s.checks = append(s.checks, c) }

// mismatches records comparisons that did not hold.
func (s *scene) mismatches(wrong []assertions.Mismatch) {
	for _, m := range wrong {
		s.note(trace.Check{Pos: m.Pos, Subject: m.Path, Verdict: trace.Failed, Expected: m.Expected, Actual: m.Actual})
	}
}
