package yamldoc_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/google/go-cmp/cmp"
)

type person struct {
	Name  string
	Age   int
	Loud  bool
	Tags  []string
	Boss  *person
	Teeth []yamldoc.Entry[string]
}

func (p *person) Keys(k *yamldoc.Keys) {
	k.Near([]string{"loudly"})
	k.Key("name", yamldoc.Text(&p.Name), "What to call them.", yamldoc.Required)
	k.Key("age", yamldoc.Count(&p.Age, 0, 150), "In years.")
	k.Key("loud", yamldoc.Flag(&p.Loud), "Whether they shout.")
	k.Key("tags", yamldoc.OneOrMore(&p.Tags, yamldoc.Text), "Words.")
	k.Key("boss", yamldoc.Optional(&p.Boss, yamldoc.Map[person]), "Another person.")
	k.Key("teeth", yamldoc.Dict(&p.Teeth, yamldoc.Text), "By name.")
	k.Gone("nick", "write name")
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if p.Age > 100 && p.Loud {
			out.Addf(n.Pos, "nobody of %d is loud", p.Age)
		}
	})
}

func decode(text string) (person, []diag.Diagnostic) {
	var out diag.List
	var p person
	if n := yamldoc.Parse("p.yaml", text, &out); n != nil {
		yamldoc.Decode(n, yamldoc.Map(&p), &out)
	}
	return p, out.Sorted()
}

func TestDecode(t *testing.T) {
	got, errs := decode("name: 007\nage: 41\nloud: true\ntags: on\nboss: {name: 'no'}\nteeth: {b: x, a: 12e4}\n")
	if errs != nil {
		t.Fatal(errs)
	}
	want := person{Name: "007", Age: 41, Loud: true, Tags: []string{"on"}, Boss: &person{Name: "no"},
		Teeth: []yamldoc.Entry[string]{
			{Name: "b", Pos: diag.Pos{File: "p.yaml", Line: 6, Col: 9, Len: 1}, Value: "x"},
			{Name: "a", Pos: diag.Pos{File: "p.yaml", Line: 6, Col: 15, Len: 1}, Value: "12e4"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("decode (-want +got):\n%s", d)
	}
}

// Each row is a document that is wrong in one way, and the complaint about it.
func TestComplaints(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown key", "name: x\naeg: 1\n", `p.yaml:2:1: unknown key "aeg" | did you mean "age"?`},
		{"removed key", "name: x\nnick: y\n", `p.yaml:2:1: key "nick" is no more | write name`},
		{"missing key", "age: 1\n", `p.yaml:1:1: key "name" is missing`},
		{"a missing key may be the unknown one", "nmae: x\n", `p.yaml:1:1: unknown key "nmae" | did you mean "name"?`},
		{"a word that is no key of its own", "name: x\nluodly: 1\n", `p.yaml:2:1: unknown key "luodly" | did you mean "loudly"?`},
		{"what no single key shows", "name: x\nage: 101\nloud: true\n", `p.yaml:1:1: nobody of 101 is loud`},
		{"a whole is not judged if a part is wrong", "name: []\nage: 101\nloud: true\n", `p.yaml:1:7: expected text, found an empty list`},
		{"key twice", "name: x\nname: y\n", `p.yaml:2:1: key "name" is given twice; first at line 1`},
		{"comma swallowed", "{name: hello, world}\n", `p.yaml:1:15: unknown key "world" | quote text that holds a comma`},
		{"interpolation swallowed", "{name: ${x}}\n", `p.yaml:1:9: did not find expected ',' or '}' while parsing a flow mapping | inside {…} or […] put quotes around "${…}"`},
		{"empty value", "name:\n", `p.yaml:1:1: expected text, found nothing | an empty value is null in YAML; write the value, or "" for empty text`},
		{"leading zero", "name: x\nage: 012\n", `p.yaml:2:6: expected a whole number, found "012"`},
		{"number as text", "name: x\nage: \"12\"\n", `p.yaml:2:6: expected a whole number, found the text "12"`},
		{"out of range", "name: x\nage: 151\n", `p.yaml:2:6: 151 is not between 0 and 150`},
		{"yes is a word", "name: x\nloud: yes\n", `p.yaml:2:7: expected true or false, found "yes"`},
		{"list for text", "name: [a]\n", `p.yaml:1:7: expected text, found a list`},
		{"text for mapping", "name: x\nboss: y\n", `p.yaml:2:7: expected a mapping, found "y"`},
		{"tag", "name: !!str 5\n", `p.yaml:1:7: a tag (!!str) is not understood | leave the tag out; quote the value if it is text`},
		{"merge", "name: x\n<<: {age: 1}\n", "p.yaml:2:1: the merge key << is not part of YAML 1.2 | repeat the keys, or use `sequences`"},
		{"recursion", "name: x\nboss: &b {name: y, boss: *b}\n", `p.yaml:2:26: the alias *b stands inside what it names`},
		{"empty file", "", `p.yaml:1:1: the file is empty`},
		{"comment only", "# nothing\n", `p.yaml:1:1: the file is empty`},
		{"a directive", "%YAML 1.2\n---\nname: x\n", `p.yaml:1:1: the line %YAML is not read | leave it out; suites are YAML 1.2 anyhow`},
		{"JSON with a surrogate pair", `name: "\ud83d\ude00"`, `p.yaml:1:10: found invalid Unicode character escape code | YAML has no surrogate pairs as JSON has: write the character itself, or \U0001F600 for \ud83d\ude00`},
		{"two documents", "name: x\n---\nname: y\n", `p.yaml:2:1: the file holds more than one document | one file is one suite; remove the line ---`},
		{"control character", "name: a\x01\n", `p.yaml:1:8: control character 0x01 in YAML | write "\x01" in double quotes`},
		{"not UTF-8", "name: \xff\n", `p.yaml:1:7: octet 0xff is not UTF-8`},
		{"unclosed", "name: [a,\n", `p.yaml:2:1: did not find expected node content while parsing a flow node`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, errs := decode(tt.text)
			var got []string
			for _, d := range errs {
				line := d.Error()
				if d.Hint != "" {
					line += " | " + d.Hint
				}
				got = append(got, line)
			}
			if len(got) != 1 || got[0] != tt.want {
				t.Errorf("complaints of %q =\n%s\nwant\n%s", tt.text, strings.Join(got, "\n"), tt.want)
			}
		})
	}
}

