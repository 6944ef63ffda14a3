package expr

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// linesEnv has headers of one line and of two, joined and listed, and a key of a
// query.
var linesEnv = Env{Names: Map{
	"one": Lines{Each: []string{"a=b; Path=/"}, Listed: true}, "two": Lines{Each: []string{"a=b; Path=/", "c=d"}, Listed: true},
	"h":   Map{"one": Lines{Each: []string{"xy"}, Joined: true}, "two": Lines{Each: []string{"xy", "z"}, Joined: true}},
	"q":   MappingOf(map[string]any{"one": Lines{Each: []string{"xy"}}, "two": Lines{Each: []string{"xy", "z"}}}),
	"all": []any{Lines{Each: []string{"1", "2"}}},
}}

// An operation looks into lines, or they settle to text or a list.
func TestLines(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want any // an error begins with "!"
	}{
		{"one[0]", "a=b; Path=/"}, {"two[1]", "c=d"}, {"two[2]", "!there is no element 2 among 2"}, {"one[1]", "!there is no element 1 among 1"},
		{"h.one[0]", "xy"}, {"h.two[1]", "z"}, {"h['two'][1]", "z"}, {"q.one[0]", "xy"}, {"q.two[1]", "z"}, {"all[0][1]", "2"},
		{"two[-1]", "!there is no element -1"}, {"two['x']", `!a list of 2 has no members`}, {"two.x", `!a list of 2 has no members`},
		{"len(one)", int64(1)}, {"len(two)", int64(2)}, {"len(h.one)", int64(2)}, {"len(h.two)", int64(5)}, {"len(q.one)", int64(2)}, {"len(q.two)", int64(2)},
		{"one[0:]", []any{"a=b; Path=/"}}, {"two[0:1]", []any{"a=b; Path=/"}}, {"h.one[0:1]", "x"}, {"h.two[0:4]", "xy, "}, {"q.two[1:]", []any{"z"}},
		{"one == 'a=b; Path=/'", true}, {"two == ['a=b; Path=/', 'c=d']", true}, {"two == 'c=d'", "!cannot compare a list of 2"}, {"two != 'c=d'", "!cannot compare a list of 2"},
		{"h.one == 'xy'", true}, {"h.two == 'xy, z'", true}, {"h.two != 'xy'", true}, {"q.one == 'xy'", true}, {"q.two == ['xy', 'z']", true},
		{"q == {one: 'xy', two: ['xy', 'z']}", true}, {"[q.two] == [['xy', 'z']]", true}, {"all == [['1', '2']]", true},
		{"'c=' in two", true}, {"'c=' in one", false}, {"'Path' in two", true}, {"not ('e=' in two)", true}, {"', z' in h.two", true}, {"'y' in q.two", true}, {"1 in two", "!none of the elements"},
		{"h.one + '!'", "xy!"}, {"h.two + '!'", "xy, z!"}, {"two + ['e']", []any{"a=b; Path=/", "c=d", "e"}}, {"two + 'e'", `!cannot add`},
		{"hex(h.one)", "7879"}, {"hex(two)", "!hex needs text or octets, not a list of 2"}, {"h.one < 1", "!cannot compare"}, {"-h.one", "!- needs a number"},
		{"true ? two : one", []any{"a=b; Path=/", "c=d"}}, {"true ? one : two", "a=b; Path=/"},
		{"json(one)", `"a=b; Path=/"`}, {"json(two)", `["a=b; Path=/","c=d"]`}, {"json(h)", `{"one":"xy","two":"xy, z"}`}, {"json(q)", `{"one":"xy","two":["xy","z"]}`},
		{"cookies(one)", "a=b"}, {"cookies(two)", "a=b; c=d"}, {"cookies('k = v ; Secure')", "k=v"}, {"cookies(['a=1', 'b=2', 'a=3; x'])", "a=3; b=2"}, {"cookies('k=')", "k="},
		{"cookies('k=a=b')", "k=a=b"}, {"cookies([])", ""}, {"cookies('k; a=b')", `!cookies: the text "k; a=b" is no cookie`}, {"cookies('=v')", "!cookies: "}, {"cookies([1])", "!cookies: the number 1 is no cookie"}, {"cookies(1)", "!cookies needs text or a list"},
	} {
		p, err := Compile(tt.src, Scope{})
		if err != nil {
			t.Fatalf("%s: %v", tt.src, err)
		}
		v, err := p.Eval(linesEnv)
		if err != nil {
			v = "!" + err.Error()
		}
		if want, _ := tt.want.(string); len(want) > 0 && want[0] == '!' {
			if got, _ := v.(string); len(got) < len(want) || got[:len(want)] != want {
				t.Errorf("%s = %v, want %s", tt.src, v, want)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, v); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.src, diff)
		}
	}
}

// A whole expression gives lines without settling them, for callers that look
// into them. Within text, and as the value of a text, they are settled.
func TestLinesOfAWhole(t *testing.T) {
	p, err := Compile("h.two", Scope{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Eval(linesEnv)
	if diff := cmp.Diff(Lines{Each: []string{"xy", "z"}, Joined: true}, v); diff != "" || err != nil {
		t.Errorf("Eval() %v (-want +got):\n%s", err, diff)
	}
	for src, want := range map[string]any{"${h.two}": "xy, z", "${two}": []any{"a=b; Path=/", "c=d"}, "${one}": "a=b; Path=/", "x ${h.two}": "x xy, z", "x ${one}": "x a=b; Path=/"} {
		tmpl, err := Parse(src, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := tmpl.Eval(linesEnv)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", src, err, diff)
		}
	}
	tmpl, err := Parse("x ${two}", Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tmpl.Eval(linesEnv); err == nil {
		t.Error("several lines stand in text that are no text")
	}
	for name, want := range map[string]string{"two[5]": "", "two[0]": "x"} { // an element that may be missing is an absence, not an error of type
		p, err := Compile(name, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Lookup(linesEnv)
		if _, absent := err.(*Absence); absent != (want == "") {
			t.Errorf("Lookup(%s) = %v", name, err)
		}
	}
	var b bytes.Buffer
	if err := AppendJSON(&b, linesEnv.Names.(Map)["q"]); err != nil || b.String() != `{"one":"xy","two":["xy","z"]}` {
		t.Errorf("AppendJSON() = %s, %v", b.String(), err)
	}
}
