package spec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
)

// asked gives the matcher of a row.
func asked(t *testing.T, a *spec.Audio, path string) spec.Quantity {
	t.Helper()
	for _, c := range a.Checks {
		if c.Row.Path == path {
			return c.Want
		}
	}
	t.Fatalf("%s is not asked", path)
	return spec.Quantity{}
}

// A value of each unit that a row can have.
var values = map[string]string{"duration": "5ms", "duration, may be below zero": "-5ms", "dB": "-6dB", "LUFS": "-23LUFS", "%": "95%",
	"Hz": "440Hz", "ppm": "50ppm", "number": "7", "text": "a", "digits": "12#", "`same` or `reversed`": "same"}

// audioOf reads one row as a step would write it, in a mapping that checks
// something.
func audioOf(t *testing.T, path, value string) *spec.Audio {
	t.Helper()
	group, key, inner := strings.Cut(path, ".")
	yaml := path + ": " + value
	if inner {
		beside := map[string]string{"silence.threshold": "share: 0%, ", "speech.pause": "share: 0%, ", "pacing.buffer": "gaps: 0, ", "similar_to.source": "score: 0%, "}[path]
		if group == "similar_to" && key != "source" {
			beside = "source: b, "
		}
		yaml = group + ": {" + beside + key + ": " + value + "}"
	}
	return step(t, "{assert: {audio: {during: a, "+yaml+"}}}").Action.(*spec.Assert).Audio
}

// boundOf gives what the tests below compare of a bound row: the checks and the
// plain values.
func boundOf(a *spec.Audio) string {
	var out []string
	for _, c := range a.Checks {
		want := ""
		if c.Want.IsSet() {
			want = match.Describe(c.Want.Matcher)
		}
		out = append(out, fmt.Sprintf("%s %d %s %#v", c.Row.Path, c.Pos.Col, want, c.Want.Data.Value()))
	}
	for _, v := range []interface{ IsSet() bool }{&a.Pause, &a.Threshold, &a.Chunk, &a.Buffer} {
		out = append(out, fmt.Sprint(v.IsSet()))
	}
	pause, ok1 := a.Pause.Known()
	threshold, ok2 := a.Threshold.Known()
	chunk, ok3 := a.Chunk.Known()
	buffer, ok4 := a.Buffer.Known()
	return fmt.Sprint(out, pause, ok1, threshold, ok2, chunk, ok3, buffer, ok4)
}

// In every row the ${…} is computed: the bound value equals the same value
// written as a literal, and a failing expression is an error at its place.
func TestAudioRowsAreBound(t *testing.T) {
	for _, row := range spec.AudioRows() {
		value := values[row.Unit()]
		if value == "" {
			t.Errorf("%s has the unit %q, which this test has no value of", row.Path, row.Unit())
			continue
		}
		a := audioOf(t, row.Path, `"${x}"`)
		env := expr.Env{Names: expr.Map{"x": value}}
		if row.Path == "similar_to.source" { // its reader computes it
			if got, err := a.Source.File.In(env); got != value || err != nil {
				t.Errorf("%s: computed as %q, %v", row.Path, got, err)
			}
			continue
		}
		before := boundOf(a)
		got, err := a.Bind(env)
		if err != nil {
			t.Errorf("%s: %v", row.Path, err)
			continue
		}
		literal := audioOf(t, row.Path, `"`+value+`"`) // quoted, so that places are the same
		if want := boundOf(literal); boundOf(got) != want {
			t.Errorf("%s: bound to\n%s, want\n%s", row.Path, boundOf(got), want)
		}
		if boundOf(a) != before {
			t.Errorf("%s: what was read is changed when it is bound", row.Path)
		}
		var d diag.Diagnostic
		if _, err := a.Bind(expr.Env{Names: expr.Map{}}); !errors.As(err, &d) || d.Pos.Line != 1 || !strings.Contains(d.Message, "known") {
			t.Errorf("%s: without its name the error is %v, want one with its place", row.Path, err)
		}
		if row.Unit() == "text" {
			continue
		}
		if _, err := a.Bind(expr.Env{Names: expr.Map{"x": "much"}}); !errors.As(err, &d) || d.Pos.Line != 1 {
			t.Errorf("%s: bound to text of no such unit, error %v, want one with its place", row.Path, err)
		}
	}
}

// Each row checks exactly what it says: a row that is written alone is the only
// check, and a setting is no check.
func TestAudioRowsCheck(t *testing.T) {
	for _, row := range spec.AudioRows() {
		var got []string
		for _, c := range audioOf(t, row.Path, values[row.Unit()]).Checks {
			got = append(got, c.Row.Path)
		}
		if row.Of == spec.Setting {
			if slices.Contains(got, row.Path) {
				t.Errorf("%s checks %q, but sets something", row.Path, got)
			}
			continue
		}
		if !slices.Equal(got, []string{row.Path}) {
			t.Errorf("%s alone checks %q", row.Path, got)
		}
	}
}