// A doubt says whether something is wrong, whether something could not be read,
// and which words stand in parts that were not understood.
func TestDoubt(t *testing.T) {
	tests := []struct {
		text string
		want diag.Doubt
	}{
		{"name: x\n", diag.Doubt{}},
		{"name: x\nage: 200\n", diag.Doubt{Wrong: true}},
		{"name: x\nags: {a: [b, c]}\n", diag.Doubt{Wrong: true, Words: map[string]bool{"ags": true, "a": true, "b": true, "c": true}}},
		{"name: x\nage: [1]\n", diag.Doubt{Wrong: true, Lost: true, Words: map[string]bool{"1": true}}},
		{"age: 1\n", diag.Doubt{Wrong: true, Lost: true}},
	}
	for _, tt := range tests {
		var p person
		var d diag.Doubt
		var out, whole diag.List
		yamldoc.Doubted(&d, yamldoc.Map(&p)).Decode(yamldoc.Parse("p.yaml", tt.text, &out), &whole)
		if diff := cmp.Diff(tt.want, d); diff != "" {
			t.Errorf("in doubt of %q (-want +got):\n%s", tt.text, diff)
		}
		if whole.Empty() == tt.want.Wrong || whole.Doubt().Lost {
			t.Errorf("%q: around it are the complaints %v and the doubts %+v", tt.text, whole.Sorted(), whole.Doubt())
		}
	}
}

// A file of a few lines must not become millions of values.
func TestAliasBudget(t *testing.T) {
	text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		prev := "*a" + string(rune('0'+i-1))
		text += "a" + string(rune('0'+i)) + ": &a" + string(rune('0'+i)) + " [" + strings.Repeat(prev+", ", 9) + prev + "]\n"
	}
	var out diag.List
	if n := yamldoc.Parse("bomb.yaml", text, &out); n != nil || out.Empty() {
		t.Errorf("Parse gave %v and %v, want a complaint", n, out.Sorted())
	}
}

func TestAtPointsIntoAScalar(t *testing.T) {
	var out diag.List
	n := yamldoc.Parse("p.yaml", "é: \"ab ${x}\"\nf: plain\n", &out)
	if got, want := n.Get("é").At(3, 4), (diag.Pos{File: "p.yaml", Line: 1, Col: 8, Len: 4}); got != want {
		t.Errorf("At = %+v, want %+v", got, want)
	}
	if got, want := n.Get("f").At(2, 3), (diag.Pos{File: "p.yaml", Line: 2, Col: 6, Len: 3}); got != want {
		t.Errorf("At = %+v, want %+v", got, want)
	}
}

// Aliases lead back to earlier columns. Columns count runes.
func TestPlacesInOneLine(t *testing.T) {
	var out diag.List
	n := yamldoc.Parse("p.yaml", "[éé, &x {üü: 'öö'}, bb, *x, cc, *x, dd]\n", &out)
	if !out.Empty() {
		t.Fatal(out.Err())
	}
	var got []string
	var walk func(n *yamldoc.Node)
	walk = func(n *yamldoc.Node) {
		if n.Kind == yamldoc.Scalar {
			p := n.At(0, len(n.Text)) // exact only if the text was found there
			got = append(got, fmt.Sprintf("%s %d+%d", n.Text, p.Col, p.Len))
		}
		for _, f := range n.Fields {
			walk(f.Key)
			walk(f.Value)
		}
		for _, item := range n.Items {
			walk(item)
		}
	}
	walk(n)
	want := []string{"éé 2+2", "üü 10+2", "öö 15+2", "bb 21+2", "üü 10+2", "öö 15+2", "cc 29+2", "üü 10+2", "öö 15+2", "dd 37+2"}
	if !slices.Equal(got, want) {
		t.Errorf("places are\n%q, want\n%q", got, want)
	}
}

func TestDocumentIsRecursiveAndValidJSON(t *testing.T) {
	var p person
	data, err := yamldoc.Document("person.json", "Person", yamldoc.Map(&p))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Defs map[string]struct {
			Properties map[string]map[string]json.RawMessage
			Required   []string
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	got := doc.Defs["person"]
	if string(got.Properties["boss"]["$ref"]) != `"#/$defs/person"` || len(got.Required) != 1 || got.Required[0] != "name" {
		t.Errorf("person = %+v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a: &x [1, *x]\n")
	f.Add("a: {b: \"${c}\", d: |\n  e\n}")
	f.Fuzz(func(t *testing.T, text string) {
		var out diag.List
		n := yamldoc.Parse("f.yaml", text, &out)
		if n == nil && out.Empty() {
			t.Errorf("Parse(%q) gave neither a tree nor a complaint", text)
		}
		var p person
		if n != nil {
			yamldoc.Decode(n, yamldoc.Map(&p), &out)
		}
	})
}
