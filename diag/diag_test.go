package diag_test

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/google/go-cmp/cmp"
)

func TestRender(t *testing.T) {
	src := diag.Sources{"s.yaml": "suite: x\nscenarios:\n\t- exepct: {message: hello}\n  within: 800ms\n"}
	tests := []struct {
		name string
		d    diag.Diagnostic
		want string
	}{
		{"caret under the word", diag.Diagnostic{
			Pos: diag.Pos{File: "s.yaml", Line: 1, Col: 1, Len: 5}, Message: `unknown key "suite"`, Hint: `did you mean "suit"?`,
		}, "s.yaml:1:1: unknown key \"suite\"\n  |\n1 | suite: x\n  | ^~~~~\n  = hint: did you mean \"suit\"?\n"},
		{"tabs keep the caret in place", diag.Diagnostic{
			Pos: diag.Pos{File: "s.yaml", Line: 3, Col: 4, Len: 6}, Message: "m",
		}, "s.yaml:3:4: m\n  |\n3 |     - exepct: {message: hello}\n  |       ^~~~~~\n"},
		{"context and details", diag.Diagnostic{
			Pos: diag.Pos{File: "s.yaml", Line: 4, Col: 11, Len: 5}, Message: "reply came too late",
			Context: diag.Pos{File: "s.yaml", Line: 1},
			Details: []diag.Detail{{Label: "actual", Text: "1.2s"}, {Label: "expected", Text: "at most 800ms\nreally"}},
		}, "s.yaml:4:11: reply came too late\n  |\n1 | suite: x\n  | ...\n4 |   within: 800ms\n  |           ^~~~~\n" +
			"  |   actual:   1.2s\n  |   expected: at most 800ms\n  |             really\n"},
		{"no source, no excerpt", diag.Diagnostic{Pos: diag.Pos{File: "gone.yaml", Line: 1, Col: 1}, Message: "m"}, "gone.yaml:1:1: m\n"},
		{"no place", diag.Diagnostic{Message: "m"}, "m\n"},
		{"hostile text is spelled out", diag.Diagnostic{Message: "a\x1b[2J\u202e\xff"}, `a\x1b[2J\u202e\xff` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := diag.Render(&b, tt.d, src, diag.Screen{}); err != nil {
				t.Fatal(err)
			}
			if b.String() != tt.want {
				t.Errorf("Render =\n%s\nwant\n%s", b.String(), tt.want)
			}
		})
	}
}

func TestListIsSortedAndWithoutDoubles(t *testing.T) {
	var l diag.List
	l.Addf(diag.Pos{File: "b", Line: 2, Col: 1}, "late")
	l.Addf(diag.Pos{File: "b", Line: 1, Col: 9}, "early")
	l.Addf(diag.Pos{File: "b", Line: 2, Col: 1}, "late")
	if got, want := l.Err().Error(), "b:1:9: early\nb:2:1: late"; got != want {
		t.Errorf("Err = %q, want %q", got, want)
	}
	if (&diag.List{}).Err() != nil {
		t.Error("an empty list is an error")
	}
}

// Complaints of one cause are one, in each file; the same complaint is there once.
func TestCausesAreToldOnce(t *testing.T) {
	var l diag.List
	at := func(file string, line int) diag.Pos { return diag.Pos{File: file, Line: line, Col: 1} }
	for _, d := range []diag.Diagnostic{
		{Pos: at("a", 9), Message: "no x here"}, {Pos: at("a", 3), Message: "no x", Details: []diag.Detail{{Label: "l", Text: "t"}}},
		{Pos: at("a", 5), Message: "no x"}, {Pos: at("a", 5), Message: "no x"}, {Pos: at("a", 3), Message: "no x too"}, {Pos: at("b", 1), Message: "no x"},
	} {
		l.Because("x", d)
	}
	l.Because("y", diag.Diagnostic{Pos: at("a", 3), Message: "no y"})
	for range 2 { // between them stands another
		l.Addf(at("a", 7), "wrong")
		l.Addf(at("a", 7), "wrong as well")
	}
	want := []diag.Diagnostic{
		{Pos: at("a", 3), Message: "no x", Details: []diag.Detail{{Label: "l", Text: "t"}, {Label: diag.AlsoInLine, Text: "5, 9"}}},
		{Pos: at("a", 3), Message: "no y"}, {Pos: at("a", 7), Message: "wrong"}, {Pos: at("a", 7), Message: "wrong as well"}, {Pos: at("b", 1), Message: "no x"},
	}
	if d := cmp.Diff(want, l.Sorted()); d != "" {
		t.Errorf("Sorted (-want +got):\n%s", d)
	}
}

// What is in doubt adds up, but for what is joined.
func TestDoubtsOfLists(t *testing.T) {
	var l, joined, taken diag.List
	joined.Addf(diag.Pos{}, "wrong")
	joined.Lose()
	l.Join(&joined)
	if d := l.Doubt(); d.Wrong || d.Unclear() || l.Len() != 1 {
		t.Errorf("after joining another list %+v is in doubt, of %d complaints", d, l.Len())
	}
	taken.UnknownKey(diag.Pos{}, "snd", []string{"send"}, []string{"hello"}, "unknown key")
	l.Take(&taken)
	l.Unknown(diag.Pos{}, "sned", []string{"send"}, "unknown word")
	want := diag.Doubt{Wrong: true, Words: map[string]bool{"snd": true, "hello": true, "sned": true}}
	if d := cmp.Diff(want, l.Doubt()); d != "" {
		t.Errorf("in doubt (-want +got):\n%s", d)
	}
	l.Unknown(diag.Pos{}, "dance", []string{"send"}, "unknown word")
	if d := l.Doubt(); !d.Lost || !d.Unclear() {
		t.Errorf("after a word that is like none %+v is in doubt", d)
	}
	var none *diag.List
	none.Addf(diag.Pos{}, "wrong")
	none.Lose()
	none.Suspect("a")
	none.Take(&taken)
	none.Join(&taken)
	if d := none.Doubt(); d.Wrong || none.Len() != 0 || none.Sorted() != nil {
		t.Errorf("a nil list keeps %+v", d)
	}
}

func TestDidYouMean(t *testing.T) {
	verbs := []string{"connect", "expect", "send"}
	for word, want := range map[string]string{
		"exepct": `did you mean "expect"?`,
		"sned":   `did you mean "send"?`,
		"dance":  "valid: connect, expect, send",
		"x":      "valid: connect, expect, send",
	} {
		if got := diag.DidYouMean(word, verbs); got != want {
			t.Errorf("DidYouMean(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestInert(t *testing.T) {
	for text, want := range map[string]string{
		"plain: a::b ## [x] #[y]\n":              "plain: a::b ## [x] #[y]\n",
		"::error::x":                             `\x3a:error::x`,
		"a\n \t\u00a0::set-env name=A::b\n":      "a\n \t\u00a0\\x3a:set-env name=A::b\n",
		"\x1b[1m::error::x\x1b[0m":               "\x1b[1m\\x3a:error::x\x1b[0m",
		"log ##vso[task.setvariable] ###[group]": `log \x23#vso[task.setvariable] #\x23#[group]`,
		"##teamcity[testFailed]":                 `\x23#teamcity[testFailed]`,
	} {
		if got := diag.Inert(text); got != want {
			t.Errorf("Inert(%q) = %q, want %q", text, got, want)
		}
		if twice := diag.Inert(diag.Inert(text)); twice != want {
			t.Errorf("Inert twice of %q = %q, want %q", text, twice, want)
		}
	}
}
