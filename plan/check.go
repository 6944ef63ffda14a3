package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// checker goes through the steps of a scenario in the order in which they are
// carried out, and finds what cannot be.
type checker struct {
	*binder
	b         *draft
	labels    *known // of steps before this one
	vars      *known
	listeners *known
	inForce   map[string]bool // listeners that some step before this one certainly adds, and none anywhere ends
	perhaps   int             // how many of the blocks around a step may be left out
	unopened  *known          // connections whose open event no connect reads
	spoken    spoken
	conns     *known   // that the scenario makes
	scope     []string // names that the blocks around a step bring
	args      *known
	depth     int
}

// check finds the problems of one scenario.
func (b *binder) check(out *draft) {
	c := checker{binder: b, b: out, spoken: spoken{by: map[string][]*spec.Dialect{}}, labels: newKnown(""), vars: out.known["vars"].clone(),
		listeners: newKnown("listener"), inForce: map[string]bool{}, unopened: newKnown(""), conns: newKnown("connection"), args: newKnown("argument")}
	sc := out.Spec
	for _, k := range []*known{c.labels, c.listeners, c.conns} {
		k.doubt(b.suite.spec.Doubt)
		k.doubt(sc.Doubt)
	}
	if b.suite.Setup != nil {
		// What the setup labels and sets is there for every scenario; its listeners are not.
		c.walk(b.suite.spec.Setup, mainConnection, 0, c.learn)
		c.listeners.names = map[string]bool{}
	}
	if sc.Doubt.Unclear() { // it may have further steps
		c.conns.perhaps[spec.MainConnection] = true
	}
	for _, steps := range [][]spec.Step{sc.Steps, sc.Finally} {
		c.walk(steps, mainConnection, 0, c.makes)
	}
	if sc.Load != nil {
		c.scope = []string{"index"}
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
		c.uses(t.Uses)
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
		c.pattern(&sc.Unexpected.Patterns[i])
	}
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
			c.uses(check.Expression.Uses())
		}
	}
}

// learn notes what a step labels, sets and adds, its blocks apart. What is in
// doubt of the step may be such a name.
func (c *checker) learn(step *spec.Step) {
	for _, k := range []*known{c.labels, c.vars, c.listeners} {
		k.doubt(c.doubt(step))
	}
	c.labels.add(step.As)
	switch a := step.Action.(type) {
	case *spec.Set:
		for _, v := range a.Vars {
			c.vars.add(v.Name)
		}
	case *spec.Expect:
		for _, item := range a.Items {
			c.labels.add(item.As)
		}
	case *spec.Listener:
		c.listeners.add(a.Name)
	}
}

