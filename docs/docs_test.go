// Package docs_test holds the pages of this folder against the program.
package docs_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/fixtures"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

var pages = []string{"language.md", "turns.md", "voxengine.md", "dialects.md", "audio-checks.md", "audio.md", "decisions.md", "services.md", "network.md", "binary.md", "reports.md", "trace.md", "ci.md"}

func page(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	fence    = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	ofVerb   = regexp.MustCompile("^key of `([^`]+)`$")
)

// row is a line of a table: its cells, and the code spans of the first.
type row struct {
	line  int
	words []string
	cells []string
}

// tables gives the rows of a page's tables by the first cell of their heads.
func tables(text string) map[string][]row {
	out := map[string][]row{}
	head := ""
	for i, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			head = ""
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for k := range cells {
			cells[k] = strings.TrimSpace(cells[k])
		}
		switch {
		case head == "":
			head = "a table of " + cells[0]
		case !strings.HasPrefix(cells[0], "---"):
			key := strings.TrimPrefix(head, "a table of ")
			out[key] = append(out[key], row{i + 1, spans(cells[0]), cells})
		}
	}
	return out
}

// spans gives the code spans of a text, without its fenced blocks.
func spans(text string) []string {
	text = fence.ReplaceAllString(text, "")
	var out []string
	for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// firstWords gives the first code span of each row.
func firstWords(t *testing.T, rows []row) []string {
	t.Helper()
	var out []string
	for _, r := range rows {
		if len(r.words) != 1 {
			t.Errorf("line %d: the first cell %q is not one word", r.line, r.cells[0])
			continue
		}
		out = append(out, r.words[0])
	}
	return slices.Sorted(slices.Values(out))
}

// same tells words that only the page or only the program has.
func same(t *testing.T, what string, page, program []string) {
	t.Helper()
	if d := cmp.Diff(slices.Sorted(slices.Values(program)), slices.Sorted(slices.Values(page))); d != "" {
		t.Errorf("%s (-program +page):\n%s", what, d)
	}
}

func TestKeys(t *testing.T) {
	text := page(t, "language.md")
	var documented []string
	for head, rows := range tables(text) {
		prefix, ok := strings.CutSuffix(head, " key")
		if m := ofVerb.FindStringSubmatch(head); m != nil {
			prefix, ok = m[1], true
		}
		if !ok {
			continue
		}
		for _, word := range firstWords(t, rows) {
			documented = append(documented, prefix+"."+word)
		}
	}
	k := languageKeys(t)
	if len(k.paths) < 150 {
		t.Errorf("found only %d keys in the schema; has its form changed?", len(k.paths))
	}
	same(t, "keys", documented, k.paths)
	all := spans(text)
	for word := range k.enums {
		if !slices.Contains(all, word) {
			t.Errorf("the word `%s` is not on the page", word)
		}
	}
}

func TestWords(t *testing.T) {
	text := page(t, "language.md")
	tables := tables(text)
	same(t, "verbs", firstWords(t, tables["verb"]), spec.Verbs())
	same(t, "matchers", firstWords(t, tables["matcher"]), match.Words())
	same(t, "points", firstWords(t, tables["point"]), expr.Points())
	var functions []string
	for _, word := range firstWords(t, tables["function"]) {
		name, _, _ := strings.Cut(word, "(")
		functions = append(functions, name)
	}
	same(t, "functions", functions, expr.Functions())
	var verdicts []string
	for _, r := range tables["verdict"] {
		verdicts = append(verdicts, r.cells[0])
	}
	same(t, "verdicts", verdicts, []string{string(trace.Passed), string(trace.Failed), string(trace.Errored),
		string(trace.Inconclusive), string(trace.Skipped), string(trace.Flaky)})
	for _, r := range tables["matcher"] {
		if r.words[0] == "$type" {
			same(t, "types", spans(r.cells[1]), match.Types())
		}
	}
}

// What the page says of a key of steps that only some verbs take agrees with
// the rows of the verbs.
func TestKeysOfSomeVerbs(t *testing.T) {
	text := page(t, "language.md")
	for _, tt := range []struct {
		key   string
		list  *regexp.Regexp
		takes func(spec.Facts) bool
	}{
		{"within", regexp.MustCompile(`(?s)deadline of a step that waits: (.*?);`), func(f spec.Facts) bool { return f.Within }},
		{"write", regexp.MustCompile(`It is allowed beside ([^|]*) \|`), func(f spec.Facts) bool { return f.Write }},
	} {
		said := tt.list.FindStringSubmatch(text)
		if said == nil {
			t.Errorf("the page does not say which verbs take `%s`", tt.key)
			continue
		}
		taken := slices.DeleteFunc(spec.Verbs(), func(verb string) bool { return !tt.takes(spec.FactsOf(verb)) })
		same(t, "verbs that take "+tt.key, spans(said[1]), taken)
	}
}

func TestEndpoints(t *testing.T) {
	tables := tables(page(t, "language.md"))
	same(t, "endpoints", firstWords(t, tables["endpoint"]), builtin.Names())
	var documented, defects []string
	for _, r := range tables["defect"] {
		documented = append(documented, strings.Trim(r.cells[0], "`")+": "+r.cells[1])
	}
	for _, d := range builtin.Defects() {
		defects = append(defects, d.Name+": "+d.Says)
	}
	same(t, "defects", documented, defects)
}

func TestEvents(t *testing.T) {
	rows := tables(page(t, "language.md"))["event"]
	same(t, "events", firstWords(t, rows), spec.EventKinds())
	for _, r := range rows {
		kind := r.words[0]
		same(t, "fields of "+kind, spans(r.cells[1]), spec.EventFields(kind))
		if got := strings.Trim(r.cells[2], "`"); got != spec.Shorthand(kind) {
			t.Errorf("a plain value of %s is %q, and %q on the page", kind, spec.Shorthand(kind), got)
		}
	}
}

// Every rule that the program names is in the table, and no other.
func TestRules(t *testing.T) {
	files, err := filepath.Glob("../wire/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range ruleName.FindAllStringSubmatch(page(t, file), -1) {
			named = append(named, m[1])
		}
	}
	slices.Sort(named)
	same(t, "rules", firstWords(t, tables(page(t, "connections.md"))["rule"]), slices.Compact(named))
}

