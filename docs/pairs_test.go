package docs_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// Words that have no pair, and why.
var withoutPair = map[string]string{
	"scenario.only":          "it leaves out all other scenarios of a run, so its proofs are tests of their own",
	"scenario.skip":          "a scenario that has it neither passes nor fails",
	"verb skip":              "a scenario that carries it out neither passes nor fails",
	"scenario.known_failure": "a scenario that has it is skipped where it would fail, and fails where it would pass",
}

// paired are the suites that prove words: each stands for the others of its folder.
var paired = []string{"../runner/testdata/*.yaml", "../runner/testdata/connect/*.yaml", "../runner/testdata/defects/*.yaml",
	"../runner/testdata/pairs/*.yaml", "../runner/testdata/pairs/*/*.yaml", "../examples/*.yaml", "../examples/_failing/*.yaml"}

// Every word of the language stands in a scenario that passes, and in one that a server makes
// fail, as the comments of the suites say. Whether the word is why it fails is not looked at.
func TestWordsHavePairs(t *testing.T) {
	w := newWords(t)
	for _, pattern := range paired {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			w.suite(t, file)
		}
	}
	for _, word := range slices.Sorted(maps.Keys(w.found)) {
		p := w.found[word]
		reason := withoutPair[word]
		switch {
		case reason != "" && p.passes && p.fails:
			t.Errorf("%s has a pair, although it is said to have none", word)
		case reason != "":
		case !p.passes && !p.fails:
			t.Errorf("%s stands in no scenario", word)
		case !p.passes:
			t.Errorf("%s stands in no scenario that passes", word)
		case !p.fails:
			t.Errorf("%s stands in no scenario that fails", word)
		}
	}
	for word := range withoutPair {
		if w.found[word] == nil {
			t.Errorf("%s is no word", word)
		}
	}
}

// proof tells in which scenarios a word stands.
type proof struct{ passes, fails bool }

// words finds the words of the language in suites.
type words struct {
	*keys
	found map[string]*proof
	now   proof // of the scenario that is looked at
}

func newWords(t *testing.T) *words {
	t.Helper()
	w := &words{keys: languageKeys(t), found: map[string]*proof{}}
	for name := range w.root.Defs["step"].Properties {
		w.rows[signature(w.root.Defs["step"].Properties)+"."+name] = "step." + name
		if slices.Contains(spec.Verbs(), name) {
			w.rows[signature(w.root.Defs["step"].Properties)+"."+name] = "verb " + name
		}
	}
	for _, word := range w.rows {
		w.found[word] = &proof{}
	}
	delete(w.found, "suite.scenarios")
	for _, kind := range spec.EventKinds() {
		w.found["event "+kind] = &proof{}
		for _, field := range spec.EventFields(kind) {
			w.found[kind+" field "+field] = &proof{}
		}
	}
	for _, list := range []struct {
		kind  string
		words []string
	}{{"matcher ", match.Words()}, {"function ", expr.Functions()}, {"point ", expr.Points()}, {"group ", []string{"unordered", "in_order", "one_of", "exactly", "outcome", "because", "nothing"}}} {
		for _, word := range list.words {
			w.found[list.kind+word] = &proof{}
		}
	}
	w.choices(w.root, "", map[*schema]bool{})
	return w
}

// choices notes the fixed words of every key.
func (w *words) choices(s *schema, key string, seen map[*schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	for _, a := range w.alternatives(s) {
		for _, word := range a.Enum {
			if key != "" && !strings.HasPrefix(key, "suite.defaults") && !strings.HasPrefix(key, "verb expect") && !slices.Contains(spec.EventKinds(), word) && !slices.Contains(a.Enum, "send_frame") {
				w.found[key+": "+word] = &proof{}
			}
		}
		for name, p := range a.Properties {
			w.choices(p, w.rows[signature(a.Properties)+"."+name], seen)
		}
		w.choices(a.Items, key, seen)
		var values schema
		if json.Unmarshal(a.Additional, &values) == nil {
			w.choices(&values, key, seen)
		}
	}
}

// alternatives gives what a schema can be.
func (w *words) alternatives(s *schema) []*schema {
	if s == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		return w.alternatives(w.root.Defs[name])
	}
	if s.AnyOf == nil {
		return []*schema{s}
	}
	var out []*schema
	for _, a := range s.AnyOf {
		out = append(out, w.alternatives(a)...)
	}
	return out
}

func (w *words) note(word string) {
	if p := w.found[word]; p != nil {
		p.passes, p.fails = p.passes || w.now.passes, p.fails || w.now.fails
	}
}