// makes notes the connection that a step makes. A step without a verb may make
// one, and so may a block that was not understood.
func (c *checker) makes(step *spec.Step) {
	d := c.doubt(step)
	c.conns.doubt(d)
	c.unopened.open = c.unopened.open || d.Unclear()
	if a, ok := step.Action.(*spec.Connect); ok && a.NoWait {
		c.unopened.add(step.On)
	}
	c.spoken.learn(c.b, step, d)
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

// doubt gives what is in doubt of a step: of what it says itself, of its
// branches, and of the sequence that it uses.
func (c *checker) doubt(step *spec.Step) diag.Doubt {
	all := step.Doubt
	for _, b := range step.Blocks() {
		all = all.With(b.Doubt)
	}
	if a, ok := step.Action.(*spec.Use); ok && !step.Doubt.Wrong {
		if seq := c.b.sequences[a.Sequence]; seq != nil {
			return all.With(seq.Doubt)
		}
		all.Lost = true // nobody knows what it would have made
	}
	return all
}

// connected is the connection that steps speak of which name none.
type connected struct {
	name   string
	adrift bool // it may be another one
}

var mainConnection = connected{name: spec.MainConnection}

// inside gives the connection of the steps in a block that may say one itself, of
// which some is in doubt.
func (c connected) inside(said string, d diag.Doubt) connected {
	if said != "" {
		return connected{name: said}
	}
	return connected{c.name, c.adrift || d.Unclear()}
}

// placed gives a step with the connection that it speaks of.
func (c connected) placed(step spec.Step) spec.Step {
	if step.On == "" {
		step.On, step.Adrift = c.name, c.adrift || step.Adrift
	}
	return step
}

// of gives the connection of the steps inside a placed step.
func of(step *spec.Step) connected { return connected{step.On, step.Adrift} }

func (c *checker) steps(steps []spec.Step, on connected) {
	for i := range steps {
		step := on.placed(steps[i])
		if step.If != nil {
			c.perhaps++
		}
		c.blocks(&step)
		if !c.doubt(&step).Wrong {
			c.itself(&step)
		}
		if step.If != nil {
			c.perhaps--
		}
		c.learn(&step)
		c.walk(c.suspected(&step), of(&step), c.depth, c.learn)
	}
}

// suspected gives the steps of sequences that are named in what nobody understands
// of a step: it may have used them.
func (c *checker) suspected(step *spec.Step) []spec.Step {
	var out []spec.Step
	for word := range step.Doubt.Words {
		if seq := c.b.sequences[word]; seq != nil {
			out = append(out, seq.Steps...)
		}
	}
	return out
}

// itself checks what a step says that was not complained of.
func (c *checker) itself(step *spec.Step) {
	scope := c.scope
	if _, ok := step.Action.(*spec.Listener); ok {
		c.scope = append(slices.Clip(scope), "event")
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
	c.b.Wants.step(step)
	c.named(own, step.Action.Names()) // behind the blocks, since `until` may name what the rounds bring
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
	for _, e := range n.Expressions {
		c.uses(e.Uses())
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
		c.block(a.Steps, of(step), "each", "index")
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
	case *spec.Listener:
		c.listensTo(a)
		c.once(a)
	case *spec.Expect:
		c.opens(step, a)
	case *spec.SendMedia:
		c.encoding(step, a)
	}
}

// opens complains of an open event that the step has read which made the
// connection.
func (c *checker) opens(step *spec.Step, a *spec.Expect) {
	for i := range a.Items {
		it := &a.Items[i]
		on := cmp.Or(it.On, step.On)
		if a.Mode == spec.MustNotBe || it.Pattern.Kind != "open" || step.Adrift || !c.conns.names[on] || !c.unopened.lacks(on) {
			continue
		}
		c.out.Hintf(it.Pattern.Pos, "give `connect` a label with `as` and assert what it says, or write `connect: {wait: false}` and read the event here",
			"the step that makes connection %q waits for its open event and reads it", on)
	}
}

// pattern notes which events are looked at: single chunks and frames become events
// only where one does, and a last Ping is sent only where nobody could see its
// Pong. It reads the schemas that they are held against.
func (c *checker) pattern(p *spec.Pattern) {
	c.b.Wants.Kinds[p.Kind] = true
	if known := c.b.known["endpoints"]; p.IsDial() && len(known.names) == 0 && !known.open && len(known.perhaps) == 0 {
		c.out.Because(known.cause(""), diag.New(p.Pos, "such as endpoints: {here: {}}", "there is no endpoint that could be dialled"))
	}
	for _, s := range p.Schemas() {
		c.schema(s)
	}
}

// payload reads the files of a payload whose names are known by now.
func (c *checker) payload(p *spec.Payload) {
	for _, v := range p.Files() {
		if path, ok := v.Known(); ok {
			_, err := c.b.content(v, path)
			c.complain(v.Pos, err)
		}
	}
}

func (c *checker) block(steps []spec.Step, on connected, names ...string) {
	scope := c.scope
	c.scope = append(slices.Clip(scope), names...)
	c.steps(steps, on)
	c.scope = scope
}

// uses checks that what expressions name can exist.
func (c *checker) uses(u value.Uses) {
	for _, r := range u.Refs {
		if !slices.Contains(c.scope, r.Path[0]) {
			c.name(r)
		}
	}
	for _, call := range u.Calls {
		if !slices.Contains([]string{"conn", "audio", "events"}, call.Name) {
			continue
		}
		c.connection(call.Pos, call.Args[0])
		c.b.Wants.calls(call)
		if call.Name == "events" {
			c.listed(call)
		}
	}
}

// listed checks which events are listed.
func (c *checker) listed(call value.Call) {
	switch kind, kinds := call.Args[1], spec.EventKinds(); {
	case kind == "dial":
		c.out.Hintf(call.Pos, "read dials with `expect`", "dials come on endpoints, not on connections")
	case !slices.Contains(kinds, kind):
		c.out.Hintf(call.Pos, diag.DidYouMean(kind, kinds), "unknown event %q", kind)
	}
}

// name checks one name that no block brings.
func (c *checker) name(r value.Reference) {
	switch root := r.Path[0]; root {
	case "vars":
		c.member(c.vars, r)
	case "env", "matrix", "endpoints":
		c.member(c.b.known[root], r)
	case "args":
		c.member(c.args, r)
	case "target":
	case "each", "index":
		c.outside(r, "%q exists only inside a repeat")
	case "event":
		c.outside(r, "%q exists only in what a listener sends")
	default:
		c.label(r.Pos, root)
	}
}

// outside complains of a name that only some blocks bring, unless such a block may
// have been misspelled.
func (c *checker) outside(r value.Reference, format string) {
	if !c.b.Spec.Doubt.Unclear() {
		message := fmt.Sprintf(format, r.Path[0])
		c.out.Because(message, diag.Diagnostic{Pos: r.Pos, Message: message})
	}
}

func (c *checker) label(pos diag.Pos, name string) {
	if name != "" { // the decoder has complained of an empty one
		c.missing(c.labels, pos, name, "no step before this one has the label %q", name)
	}
}

// listener checks a listener that stands beside the steps.
func (c *checker) listener(l *spec.Listener) {
	scope := c.scope
	c.scope = append(slices.Clip(scope), "event")
	for _, t := range l.Texts {
		c.uses(t.Uses)
	}
	c.scope = scope
	c.named(spec.Name{}, l.Names())
	c.listensTo(l)
	c.listeners.add(l.Name)
	c.once(l)
}

// listensTo complains of a listener for what a listener cannot take: a dial waits for
// an accept.
func (c *checker) listensTo(l *spec.Listener) {
	if l.When.IsDial() {
		c.out.Hintf(l.When.Pos, "accept it, or write unexpected: [dial]", "a listener takes no dials")
	}
}

// once complains of a listener that certainly is in force already.
func (c *checker) once(l *spec.Listener) {
	if l.Name == "" || c.perhaps > 0 || c.b.Spec.Doubt.Unclear() || c.ends(l.Name) {
		return
	}
	if c.inForce[l.Name] {
		c.out.Hintf(l.Pos, "give it another name, or end the other one with remove_listener", "there is already a listener %q", l.Name)
	}
	c.inForce[l.Name] = true
}

// ends reports whether some step of the scenario may end a listener.
func (c *checker) ends(listener string) bool {
	found := false
	for _, steps := range [][]spec.Step{c.b.Spec.Steps, c.b.Spec.Finally} {
		c.walk(steps, mainConnection, 0, func(step *spec.Step) {
			a, ok := step.Action.(*spec.RemoveListener)
			found = found || ok && a.Name == listener || c.doubt(step).Unclear()
		})
	}
	return found
}

// reference checks what a stream is held against: a label, or else a source.
func (c *checker) reference(s *spec.Source) {
	name, ok := s.File.Known()
	if !ok || expr.CheckName(name) != nil {
		c.source(s)
		return
	}
	if !c.labels.lacks(name) {
		return
	}
	if _, err := c.clip(&s.File); err != nil {
		c.missing(c.labels, s.File.Pos, name, "read %q: %v", name, err)
	}
}

// source reads the WAV files of a source.
func (c *checker) source(a *spec.Source) {
	if a.Kind == "file" {
		if path, err := c.clip(&a.File); err != nil {
			c.out.Addf(a.File.Pos, "read %q: %v", path, err)
		}
	}
	for i := range a.List {
		c.source(&a.List[i])
	}
}

// clip reads a WAV file, if its name is known by now.
func (c *checker) clip(from *spec.Value[string]) (string, error) {
	if t := from.Template(); t != nil && !c.b.isStatic(t) {
		return "", nil // it depends on what happens; it is read when it is needed
	}
	path, err := from.In(c.b.staticEnv())
	if err != nil {
		return "", nil // likewise
	}
	clip, err := c.files.Clip(c.suite.spec.File, path)
	for _, w := range clip.Warnings {
		c.warnings = append(c.warnings, diag.Diagnostic{Pos: from.Pos, Message: fmt.Sprintf("%q: %s", path, w)})
	}
	return path, err
}

// use checks a sequence where it is used: with its arguments and with the
// labels that are known there.
func (c *checker) use(step *spec.Step, a *spec.Use) {
	seq := c.b.sequences[a.Sequence]
	if seq == nil {
		if a.Sequence != "" { // the decoder has complained of none
			c.missing(c.names, a.Pos, a.Sequence, "there is no sequence %q", a.Sequence)
		}
		return
	}
	c.defaults(step, seq)
	outer, scope := c.args, c.scope
	c.args, c.scope = argumentsOf(a.Sequence, seq), nil
	if !step.Doubt.Wrong {
		c.arguments(step, a, seq)
	}
	if c.depth++; c.depth <= MaxDepth {
		c.sequence(seq, of(step))
	} else {
		c.out.Addf(a.Pos, "sequences use each other more than %d deep", MaxDepth)
		c.labels.open = true
	}
	c.depth--
	c.args, c.scope = outer, scope
}

// defaults checks what the arguments are that a step does not give: they are
// computed where the sequence is used.
func (c *checker) defaults(step *spec.Step, seq *spec.StepSequence) {
	for _, arg := range seq.Args {
		if slices.ContainsFunc(step.With, func(w yamldoc.Entry[value.Data]) bool { return w.Name == arg.Name }) {
			continue
		}
		for _, t := range arg.Value.Interpolations() {
			c.uses(t.Uses)
		}
	}
}

// argumentsOf gives the names of the arguments of a sequence.
func argumentsOf(name string, seq *spec.StepSequence) *known {
	k := newKnown("argument of " + name)
	k.doubt(seq.Doubt)
	for _, arg := range seq.Args {
		k.add(arg.Name)
	}
	return k
}

// sequence checks the steps of a sequence.
func (c *checker) sequence(seq *spec.StepSequence, on connected) {
	c.used[seq] = true
	c.steps(seq.Steps, on)
}

// unused checks the sequences of the suite that none of its scenarios uses. What
// uses them from elsewhere may have labels, variables and connections of its own.
func (b *binder) unused() {
	for i := range b.suite.spec.Sequences {
		seq := &b.suite.spec.Sequences[i]
		if b.used[&seq.Value] || !b.fits(seq.Pos, seq.Value.Steps) {
			continue
		}
		anything := newKnown("")
		anything.open = true
		out := b.bind(&spec.Scenario{Pos: seq.Pos, Name: seq.Name}, nil, anything)
		out.aimless = true
		for name := range out.known {
			out.known[name] = anything
		}
		c := checker{binder: b, b: out, labels: anything, vars: anything, listeners: anything, inForce: map[string]bool{}, unopened: anything, conns: anything, args: argumentsOf(seq.Name, &seq.Value)}
		c.sequence(&seq.Value, mainConnection)
	}
}

// arguments checks what a sequence is given. One that it does not have is missing,
// where it is given and where its steps name it.
func (c *checker) arguments(step *spec.Step, a *spec.Use, seq *spec.StepSequence) {
	given, before := map[string]bool{}, c.out.Len()
	for _, w := range step.With {
		given[w.Name] = true
		c.missing(c.args, w.Pos, w.Name, "the sequence %q has no argument %q", a.Sequence, w.Name)
	}
	var needed []string
	for _, arg := range seq.Args {
		if arg.Value.IsNull() && !given[arg.Name] {
			needed = append(needed, strconv.Quote(arg.Name))
		}
	}
	if len(needed) == 0 || c.out.Len() > before { // what it has not is perhaps what it needs
		return
	}
	argument := "argument"
	if len(needed) > 1 {
		argument = "arguments"
	}
	message := fmt.Sprintf("the sequence %q needs the %s %s", a.Sequence, argument, strings.Join(needed, ", "))
	c.out.Because(message, diag.Diagnostic{Pos: a.Pos, Message: message})
}

// MaxDepth bounds sequences that use sequences.
const MaxDepth = 20