// A mapping without a check is refused. The hint proposes the first possible
// check.
func TestNothingIsChecked(t *testing.T) {
	for yaml, want := range map[string]string{
		`audio: {during: a}`:                          "encoding",
		`audio: {during: a, silence: {}}`:             "share",
		`audio: {during: a, speech: {pause: 1s}}`:     "start",
		`audio: {during: a, similar_to: {source: b}}`: "score",
		`audio: {during: a, pacing: {buffer: 1s}}`:    "chunk",
		`audio: {during: a, tone: {}}`:                "frequency",
		`turn: {caller: a, bot: b}`:                   "response",
		`turn: {caller: a, bot: b, barge_in: {}}`:     "heard",
	} {
		want := "this checks nothing; say what is to be checked, such as " + want
		if got := complaints("{assert: {" + yaml + "}}"); got != want {
			t.Errorf("%s: the complaints are %q, want %q", yaml, got, want)
		}
	}
	if got := complaints(`{assert: {audio: {during: a, pacing: {chunk: 1s}}}}`); got != "" {
		t.Errorf("what each chunk lasts alone: the complaints are %q, want none", got)
	}
}

// complaints gives the complaints about a step, each with its hint.
func complaints(step string) string {
	var out diag.List
	spec.Parse("t.yaml", "scenarios: [{name: n, steps: ["+step+"]}]", &out)
	var all []string
	for _, d := range out.Sorted() {
		all = append(all, d.Message+"; "+d.Hint)
	}
	return strings.Join(all, "\n")
}

// A turn without a caller can have only the measures that can count from a
// moment.
func TestWithoutCaller(t *testing.T) {
	for _, row := range spec.TurnRows() {
		key, name, inner := strings.Cut(row.Path, ".")
		yaml := key + ": 1s"
		if inner {
			yaml = key + ": {" + name + ": 1s}"
		}
		needs := key + " needs the caller; such as caller: question"
		if got := complaints("{assert: {turn: {bot: b, " + yaml + "}}}"); got != needs {
			t.Errorf("%s: the complaints are %q, want %q", row.Path, got, needs)
		}
		if row.Path == "response" || row.Path == "first_audio" {
			needs = ""
		}
		if got := complaints("{assert: {turn: {bot: b, from: c.at, " + yaml + "}}}"); got != needs {
			t.Errorf("%s from a moment: the complaints are %q, want %q", row.Path, got, needs)
		}
		if got := complaints("{assert: {turn: {caller: a, bot: b, " + yaml + "}}}"); got != "" {
			t.Errorf("%s with a caller: the complaints are %q, want none", row.Path, got)
		}
	}
}

// Some aspects need a reference, and some are about when something came.
func TestAspects(t *testing.T) {
	for of, want := range map[spec.Aspect]string{
		spec.Setting: "false false", spec.OfStream: "false false", spec.OfSound: "false false",
		spec.OfLikeness: "true false", spec.OfDelay: "true true", spec.OfFrames: "true false",
		spec.OfNumbers: "false false", spec.OfChunks: "false false", spec.OfTimes: "false true",
	} {
		if got := fmt.Sprint(of.Compares(), of.Timed()); got != want {
			t.Errorf("aspect %d compares and is timed: %s, want %s", of, got, want)
		}
	}
}

// Digits that are on no key and unknown polarities are refused: no value equals
// them, so their opposite would always pass.
func TestWordsThatCannotBe(t *testing.T) {
	for yaml, want := range map[string]string{
		`dtmf: "12x"`:                                               `"12X" has a character that is not a DTMF digit; 0 to 9, *, # and A to D`,
		`dtmf: {$not: {$contains: "e"}}`:                            `"E" has a character that is not a DTMF digit; 0 to 9, *, # and A to D`,
		`similar_to: {source: {dtmf: "1x"}, score: 1%}`:             `"1X" has a character that is not a DTMF digit; 0 to 9, *, # and A to D`,
		`similar_to: {source: a, polarity: reverse}`:                `similar_to.polarity is one of same, reversed, never "reverse"; did you mean "reversed"?`,
		`similar_to: {source: a, polarity: {$ne: mirrored}}`:        `similar_to.polarity is one of same, reversed, never "mirrored"; valid: same, reversed`,
		`similar_to: {source: a, polarity: {$in: [same, other]}}`:   `similar_to.polarity is one of same, reversed, never "other"; valid: same, reversed`,
		`dtmf: {$eq: ""}`:                                           "",
		`dtmf: "0123456789*#ABCDabcd"`:                              "",
		`similar_to: {source: {dtmf: "1a"}, polarity: {$ne: same}}`: "",
	} {
		if got := complaints("{assert: {audio: {during: a, " + yaml + "}}}"); got != want {
			t.Errorf("%s: the complaints are %q, want %q", yaml, got, want)
		}
	}
	for _, yaml := range []string{`dtmf: {$exists: false}`, `similar_to: {source: a, polarity: {$exists: false}}`} {
		if got := complaints("{assert: {audio: {during: a, " + yaml + "}}}"); !strings.HasPrefix(got, "$exists cannot be held against ") {
			t.Errorf("%s, though there is always one: the complaints are %q", yaml, got)
		}
	}
	for value, want := range map[string]string{"12a": "12A", "12x": ""} {
		a, err := audioOf(t, "dtmf", `"${x}"`).Bind(expr.Env{Names: expr.Map{"x": value}})
		if (err != nil) != (want == "") || err == nil && asked(t, a, "dtmf").Data.Value() != want {
			t.Errorf("the digits %s are bound to %v, %v", value, a, err)
		}
	}
	for value, ok := range map[any]bool{"same": true, "reversed": true, "reverse": false, "": false, 7: false} {
		a, err := audioOf(t, "similar_to.polarity", `"${x}"`).Bind(expr.Env{Names: expr.Map{"x": value}})
		if (err == nil) != ok || err == nil && asked(t, a, "similar_to.polarity").Data.Value() != value {
			t.Errorf("the polarity %v is bound to %v, %v", value, a, err)
		}
	}
}

