package plan

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// mostEach is how many items of a repeat are looked at.
const mostEach = 100

// with is what a step gives to a sequence. What it does not give has its default.
func (g *given) with(step *spec.Step, seq *spec.StepSequence) *given {
	out := &given{args: map[string]value.Data{}, outer: g}
	for _, list := range [][]yamldoc.Entry[value.Data]{seq.Args, step.With} {
		for _, arg := range list {
			if !arg.Value.IsNull() { // otherwise it must be given
				out.args[arg.Name] = arg.Value
			}
		}
	}
	return out
}

// through is the same with the items of a repeat.
func through(c *checker, r *spec.Repeat) *given {
	out := *c.given
	if r.Each == nil {
		return &out
	}
	out.each = nil
	for _, list := range inside(c, found{*r.Each, c.given}, nil, 0) {
		items, _ := list.Items()
		for _, item := range items {
			out.each = append(out.each, found{item, list.in})
		}
	}
	out.each = out.each[:min(len(out.each), mostEach)]
	return &out
}

// kept gives what a suite keeps under a chain of names. It gives nothing if that is known
// only later.
func kept(c *checker, in *given, path []string, depth int) []found {
	if depth > MaxDepth || in == nil {
		return nil
	}
	if path[0] == "each" {
		var out []found
		for _, item := range in.each {
			out = append(out, inside(c, item, path[1:], depth)...)
		}
		return out
	}
	if len(path) < 2 {
		return nil
	}
	switch name := path[1]; path[0] {
	case "args":
		if d, ok := in.args[name]; ok {
			return inside(c, found{d, in.outer}, path[2:], depth)
		}
	case "matrix":
		return member(c, in, c.b.row, path[1:], depth)
	case "vars":
		if v, said := c.options.variable(name); said {
			return inside(c, found{constant(v), in}, path[2:], depth)
		}
		if c.b.set[name] || c.b.unclear {
			return nil
		}
		if slices.ContainsFunc(c.b.Spec.Vars, func(e yamldoc.Entry[value.Data]) bool { return e.Name == name }) {
			return member(c, in, c.b.Spec.Vars, path[1:], depth)
		}
		return member(c, in, c.suite.spec.Vars, path[1:], depth)
	}
	return nil
}

// constant gives a value of the command line as data.
func constant(v any) value.Data {
	n, err := value.NodeOf(v, diag.Pos{})
	if err != nil {
		return value.Constant(diag.Pos{}, v)
	}
	return value.ReadKept(n, nil)
}

// member gives what stands under a chain of names in a mapping.
func member(c *checker, in *given, of []yamldoc.Entry[value.Data], path []string, depth int) []found {
	i := slices.IndexFunc(of, func(e yamldoc.Entry[value.Data]) bool { return e.Name == path[0] })
	if i < 0 {
		return nil
	}
	return inside(c, found{of[i].Value, in}, path[1:], depth)
}

// inside gives what stands under a chain of names in a value.
func inside(c *checker, f found, path []string, depth int) []found {
	if chain := f.Kept(); chain != nil {
		return kept(c, f.in, slices.Concat(chain, path), depth+1)
	}
	if len(path) > 0 {
		fields, _ := f.Fields()
		return member(c, f.in, fields, path, depth)
	}
	if !f.IsKnown() {
		return nil
	}
	return []found{f}
}

// keeping checks what the suite keeps under names where a step names it.
type keeping struct {
	*checker
	in    *given
	may   map[diag.Pos]bool // the names that may stand for a matcher
	depth int
}

// checkKept reads what the suite keeps as it will be read where a step names it. It
// complains of what cannot stand there.
func checkKept(c *checker, n spec.Names, texts []value.Interpolation) {
	k := keeping{c, c.given, map[diag.Pos]bool{}, 0}
	for _, p := range n.Patterns {
		k.pattern(p)
	}
	for _, m := range n.Matchers {
		k.matcher(nil, m)
	}
	for _, d := range n.Kept {
		k.handOn(d)
	}
	for _, s := range n.Messages {
		k.payload(&s.Payload, s.ReadKept)
	}
	for _, p := range n.Payloads {
		if !slices.ContainsFunc(n.Messages, func(s *spec.Send) bool { return &s.Payload == p }) {
			k.payload(p, p.ReadKept)
		}
	}
	for _, t := range texts {
		k.misplaced(t)
	}
}

// handOn notes the names in data that may stand for a matcher.
func (k keeping) handOn(d value.Data) {
	for _, t := range d.Interpolations() {
		for _, r := range t.Refs {
			k.may[r.Pos] = true
		}
	}
}

// named gives what is kept under a chain of names, if it was not yet read in this place.
func (k keeping) named(at any, path []string) []found {
	if path == nil || k.depth > MaxDepth {
		return nil
	}
	return slices.DeleteFunc(kept(k.checker, k.in, path, 0), func(f found) bool {
		p := pairing{at, f.Node(), k.certain()}
		was := k.paired[p]
		k.paired[p] = true
		return was
	})
}

// certain reports whether the step is carried out if those before it pass.
func (k keeping) certain() bool { return k.perhaps == 0 && !k.skips }

// inside gives what checks something that was found.
func (k keeping) inside(f found) keeping {
	k.in = f.in
	k.depth++
	return k
}

func (k keeping) pattern(p *spec.Pattern) {
	for i := range p.Fields {
		k.matcher(p, &p.Fields[i].Value)
	}
}

// matcher reads what is kept as a matcher, or as the fields of an event.
func (k keeping) matcher(of *spec.Pattern, m *match.Matcher) {
	m.Visit(func(m *match.Matcher) {
		if m.Proto != nil {
			loadMatcher(k.checker, m)
		}
		if m.IsPlain() || m.Data.Kept() != nil {
			k.handOn(m.Data)
		}
		for _, f := range k.named(m, m.Data.Kept()) {
			if of != nil {
				if fields := of.ReadKept(f.Data, k.out); fields != nil {
					k.inside(f).pattern(fields)
					continue
				}
			}
			read := m.ReadKept(f.Data, k.certain(), k.out)
			k.inside(f).matcher(nil, &read)
		}
	})
}

// payload reads what is kept as a payload.
func (k keeping) payload(p *spec.Payload, read func(value.Data, *diag.List) *spec.Payload) {
	for _, r := range p.Text.Uses().Refs {
		k.may[r.Pos] = true
	}
	for _, f := range k.named(p, p.Kept()) {
		p := read(f.Data, k.out)
		if p == nil {
			continue
		}
		k.checker.payload(p)
		for _, t := range p.Data.Interpolations() {
			k.inside(f).misplaced(t)
		}
	}
}

// misplaced complains of a matcher that is named where no value is checked.
func (k keeping) misplaced(t value.Interpolation) {
	whole := value.KeptBy(t.Template) != nil
	for _, r := range t.Refs {
		if k.may[r.Pos] {
			continue
		}
		for _, f := range kept(k.checker, k.in, r.Path, 0) {
			if f.IsCondition() || whole && f.HoldsCondition() {
				k.out.Hintf(r.Pos, "a matcher stands where a value is checked", "%s is or holds a matcher, and nothing is checked here", strings.Join(r.Path, "."))
				break
			}
		}
	}
}
