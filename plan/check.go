package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// check finds the problems of one scenario.
func (b *binder) check(out *draft) {
	c := checker{binder: b, b: out, given: &given{}, spoken: spoken{by: map[string][]*spec.Dialect{}}, labels: newKnown(""), vars: out.known["vars"].clone(),
		listeners: newKnown("listener"), programs: newKnown("program"), inForce: map[string]bool{}, unopened: newKnown(""), conns: newKnown("connection"), own: newKnown("variable of connections"), args: newKnown("argument")}
	sc := out.Spec
	for _, k := range []*known{c.labels, c.listeners, c.programs, c.conns, c.own} {
		k.doubt(b.suite.spec.Doubt)
		k.doubt(sc.Doubt)
	}
	if b.suite.Setup != nil {
		// What the setup labels and sets is there for every scenario; its listeners and programs are not.
		c.walk(b.suite.spec.Setup, mainConnection, 0, c.learn)
		c.listeners.names, c.programs.names = map[string]bool{}, map[string]bool{}
	}
	for _, s := range out.services {
		c.programs.add(s.Name)
	}
	if sc.Doubt.Unclear() { // it may have further steps
		c.conns.perhaps[spec.MainConnection] = true
	}
	c.spoken.open = sc.Doubt.Unclear() || b.suite.spec.Doubt.Unclear() // a misspelled key may be the dialect
	for _, steps := range [][]spec.Step{sc.Steps, sc.Finally} {
		c.walk(steps, mainConnection, 0, c.makes)
	}
	if sc.Load != nil {
		c.scope = []string{"index"}
	}
	sc.Listeners = c.listening(sc.Listeners)
	for i := range sc.Listeners {
		c.listeners.add(sc.Listeners[i].Name) // answers can name listeners
	}
	if !sc.Doubt.Wrong {
		c.beside(sc)
	}
	c.steps(sc.Steps, mainConnection)
	c.steps(sc.Finally, mainConnection)
	if sc.Doubt.Wrong {
		return
	}
	for _, t := range sc.Unexpected.Texts { // looked at when something comes, so any step may have made what they name
		around(&c, t.Uses)
	}
	foreseeBeside(&c, sc.Unexpected.Texts, sc.Unexpected.Usual)
	for _, d := range out.declared() {
		c.routes(d.Value.Routes)
	}
	if sc.Load != nil {
		c.load(sc.Load)
	}
}

// beside checks what stands beside the steps.
func (c *checker) beside(sc *spec.Scenario) {
	for i := range sc.Listeners {
		c.listener(&sc.Listeners[i])
	}
	for i := range sc.Unexpected.Patterns {
		p := &sc.Unexpected.Patterns[i]
		if !sc.Unexpected.Usual {
			c.comes(p)
		}
		c.pattern(p)
		checkWhole(c, p, "`unexpected`")
	}
}

// load checks what is asserted over all runs. It can name what the runs label.
func (c *checker) load(l *spec.Load) {
	for _, m := range l.Matchers() {
		readNeeds(c, m)
	}
	for _, check := range l.Checks {
		if d := check.Difference; d != nil {
			c.label(check.Pos, d.A.Label)
			c.label(check.Pos, d.B.Label)
		}
		if check.Expression != nil {
			c.uses(check.Expression.Uses())
			foresee(c, nil, check.Expression)
		}
	}
}

// learn notes what a step labels, sets and adds, without its blocks. A word that was not
// understood may be such a name.
func (c *checker) learn(step *spec.Step) {
	for _, k := range []*known{c.labels, c.vars, c.listeners, c.programs} {
		k.doubt(c.doubt(step))
	}
	c.labels.add(step.As)
	switch a := step.Action.(type) {
	case *spec.Set:
		for _, v := range a.Vars {
			if !v.Own {
				c.vars.add(v.Name)
			}
		}
	case *spec.Expect:
		for _, item := range a.Items {
			c.labels.add(item.As)
		}
	case *spec.Listener:
		c.listeners.add(a.Name)
	case *spec.Run:
		c.programs.add(step.As)
	}
}

