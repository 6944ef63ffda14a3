package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/spec"
	"github.com/urfave/cli/v2"
)

// suites is what arguments stand for.
type suites struct {
	suites []plan.Selection
	others []string // YAML files of folders that are no suites
}

// suiteFiles gives the suites that arguments name. A folder stands for every suite below it,
// except those in node_modules and in folders whose names begin with . or _. A file that is
// named itself is always a suite.
func suiteFiles(args []string) (*suites, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("no suite named; give files or folders")
	}
	var out suites
	for _, arg := range args {
		sel := selection(arg)
		info, err := os.Stat(sel.File)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			out.suites = append(out.suites, sel)
			continue
		}
		if err := out.folder(arg); err != nil {
			return nil, err
		}
	}
	out.suites = distinct(out.suites)
	return &out, nil
}

// folder adds the suites below a folder.
func (s *suites) folder(dir string) error {
	suites, others := len(s.suites), len(s.others)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.ContainsAny(d.Name()[:1], "._") && path != dir) {
			return fs.SkipDir
		}
		if ext := filepath.Ext(path); d.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		if d.Name() == configFile {
			return nil
		}
		if isSuite(path) {
			s.suites = append(s.suites, plan.Selection{File: path})
			return nil
		}
		s.others = append(s.others, path)
		return nil
	})
	switch n := len(s.others) - others; {
	case err != nil || len(s.suites) > suites:
		return err
	case n > 0:
		return fmt.Errorf("no suite below %s: %s none of the keys of a suite, such as scenarios", dir, counted(n, "YAML file has", "YAML files have"))
	}
	return fmt.Errorf("no .yaml file below %s", dir)
}

// looked is how many octets of a file are looked at for a key of a suite.
const looked = 256 << 10

// isSuite reports whether a file of a folder is a suite. A file that cannot be read counts,
// so that somebody hears of it.
func isSuite(path string) bool {
	f, err := input.Open(path)
	if err != nil {
		return true
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, looked))
	return err != nil || spec.LooksLikeSuite(string(text))
}

// tell counts the YAML files of folders that are no suites, and names them with -v.
func (s *suites) tell(c *cli.Context, mask func(string) string) {
	if len(s.others) == 0 {
		return
	}
	_, _ = fmt.Fprintf(c.App.Writer, "%s no suite\n", counted(len(s.others), "other file is", "other files are")) // as for any report, writing may fail late
	if c.Bool("verbose") {
		for _, path := range s.others {
			_, _ = fmt.Fprintf(c.App.Writer, "  %s\n", diag.Inert(mask(path)))
		}
	}
}

// counted puts a number before a word in singular or plural.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// distinct leaves out suites that are named twice, such as by a folder and by the name of a
// file in it. Performed twice, their testcases would have the same names.
func distinct(files []plan.Selection) []plan.Selection {
	seen := map[plan.Selection]bool{}
	return slices.DeleteFunc(files, func(s plan.Selection) bool {
		s.File = filepath.Clean(s.File)
		again := seen[s] || s.Line > 0 && seen[plan.Selection{File: s.File}]
		seen[s] = true
		return again
	})
}

// selection reads "file" or "file:line".
func selection(arg string) plan.Selection {
	file, last, ok := cutLast(arg, ":")
	line, err := strconv.Atoi(last)
	if _, statErr := os.Stat(arg); !ok || err != nil || line < 1 || statErr == nil {
		return plan.Selection{File: arg}
	}
	return plan.Selection{File: file, Line: line}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
