package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// suite is a compiled test binary, and what its tests reach.
type suite struct {
	dir, binary string
	reach       map[int][]string // the tests that reach each mutant
	took        map[string]time.Duration
}

// survey runs every test alone and without a mutant, and notes what it reaches.
// All tests must pass.
func survey(dir, binary string) (*suite, error) {
	s := &suite{dir: dir, binary: binary, reach: map[int][]string{}, took: map[string]time.Duration{}}
	list := exec.Command(binary, "-test.list", ".")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("list the tests of %s: %w", dir, err)
	}
	for _, name := range strings.Fields(string(out)) {
		if strings.HasPrefix(name, "Benchmark") {
			continue
		}
		if err := s.visit(name); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *suite) visit(name string) error {
	trace := filepath.Join(filepath.Dir(s.binary), "reached")
	if err := os.RemoveAll(trace); err != nil {
		return err
	}
	began := time.Now()
	c := exec.Command(s.binary, "-test.run", "^"+name+"$")
	c.Dir = s.dir
	c.Env = append(os.Environ(), "MUTATE_REACHED="+trace)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s of %s fails without a mutant: %w\n%s", name, s.dir, err, out)
	}
	s.took[name] = time.Since(began)
	data, err := os.ReadFile(trace)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, word := range strings.Fields(string(data)) {
		id, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		s.reach[id] = append(s.reach[id], name)
	}
	return nil
}

// verdict is the result of trying a mutant.
type verdict int

const (
	unreached verdict = iota // no test reaches it
	survived
	killed
	timedOut // counts as killed: it does not end
)

// quick is the longest time of a test that is run before the others.
const quick = 500 * time.Millisecond

// try runs the tests that reach a mutant, with the mutant switched on. Quick
// tests run first, because they kill most mutants.
func (s *suite) try(m mutant, patience time.Duration) verdict {
	var first, rest []string
	for _, name := range s.reach[m.id] {
		if s.took[name] <= quick {
			first = append(first, name)
			continue
		}
		rest = append(rest, name)
	}
	out := unreached
	for _, tests := range [][]string{first, rest} {
		if len(tests) > 0 && out < killed {
			out = max(out, s.run(m, tests, patience))
		}
	}
	return out
}

// run runs tests with a mutant switched on. The limit of time is patience plus
// ten times what the tests take without a mutant. Tests that exceed it have not
// passed.
func (s *suite) run(m mutant, tests []string, patience time.Duration) verdict {
	limit := patience
	names := make([]string, len(tests))
	for i, name := range tests {
		limit += 10 * s.took[name]
		names[i] = regexp.QuoteMeta(name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := exec.CommandContext(ctx, s.binary, "-test.failfast", "-test.run", "^("+strings.Join(names, "|")+")$")
	c.Dir = s.dir
	c.Env = append(os.Environ(), "MUTATE="+strconv.Itoa(m.id))
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	c.WaitDelay = time.Second
	err := c.Run()
	switch {
	case err == nil:
		return survived
	case ctx.Err() != nil:
		return timedOut
	}
	return killed
}
