package runner

import (
	"fmt"
	"maps"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
)

// checker goes through the steps of a scenario in the order in which they are
// carried out, and finds what cannot be.
type checker struct {
	*binder
	b      *binding
	labels map[string]bool // of steps before this one
	vars   map[string]bool
	scope  []string // names that the blocks around a step bring
	args   map[string]bool
	names  map[string]bool // of the connections that the scenario makes
	depth  int
}

// check finds the problems of one scenario.
func (b *binder) check(out *binding) {
	c := checker{binder: b, b: out, labels: map[string]bool{}, vars: map[string]bool{}}
	for name := range out.vars {
		c.vars[name] = true
	}
	sc := out.scenario
	if b.suite.setup != nil {
		// What the setup labels and sets is there for every scenario.
		c.walk(b.suite.Setup, spec.MainConnection, 0, c.learn)
	}
	c.names = c.named(sc)
	for i := range sc.Listeners {
		c.listener(&sc.Listeners[i])
		c.listens(&sc.Listeners[i])
		sc.Listeners[i].When.Schemas(c.schema)
	}
	for _, p := range sc.Unexpected.Patterns {
		out.looksAt(p.Kind)
		p.Schemas(c.schema)
	}
	if sc.Load != nil {
		c.scope = []string{"index"}
	}
	c.steps(sc.Steps, spec.MainConnection)
	c.steps(sc.Finally, spec.MainConnection)
	for _, t := range sc.Unexpected.Texts { // looked at when something comes, so any step may have made what they name
		c.references(t.Refs)
	}
	if sc.Load != nil {
		c.load(sc.Load)
	}
}

// looksAt notes that some step looks at a kind of event: single chunks and
// frames become events only where one does, and a last Ping is sent only where
// nobody could see its Pong.
func (b *binding) looksAt(kind string) {
	b.chunks = b.chunks || kind == "media"
	b.frames = b.frames || kind == "frame"
	b.pongs = b.pongs || kind == "pong"
}

// load checks what is asserted over all runs: it can name what the runs label.
func (c *checker) load(l *spec.Load) {
	for _, check := range l.Checks {
		if d := check.Difference; d != nil {
			c.label(check.Pos, d.A.Label)
			c.label(check.Pos, d.B.Label)
		}
		if check.Expression != nil {
			c.references(check.Expression.References())
		}
	}
}

// learn notes what a step labels and sets, its blocks apart.
func (c *checker) learn(step *spec.Step) {
	if step.As != "" {
		c.labels[step.As] = true
	}
	switch a := step.Action.(type) {
	case *spec.Set:
		for _, v := range a.Vars {
			c.vars[v.Name] = true
		}
	case *spec.Expect:
		for _, item := range a.Items {
			if item.As != "" {
				c.labels[item.As] = true
			}
		}
	}
}

func (c *checker) steps(steps []spec.Step, on string) {
	for i := range steps {
		step := steps[i]
		if step.On == "" {
			step.On = on
		}
		c.step(&step)
	}
}

func (c *checker) step(step *spec.Step) {
	scope := c.scope
	switch step.Action.(type) {
	case *spec.Listener:
		c.scope = append(slices.Clip(scope), "event")
		c.b.looksAt(step.Action.(*spec.Listener).When.Kind)
	case nil:
		return // the decoder has complained
	}
	for _, t := range step.Texts {
		c.references(t.Refs)
	}
	c.scope = scope
	for _, m := range step.Moments() {
		c.label(m.Pos, m.Label)
	}
	if step.If != nil {
		c.references(step.If.References())
	}
	step.Schemas(c.schema)
	c.connection(step)
	c.action(step)
	c.learn(step)
	if e, ok := step.Action.(*spec.Expect); ok {
		for _, item := range e.Items {
			c.b.looksAt(item.Pattern.Kind)
		}
	}
}

// action checks what one kind of step needs.
func (c *checker) action(step *spec.Step) {
	switch a := step.Action.(type) {
	case *spec.Connect:
		c.plan.bindConnect(c.b, a, step, c.out)
	case *spec.Accept:
		c.plan.bindAccept(c.b, a, c.out)
	case *spec.Send:
		c.plan.bindSend(c.b, a, c.out)
	case *spec.SendFrame:
		c.plan.bindFrames(c.b, a, c.out)
	case *spec.SendBytes:
		c.plan.bindPayload(c.b, &a.Payload, c.out)
	case *spec.SendPing:
		c.plan.bindPayload(c.b, &a.Payload, c.out)
	case *spec.Close:
		c.plan.bindPayload(c.b, &a.Reason, c.out)
	case *spec.SendMedia:
		c.source(&a.From)
	case *spec.Assert:
		for _, comparison := range a.Comparisons {
			if comparison.Expression != nil {
				c.references(comparison.Expression.References())
			}
		}
		if a.Audio != nil {
			c.audio(step, a.Audio)
		}
		if a.Turn != nil {
			c.turn(a.Turn)
		}
	case *spec.Wait:
		if a.Label != "" {
			c.label(a.For.Pos, a.Label)
		}
	case *spec.StopMedia:
		if a.Label != "" {
			c.label(step.Pos, a.Label)
		}
	case *spec.Repeat:
		c.block(a.Steps, step.On, "each", "index")
		if a.Until != nil { // it may name what the rounds bring
			c.references(a.Until.References())
		}
	case *spec.Parallel:
		c.parallel(step, a)
	case *spec.Use:
		c.use(step, a)
	}
}