var ruleName = regexp.MustCompile(`"(RFC\d+#[\d.]+)"`)

// examples gives the YAML on a page, by its line.
func examples(text string) map[int]string {
	out := map[int]string{}
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		if text[m[2]:m[3]] == "yaml" {
			out[1+strings.Count(text[:m[4]], "\n")] = text[m[4]:m[5]]
		}
	}
	return out
}

// protos gives the .proto files on a page. The first line is a comment with the name.
func protos(text string) map[string]string {
	out := map[string]string{}
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if name, _, _ := strings.Cut(m[2], "\n"); m[1] == "proto" {
			out[strings.TrimPrefix(name, "// ")] = m[2]
		}
	}
	return out
}

// Every example on a page is a suite, which is performed and must pass, or a
// list of steps, which must be right.
func TestExamples(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "fixtures"), fixtures.FS); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o700); err != nil {
		t.Fatal(err)
	}
	var suites []string
	for _, file := range pages {
		for name, text := range protos(page(t, file)) {
			if err := os.WriteFile(filepath.Join(root, "docs", name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for line, text := range examples(page(t, file)) {
			name := file + ":" + strconv.Itoa(line)
			switch {
			case file == "ci.md": // for other programs; the tests of the command perform what is ours
			case strings.HasPrefix(text, "suite: ") && strings.Contains(text, "command: ["):
				t.Run(name, func(t *testing.T) { plans(t, text) })
			case strings.HasPrefix(text, "suite: "):
				suite := filepath.Join(root, "docs", name+".yaml")
				if err := os.WriteFile(suite, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				suites = append(suites, suite)
			case strings.HasPrefix(text, "- "):
				t.Run(name, func(t *testing.T) { parseSteps(t, text) })
			default:
				t.Errorf("%s: this is neither a suite nor a list of steps", name)
			}
		}
	}
	perform(t, root, suites)
}

// plans prepares a suite, whose commands need not be on this machine.
func plans(t *testing.T, text string) {
	t.Helper()
	var out diag.List
	o := plan.Options{Files: fstest.MapFS{"s.yaml": {Data: []byte(text)}}, AllowRun: true, LookupEnv: func(string) (string, bool) { return "long enough", true }}
	plan.Prepare([]plan.Selection{{File: "s.yaml"}}, o, &out)
	if !out.Empty() {
		t.Error(out.Err())
	}
}

// perform performs suites, all side by side.
func perform(t *testing.T, root string, suites []string) {
	t.Helper()
	var prepared *suitetest.Prepared
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root = root
		prepared = suitetest.Plan(t, o, suites...)
		run = prepared.Run(context.Background())
	})
	for _, suite := range run.Suites {
		t.Run(strings.TrimSuffix(filepath.Base(suite.File), ".yaml"), func(t *testing.T) {
			for _, s := range suite.Scenarios {
				if s.Verdict == trace.Passed || s.Verdict == trace.Skipped && s.Name == "not everywhere" {
					continue
				}
				t.Errorf("%q is %s", s.Name, s.Verdict)
				explain(t, prepared, &s)
			}
		})
	}
}

// explain shows the problems of a scenario.
func explain(t *testing.T, prepared *suitetest.Prepared, s *trace.Scenario) {
	t.Helper()
	for _, p := range s.Problems {
		var b bytes.Buffer
		if err := diag.Render(&b, p.Diagnostic, prepared.Sources(), diag.Screen{}); err != nil {
			t.Error(err)
		}
		t.Log(b.String())
	}
}

func parseSteps(t *testing.T, text string) {
	t.Helper()
	var out diag.List
	indented := strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n      ")
	spec.Parse("steps", "suite: steps\nscenarios:\n  - name: steps\n    steps:\n      "+indented+"\n", &out)
	if !out.Empty() {
		t.Error(out.Err())
	}
}

// The members of VoxEngine's WebSocket.
var members = []string{"constructor", "addEventListener", "removeEventListener", "close", "send", "sendMediaTo", "stopMediaTo",
	"clearMediaBuffer", "onopen", "onmessage", "onclose", "onerror", "onmediastarted", "onmediaended", "readyState", "url", "inbound"}

func TestVoxEngine(t *testing.T) {
	rows := tables(page(t, "voxengine.md"))["member"]
	same(t, "members", firstWords(t, rows), members)
	for _, r := range rows {
		steps := spans(r.cells[2])
		if len(steps) == 0 {
			t.Errorf("line %d: no example", r.line)
		}
		for _, step := range steps {
			parseSteps(t, step+"\n")
		}
	}
}

func TestDialects(t *testing.T) {
	text := page(t, "dialects.md")
	same(t, "dialects", firstWords(t, tables(text)["dialect"]), dialect.Names())
	all := spans(text)
	for _, name := range dialect.Names() {
		d, err := dialect.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range slices.Concat(d.Encodings(), d.Values(), d.Protocols()) {
			if !slices.Contains(all, word) {
				t.Errorf("`%s` of %s is not on the page", word, name)
			}
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noSlug  = regexp.MustCompile(`[^a-z0-9 -]`)
)

// slugs gives the anchors of a page's headings, as GitHub makes them.
func slugs(text string) []string {
	var out []string
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		out = append(out, strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return out
}

func TestLinks(t *testing.T) {
	for _, file := range pages {
		text := fence.ReplaceAllString(page(t, file), "")
		for _, m := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(text, ""), -1) {
			target := file
			if m[1] != "" {
				target = m[1]
			}
			if info, err := os.Stat(target); err == nil && info.IsDir() && m[2] == "" {
				continue
			}
			if found := slugs(page(t, target)); m[2] != "" && !slices.Contains(found, m[2]) {
				t.Errorf("%s: %s has no heading for #%s", file, target, m[2])
			}
		}
	}
}