// makes notes the connection that a step makes. A step without a verb may make one, and so
// may a block that was not understood.
func (c *checker) makes(step *spec.Step) {
	d := c.doubt(step)
	c.conns.doubt(d)
	c.unopened.open = c.unopened.open || d.Unclear()
	if a, ok := step.Action.(*spec.Connect); ok && a.NoWait {
		c.unopened.add(step.On)
	}
	c.spoken.learn(c.b, step, d)
	c.own.doubt(d)
	for _, v := range ownOf(step) {
		c.own.add(v.Name)
	}
	switch {
	case step.Facts().Link == spec.Makes, step.Action == nil:
		c.conns.add(step.On)
	case step.Facts().Manner == spec.Around && d.Unclear():
		c.conns.add(step.On)
		for _, b := range step.Blocks() {
			c.conns.add(b.On)
		}
	}
}

// ownOf gives the variables that a step gives to its connection.
func ownOf(step *spec.Step) []yamldoc.Entry[value.Data] {
	var out []yamldoc.Entry[value.Data]
	switch a := step.Action.(type) {
	case *spec.Connect:
		return a.Vars
	case *spec.Accept:
		return a.Vars
	case *spec.Set:
		for _, v := range a.Vars {
			if v.Own {
				out = append(out, v.Entry)
			}
		}
	}
	return out
}

// doubt gives what is in doubt of a step: of the step itself, of its branches, and of the
// sequence that it uses.
func (c *checker) doubt(step *spec.Step) diag.Doubt {
	all := step.Doubt
	for _, b := range step.Blocks() {
		all = all.With(b.Doubt)
	}
	if a, ok := step.Action.(*spec.Use); ok && !step.Doubt.Wrong {
		if seq := c.suite.sequences[a.Sequence]; seq != nil {
			return all.With(seq.Doubt)
		}
		all.Lost = true // nobody knows what it would have made
	}
	return all
}

func (c *checker) steps(steps []spec.Step, on connected) {
	for i := range steps {
		step := on.placed(steps[i])
		likely := c.likely
		if step.If != nil {
			c.perhaps++
			c.likely = likelyIf(c, step.If)
		}
		c.blocks(&step)
		if !c.doubt(&step).Wrong {
			c.itself(&step)
		}
		if step.If != nil {
			c.perhaps--
		}
		c.likely = likely
		c.learn(&step)
		c.walk(c.suspected(&step), of(&step), c.depth, c.learn)
	}
}

// suspected gives the steps of sequences whose names stand in a part of the step that was
// not understood. The step may have used them.
func (c *checker) suspected(step *spec.Step) []spec.Step {
	var out []spec.Step
	for word := range step.Doubt.Words {
		if seq := c.suite.sequences[word]; seq != nil {
			out = append(out, seq.Steps...)
		}
	}
	return out
}

// itself checks what a step says, as far as it was understood.
func (c *checker) itself(step *spec.Step) {
	scope := c.scope
	if l, ok := step.Action.(*spec.Listener); ok {
		c.scope = append(slices.Clip(scope), "event")
		c.listeners.add(l.Name) // its answer can name it
	}
	before := c.out.Len()
	for _, t := range step.Texts {
		c.uses(t.Uses)
	}
	c.scope = scope
	if step.After != nil {
		c.label(step.After.Pos, step.After.Label)
	}
	if step.If != nil {
		c.uses(step.If.Uses())
	}
	own := spec.Name{Pos: step.Pos, Text: step.On}
	if step.Adrift {
		own.Text = ""
	}
	if step.Facts().Link == spec.Uses {
		c.connection(own.Pos, own.Text)
	}
	checkNotListener(c, step.Pos, step.As)
	c.b.Wants.step(step)
	names := step.Action.Names()
	c.named(own, names) // behind the blocks, since `until` may name what the rounds bring
	for _, w := range step.With {
		names.Kept = append(names.Kept, w.Value)
	}
	checkKept(c, names, step.Texts)
	if _, ok := step.Action.(*spec.Skip); ok {
		c.skips = c.skips || c.likely != never
	}
	if c.out.Len() > before {
		return
	}
	foresee(c, step.Texts, names.Expressions...)
	if c.out.Len() == before {
		c.bind(step)
	}
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
	for _, l := range n.Listeners {
		c.missing(c.listeners, l.Pos, l.Text, "no step before this one adds a listener %q", l.Text)
	}
	for _, p := range n.Programs {
		c.program(p)
	}
	for _, e := range n.Expressions {
		c.uses(e.Uses())
	}
	for _, p := range n.Patterns {
		c.comes(p)
		c.pattern(p)
	}
	for _, m := range n.Matchers {
		readNeeds(c, m)
	}
	for _, p := range n.Payloads {
		c.payload(p)
	}
	for _, s := range n.Sources {
		c.source(s)
	}
	for _, s := range n.References {
		c.reference(s)
	}
	if len(n.Dialects) > 0 { // the innermost holds
		n.Dialects = append(n.Dialects, &c.b.Spec.Dialect, &c.suite.spec.Dialect)
	}
	for _, d := range n.Dialects {
		c.dialect(d)
	}
}