func (c *checker) block(steps []spec.Step, on string, names ...string) {
	scope := c.scope
	c.scope = append(slices.Clip(scope), names...)
	c.steps(steps, on)
	c.scope = scope
}

// references checks that what expressions name can exist.
func (c *checker) references(refs []value.Reference) {
	for _, r := range refs {
		if slices.Contains(c.scope, r.Path[0]) {
			continue
		}
		switch r.Path[0] {
		case "vars":
			c.member(r, c.vars)
		case "env":
			c.member(r, keysOf(c.b.static["env"]))
		case "matrix":
			c.member(r, keysOf(c.b.static["matrix"]))
		case "args":
			c.member(r, c.args)
		case "endpoints":
			known := map[string]bool{}
			for _, d := range c.b.declared() {
				known[d.Name] = true
			}
			c.member(r, known)
		case "target":
		case "each", "index":
			c.out.Addf(r.Pos, "%q is only there inside a repeat", r.Path[0])
		case "event":
			c.out.Addf(r.Pos, "%q is only there in what a listener sends", r.Path[0])
		default:
			c.label(r.Pos, r.Path[0])
		}
	}
}

func keysOf(v any) map[string]bool {
	m, _ := v.(expr.Map)
	out := make(map[string]bool, len(m))
	for k := range m {
		out[k] = true
	}
	return out
}

func (c *checker) member(r value.Reference, known map[string]bool) {
	if len(r.Path) > 1 && !known[r.Path[1]] {
		c.out.Hintf(r.Pos, diag.DidYouMean(r.Path[1], slices.Sorted(maps.Keys(known))), "there is no %s.%s", r.Path[0], r.Path[1])
	}
}

func (c *checker) label(pos diag.Pos, name string) {
	if name != "" && !c.labels[name] { // the decoder has complained of an empty one
		c.out.Hintf(pos, diag.DidYouMean(name, slices.Sorted(maps.Keys(c.labels))), "no step before this one has the label %q", name)
	}
}

func (c *checker) listener(l *spec.Listener) {
	c.b.looksAt(l.When.Kind)
	if l.Send == nil {
		return
	}
	scope := c.scope
	c.scope = append(slices.Clip(scope), "event")
	for _, t := range l.Texts {
		c.references(t.Refs)
	}
	c.scope = scope
}

// audio checks what the checks of a stream name: a label, and as a reference a
// label or else a file.
func (c *checker) audio(step *spec.Step, a *spec.Audio) {
	if a.During != "" {
		c.label(step.Pos, a.During)
	}
	if name, ok := a.Source.File.Known(); a.Source.IsSet() && !(ok && c.labels[name]) {
		c.source(&a.Source)
	}
}

// turn checks the labels of both sides.
func (c *checker) turn(t *spec.Turn) {
	for _, l := range []spec.Label{t.Caller, t.Bot} {
		if l.Name != "" {
			c.label(l.Pos, l.Name)
		}
	}
}

// source reads the WAV files of a source.
func (c *checker) source(a *spec.Source) {
	if a.Kind == "file" {
		c.clip(&a.File)
	}
	for i := range a.List {
		c.source(&a.List[i])
	}
}

// clip reads a WAV file, if its name is known by now.
func (c *checker) clip(from *spec.Value[string]) {
	path, err := from.In(c.b.staticEnv())
	if err != nil {
		return // it depends on what happens; it is read when it is needed
	}
	clip, err := c.plan.files.clip(c.suite.File, path)
	if err != nil {
		c.out.Addf(from.Pos, "read %q: %v", path, err)
		return
	}
	for _, w := range clip.warnings {
		c.plan.warnings = append(c.plan.warnings, diag.Diagnostic{Pos: from.Pos, Message: fmt.Sprintf("%q: %s", path, w)})
	}
}

// use checks a sequence where it is used: with its arguments and with the
// labels that are known there.
func (c *checker) use(step *spec.Step, a *spec.Use) {
	seq := c.b.sequences[a.Sequence]
	if seq == nil {
		c.out.Hintf(a.Pos, diag.DidYouMean(a.Sequence, slices.Sorted(maps.Keys(c.b.sequences))), "there is no sequence %q", a.Sequence)
		return
	}
	given := map[string]bool{}
	known := map[string]bool{}
	for _, arg := range seq.Args {
		known[arg.Name] = true
	}
	for _, w := range step.With {
		given[w.Name] = true
		if !known[w.Name] {
			c.out.Hintf(w.Pos, diag.DidYouMean(w.Name, slices.Sorted(maps.Keys(known))), "the sequence %q has no argument %q", a.Sequence, w.Name)
		}
	}
	for _, arg := range seq.Args {
		if arg.Value.IsNull() && !given[arg.Name] {
			c.out.Addf(a.Pos, "the sequence %q needs the argument %q", a.Sequence, arg.Name)
		}
	}
	if c.depth++; c.depth > maxDepth {
		c.out.Addf(a.Pos, "sequences use each other more than %d deep", maxDepth)
		c.depth--
		return
	}
	args, scope := c.args, c.scope
	c.args, c.scope = known, nil
	c.steps(seq.Steps, step.On)
	c.args, c.scope = args, scope
	c.depth--
}
