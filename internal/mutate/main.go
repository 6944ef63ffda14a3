// Mutate makes one small thing at a time wrong in a package and runs its tests.
// A wrong that no test notices is a verdict that nobody proved.
//
//	go run ./internal/mutate [flags] ./assertions ./spec ./wire/end.go
//
// It inverts every branch that leads to a verdict: it forces conditions, their
// operands and the cases of a switch to be true or false, and returns zero in
// place of a result. With -deep it does more: it moves the limit of a comparison
// by one, and drops calls and assignments. All mutants of a package are compiled
// at once and switched on by number. Each is tried with the tests that reach it.
// The program lists the mutants that survive. It exits with 1 if there are any,
// except those that the table of excuses explains.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are the flags.
type options struct {
	excuses  string
	also     string
	sample   int
	seed     uint64
	jobs     int
	patience time.Duration
	verbose  bool
	deep     bool
}

func run(args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.excuses, "excuses", "", "the `file` of excuses")
	flags.StringVar(&o.also, "also", "", "`packages`, separated by commas, whose tests are asked, too, about what survives")
	flags.IntVar(&o.sample, "sample", 0, "try only this many mutants of each package, drawn at random (0: all)")
	flags.Uint64Var(&o.seed, "seed", 1, "what the sample is drawn with")
	flags.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "how many to try at once")
	flags.DurationVar(&o.patience, "patience", 10*time.Second, "how long a mutant may take, beside ten times what its tests take without it")
	flags.BoolVar(&o.deep, "deep", false, "also move the lines that comparisons draw, and drop calls and assignments")
	flags.BoolVar(&o.verbose, "v", false, "list those that were killed, too")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	ok, err := mutate(o, flags.Args(), stdout)
	if err != nil {
		fmt.Fprintln(stderr, "mutate:", err)
		return 2
	}
	if !ok {
		return 1
	}
	return 0
}

// target is a package, and the files of it that were named; nil for all files.
type target struct {
	dir   string
	files []string
}

// targets groups the arguments, which are folders and files, by package.
func targets(args []string) ([]target, error) {
	var out []target
	for _, arg := range args {
		path, err := filepath.Abs(arg)
		if err != nil {
			return nil, err
		}
		t := target{dir: path}
		if strings.HasSuffix(path, ".go") {
			t = target{dir: filepath.Dir(path), files: []string{path}}
		}
		i := slices.IndexFunc(out, func(o target) bool { return o.dir == t.dir })
		if i < 0 {
			out = append(out, t)
			continue
		}
		out[i].files = append(out[i].files, t.files...)
	}
	return out, nil
}

// mutate tries the mutants of all targets. It reports whether all survivors have
// an excuse.
func mutate(o options, args []string, stdout io.Writer) (bool, error) {
	all, err := targets(args)
	if err != nil {
		return false, err
	}
	var excuses []excuse
	if o.excuses != "" {
		if excuses, err = readExcuses(o.excuses); err != nil {
			return false, err
		}
	}
	var r results
	began := time.Now()
	for _, t := range all {
		if err := o.target(t, &r); err != nil {
			return false, err
		}
	}
	return r.report(stdout, o, excuses, time.Since(began)), nil
}

// target tries the mutants of one package.
func (o options) target(t target, r *results) error {
	src, err := load(t.dir)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	top, err := os.Getwd()
	if err != nil {
		return err
	}
	found, overlay, err := instrument(src, t.files, o.deep, top, folder)
	if err != nil {
		return err
	}
	r.known = append(r.known, found...)
	if o.sample > 0 && o.sample < len(found) {
		random := rand.New(rand.NewPCG(o.seed, 0))
		random.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
		found = found[:o.sample]
	}
	dirs := []string{t.dir}
	if o.also != "" {
		dirs = append(dirs, strings.Split(o.also, ",")...)
	}
	verdicts := make([]verdict, len(found))
	for i, dir := range dirs {
		binary := filepath.Join(folder, fmt.Sprintf("tests%d", i))
		if err := compile(dir, overlay, binary); err != nil {
			return err
		}
		s, err := survey(dir, binary)
		if err != nil {
			return err
		}
		o.tryAll(s, found, verdicts)
	}
	for i, m := range found {
		r.tried = append(r.tried, tried{m, verdicts[i]})
	}
	return nil
}

// tryAll tries all mutants that were not killed before.
func (o options) tryAll(s *suite, found []mutant, verdicts []verdict) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, max(o.jobs, 1))
	for i, m := range found {
		if verdicts[i] >= killed {
			continue
		}
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			verdicts[i] = max(verdicts[i], s.try(m, o.patience))
		})
	}
	wait.Wait()
}
