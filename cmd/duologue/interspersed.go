package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// interspersed moves the flags of a command before its arguments: the library
// would take "run a.yaml --jobs 2" for three files. After "--" nothing moves.
func interspersed(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	var flags []cli.Flag
	for _, c := range app.Commands {
		if c.Name == args[0] {
			flags = c.Flags
		}
	}
	if flags == nil {
		return args
	}
	front, back := []string{args[0]}, []string{}
	rest := args[1:]
	for i := 0; i < len(rest); i++ {
		a := rest[i]
		switch {
		case a == "--":
			return append(append(front, "--"), append(back, rest[i+1:]...)...)
		case !strings.HasPrefix(a, "-") || a == "-":
			back = append(back, a)
		default:
			front = append(front, a)
			if !strings.Contains(a, "=") && takesValue(flags, strings.TrimLeft(a, "-")) && i+1 < len(rest) {
				i++
				front = append(front, rest[i])
			}
		}
	}
	return append(front, back...)
}

func takesValue(flags []cli.Flag, name string) bool {
	for _, f := range flags {
		for _, n := range f.Names() {
			if n == name {
				_, isBool := f.(*cli.BoolFlag)
				return !isBool
			}
		}
	}
	return false
}
