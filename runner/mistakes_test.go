package runner_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/spec"
	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "go.yaml.in/yaml/v4"
)

var mistakes = flag.Int("mistakes", 2_000, "how many mistakes TestOneMistakeMakesOneComplaint makes")

// A mistake in a suite that is right makes one complaint: what follows from it is
// not told. It makes one at least if the schema of suites refuses what was written,
// if an expression was broken, or if a name was made that nobody gave.
//
// Of these there are more than one:
//   - what is deleted may have given several names: each of them is missing;
//   - `audio` and `turn` of an assert under a name that is like neither are expressions,
//     and their checks are operands of matchers, each wrong for itself;
//   - a key or a value of what is kept under a name is wrong in each place that names it, for reasons
//     of that place.
//
// Anything else may be right: another text to send or to expect, other JSON,
// another number, a name that nobody uses or that is given elsewhere, a member of
// a label, which is not known before the label is.
func TestOneMistakeMakesOneComplaint(t *testing.T) {
	m := newMistaker(t)
	r := rand.New(rand.NewPCG(uint64(*mistakes), 0))
	made := map[string]int{}
	for range *mistakes {
		made[m.one(t, r)]++
	}
	for kind := range kinds {
		if made[kind] < *mistakes/1000 {
			t.Errorf("%s was made %d times only", kind, made[kind])
		}
	}
}

// mistaker makes mistakes in suites.
type mistaker struct {
	tree    fstest.MapFS
	names   []string
	docs    map[string]*yaml.Node
	right   map[string]bool // suites that were checked without a mistake
	schema  *jsonschema.Schema
	options suitetest.Options
}