// described is the part of a JSON Schema that describes keys.
type described struct {
	Description string
	Properties  map[string]described
	Additional  any `json:"additionalProperties"`
}

// definitions gives the definitions of the JSON Schema.
func definitions(t *testing.T) map[string]described {
	t.Helper()
	data, err := spec.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Defs map[string]described `json:"$defs"`
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s.Defs
}

// The JSON Schema has exactly the rows, each with its sentence. A group of rows
// has a sentence, too, and its rows follow one another.
func TestRowsAreDescribed(t *testing.T) {
	defs := definitions(t)
	rows := map[string]map[string]string{"audio": {}, "turn": {}}
	for _, r := range spec.AudioRows() {
		rows["audio"][r.Path] = r.Doc
	}
	for _, r := range spec.TurnRows() {
		rows["turn"][r.Path] = r.Doc
	}
	others := map[string][]string{"audio": {"during", "tag", "from", "to"}, "turn": {"caller", "bot", "from"}}
	for of, docs := range rows {
		found := map[string]string{}
		for name, p := range defs[of].Properties {
			switch {
			case slices.Contains(others[of], name):
			case docs[name] != "":
				found[name] = p.Description
			case p.Description == "":
				t.Errorf("%s.%s is not described", of, name)
			case defs[name].Additional != false:
				t.Errorf("%s.%s may have any key", of, name)
			default:
				for inner, p := range defs[name].Properties {
					found[name+"."+inner] = p.Description
				}
			}
		}
		if !maps.Equal(found, docs) {
			t.Errorf("the schema describes of %s\n%v, want\n%v", of, found, docs)
		}
	}
	var groups []string
	for _, r := range spec.AudioRows() {
		group, _, inner := strings.Cut(r.Path, ".")
		if inner && (len(groups) == 0 || groups[len(groups)-1] != group) {
			groups = append(groups, group)
		}
	}
	if slices.Sort(groups); len(slices.Compact(slices.Clone(groups))) != len(groups) {
		t.Errorf("the rows of a group do not stand together: %v", groups)
	}
}

// A load takes the measure of every row of a turn, and no other.
func TestLoadTakesTurnRows(t *testing.T) {
	load := func(key string) (measure string, ok bool) {
		var out diag.List
		s := spec.Parse("t.yaml", "scenarios: [{name: n, load: {times: 1, assert: {"+key+": {$max: {$lt: 1s}}}}, steps: [connect]}]", &out)
		return s.Scenarios[0].Load.Checks[0].Measure, out.Empty()
	}
	for _, r := range spec.TurnRows() {
		if measure, ok := load(r.Subject()); measure != r.Subject() || !ok {
			t.Errorf("%s is measured as %q, %v", r.Subject(), measure, ok)
		}
	}
	if measure, _ := load("turn.barge_in"); measure != "" {
		t.Errorf("turn.barge_in is measured as %q", measure)
	}
}

// In every row of a turn the ${…} is computed.
func TestTurnRowsAreBound(t *testing.T) {
	for _, row := range spec.TurnRows() {
		key, name, inner := strings.Cut(row.Path, ".")
		yaml := key + `: {$lt: "${x}"}`
		if inner {
			yaml = key + ": {" + name + `: {$lt: "${x}"}}`
		}
		turn := step(t, "{assert: {turn: {caller: a, bot: b, "+yaml+"}}}").Action.(*spec.Assert).Turn
		got, err := turn.Bind(expr.Env{Names: expr.Map{"x": "5ms"}})
		if err != nil || len(got.Checks) != 1 || got.Checks[0].Row.Path != row.Path || fmt.Sprint(got.Checks[0].Want.Items[0].Data.Value()) != "5ms" {
			t.Errorf("%s: bound to %v, %v", row.Path, got, err)
		}
		if _, err := turn.Bind(expr.Env{Names: expr.Map{}}); err == nil || !strings.HasPrefix(err.Error(), "t.yaml:1:") {
			t.Errorf("%s: without its name the error is %v", row.Path, err)
		}
	}
}
