package spec

import (
	"slices"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// Action is what a step does: a pointer to one of the types of this package
// that [verbs] makes.
type Action interface {
	// shape reads what stands behind the verb.
	shape() yamldoc.Shape
	// Names gives what the action names.
	Names() Names
}

// Names is what an action names and what must be there, so that all of it is
// looked for before anything is dialled.
type Names struct {
	Connections []Name // beside the step's own; an empty one is the step's own
	Labels      []Name
	Listeners   []Name
	Expressions []*value.Expression
	Patterns    []*Pattern // of the events that it looks at
	Schemas     []*match.Schema
	Payloads    []*Payload
	Sources     []*Source
	References  []*Source // which may be labels, too
	Dialects    []*Dialect
	Blocks      []Block
}

// Name is a name that was written, and where.
type Name struct {
	Pos  diag.Pos
	Text string
}

func (n Name) String() string { return n.Text }

func nameShape(n *Name) yamldoc.Shape { return yamldoc.Placed(&n.Pos, wordShape(&n.Text)) }

// wordShape takes a name. One without a letter would stand for none at all.
func wordShape(name *string) yamldoc.Shape {
	return yamldoc.Whole(yamldoc.Text(name), func(n *yamldoc.Node, out *diag.List) {
		if n.Text == "" {
			out.Addf(n.Pos, "a name must not be empty")
			out.Lose()
		}
	})
}

// Block is a list of steps inside a step.
type Block struct {
	On    string // the connection of its steps; "" is that of the step around it
	Steps []Step
	Doubt diag.Doubt // its steps apart
}

// Link is what a step has to do with its connection, the one that `on` names.
type Link int

// The links.
const (
	Apart Link = iota // nothing; a block hands it down to its steps
	Uses              // it acts on the connection, so some step must make it
	Says              // the action says which connections it speaks of, in [Names]
	Makes             // it makes the connection
)

// Manner is how a step stands in time and among other steps.
type Manner int

// The manners.
const (
	Acts   Manner = iota // it waits for the moment that `after` names
	Reads                // it reads events, and counts from that moment
	Around               // it is a block around other steps, each of which is a step of its own
)

// Facts is what a step needs and does because of its verb.
type Facts struct {
	Link   Link
	Manner Manner
	Within bool // `within` is its deadline
	Write  bool // it writes octets, in pieces that `write` may choose
	Label  bool // it gives its own label a value; any other label is the time at which its step was done
}

// The words of the registry.
const (
	timed, untimed  = true, false
	writes, silent  = true, false
	result, instant = true, false
)

// verb is a row of the registry. A row is written without the names of its
// columns, so that one that leaves something out does not compile.
type verb struct {
	name  string
	make  func() Action
	facts Facts
	doc   string
}

// verbs is the registry: all that a verb is, apart from what its action reads,
// names and does. Hints name verbs in this order.
var verbs = []verb{
	{"connect", func() Action { return &Connect{} }, Facts{Makes, Acts, timed, writes, result}, "Dials and waits for the handshake."},
	{"accept", func() Action { return &Accept{} }, Facts{Makes, Acts, timed, writes, result}, "Takes the next dial on an endpoint."},

	{"send", func() Action { return &Send{} }, Facts{Uses, Acts, timed, writes, result}, "Sends one message."},
	{"send_ping", func() Action { return &SendPing{} }, Facts{Uses, Acts, timed, writes, result}, "Sends a Ping frame."},
	{"send_frame", func() Action { return &SendFrame{} }, Facts{Uses, Acts, timed, writes, result}, "Sends a frame, or several, with any header, right or wrong."},
	{"send_bytes", func() Action { return &SendBytes{} }, Facts{Uses, Acts, timed, writes, result}, "Sends octets as they are."},
	{"close", func() Action { return &Close{} }, Facts{Uses, Acts, timed, writes, instant}, "Begins the closing handshake."},
	{"drop", func() Action { return &Drop{} }, Facts{Uses, Acts, untimed, silent, instant}, "Ends the TCP connection without a Close."},
	{"reading", func() Action { return &Reading{} }, Facts{Uses, Acts, untimed, silent, instant}, "Stops reading from a connection, or resumes."},

	{"expect", func() Action { return &Expect{} }, Facts{Says, Reads, timed, silent, result}, "The next unread event of the kind it names must match."},
	{"await", func() Action { return &Expect{Mode: ReadOn} }, Facts{Says, Reads, timed, silent, result}, "Reads on until an event matches."},
	{"absent", func() Action { return &Expect{Mode: MustNotBe} }, Facts{Says, Reads, timed, silent, instant}, "Nothing that matches arrives within the step's time."},

	{"send_media", func() Action { return &SendMedia{} }, Facts{Uses, Acts, untimed, silent, result}, "Streams a source in real time, in the background."},
	{"stop_media", func() Action { return &StopMedia{} }, Facts{Uses, Acts, untimed, silent, instant}, "Ends a stream, with the dialect's stop."},
	{"clear_media", func() Action { return &ClearMedia{} }, Facts{Uses, Acts, untimed, silent, instant}, "Empties a playback buffer: the platform's by the dialect's clear, or our own."},
	{"send_mark", func() Action { return &SendMark{} }, Facts{Uses, Acts, untimed, silent, instant}, "Sends the dialect's mark."},
	{"send_dtmf", func() Action { return &SendDTMF{} }, Facts{Uses, Acts, untimed, silent, instant}, "Sends keys, in the dialect's way."},

	{"assert", func() Action { return &Assert{} }, Facts{Says, Acts, untimed, silent, instant}, "Checks what has happened with matchers."},
	{"wait", func() Action { return &Wait{} }, Facts{Apart, Acts, untimed, silent, instant}, "Waits for a while, or for the end of a stream."},
	{"set", func() Action { return &Set{} }, Facts{Apart, Acts, untimed, silent, instant}, "Gives values to variables."},
	{"skip", func() Action { return &Skip{} }, Facts{Apart, Acts, untimed, silent, instant}, "Ends the scenario as skipped, with a reason."},
	{"add_listener", func() Action { return &Listener{} }, Facts{Says, Acts, untimed, silent, instant}, "From now on answers or ignores what matches, in the background."},
	{"remove_listener", func() Action { return &RemoveListener{} }, Facts{Apart, Acts, untimed, silent, instant}, "Ends a listener."},

	{"repeat", func() Action { return &Repeat{} }, Facts{Apart, Around, untimed, silent, instant}, "Carries out steps again and again."},
	{"parallel", func() Action { return &Parallel{} }, Facts{Apart, Around, untimed, silent, instant}, "Carries out branches side by side."},
	{"use", func() Action { return &Use{} }, Facts{Apart, Around, untimed, silent, instant}, "Carries out a sequence of the suite."},
}

// find gives the row of a verb.
func find(name string) (verb, bool) {
	i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == name })
	if i < 0 {
		return verb{}, false
	}
	return verbs[i], true
}

// Verbs gives the verbs of steps, sorted.
func Verbs() []string { return slices.Clone(sortedVerbs()) }

var sortedVerbs = sync.OnceValue(func() []string {
	return slices.Sorted(slices.Values(verbsThat(func(Facts) bool { return true })))
})

// verbsThat gives the verbs of which something is so.
func verbsThat(holds func(Facts) bool) []string {
	var out []string
	for _, v := range verbs {
		if holds(v.facts) {
			out = append(out, v.name)
		}
	}
	return out
}

// FactsOf gives what the registry says of a verb.
func FactsOf(name string) Facts {
	v, _ := find(name)
	return v.facts
}

// Facts gives what the registry says of the step's verb.
func (s *Step) Facts() Facts { return FactsOf(s.Verb) }

// Blocks gives the blocks of a step that stands around others.
func (s *Step) Blocks() []Block {
	if s.Facts().Manner != Around {
		return nil
	}
	return s.Action.Names().Blocks
}