// blocks checks the steps inside a step.
func (c *checker) blocks(step *spec.Step) {
	switch a := step.Action.(type) {
	case *spec.Repeat:
		outer := c.given
		c.given = through(c, a)
		c.block(a.Steps, of(step), "each", "index")
		c.given = outer
	case *spec.Parallel:
		c.parallel(step, a)
	case *spec.Use:
		c.use(step, a)
	}
}

// bind computes what is known of an action before it is carried out. Nothing is of one that is not,
// but its command could be performed by mistake.
func (c *checker) bind(step *spec.Step) {
	if _, ok := step.Action.(*spec.Run); c.likely == never && !ok {
		return
	}
	switch a := step.Action.(type) {
	case *spec.Connect:
		checkConnect(c, step, a)
	case *spec.Accept:
		checkAccept(c, step, a)
	case *spec.HTTP:
		checkHTTP(c, step, a)
	case *spec.Send:
		checkWindow(c, a)
	case *spec.SendFrame:
		checkFrames(c, a)
	case *spec.Listener:
		checkListensTo(c, a)
		checkNotLabel(c, a)
		checkOnce(c, a)
	case *spec.Expect:
		for _, it := range a.Items {
			checkNotListener(c, it.Pattern.Pos, it.As)
		}
		checkOpens(c, step, a)
		checkStreams(c, step, a)
	case *spec.SendMedia:
		checkEncoding(c, step, a)
	case *spec.Run:
		checkRun(c, step, a)
	case *spec.Network:
		checkNetwork(c, step, a)
	}
}

// checkOpens complains of an expected open event that the step which made the connection
// has read.
func checkOpens(c *checker, step *spec.Step, a *spec.Expect) {
	for i := range a.Items {
		it := &a.Items[i]
		on := cmp.Or(it.On, step.On)
		if a.Mode == spec.MustNotBe || it.Pattern.Kind != "open" || step.Adrift || !c.conns.names[on] || !c.unopened.lacks(on) {
			continue
		}
		c.out.Because(fmt.Sprintf("connection %q at %v", on, c.b.Spec.Pos), diag.New(it.Pattern.Pos,
			"give `connect` a label with `as` and assert what it says, or write `connect: {wait: false}` and read the event here",
			"the step that makes connection %q waits for its open event and reads it", on))
	}
}

// payload reads the files of a payload whose names are known before anything is dialled.
func (c *checker) payload(p *spec.Payload) {
	if p == nil {
		return
	}
	for _, v := range p.Files() {
		if path, ok := v.Known(); ok {
			_, err := c.b.content(v, path)
			c.complain(v.Pos, err)
		}
	}
	checkPacked(c, p)
}

func (c *checker) block(steps []spec.Step, on connected, names ...string) {
	scope := c.scope
	c.scope = append(slices.Clip(scope), names...)
	c.steps(steps, on)
	c.scope = scope
}
