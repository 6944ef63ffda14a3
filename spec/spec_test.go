package spec_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var (
	wantLine = regexp.MustCompile("# want (`[^`]*`)(?: (\".*\"))?$")
)

// A line of testdata that ends in # want `message` "part of the hint" must have
// a complaint whose message matches. Lines without it must have none.
func TestComplaints(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out diag.List
			spec.Parse(file, string(text), &out)
			got := map[int]diag.Diagnostic{}
			for _, d := range out.Sorted() {
				if first, ok := got[d.Pos.Line]; ok {
					t.Errorf("two complaints in line %d: %v and %v", d.Pos.Line, first, d)
				}
				got[d.Pos.Line] = d
			}
			for i, line := range strings.Split(string(text), "\n") {
				if m := wantLine.FindStringSubmatch(line); m != nil {
					compare(t, got[i+1], i+1, m)
					delete(got, i+1)
				}
			}
			for _, d := range got {
				t.Errorf("unwanted: %v (%s)", d, d.Hint)
			}
		})
	}
}

func compare(t *testing.T, d diag.Diagnostic, line int, m []string) {
	t.Helper()
	want := regexp.MustCompile(strings.Trim(m[1], "`"))
	if !want.MatchString(d.Message) {
		t.Errorf("line %d: complaint %q, want %q", line, d.Message, want)
	}
	if m[2] == "" {
		return
	}
	hint, err := strconv.Unquote(m[2])
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.Hint, hint) {
		t.Errorf("line %d: hint %q, want %q", line, d.Hint, hint)
	}
}

func TestSchemaNamesEveryVerb(t *testing.T) {
	data, err := spec.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"connect", "send", "expect", "await", "send_media", "assert", "close"} {
		if _, ok := doc.Defs["step"].Properties[verb]; !ok {
			t.Errorf("the schema of a step lacks %q", verb)
		}
	}
}

// The schema accepts what is right and refuses what is nearly right.
func TestSchemaJudges(t *testing.T) {
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
	for steps, right := range map[string]bool{
		`"connect"`:                    true,
		`{"send": "a"}`:                true,
		`{"sned": "a"}`:                false,
		`{"expect": "message"}`:        true,
		`{"expect": {"message": "a"}}`: true,
		`{"expect": {"mesage": "a"}}`:  false,
		`{"expect": {"stream": {"until": "a", "text": "b"}}}`:               true,
		`{"await": {"stream": {"length": {"after": 1, "size": "varint"}}}}`: true,
		`{"expect": {"stream": {"untill": "a"}}}`:                           false,
		`{"absent": {"stream": {"length": {"size": 9}}}}`:                   false,
		`{"connect": {"dialect": {"name": "twilio", "a": 1}}}`:              true,
		`{"connect": {"dialect": {"role": "app"}}}`:                         false,
	} {
		suite, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"scenarios": [{"name": "n", "steps": [` + steps + `]}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(suite); (err == nil) != right {
			t.Errorf("%s: %v, want it right: %v", steps, err, right)
		}
	}
}

func FuzzParse(f *testing.F) {
	text, err := os.ReadFile("testdata/verbs.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Fuzz(func(t *testing.T, text string) {
		var out diag.List
		if s := spec.Parse("f.yaml", text, &out); s == nil && out.Empty() {
			t.Error("neither a suite nor a complaint")
		}
	})
}
