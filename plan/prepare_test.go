package plan

import (
	"bytes"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/google/go-cmp/cmp"
)

// held is a tree in which one file is only opened once others were.
type held struct {
	fstest.MapFS
	late   string
	others chan struct{} // takes a value for each other file that was opened
}

func (h held) Open(name string) (fs.File, error) {
	if name != h.late {
		defer func() { h.others <- struct{}{} }()
		return h.MapFS.Open(name)
	}
	for range len(h.MapFS) - 1 {
		<-h.others
	}
	return h.MapFS.Open(name)
}

// Files are parsed side by side. Whichever is done last, scenarios and
// complaints come in the order in which the files were named.
func TestOrderOfFilesThatAreParsedTogether(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // one waits for what the other opens
	names := []string{"d.yaml", "a.yaml", "c.yaml", "b.yaml"}
	tree := fstest.MapFS{}
	var cases []string
	for _, name := range names {
		text := fmt.Sprintf("scenarios: [{name: in %s, steps: [{wait: 1ms, nmae: x}]}]\nsetpu: []\n", name)
		tree[name] = &fstest.MapFile{Data: []byte(text)}
		cases = append(cases, "in "+name)
	}
	var complaints []string
	for _, name := range names {
		complaints = append(complaints, name+`:1:51: unknown key "nmae"`, name+`:2:1: unknown key "setpu"`)
	}
	for _, late := range names {
		var selected []Selection
		for _, name := range names {
			selected = append(selected, Selection{File: name})
		}
		var problems diag.List
		plan := Prepare(selected, Options{Files: held{tree, late, make(chan struct{}, len(names))}}, &problems)
		var gotCases, got []string
		for _, c := range plan.Cases() {
			gotCases = append(gotCases, c.Name)
		}
		for _, d := range problems.Sorted() {
			got = append(got, d.Error())
		}
		if diff := cmp.Diff(cases, gotCases); diff != "" {
			t.Errorf("%s last: cases (-want +got):\n%s", late, diff)
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(complaints)), got); diff != "" {
			t.Errorf("%s last: complaints (-want +got):\n%s", late, diff)
		}
	}
}

// Whoever prepares a plan may give variables of any type, in Go's own types as well.
func TestGivenVariables(t *testing.T) {
	const suite = "target: ws://localhost\nvars: {m: x, n: y, l: [], t: z}\nscenarios:\n- {name: it, steps: [connect]}\n"
	var problems diag.List
	o := Options{Files: fstest.MapFS{"s.yaml": {Data: []byte(suite)}}, Vars: map[string]any{"m": map[string]any{"b": 1, "a": []any{map[string]any{"c": nil}}}, "n": 5, "l": []any{true}, "t": "5"}}
	p := Prepare([]Selection{{File: "s.yaml"}}, o, &problems)
	if !problems.Empty() {
		t.Fatal(problems.Err())
	}
	var b bytes.Buffer
	if err := expr.AppendJSON(&b, expr.MappingOf(p.Suites[0].Cases[0].Vars())); err != nil || b.String() != `{"l":[true],"m":{"a":[{"c":null}],"b":1},"n":5,"t":"5"}` {
		t.Errorf("the variables are %s, %v", b.String(), err)
	}
}
