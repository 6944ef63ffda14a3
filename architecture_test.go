package duologue_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page on how the program is built is short enough to be read at once; what
// grows is docs/decisions.md.
func TestArchitectureIsShort(t *testing.T) {
	const most = 10_000
	if text := readPage(t, "ARCHITECTURE.md"); len(text) >= most {
		t.Errorf("ARCHITECTURE.md has %d octets, want less than %d", len(text), most)
	}
}

func readPage(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// What the table of things to add names exists: files and folders, NAME standing
// for any name, and registries, which say in their comment that they are one. And
// every registry is named.
func TestAddingThings(t *testing.T) {
	_, section, ok := strings.Cut(readPage(t, "ARCHITECTURE.md"), "\n| to add |")
	if !ok {
		t.Fatal("ARCHITECTURE.md has no table of things to add")
	}
	section, _, _ = strings.Cut(section, "\n\n")
	found := registries(t)
	named := map[string]bool{}
	for _, m := range codeSpan.FindAllStringSubmatch(section, -1) {
		file, name, isRegistry := strings.Cut(m[1], ":")
		if isRegistry {
			named[m[1]] = true
			if !found[m[1]] {
				t.Errorf("%s declares no %s whose comment says that it is the registry", file, name)
			}
			continue
		}
		if there, err := filepath.Glob(strings.ReplaceAll(file, "NAME", "?*")); err != nil || len(there) == 0 {
			t.Errorf("there is no %s (%v)", file, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !named[name] {
			t.Errorf("the table does not name the registry %s", name)
		}
	}
	if rows := strings.Count(section, "\n| "); rows < 10 {
		t.Errorf("the table has only %d rows", rows)
	}
}

// registries gives the declarations of the program, as FILE:NAME, whose comment
// says "NAME is the registry".
func registries(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || isModule(file)) {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			for name, doc := range documented(decl) {
				if strings.HasPrefix(strings.ReplaceAll(doc, "\n", " "), name+" is the registry") {
					found[filepath.ToSlash(file)+":"+name] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Error("no registries were found; is this the top of the module?")
	}
	return found
}

// documented gives the names that a declaration declares, with their comments.
func documented(decl ast.Decl) map[string]string {
	out := map[string]string{}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		out[decl.Name.Name] = decl.Doc.Text()
	case *ast.GenDecl:
		for _, s := range decl.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, name := range v.Names {
				out[name.Name] = decl.Doc.Text() + v.Doc.Text()
			}
		}
	}
	return out
}
