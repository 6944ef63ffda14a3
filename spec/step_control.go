package spec

import (
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Wait waits for a duration, or for the end of the stream with a label.
type Wait struct {
	For   Value[string]
	Label Name // the label to wait for, if For is not a duration
}

func (w *Wait) shape() yamldoc.Shape {
	text := Text(&w.For)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		text.Decode(n, out)
		known, ok := w.For.Known()
		if !ok {
			return
		}
		if _, err := expr.ParseDuration(known); err == nil {
			return
		}
		w.Label = Name{n.Pos, known}
		if err := expr.CheckName(known); err != nil {
			out.Hintf(n.Pos, "such as 500ms, or the label of a stream", "%q is neither a duration nor a label", known)
		}
	}, text.Describe)
}

// Names gives the label of the stream.
func (w *Wait) Names() Names { return Names{Labels: []Name{w.Label}} }

// Set gives values to variables of the scenario, and of the connection of the step: those are
// written conn.NAME.
type Set struct {
	Vars []Assignment
}

// Assignment gives a value to a variable.
type Assignment struct {
	yamldoc.Entry[value.Data]
	Own bool // of the connection
}

func (s *Set) shape() yamldoc.Shape {
	var all []yamldoc.Entry[value.Data]
	dict := yamldoc.Dict(&all, kept)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Mapping && len(n.Fields) == 0 {
			yamldoc.Expected(n, "a mapping of variables to values", out)
			return
		}
		dict.Decode(n, out)
		for _, v := range all {
			var own bool
			v.Name, own = strings.CutPrefix(v.Name, "conn.")
			if v.Name == "" {
				out.Hintf(v.Pos, "such as set: {conn.session: s-17}", "a variable needs a name")
			}
			if own {
				checkOwn(&v.Value, out)
			}
			s.Vars = append(s.Vars, Assignment{v, own})
		}
	}, dict.Describe)
}

// Names gives the values, and the connection if one of its variables gets one.
func (s *Set) Names() Names {
	var names Names
	for _, v := range s.Vars {
		if v.Own {
			names.Connections = []Name{{Pos: v.Pos}}
		}
		names.Kept = append(names.Kept, v.Value)
	}
	return names
}

// Log leaves a note.
type Log struct {
	Text Value[string]
}

func (l *Log) shape() yamldoc.Shape { return Text(&l.Text) }

// Names gives nothing.
func (l *Log) Names() Names { return Names{} }

// Skip ends the scenario with the verdict skipped.
type Skip struct {
	Reason Value[string]
}

func (s *Skip) shape() yamldoc.Shape { return Text(&s.Reason) }

// Names gives nothing.
func (s *Skip) Names() Names { return Names{} }

// Listener is a rule that answers or ignores events in the background.
type Listener struct {
	Pos   diag.Pos
	Name  string
	On    string
	When  Pattern
	Send  *Send
	Texts []value.Interpolation // its scalars that hold ${…}
	Usual bool                  // it stands in the defaults of the suite
}

func (l *Listener) shape() yamldoc.Shape { return yamldoc.Map(l) }

// Names gives the event that the listener takes, the connection that it watches, and its
// answer.
func (l *Listener) Names() Names {
	names := Names{Patterns: []*Pattern{&l.When}}
	if l.On != "" {
		names.Connections = []Name{{l.Pos, l.On}}
	}
	if l.Send != nil {
		names.Payloads, names.Messages = []*Payload{&l.Send.Payload}, []*Send{l.Send}
	}
	return names
}

// Keys names the keys of a listener.
func (l *Listener) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		l.Pos, l.Texts = n.Pos, value.InterpolationsOf(n)
	}
	k.Key("name", wordShape(&l.Name), "What remove_listener calls it.", yamldoc.Required)
	k.Key("on", wordShape(&l.On), "The connection it watches; default: every one.")
	k.Key("when", yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) { l.When = readPattern(n, out) },
		describeExpectation), "The event that it takes.", yamldoc.Required)
	k.Key("send", yamldoc.Optional(&l.Send, func(s *Send) yamldoc.Shape { return s.shape() }),
		"The answer; it may use ${event.…}. Without it the event is just ignored.")
	k.Whole(func(_ *yamldoc.Node, out *diag.List) {
		if l.Send != nil && len(l.Send.Files()) > 0 {
			out.Addf(l.Pos, "a listener does not send files")
		}
	})
}

// RemoveListener ends a listener.
type RemoveListener struct {
	Pos  diag.Pos
	Name string
}

func (r *RemoveListener) shape() yamldoc.Shape { return yamldoc.Placed(&r.Pos, wordShape(&r.Name)) }

// Names gives the listener.
func (r *RemoveListener) Names() Names { return Names{Listeners: []Name{{r.Pos, r.Name}}} }
