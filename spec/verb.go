package spec

import (
	"slices"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// Action is what a step does: a pointer to one of the types that [verbs] makes.
type Action interface {
	// shape reads the value of the verb.
	shape() yamldoc.Shape
	// Names gives everything that the action names.
	Names() Names
}

// Names is everything that an action names, so that all of it can be looked up
// before anything is dialled.
type Names struct {
	Connections []Name // an empty name is the step's own connection
	Labels      []Name
	Listeners   []Name
	Programs    []Name // that an earlier step or the scenario must have started
	Expressions []*value.Expression
	Patterns    []*Pattern // the events that the action looks at
	Payloads    []*Payload
	Messages    []*Send          // whose payloads are among Payloads, too
	Matchers    []*match.Matcher // beside those of Patterns
	Kept        []value.Data     // what the action keeps under names
	Sources     []*Source
	References  []*Source // sources that may also be the label of a stream
	Dialects    []*Dialect
	Blocks      []Block
}

// Name is a name in the suite and its place.
type Name struct {
	Pos  diag.Pos
	Text string
}

func (n Name) String() string { return n.Text }

func nameShape(n *Name) yamldoc.Shape { return yamldoc.Placed(&n.Pos, wordShape(&n.Text)) }

// wordShape takes a name. It refuses an empty one, which would look as if there
// were none.
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
	On    string // the connection of its steps; "" for that of the step around it
	Steps []Step
	Doubt diag.Doubt // about the block, without its steps
}

// Link says what a step has to do with its connection, the one that `on` names.
type Link int

// The links.
const (
	Apart Link = iota // nothing; a block passes it on to its steps
	Uses              // it acts on the connection, which an earlier step must make
	Says              // the action names its connections itself, in [Names]
	Makes             // it makes the connection
)

// Manner says how a step relates to time and to other steps.
type Manner int

// The manners.
const (
	Acts    Manner = iota // it waits for the moment of `after`
	Reads                 // it reads events; its time counts from the moment of `after`
	Around                // it is a block of other steps
	Remarks               // it waits for the moment of `after`, and only tells something: a scenario of nothing else has done nothing
)

// Facts is what follows for a step from its verb.
type Facts struct {
	Link   Link
	Manner Manner
	Within bool // the step's `within` is its deadline
	Write  bool // it writes octets; `write` may choose the pieces
	Label  bool // it gives its own label a value; the label of any other step is a time alone
}

// Names for the values of the columns Within, Write and Label.
const (
	timed, untimed  = true, false
	writes, silent  = true, false
	result, instant = true, false
)

// verb is a row of the registry. Rows are written without the names of the
// columns, so that a row with a missing value does not compile.
type verb struct {
	name  string
	make  func() Action
	facts Facts
	doc   string
}

// verbs is the registry: everything that follows from a verb, except what its
// action reads, names and does. Hints list verbs in this order.
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
	{"network", func() Action { return &Network{} }, Facts{Uses, Acts, untimed, silent, instant}, "Makes the line of a connection bad, or good again."},
	{"http", func() Action { return &HTTP{} }, Facts{Apart, Acts, timed, silent, result}, "Makes a request over plain HTTP and waits for the answer."},

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
	{"log", func() Action { return &Log{} }, Facts{Apart, Remarks, untimed, silent, instant}, "Leaves a note in the reports and in the trace."},
	{"skip", func() Action { return &Skip{} }, Facts{Apart, Acts, untimed, silent, instant}, "Ends the scenario as skipped, with a reason."},
	{"run", func() Action { return &Run{} }, Facts{Apart, Acts, timed, silent, result}, "Performs a command; only with --allow-run."},
	{"stop", func() Action { return &Stop{} }, Facts{Apart, Acts, timed, silent, result}, "Ends a command in the background, or a service of the scenario."},
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

// verbsThat gives the verbs whose facts pass a test, in the order of the
// registry.
func verbsThat(holds func(Facts) bool) []string {
	var out []string
	for _, v := range verbs {
		if holds(v.facts) {
			out = append(out, v.name)
		}
	}
	return out
}

// FactsOf gives the registry's facts of a verb. Those of an unknown verb are
// zero.
func FactsOf(name string) Facts {
	v, _ := find(name)
	return v.facts
}

// Facts gives the registry's facts of the step's verb.
func (s *Step) Facts() Facts { return FactsOf(s.Verb) }

// Blocks gives the blocks of a step around other steps, and nil for any other
// step.
func (s *Step) Blocks() []Block {
	if s.Facts().Manner != Around {
		return nil
	}
	return s.Action.Names().Blocks
}
