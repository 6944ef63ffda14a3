package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/urfave/cli/v2"
)

// maxVars is the most octets of a file of variables.
const maxVars = 4 << 20

// variables reads --vars-file, --var and --var-json. What the command line says itself
// replaces what the file says.
func variables(c *cli.Context) (map[string]any, error) {
	out := map[string]any{}
	if file := c.String("vars-file"); file != "" {
		var err error
		if out, err = readVariables(file); err != nil {
			return nil, err
		}
	}
	said := map[string]bool{}
	for _, v := range c.StringSlice("var") {
		name, text, err := assigned("--var", v, "NAME=VALUE")
		if err != nil {
			return nil, err
		}
		out[name], said[name] = text, true
	}
	for _, v := range c.StringSlice("var-json") {
		name, text, err := assigned("--var-json", v, "NAME=JSON")
		if err != nil {
			return nil, err
		}
		if said[name] {
			return nil, fmt.Errorf("--var-json %s: --var gives it a value too", name)
		}
		given, err := expr.DecodeJSON([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("--var-json %s: it is no JSON: %w (text is written in quotes, or with --var)", name, err)
		}
		out[name] = given
	}
	return out, nil
}

// assigned splits what a flag gives to a variable.
func assigned(flag, given, form string) (name, text string, err error) {
	name, text, ok := strings.Cut(given, "=")
	if !ok || name == "" {
		err = fmt.Errorf("%s %q is not %s", flag, given, form)
	}
	return name, text, err
}

// readVariables reads a mapping of variables to values of any shape. Nothing in it is
// computed.
func readVariables(file string) (map[string]any, error) {
	data, err := input.Read(file, maxVars)
	if err != nil {
		return nil, err
	}
	if filepath.Ext(file) == ".json" {
		return jsonVariables(file, data)
	}
	var problems diag.List
	n := yamldoc.Parse(file, string(data), &problems)
	out := map[string]any{}
	switch {
	case n == nil:
	case n.Kind != yamldoc.Mapping:
		yamldoc.Expected(n, "a mapping of variables to their values", &problems)
	default:
		for _, f := range n.Fields {
			out[f.Key.Text] = value.Plain(f.Value, &problems)
		}
	}
	return out, problems.Err()
}

func jsonVariables(file string, data []byte) (map[string]any, error) {
	v, err := expr.DecodeJSON(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	of, ok := v.(*expr.Mapping)
	if !ok {
		return nil, fmt.Errorf("read %s: expected an object of variables and their values", file)
	}
	out := map[string]any{}
	for name, given := range of.All() {
		out[name] = given
	}
	return out, nil
}

// maxEnv is the most octets of a file of environment variables.
const maxEnv = 1 << 20

// setEnvironment sets the environment variables of --env-file. Those that are set already
// stay as they are.
func setEnvironment(c *cli.Context) error {
	file := c.String("env-file")
	if file == "" {
		return nil
	}
	data, err := input.Read(file, maxEnv)
	if err != nil {
		return usageError{err}
	}
	lines, err := readEnvironment(string(data))
	if err != nil {
		return usageError{fmt.Errorf("--env-file: %s:%w", file, err)}
	}
	for _, l := range lines {
		if _, set := os.LookupEnv(l.name); set {
			continue
		}
		if err := os.Setenv(l.name, l.value); err != nil {
			return usageError{fmt.Errorf("--env-file: %s: %w", file, err)}
		}
	}
	return nil
}