func newMistaker(t *testing.T) *mistaker {
	t.Helper()
	m := &mistaker{tree: fstest.MapFS{}, docs: map[string]*yaml.Node{}, right: map[string]bool{}}
	for _, pattern := range []string{"examples/*.yaml", "examples/_failing/*.yaml", "runner/testdata/*.yaml", "runner/testdata/defects/*.yaml", "fixtures/*.wav",
		"examples/*.proto", "runner/testdata/*.proto"} {
		files, err := filepath.Glob("../" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s (%v)", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimPrefix(filepath.ToSlash(file), "../")
			m.tree[name] = &fstest.MapFile{Data: data}
			if filepath.Ext(name) == ".yaml" && !slices.Contains(partly, filepath.Base(name)) {
				m.names = append(m.names, name)
				m.docs[name] = &yaml.Node{}
				if err := yaml.Load(data, m.docs[name]); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	n := pipenet.New()
	server, err := builtin.StartOn(n.Listen, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	m.options = suitetest.Options{Planning: plan.Options{Resolve: server.Resolve}}
	m.schema = suiteSchema(t)
	return m
}

// suiteSchema compiles the JSON Schema of suites.
func suiteSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := spec.Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("suite.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("suite.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// check gives the complaints about a text in place of a suite.
func (m *mistaker) check(name, text string) []diag.Diagnostic {
	var problems diag.List
	o := m.options
	o.Files = changed{m.tree, name, text}
	suitetest.Prepare([]plan.Selection{{File: name}}, o, &problems)
	return problems.Sorted()
}

// changed is a tree of files of which one has another text.
type changed struct {
	fs.FS
	name, text string
}

// Open opens a file.
func (c changed) Open(name string) (fs.File, error) {
	if name == c.name {
		return fstest.MapFS{name: {Data: []byte(c.text)}}.Open(name)
	}
	return c.FS.Open(name)
}

// one makes a mistake in two scenarios of a suite, which are right without it, and
// gives its kind.
func (m *mistaker) one(t *testing.T, r *rand.Rand) string {
	t.Helper()
	name := m.names[r.IntN(len(m.names))]
	doc := copied(m.docs[name])
	which := fmt.Sprint(name, " from scenario ", twoOf(doc.Content[0], r))
	if !m.right[which] {
		m.right[which] = true
		text := dumped(t, doc)
		if c := m.check(name, text); c != nil || m.refused(t, text) {
			t.Fatalf("%s is wrong before a mistake is made: %v", which, c)
		}
	}
	kind, p, before := mistake(doc, r)
	text := dumped(t, doc)
	got := m.check(name, text)
	if reason := m.wrong(t, kind, p.path, text, got); reason != "" {
		t.Errorf("%s: %s at %s (%q): %s", name, kind, p.path, before, reason)
		for _, d := range got {
			t.Logf("   %v (%s) %v", d, d.Hint, d.Details)
		}
		t.Log(text)
	}
	return kind
}

// mistake makes a mistake of any kind that can be made in a suite, at any place
// where it can be, and tells what stood there before.
func mistake(doc *yaml.Node, r *rand.Rand) (kind string, at place, before string) {
	all := places(doc.Content[0], "")
	for {
		kind = kindNames[r.IntN(len(kindNames))]
		for _, i := range r.Perm(len(all)) {
			at, before = all[i], all[i].node().Value
			if kinds[kind](at, r) {
				return kind, at, before
			}
		}
	}
}

var (
	lacksName = regexp.MustCompile(`^(no step (makes|before this one)|there is no|read "\w+"|the sequence "\w+" (has no|needs the) argument|"\w+" is only there)`)
	kept      = regexp.MustCompile(`(^|\.)(vars|args|with)\.[^.]+\.`)
	renamed   = regexp.MustCompile(`assert\.(audio|turn):$`)
	used      = regexp.MustCompile(`\.(use|during|caller|bot|remove_listener|connection|endpoint)$`)
)

// wrong says what is wrong with the complaints of a mistake, or gives "".
func (m *mistaker) wrong(t *testing.T, kind, path, text string, got []diag.Diagnostic) string {
	t.Helper()
	about := func(d diag.Diagnostic) bool { return !lacksName.MatchString(d.Message) }
	switch deleted := strings.HasPrefix(kind, "a deleted"); {
	case len(got) > 1 && deleted && slices.ContainsFunc(got, about):
		return "complaints that are not of missing names"
	case len(got) > 1 && !deleted && !(kind == "another key" && renamed.MatchString(path)) && !((strings.HasSuffix(kind, "key") || strings.HasSuffix(kind, "for a value")) && kept.MatchString(path)):
		return fmt.Sprintf("%d complaints", len(got))
	case len(got) > 0:
		return ""
	case slices.Contains(formKinds, kind) && m.refused(t, text):
		return "no complaint, and the schema refuses it"
	case kind == "an unknown name" && strings.HasPrefix(path, "sequences."):
		return "" // where neither scenario uses the sequence, it may be a label of who does
	case slices.Contains(sureKinds, kind), used.MatchString(path) && (kind == "a misspelled value" || kind == "a word for a value"):
		return "no complaint"
	}
	return ""
}

// refused reports whether the schema of suites refuses a text.
func (m *mistaker) refused(t *testing.T, text string) bool {
	t.Helper()
	var doc any
	if err := yaml.Load([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(saidAll(doc))
	if err != nil {
		t.Fatal(err)
	}
	inst, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m.schema.Validate(inst) != nil
}

// saidAll says {} where nothing is said, as a verb stands alone. What JSON lacks becomes text.
func saidAll(v any) any {
	switch v := v.(type) {
	case nil:
		return map[string]any{}
	case []any:
		for i := range v {
			v[i] = saidAll(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = saidAll(v[name])
		}
	case map[any]any: // a key is a number
		out := map[string]any{}
		for key := range v {
			out[fmt.Sprint(key)] = saidAll(v[key])
		}
		return out
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
	}
	return v
}

// twoOf leaves two scenarios that stand beside each other, of those that there
// are, and tells which is the first.
func twoOf(suite *yaml.Node, r *rand.Rand) int {
	for i := 0; i < len(suite.Content); i += 2 {
		if all := suite.Content[i+1]; suite.Content[i].Value == "scenarios" && len(all.Content) > 2 {
			at := r.IntN(len(all.Content) - 1)
			all.Content = all.Content[at : at+2]
			return at
		}
	}
	return 0
}

// copied copies a tree, without its comments, and what is named in it written out.
func copied(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return copied(n.Alias)
	}
	out := &yaml.Node{Kind: n.Kind, Style: n.Style, Tag: n.Tag, Value: n.Value}
	for _, c := range n.Content {
		out.Content = append(out.Content, copied(c))
	}
	return out
}

func dumped(t *testing.T, doc *yaml.Node) string {
	t.Helper()
	text, err := yaml.Dump(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// place is a key or a value in the tree of a suite.
type place struct {
	path   string // of it, such as scenarios[].steps[].send; that of a key ends in a colon
	parent *yaml.Node
	at     int // in parent.Content
}

func (p place) node() *yaml.Node { return p.parent.Content[p.at] }
func (p place) isKey() bool      { return strings.HasSuffix(p.path, ":") }

// places gives the keys and values below a node.
func places(n *yaml.Node, path string) []place {
	var out []place
	for i, c := range n.Content {
		at := path + "[]"
		if n.Kind == yaml.MappingNode {
			at = strings.TrimPrefix(path+"."+n.Content[i&^1].Value, ".")
			if i%2 == 0 {
				out = append(out, place{at + ":", n, i})
				continue
			}
		}
		out = append(out, place{at, n, i})
		out = append(out, places(c, at)...)
	}
	return out
}

// kinds are the kinds of mistakes. Each makes one at a place, and tells whether
// that could be.
var kinds = map[string]func(p place, r *rand.Rand) bool{
	"a misspelled key":       func(p place, r *rand.Rand) bool { return p.isKey() && misspell(p.node(), r) },
	"a misspelled value":     func(p place, r *rand.Rand) bool { return !p.isKey() && misspell(p.node(), r) },
	"another key":            rename,
	"a dropped unit":         dropUnit,
	"a deleted key":          deleteKey,
	"a deleted item":         deleteItem,
	"nothing for a value":    replaced(yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}),
	"a mapping for a value":  replaced(yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}),
	"a list for a value":     replaced(yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}),
	"a number for a value":   replaced(yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: "3.5"}),
	"a word for a value":     replaced(yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "oops"}),
	"an unclosed expression": edited(`\$\{([^}]*)\}`, "${$1"),
	"half an expression":     edited(`\$\{([^}]*)\}`, "${$1 +}"),
	"an unknown name":        edited(`\$\{([a-z]\w*[ .}])`, "${un$1"),
	"an unknown function":    edited(`\$\{(\w+)\(`, "${no$1("),
}

// formKinds are mistakes that the schema of suites knows about. What is a number
// to the schema may stand where text is wanted.
var formKinds = []string{"a misspelled key", "another key", "a mapping for a value", "a list for a value"}

// sureKinds are mistakes wherever they are made.
var sureKinds = []string{"an unclosed expression", "half an expression", "an unknown name", "an unknown function"}

var kindNames = func() []string {
	var out []string
	for kind := range kinds {
		out = append(out, kind)
	}
	slices.Sort(out)
	return out
}()

// misspell swaps two letters, or leaves out one of two that are the same.
func misspell(n *yaml.Node, r *rand.Rand) bool {
	text := []rune(n.Value)
	if n.Kind != yaml.ScalarNode || len(text) < 2 {
		return false
	}
	i := r.IntN(len(text) - 1)
	if text[i] == text[i+1] {
		text = slices.Delete(text, i, i+1)
	} else {
		text[i], text[i+1] = text[i+1], text[i]
	}
	n.Value = string(text)
	return true
}

func rename(p place, _ *rand.Rand) bool {
	if p.isKey() {
		p.node().Value = "something_else"
	}
	return p.isKey()
}

var withUnit = regexp.MustCompile(`^(-?[0-9.]+)(us|ms|s|m|h|dB|LUFS|%|Hz|ppm|KiB|MiB|B|x)$`)

func dropUnit(p place, _ *rand.Rand) bool {
	m := withUnit.FindStringSubmatch(p.node().Value)
	if p.isKey() || m == nil {
		return false
	}
	p.node().Value = m[1]
	return true
}

func deleteKey(p place, _ *rand.Rand) bool {
	if p.isKey() {
		p.parent.Content = slices.Delete(p.parent.Content, p.at, p.at+2)
	}
	return p.isKey()
}

func deleteItem(p place, _ *rand.Rand) bool {
	if p.parent.Kind != yaml.SequenceNode {
		return false
	}
	p.parent.Content = slices.Delete(p.parent.Content, p.at, p.at+1)
	return true
}

// replaced puts a value of another form in place of one.
func replaced(by yaml.Node) func(place, *rand.Rand) bool {
	return func(p place, _ *rand.Rand) bool {
		if p.isKey() || p.node().Kind == by.Kind && by.Kind != yaml.ScalarNode {
			return false
		}
		n := by
		p.parent.Content[p.at] = &n
		return true
	}
}

// edited changes a text where it first matches.
func edited(match, by string) func(place, *rand.Rand) bool {
	re := regexp.MustCompile(match)
	return func(p place, _ *rand.Rand) bool {
		at := re.FindStringSubmatchIndex(p.node().Value)
		if p.node().Kind != yaml.ScalarNode || at == nil {
			return false
		}
		text := p.node().Value
		p.node().Value = text[:at[0]] + string(re.ExpandString(nil, by, text, at)) + text[at[1]:]
		return true
	}
}

// partly are suites of which two scenarios alone are not right: their defaults are for others, or
// all their scenarios are imported.
var partly = []string{"defaults-network.yaml", "22-the-same-on-a-bad-line.yaml"}
