package plan

import (
	"fmt"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// checker goes through the steps of a scenario in the order in which they are carried out,
// and finds steps that cannot be carried out.
type checker struct {
	*binder
	b         *draft
	labels    *known // of steps before this one
	vars      *known
	listeners *known
	programs  *known          // that steps before this one, or the scenario, have started
	inForce   map[string]bool // listeners that some step before this one certainly adds, and none anywhere ends
	perhaps   int             // how many of the blocks around a step may be left out
	likely    likelihood      // of the step
	skips     bool            // a step before this one may end the scenario
	given     *given
	unopened  *known // connections whose open event no connect reads
	spoken    spoken
	conns     *known   // that the scenario makes
	own       *known   // variables that steps give to connections
	scope     []string // names that the blocks around a step bring
	args      *known
	depth     int
}

// given is what a sequence is given where it is used, and what a repeat goes through.
type given struct {
	args  map[string]value.Data
	each  []found
	outer *given // where args were written; nil for the steps of the scenario
}

// found is something that the suite keeps under a name, as it is written.
type found struct {
	value.Data
	in *given // what its own names stand for
}

// pattern notes which kinds of events are looked at. Single chunks and frames become
// events only if somebody looks at them, and a last Ping is sent only if nobody could see
// its Pong. It reads what the matchers of the pattern need.
func (c *checker) pattern(p *spec.Pattern) {
	c.b.Wants.Kinds[p.Reads()] = true
	for _, m := range p.Matchers() {
		readNeeds(c, m)
	}
	c.b.Wants.pattern(p)
}

// readNeeds reads the schemas of a matcher, and loads the messages that it names.
func readNeeds(c *checker, m *match.Matcher) {
	m.Visit(func(m *match.Matcher) {
		if m.Proto != nil {
			loadMatcher(c, m)
		}
		if m.Schema != nil {
			c.schema(m.Schema)
		}
	})
}

// comes complains of a pattern for something that can come only on an endpoint, if there is
// none.
func (c *checker) comes(p *spec.Pattern) {
	if known := c.b.known["endpoints"]; p.OnEndpoint() && len(known.names) == 0 && !known.open && len(known.perhaps) == 0 {
		c.out.Because(known.cause(""), diag.New(p.Pos, "such as endpoints: {here: {}}", "there is no endpoint that could be dialled"))
		return
	}
	if p.OnEndpoint() {
		checkEndpoint(c, p)
	}
	if p.Kind == "request" {
		checkRouted(c, p)
	}
}

// checkEndpoint complains of an endpoint that does not exist. Nothing would come on it.
func checkEndpoint(c *checker, p *spec.Pattern) {
	for _, f := range p.Fields {
		if v, written := f.Value.Data.Written(); written && f.Name == "endpoint" && f.Value.IsPlain() {
			if name, ok := v.(string); ok {
				c.missing(c.b.known["endpoints"], f.Value.Data.Pos, name, "there is no endpoint %q", name)
			}
		}
	}
}

// checkRouted complains of a request that is looked for where no endpoint has routes: there
// every client is a dial.
func checkRouted(c *checker, p *spec.Pattern) {
	known := c.b.known["endpoints"]
	if known.open || len(known.perhaps) > 0 || slices.ContainsFunc(c.b.declared(), func(d yamldoc.Entry[spec.Endpoint]) bool {
		return d.Value.Routes != nil || d.Value.Doubt.Unclear()
	}) {
		return
	}
	c.out.Because("no routes", diag.New(p.Pos, "such as endpoints: {here: {routes: [{path: /token}]}}", "no endpoint has routes, so every client is a dial"))
}

// uses checks that what expressions name can exist.
func (c *checker) uses(u value.Uses) {
	for _, r := range u.Refs {
		if !slices.Contains(c.scope, r.Path[0]) {
			c.name(r)
		}
	}
	for _, call := range u.Calls {
		if call.Name == "protobuf" || call.Name == "unprotobuf" {
			messageNamed(c, call.Pos, call.Args[0])
		}
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

// around checks what a text of the suite names that waits for something to come. In a setup and a
// teardown that make no connection nothing comes.
func around(c *checker, uses value.Uses) {
	if c.b.aside && len(c.conns.names) == 0 {
		uses = here(c.binder, c.b, uses)
	}
	c.uses(uses)
}

// listed checks which events are listed.
func (c *checker) listed(call value.Call) {
	switch kind, kinds := call.Args[1], spec.EventKinds(); {
	case spec.OnEndpoint(kind):
		c.out.Hintf(call.Pos, "read "+kind+"s with `expect`", "%ss come on endpoints, not on connections", kind)
	case !slices.Contains(kinds, kind):
		c.out.Hintf(call.Pos, diag.DidYouMean(kind, kinds), "unknown event %q", kind)
	case kind == "stream":
		c.out.Hintf(call.Pos, "list the messages that it comes in", "a stream is no list of events: only steps read it")
	}
}

// name checks one name that no block brings.
func (c *checker) name(r value.Reference) {
	switch root := r.Path[0]; root {
	case "vars":
		c.member(c.vars, r)
	case "env", "matrix", "endpoints":
		c.member(c.b.known[root], r)
	case "services":
		c.service(c.b.known[root], r)
	case "args":
		c.member(c.args, r)
	case "conn":
		c.member(c.own, r)
	case "target":
		aims(c.binder, c.b, r.Pos, "")
	case "each", "index":
		c.outside(r, "%q exists only inside a repeat")
	case "event":
		c.outside(r, "%q exists only in what a listener sends")
	default:
		c.label(r.Pos, root)
		checkTally(c, r)
	}
}

// checkTally complains of what no listener has.
func checkTally(c *checker, r value.Reference) {
	members := []string{"at", "count"}
	if c.listeners.names[r.Path[0]] && len(r.Path) > 1 && !slices.Contains(members, r.Path[1]) {
		c.out.Hintf(r.Pos, diag.DidYouMean(r.Path[1], members), "a listener has no %q", r.Path[1])
	}
}

// outside complains of a name that only some blocks bring, unless such a block may have
// been misspelled.
func (c *checker) outside(r value.Reference, format string) {
	if !c.b.Spec.Doubt.Unclear() {
		message := fmt.Sprintf(format, r.Path[0])
		c.out.Because(message, diag.Diagnostic{Pos: r.Pos, Message: message})
	}
}

// label complains of a label that no step before this one has. A listener has one: its name.
func (c *checker) label(pos diag.Pos, name string) {
	if name != "" && c.listeners.lacks(name) { // the decoder has complained of an empty one
		c.missing(c.labels, pos, name, "no step before this one has the label %q", name)
	}
}

// computed reports whether values can be computed before anything is dialled.
func (c *checker) computed(values ...*spec.Value[string]) bool {
	return !slices.ContainsFunc(values, func(v *spec.Value[string]) bool {
		t := v.Template()
		return t != nil && (!c.b.isStatic(t) || !c.computable(c.b, v.Uses()))
	})
}

// connection complains of the name of a connection that no step makes. Nothing would come
// on it, so `absent` would pass.
func (c *checker) connection(pos diag.Pos, name string) {
	if name != "" {
		c.missing(c.conns, pos, name, "no step makes a connection %q", name)
	}
}
