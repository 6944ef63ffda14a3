package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Command is a program that is performed, of a service or of a `run`.
type Command struct {
	Args []Value[string] // the program and its arguments
	Dir  Value[string]   // the folder of the suite if it is not set
	Env  []yamldoc.Entry[Value[string]]
}

// Values gives everything that is computed of it.
func (c *Command) Values() []*Value[string] {
	out := []*Value[string]{&c.Dir}
	for i := range c.Args {
		out = append(out, &c.Args[i])
	}
	for i := range c.Env {
		out = append(out, &c.Env[i].Value)
	}
	return out
}

// keys names the keys of a command.
func (c *Command) keys(k *yamldoc.Keys) {
	k.Key("command", argsShape(&c.Args), "The program and its arguments; a program without a slash is looked for in PATH.", yamldoc.Required)
	k.Key("dir", Text(&c.Dir), "The folder in which it is performed; default: that of the suite.")
	k.Key("env", yamldoc.Dict(&c.Env, Text), "Environment variables, beside those of this process.")
}

// argsShape takes a program and its arguments. No shell is between: an argument may hold
// any characters.
func argsShape(args *[]Value[string]) yamldoc.Shape {
	list := yamldoc.List(args, Text)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		switch {
		case n.Kind == yamldoc.Scalar && !n.IsEmpty():
			out.Hintf(n.Pos, "such as [node, server.js], or [sh, -c, \"…\"] for a shell", "a command is a list of the program and its arguments")
			out.Lose()
			return
		case n.Kind == yamldoc.Sequence && len(n.Items) == 0:
			yamldoc.Expected(n, "a list of the program and its arguments", out)
			return
		}
		list.Decode(n, out)
		if len(*args) == 0 {
			return
		}
		if program, ok := (*args)[0].Known(); ok && program == "" {
			out.Addf((*args)[0].Pos, "the program has no name")
		}
	}, list.Describe)
}
