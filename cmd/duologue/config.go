package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/urfave/cli/v2"
)

// configFile is the file in the working directory that holds defaults of flags. It is no
// suite, wherever it lies.
const configFile = "duologue.yaml"

// configured reads the defaults of flags from the file that --config names, or from
// duologue.yaml in the working directory if there is one. A flag of the command line stays.
// Nothing else says which file is read, so no folder of suites can.
func configured(c *cli.Context) error {
	name, said := c.String("config"), c.IsSet("config")
	if !said {
		name = configFile
	}
	data, err := input.Read(name, yamldoc.MaxOctets)
	switch {
	case !said && errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return usageError{fmt.Errorf("--config: %w", err)}
	}
	var problems diag.List
	if n := yamldoc.Parse(name, string(data), &problems); n != nil {
		(&config{c, filepath.Dir(name), &problems}).read(n)
	}
	if !problems.Empty() {
		return complain(c.App.ErrWriter, &problems, diag.Sources{name: string(data)})
	}
	if dir := filepath.Dir(name); !c.IsSet("root") && dir != "." {
		return c.Set("root", dir)
	}
	return nil
}

// config is a file with defaults of flags while it is read.
type config struct {
	c   *cli.Context
	dir string // to which its paths are relative
	out *diag.List
}

// paths are the flags that name files and folders. In the file they are relative to it.
var paths = []string{"vars-file", "env-file", "root", "junit", "ctrf", "html", "trace", "baseline", "artifacts"}

func (f *config) read(n *yamldoc.Node) {
	if n.Kind != yamldoc.Mapping {
		yamldoc.Expected(n, "a mapping of flags to their defaults, such as {allow_run: true}", f.out)
		return
	}
	all := slices.Concat(selectionFlags(), shareFlags(), runFlags()) // of run; check leaves out what it does not have
	var names []string
	for _, flag := range all {
		if name := flag.Names()[0]; name != "config" {
			names = append(names, strings.ReplaceAll(name, "-", "_"))
		}
	}
	for _, field := range n.Fields {
		if !slices.Contains(names, field.Key.Text) {
			f.out.UnknownKey(field.Key.Pos, field.Key.Text, names, nil, "no flag of `run` is called %q", field.Key.Text)
			continue
		}
		name := strings.ReplaceAll(field.Key.Text, "_", "-")
		f.flag(name, flagOf(all, name), field.Value)
	}
}

// flag gives a flag its default.
func (f *config) flag(name string, flag cli.Flag, n *yamldoc.Node) {
	before := f.out.Len()
	values := f.values(flag, n)
	if f.out.Len() > before || f.c.IsSet(name) || flagOf(f.c.Command.Flags, name) == nil {
		return
	}
	for _, v := range values {
		if slices.Contains(paths, name) && !filepath.IsAbs(v) {
			v = filepath.Join(f.dir, v)
		}
		if err := f.c.Set(name, v); err != nil {
			f.out.Addf(n.Pos, "%s: %v", name, err)
		}
	}
}

// values gives what a flag is set to, one after the other.
func (f *config) values(flag cli.Flag, n *yamldoc.Node) []string {
	var text string
	switch flag.(type) {
	case *cli.BoolFlag:
		var on bool
		yamldoc.Flag(&on).Decode(n, f.out)
		return []string{fmt.Sprint(on)}
	case *cli.IntFlag, *cli.Uint64Flag:
		if _, ok := yamldoc.Int(n); !ok {
			yamldoc.Expected(n, "a whole number", f.out)
		}
	case *cli.DurationFlag:
		if _, err := time.ParseDuration(n.Text); err != nil || n.Kind != yamldoc.Scalar {
			yamldoc.Expected(n, "a duration, such as 5ms", f.out)
		}
	case *cli.StringSliceFlag:
		return f.list(n, flag.Names()[0] == "var-json")
	}
	yamldoc.Text(&text).Decode(n, f.out)
	return []string{text}
}

// text gives the text of a value, in JSON if the flag takes that.
func (f *config) text(n *yamldoc.Node, inJSON bool) string {
	var text string
	if !inJSON {
		yamldoc.Text(&text).Decode(n, f.out)
		return text
	}
	var b bytes.Buffer
	if err := expr.AppendJSON(&b, value.Plain(n, f.out)); err != nil {
		f.out.Addf(n.Pos, "%v", err)
	}
	return b.String()
}

// list gives the values of a flag that can be given several times. A mapping is a list of
// NAME=VALUE, or of NAME=JSON.
func (f *config) list(n *yamldoc.Node, inJSON bool) []string {
	if n.Kind == yamldoc.Mapping {
		var out []string
		for _, field := range n.Fields {
			out = append(out, field.Key.Text+"="+f.text(field.Value, inJSON))
		}
		return out
	}
	var out []string
	yamldoc.OneOrMore(&out, yamldoc.Text).Decode(n, f.out)
	return out
}