// suite notes the words of a suite, and gives what becomes of its scenarios. What stands outside
// of them stands in each of them, and in those that are imported.
func (w *words) suite(t *testing.T, file string) proof {
	t.Helper()
	text := page(t, file)
	var problems diag.List
	n := yamldoc.Parse(file, text, &problems)
	if n == nil {
		t.Fatal(problems.Err())
	}
	lines := strings.Split(text, "\n")
	var wide proof
	scenarios := &yamldoc.Node{}
	if s := n.Get("scenarios"); s != nil {
		scenarios = s
		wide.fails = proofOf(file, lines, 1, s.Pos.Line).fails // a service fails in the suite's head
	}
	inside := w.alternatives(w.alternatives(w.root)[0].Properties["scenarios"].Items)
	for i, s := range scenarios.Items {
		to := len(lines) + 1
		if i+1 < len(scenarios.Items) {
			to = scenarios.Items[i+1].Pos.Line
		}
		w.now = proofOf(file, lines, s.Pos.Line, to)
		wide = wide.or(w.now)
		w.walk(s, inside, "")
	}
	if im := n.Get("import"); im != nil {
		for _, item := range im.Items {
			if of := item.Get("scenarios"); of != nil {
				wide = wide.or(w.suite(t, filepath.Join(filepath.Dir(file), of.Text)))
			}
		}
	}
	w.now = wide
	rest := *n
	rest.Fields = slices.DeleteFunc(slices.Clone(n.Fields), func(f yamldoc.Field) bool { return f.Key.Text == "scenarios" })
	w.walk(&rest, w.alternatives(w.root), "")
	return wide
}

func (p proof) or(q proof) proof { return proof{p.passes || q.passes, p.fails || q.fails} }

// proofOf tells what becomes of the scenario that stands from one line on up to another, as
// the tests of the package runner read it.
func proofOf(file string, lines []string, from, to int) proof {
	isDefect := func(line int) bool { return strings.HasPrefix(strings.TrimSpace(lines[line-1]), "# defect ") }
	for from > 1 && isDefect(from-1) {
		from--
	}
	out := proof{passes: true}
	for line := from; line < to; line++ {
		_, want, _ := strings.Cut(lines[line-1], "# want ")
		switch {
		case isDefect(line):
			out.fails = true
		case want == "":
		case strings.Contains(file, "/pairs/"):
			out.fails = out.fails || want[0] == '"' || strings.Contains(file, "/programs/") // where a service is in error
		default:
			return proof{fails: want[0] == '"'}
		}
	}
	return out
}

var (
	called = regexp.MustCompile(`\b([a-z_0-9]+)\(`)
	member = regexp.MustCompile(`\.([a-z_]+)\b`)
)

// expressions notes the functions and the points in a text.
func (w *words) expressions(text string) {
	for _, m := range called.FindAllStringSubmatch(text, -1) {
		w.note("function " + m[1])
	}
	for _, m := range member.FindAllStringSubmatch(text, -1) {
		w.note("point " + m[1])
		w.note("open field " + m[1]) // of the label of a connect or accept
	}
}

// walk notes the words in a part of a suite that can be one of some schemas. key is the last
// key above it.
func (w *words) walk(n *yamldoc.Node, ss []*schema, key string) {
	switch n.Kind {
	case yamldoc.Mapping:
		for _, f := range n.Fields {
			w.note("matcher " + f.Key.Text)
			w.expressions(f.Key.Text)
			if w.event(f.Key.Text, f.Value, ss) {
				continue
			}
			inner, inside := w.under(f.Key.Text, ss)
			if inside == "" {
				inside = key
			}
			w.walk(f.Value, inner, inside)
		}
	case yamldoc.Sequence:
		var inner []*schema
		for _, s := range ss {
			inner = append(inner, w.alternatives(s.Items)...)
		}
		for _, item := range n.Items {
			w.walk(item, inner, key)
		}
	default:
		for _, s := range ss {
			if s.Properties[n.Text] != nil || slices.Contains(s.Enum, n.Text) { // a verb or an event that stands alone
				w.note("verb " + n.Text)
				w.note("event " + n.Text)
			}
		}
		w.note(key + ": " + n.Text)
		w.expressions(n.Text)
	}
}

// under notes a key, and gives what its value can be and which key it is.
func (w *words) under(key string, ss []*schema) (inner []*schema, is string) {
	for _, s := range ss {
		var values schema
		if p := s.Properties[key]; p != nil {
			is = w.rows[signature(s.Properties)+"."+key]
			w.note(is)
			inner = append(inner, w.alternatives(p)...)
		} else if json.Unmarshal(s.Additional, &values) == nil {
			inner = append(inner, w.alternatives(&values)...)
		}
	}
	return inner, is
}

// event notes the words in an event or a group of events, and reports whether it is one.
func (w *words) event(kind string, n *yamldoc.Node, ss []*schema) bool {
	if !slices.ContainsFunc(ss, func(s *schema) bool { return s.Properties["unordered"] != nil }) {
		return false
	}
	w.note("event " + kind)
	w.note("group " + kind)
	switch isGroup := slices.Contains([]string{"unordered", "in_order", "one_of"}, kind); {
	case kind == "exactly" || kind == "outcome" || kind == "because":
	case isGroup:
		for _, item := range n.Items {
			w.walk(item, ss, "")
		}
		for _, f := range n.Fields {
			if f.Value.Text == "nothing" {
				w.note("group nothing")
			}
			w.walk(f.Value, ss, "")
		}
	case n.Kind == yamldoc.Mapping:
		for _, f := range n.Fields {
			w.note(kind + " field " + f.Key.Text)
			w.note(kind + "." + f.Key.Text) // a key of a stream
		}
		var inner []*schema
		for _, s := range ss {
			inner = append(inner, w.alternatives(s.Properties[kind])...)
		}
		w.walk(n, inner, "")
	default:
		w.note(kind + " field " + spec.Shorthand(kind))
		w.walk(n, nil, "")
	}
	return true
}
