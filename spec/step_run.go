package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// Run performs a command.
type Run struct {
	Pos diag.Pos
	Command
	Background bool          // it goes on while the next steps are carried out
	Exit       match.Matcher // of its exit code; 0 if it is not set
	Files      []yamldoc.Entry[Value[string]]
}

func (r *Run) shape() yamldoc.Shape {
	keyed := yamldoc.Map(r)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind != yamldoc.Mapping {
			out.Hintf(n.Pos, "such as run: {command: [node, client.js]}", "a command is written as a mapping")
			out.Lose()
			return
		}
		keyed.Decode(n, out)
	}, keyed.Describe)
}

// Names gives the schemas that the exit code is held against: none that makes sense.
func (r *Run) Names() Names { return Names{Matchers: []*match.Matcher{&r.Exit}} }

// Keys names the keys of `run`.
func (r *Run) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		r.Pos = n.Pos
	}
	r.keys(k)
	k.Key("background", yamldoc.Flag(&r.Background), "true goes on to the next step while it runs (false).")
	k.Key("exit", match.Shape(&r.Exit, inUnit(countUnit, match.Number)), "What its exit code must be (0).")
	k.Key("files", yamldoc.Dict(&r.Files, Text), "Files that it writes, by name, for LABEL.files.NAME.")
	k.Whole(func(_ *yamldoc.Node, out *diag.List) {
		if r.Background && r.Exit.IsSet() {
			out.Hintf(r.Exit.Pos, "wait for its label and assert LABEL.exit", "a command in the background has no exit code yet")
		}
	})
}
