package duologue_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the packages that perform suites may grow to. Beyond it a reader has to know all of
// a package at once.
const (
	mostMethods = 40 // of a type
	mostFields  = 20 // of a struct
	mostFiles   = 8  // that refer to each other in a circle
)

// Types and files of these packages stay small enough to be understood one by one.
func TestRooms(t *testing.T) {
	for _, dir := range []string{"plan", "plan/files", "runner", "runner/lateness", "runner/scene", "session"} {
		t.Run(dir, func(t *testing.T) {
			r := survey(t, dir)
			for name, n := range r.methods {
				if n > mostMethods {
					t.Errorf("%s has %d methods, more than %d", name, n, mostMethods)
				}
			}
			for name, n := range r.fields {
				if n > mostFields {
					t.Errorf("%s has %d fields, more than %d", name, n, mostFields)
				}
			}
			for _, circle := range r.circles() {
				if len(circle) > mostFiles {
					t.Errorf("%d files refer to each other in a circle, more than %d: %v", len(circle), mostFiles, circle)
					r.explain(t, circle)
				}
			}
			if len(r.files) < 2 {
				t.Errorf("found only %d files", len(r.files))
			}
		})
	}
}

// rooms is what a package is made of.
type rooms struct {
	files   []string
	methods map[string]int                        // of each type
	fields  map[string]int                        // of each struct
	refers  map[string]map[string]map[string]bool // file to file, and to what there
}

// survey reads a package. Types of other packages are not looked at.
func survey(t *testing.T, dir string) *rooms {
	t.Helper()
	r := &rooms{methods: map[string]int{}, fields: map[string]int{}, refers: map[string]map[string]map[string]bool{}}
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") || strings.HasSuffix(p, "_other.go") {
			continue
		}
		f, err := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		r.files = append(r.files, filepath.Base(p))
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	cfg := types.Config{Importer: hollow{}, Error: func(error) {}} // of what is imported only the names are known
	pkg, _ := cfg.Check(dir, fset, files, info)                    //nolint:errcheck // see above
	file := func(pos token.Pos) string { return filepath.Base(fset.Position(pos).Filename) }
	for id, o := range info.Uses {
		if o.Pkg() == pkg && isOfPackage(o) {
			r.refer(file(id.Pos()), file(o.Pos()), o.Name())
		}
	}
	for _, name := range pkg.Scope().Names() {
		named, ok := pkg.Scope().Lookup(name).Type().(*types.Named)
		if !ok {
			continue
		}
		r.methods[name] = named.NumMethods()
		if s, ok := named.Underlying().(*types.Struct); ok {
			r.fields[name] = s.NumFields()
		}
	}
	return r
}

// isOfPackage reports whether something is declared outside of functions: at the top, as a
// method or as a field.
func isOfPackage(o types.Object) bool {
	if o.Parent() == o.Pkg().Scope() {
		return true
	}
	if v, ok := o.(*types.Var); ok {
		return v.IsField()
	}
	_, ok := o.(*types.Func)
	return ok
}

func (r *rooms) refer(from, to, what string) {
	if from == to {
		return
	}
	if r.refers[from] == nil {
		r.refers[from] = map[string]map[string]bool{}
	}
	if r.refers[from][to] == nil {
		r.refers[from][to] = map[string]bool{}
	}
	r.refers[from][to][what] = true
}

// circles gives the sets of files of which each leads to all others.
func (r *rooms) circles() [][]string {
	reach := map[string]map[string]bool{}
	for _, from := range r.files {
		reach[from] = map[string]bool{}
		r.follow(from, reach[from])
	}
	var out [][]string
	done := map[string]bool{}
	for _, f := range r.files {
		if done[f] {
			continue
		}
		circle := []string{f}
		for _, other := range r.files {
			if other != f && reach[f][other] && reach[other][f] {
				circle = append(circle, other)
			}
		}
		for _, member := range circle {
			done[member] = true
		}
		out = append(out, circle)
	}
	return out
}

func (r *rooms) follow(from string, seen map[string]bool) {
	for to := range r.refers[from] {
		if !seen[to] {
			seen[to] = true
			r.follow(to, seen)
		}
	}
}

// explain lists what ties the files of a circle.
func (r *rooms) explain(t *testing.T, circle []string) {
	t.Helper()
	for _, from := range circle {
		for _, to := range circle {
			var names []string
			for name := range r.refers[from][to] {
				names = append(names, name)
			}
			if slices.Sort(names); names != nil {
				t.Logf("%s -> %s: %s", from, to, strings.Join(names, " "))
			}
		}
	}
}

// hollow imports packages without looking into them.
type hollow struct{}

func (hollow) Import(p string) (*types.Package, error) {
	name := path.Base(p)
	if strings.HasPrefix(name, "v") && len(name) == 2 {
		name = path.Base(path.Dir(p))
	}
	if name == "" {
		return nil, fmt.Errorf("no package %q", p)
	}
	pkg := types.NewPackage(p, name)
	pkg.MarkComplete()
	return pkg, nil
}
