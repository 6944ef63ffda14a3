package duologue_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/duologue/duologue/"

// mayImport is the table of ARCHITECTURE.md: what each package may import of
// the others. Tests may import more.
var mayImport = map[string][]string{
	"diag":              {},
	"internal/yamldoc":  {"diag"},
	"internal/encoded":  {},
	"internal/expr":     {"internal/encoded"},
	"internal/mask":     {},
	"internal/memory":   {},
	"internal/input":    {},
	"internal/output":   {},
	"internal/process":  {},
	"network":           {},
	"wire":              {},
	"media":             {},
	"media/measure":     {"media"},
	"trace":             {"diag", "media"},
	"dialect":           {"diag", "internal/encoded", "internal/yamldoc", "media"},
	"internal/value":    {"diag", "internal/yamldoc", "internal/expr"},
	"match":             {"diag", "internal/yamldoc", "internal/expr", "internal/value"},
	"internal/protobuf": {"diag", "internal/yamldoc", "internal/expr", "internal/value", "match"},
	"spec":              {"diag", "internal/encoded", "internal/yamldoc", "internal/expr", "internal/value", "match"},
	"assertions":        {"diag", "internal/expr", "match", "media", "media/measure", "spec", "trace"},
	"session":           {"internal/memory", "network", "wire", "media", "dialect", "trace"},
	"internal/secrets":  {"internal/expr", "internal/mask", "trace"},
	"plan/files":        {"internal/input", "internal/yamldoc", "media"},
	"plan": {"diag", "internal/expr", "internal/mask", "internal/secrets", "internal/value", "internal/yamldoc", "network", "wire",
		"dialect", "match", "internal/protobuf", "spec", "trace", "plan/files"},
	"runner/scene": {"diag", "internal/expr", "internal/memory", "internal/value", "internal/yamldoc", "network", "wire", "media", "dialect",
		"match", "plan", "plan/files", "spec", "session", "assertions", "trace", "internal/process", "runner/lateness"},
	"runner":          {"diag", "internal/memory", "assertions", "plan", "runner/lateness", "runner/scene", "session", "spec", "trace"},
	"runner/lateness": {"diag", "trace"},
	"baseline":        {"trace"},
	"report":          {"baseline", "diag", "media", "media/measure", "report/page", "trace"},
	"report/page":     {},
	"fixtures":        {},
	"conformance":     {"diag", "trace"},
	"builtin":         {"diag", "media", "fixtures", "builtin/mutant"},
	"builtin/mutant":  {"diag", "wire"},

	"internal/habit":     {}, // for tests only, like most that follow
	"internal/mutate":    {},
	"internal/pipenet":   {}, // for tests only, like the next
	"internal/race":      {},
	"internal/suitetest": {"diag", "builtin", "internal/pipenet", "internal/race", "plan", "runner", "trace"},
}

// The direction of imports is the architecture; this test holds it.
func TestImports(t *testing.T) {
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
		pkg := filepath.ToSlash(filepath.Dir(file))
		if strings.HasPrefix(pkg, "cmd/") {
			return nil
		}
		found[pkg] = true
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("package %s is not in the table", pkg)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			ours, ok := strings.CutPrefix(imported, module)
			if ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which package %s may not", file, ours, pkg)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Errorf("found only %d packages; is this the top of the module?", len(found))
	}
}

// isModule reports whether a folder is a module of its own, to which the table
// does not speak.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}
