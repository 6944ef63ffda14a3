package runner_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
)

// The suite in testdata/check has just the problems that its comments tell of.
// It lies in a folder of its own below the root.
func TestCheck(t *testing.T) {
	root := t.TempDir()
	text, err := os.ReadFile("testdata/check/complaints.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{
		"suite/it.yaml":        string(text),
		"suite/schema.json":    `{"$ref": "parts/id.json#/$defs/id"}`,
		"suite/parts/id.json":  `{"$defs": {"id": {"type": "integer", "minimum": 5}}}`,
		"suite/broken.json":    `{"type": "intiger"}`,
		"suite/typo.json":      `{"requierd": ["a"]}`,
		"suite/leads-out.json": `{"$ref": "../other/id.json"}`,
		"suite/leads-far.json": `{"$ref": "https://example.com/id.json"}`,
		"other/id.json":        `{}`,
	} {
		path := filepath.Join(root, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, []byte(content))
	}
	var problems diag.List
	suitetest.Prepare([]plan.Selection{{File: filepath.Join(root, "suite", "it.yaml")}}, suitetest.Options{Planning: plan.Options{Root: root}}, &problems)
	suitetest.Complaints(t, &problems, string(text))
}

// checkFile holds the complaints about a suite in testdata/check against the comments of its lines.
func checkFile(t *testing.T, name string, o plan.Options) {
	t.Helper()
	file := "testdata/check/" + name + ".yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var problems diag.List
	suitetest.Prepare([]plan.Selection{{File: file}}, suitetest.Options{Planning: o}, &problems)
	suitetest.Complaints(t, &problems, string(text))
}

// Endpoints that cannot be, and accepts that name none, are found before
// anything is opened.
func TestCheckEndpoints(t *testing.T) {
	checkFile(t, "accept", plan.Options{Root: ".."})
}

// A schema in a file judges like one in the suite.
func TestSchemaFile(t *testing.T) {
	fake(t, func(p *peer) { p.say(`{"id":7}`, `{"id":4}`) }, func(s *stage) {
		s.files = map[string]string{"ready.json": `{"properties": {"id": {"$ref": "id.json"}}, "required": ["id"]}`, "id.json": `{"minimum": 5}`}
		sc := s.steps("- connect\n- expect: {message: {json: {$schema: ready.json}}}\n- expect: {message: {json: {$schema: ready.json}}}")
		if got, want := verdict(sc), "failed 6: this is not the message that came"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// Lines that cannot be are found before anything is dialled.
func TestCheckNetwork(t *testing.T) {
	checkFile(t, "network", plan.Options{Root: ".."})
}

// Services that cannot be are found before anything is started.
func TestCheckServices(t *testing.T) {
	checkFile(t, "services", plan.Options{AllowRun: true})
}

// What the suite says may name what only scenarios have, unless its setup or teardown, or a scenario that
// lacks it, uses that.
func TestCheckWhatOnlyScenariosHave(t *testing.T) {
	for _, name := range []string{"aside", "aside-used"} {
		checkFile(t, name, plan.Options{AllowRun: true})
	}
}

// What can be computed before anything is dialled is, wherever it stands. What a step may never
// come to is not complained of.
func TestCheckComputed(t *testing.T) { checkFile(t, "computed", plan.Options{AllowRun: true}) }

// Commands are performed only if that is allowed. Suites of which nothing is selected
// perform none.
func TestCommandsMustBeAllowed(t *testing.T) {
	text := "services:\n  a: {command: [x], ready: started} # want \"this performs a command, which is done only with --allow-run\"\n" +
		"  b: {command: [x], ready: started, per: scenario} # want \"\"\ntarget: builtin://echo\nscenarios: [{name: it, steps: [connect]}]\n"
	other := "target: builtin://echo\nscenarios: [{name: other, steps: [connect]}]\n"
	for _, tt := range []struct {
		name  string
		o     plan.Options
		wants string
	}{
		{"allowed", plan.Options{AllowRun: true}, ""},
		{"not allowed", plan.Options{}, text},
		{"not selected", plan.Options{Name: regexp.MustCompile("^other$")}, ""},
	} {
		tt.o.Files = fstest.MapFS{"s.yaml": {Data: []byte(text)}, "other.yaml": {Data: []byte(other)}}
		var problems diag.List
		plan.Prepare([]plan.Selection{{File: "s.yaml"}, {File: "other.yaml"}}, tt.o, &problems)
		t.Log(tt.name)
		suitetest.Complaints(t, &problems, tt.wants)
	}
}

// What is kept under a name and cannot stand where it is named is found before anything is
// dialled.
func TestCheckKept(t *testing.T) {
	checkFile(t, "kept", plan.Options{Root: ".."})
}

// Defaults that cannot hold are found before anything is dialled, where they stand. What a
// step says in their place does not make them wrong.
func TestCheckDefaults(t *testing.T) {
	checkFile(t, "defaults", plan.Options{Root: ".."})
}

// Messages of Protocol Buffers are held against their .proto file before anything is dialled.
func TestCheckMessages(t *testing.T) { checkFile(t, "messages", plan.Options{Root: ".."}) }
