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
	c.names = c.made(sc)
	for i := range sc.Listeners {
		c.listener(&sc.Listeners[i])
	}
	for i := range sc.Unexpected.Patterns {
		c.pattern(&sc.Unexpected.Patterns[i])
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
	for _, s := range l.Schemas() {
		c.schema(s)
	}
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
	if step.Action == nil {
		return // the decoder has complained
	}
	scope := c.scope
	if _, ok := step.Action.(*spec.Listener); ok {
		c.scope = append(slices.Clip(scope), "event")
	}
	for _, t := range step.Texts {
		c.references(t.Refs)
	}
	c.scope = scope
	if step.After != nil {
		c.label(step.After.Pos, step.After.Label)
	}
	if step.If != nil {
		c.references(step.If.References())
	}
	if step.Facts().Link == spec.Uses {
		c.connection(step.Pos, step.On)
	}
	c.blocks(step)
	c.named(spec.Name{Pos: step.Pos, Text: step.On}, step.Action.Names()) // behind the blocks, since `until` may name what the rounds bring
	c.bind(step)
	c.learn(step)
}

// named looks for what an action names; on is the connection of its step.
func (c *checker) named(on spec.Name, n spec.Names) {
	for _, name := range n.Connections {
		if name.Text == "" {
			name = on
		}
		c.connection(name.Pos, name.Text)
	}
	for _, l := range n.Labels {
		c.label(l.Pos, l.Text)
	}
	for _, e := range n.Expressions {
		c.references(e.References())
	}
	for _, p := range n.Patterns {
		c.pattern(p)
	}
	for _, s := range n.Schemas {
		c.schema(s)
	}
	for _, p := range n.Payloads {
		c.payload(p)
	}
	for _, s := range n.Sources {
		c.source(s)
	}
	for _, s := range n.References {
		if name, ok := s.File.Known(); !ok || !c.labels[name] {
			c.source(s)
		}
	}
	if len(n.Dialects) > 0 { // the innermost holds
		n.Dialects = append(n.Dialects, &c.b.scenario.Dialect, &c.suite.Dialect)
	}
	for _, d := range n.Dialects {
		c.dialect(d)
	}
}

// blocks checks the steps inside a step.
func (c *checker) blocks(step *spec.Step) {
	switch a := step.Action.(type) {
	case *spec.Repeat:
		c.block(a.Steps, step.On, "each", "index")
	case *spec.Parallel:
		c.parallel(step, a)
	case *spec.Use:
		c.use(step, a)
	}
}

// bind computes what can be computed of an action before it is carried out.
func (c *checker) bind(step *spec.Step) {
	switch a := step.Action.(type) {
	case *spec.Connect:
		c.bindConnect(step, a)
	case *spec.Accept:
		c.bindAccept(a)
	case *spec.Send:
		c.bindWindow(a)
	case *spec.SendFrame:
		c.bindFrames(a)
	}
}

// pattern notes which events are looked at, and reads the schemas that they are
// held against.
func (c *checker) pattern(p *spec.Pattern) {
	c.b.looksAt(p.Kind)
	for _, s := range p.Schemas() {
		c.schema(s)
	}
}

// payload reads the files of a payload whose names are known by now.
func (c *checker) payload(p *spec.Payload) {
	for _, v := range p.Files() {
		if path, ok := v.Known(); ok {
			_, err := c.b.file(v, path)
			c.complain(v.Pos, err)
		}
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

// listener checks a listener that stands beside the steps.
func (c *checker) listener(l *spec.Listener) {
	scope := c.scope
	c.scope = append(slices.Clip(scope), "event")
	for _, t := range l.Texts {
		c.references(t.Refs)
	}
	c.scope = scope
	c.named(spec.Name{}, l.Names())
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
