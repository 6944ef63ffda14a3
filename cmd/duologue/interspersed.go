package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// interspersed moves the flags of a command before its arguments, because the
// library would take "run a.yaml --jobs 2" for three files. After "--" nothing
// is moved. It is an error to give a flag with one value twice; the library
// would silently take the last value.
func interspersed(app *cli.App, args []string) ([]string, error) {
	if len(args) == 0 {
		return args, nil
	}
	var flags []cli.Flag
	for _, c := range app.Commands {
		if c.Name == args[0] {
			flags = c.Flags
		}
	}
	if flags == nil {
		return args, nil
	}
	front, back := []string{args[0]}, []string{}
	seen := map[cli.Flag]bool{}
	rest := args[1:]
	for i := 0; i < len(rest); i++ {
		a := rest[i]
		switch {
		case a == "--":
			return append(append(front, "--"), append(back, rest[i+1:]...)...), nil
		case !strings.HasPrefix(a, "-") || a == "-":
			back = append(back, a)
		default:
			front = append(front, a)
			name, _, given := strings.Cut(strings.TrimLeft(a, "-"), "=")
			f := flagOf(flags, name)
			if !takesValue(f) {
				continue
			}
			if _, many := f.(*cli.StringSliceFlag); seen[f] && !many {
				return nil, usageError{fmt.Errorf("--%s is given twice", name)}
			}
			seen[f] = true
			if !given && i+1 < len(rest) {
				i++
				front = append(front, rest[i])
			}
		}
	}
	return append(front, back...), nil
}

func flagOf(flags []cli.Flag, name string) cli.Flag {
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
	if i < 0 {
		return nil
	}
	return flags[i]
}

func takesValue(f cli.Flag) bool {
	_, isBool := f.(*cli.BoolFlag)
	return f != nil && !isBool
}
