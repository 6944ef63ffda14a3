package match

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// keep reads a value that a suite keeps under a name, and computes it.
func keep(t *testing.T, text string, names expr.Map) value.Data {
	t.Helper()
	var out diag.List
	n := yamldoc.Parse("k.yaml", "m: "+text+"\n", &out)
	if n == nil {
		t.Fatalf("%s: %v", text, out.Err())
	}
	CheckWords(n.Get("m"), &out)
	d := value.ReadKept(n.Get("m"), &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", text, out.Err())
	}
	bound, err := d.Bind(expr.Env{Names: names})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return bound
}

// A matcher that is kept under a name answers as it does where it is written.
func TestKeptMatchers(t *testing.T) {
	checked := 0
	for word, operands := range examples {
		for _, operand := range operands {
			for _, form := range []string{written(word, operand), "{$not: " + written(word, operand) + "}"} {
				if !strings.HasPrefix(form, "{$") {
					continue // a value
				}
				for _, at := range []*Position{Any, inPercent, InJSON} {
					direct, complaints := tryRead(t, form, at)
					d := keep(t, form, names)
					env := expr.Env{Names: expr.Map{"kept": d.Value()}, Messages: func(string) (expr.Message, error) { return jsonMessage{}, nil }}
					kept, err := Read(yamldoc.Parse("t.yaml", `"${kept}"`, &diag.List{}), at, &diag.List{}).Bind(env)
					if (err != nil) != (len(complaints) > 0) {
						t.Errorf("%s, kept: %v; written: %v", form, err, complaints)
					}
					if err != nil {
						continue
					}
					for _, values := range samples {
						for _, v := range values {
							checked++
							if a, b := direct.answer(v), kept.answer(v); a != b {
								t.Errorf("%s of %s is %v, and %v once it is kept", form, Show(v), a, b)
							}
						}
					}
					if Describe(direct) != Describe(kept) || direct.Worse() != kept.Worse() {
						t.Errorf("%s is described as %s, and as %s once it is kept", form, Describe(direct), Describe(kept))
					}
				}
			}
		}
	}
	if checked < 5000 {
		t.Errorf("only %d answers were compared", checked)
	}
}

// What holds a matcher is held against a value as if it were written there.
func TestGiven(t *testing.T) {
	share := &Position{Of: Object, Want: "shares", Read: inPercent.Read, Members: map[string]*Position{"a": inPercent, "b": Textual}}
	object := func(v any) any { return expr.MappingOf(map[string]any{"a": v, "c": "x"}) }
	for _, tt := range []struct {
		kept   string
		at     *Position
		right  any
		wrong  any
		expect string
	}{
		{`{a: {$gt: "${one}"}}`, InJSON, object(json.Number("2")), object(json.Number("1")), "{a: more than 1}"},
		{`{a: {$gt: "${one}"}, c: x}`, InJSON, object(json.Number("2")), expr.MappingOf(map[string]any{"a": json.Number("2")}), `{a: more than 1, c: "x"}`},
		{`[{$gt: 1}, b, null, true, 1.0]`, InJSON, []any{json.Number("2"), "b", nil, true, json.Number("1")}, []any{json.Number("2"), "b"}, `[more than 1, "b", null, true, 1.0]`},
		{`[[{$ne: b}]]`, Any, []any{[]any{"c"}}, []any{[]any{"b"}}, `[[anything but "b"]]`},
		{`{$gt: 50%}`, inPercent, percent(51), percent(50), "more than 50%"},
		{`{a: {$gt: 50%}, b: 5}`, share, expr.MappingOf(map[string]any{"a": percent(60), "b": "5"}), expr.MappingOf(map[string]any{"a": percent(60), "b": "6"}), `{a: more than 50%, b: "5"}`},
		{`{$lt: 2s}`, Any, time.Second, 2 * time.Second, "less than 2s"},
		{`{$any_of: ["${second}", {$gt: 1h}]}`, Any, time.Second, time.Hour, "1s or more than 1h0m0s"},
	} {
		m, err := Given(keep(t, tt.kept, names).Value(), diag.Pos{}, tt.at, expr.Env{Names: names})
		if err != nil || !m.Holds(tt.right) || m.Holds(tt.wrong) || Describe(m) != tt.expect {
			t.Errorf("%s: %v; it is %s, want %s; it holds for %s: %v, for %s: %v", tt.kept, err, Describe(m), tt.expect, Show(tt.right), m.Holds(tt.right), Show(tt.wrong), m.Holds(tt.wrong))
		}
	}
	for _, tt := range []struct {
		kept, want string
		at         *Position
	}{
		{`{a: {$gt: x}}`, "text is ordered only against text in quotes", InJSON},
		{`{a: 50%, d: {$gt: 1%}}`, `unknown field "d" of shares`, share},
		{`{a: {$matches: x}}`, "$matches cannot be held against a share", share},
		{`[{$gt: 1}]`, "a list cannot be held against text", Textual},
		{`{a: {$gt: 1}}`, "a mapping cannot be held against text", Textual},
	} {
		_, err := Given(keep(t, tt.kept, names).Value(), diag.Pos{File: "t.yaml", Line: 9}, tt.at, expr.Env{Names: names})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.kept, err, tt.want)
		}
		var d diag.Diagnostic
		if errors.As(err, &d) && d.Pos.File == "k.yaml" && (len(d.Details) != 1 || d.Details[0].Text != "9 of t.yaml") {
			t.Errorf("%s: the complaint does not tell where it is used: %+v", tt.kept, d)
		}
	}
}

// A word that takes a value takes no matcher that is kept.
func TestMisplacedMatchers(t *testing.T) {
	env := expr.Env{Names: expr.Map{"m": keep(t, "{$gt: 1}", names).Value()}}
	for _, text := range []string{`{$eq: "${m}"}`, `{$ne: "${m}"}`, `{$in: ["${m}"]}`, `{$in: [1, ["${m}"]]}`, `{$exact: {a: "${m}"}}`, `{$contains: "${m}"}`, `{$gt: "${m}"}`, `{$between: [1, "${m}"]}`} {
		var out diag.List
		m := Read(yamldoc.Parse("t.yaml", text, &out), Any, &out)
		if _, err := m.Bind(env); err == nil || !strings.Contains(err.Error(), "takes a value, not a matcher") {
			t.Errorf("%s: %v, %v", text, err, out.Err())
		}
	}
	m := read(t, "{$exists: true}", Any)
	if a := m.answer(env.Names.(expr.Map)["m"]); a.is == is {
		t.Error("a matcher is asked as if it were a value")
	}
	if a := read(t, "{$ne: 5}", Any); a.Holds(env.Names.(expr.Map)["m"]) {
		t.Error("a matcher is another value")
	}
}

// What is kept is read where it is named, before anything is computed.
func TestReadKept(t *testing.T) {
	for _, tt := range []struct {
		matcher, kept, want string
		at                  *Position
		certain             bool
	}{
		{`"${vars.x}"`, `5`, "t.yaml:1: this is text, never 5", Textual, true},
		{`"${vars.x}"`, `5`, "", Textual, false},
		{`"${vars.x}"`, `b`, "", Textual, true},
		{`"${vars.x}"`, `b`, `t.yaml:1: this is a value in JSON, never "b"`, &Position{Of: Number, Want: "a value in JSON", Read: value.Literal}, true},
		{`"${vars.x}"`, `900ms`, "", &Position{Of: Duration, Want: "a duration", Read: value.Literal}, true},
		{`"${vars.x}"`, `50%`, "", inPercent, true},
		{`"${vars.x}"`, `b`, "t.yaml:1: ", inPercent, true},
		{`"${args.x}"`, `5`, "k.yaml:1: this is text, never 5", Textual, true},
		{`{$ne: "${vars.x}"}`, `5`, "t.yaml:1: this is text, never 5", Textual, true},
		{`{$contains: "${vars.x}"}`, `5`, "", Textual, true},
		{`{$ne: "${vars.x}"}`, `{$gt: "b"}`, "t.yaml:1: $ne takes a value, not a matcher", Textual, false},
		{`"${vars.x}"`, `{$gt: "b"}`, "", Textual, true},
		{`"${vars.x}"`, `{$gt: 5}`, "k.yaml:1: the number 5 has no order with text", Textual, false},
		{`"${vars.x}"`, `{$gt: "${vars.y}"}`, "", Textual, false},
		{`"${vars.x}"`, `[a]`, "t.yaml:1: a list cannot be held against text", Textual, false},
		{`"${vars.x}"`, `[a, {b: {$lt: x}}]`, "k.yaml:1: text is ordered only against", InJSON, false},
		{`{$exists: true}`, `5`, "", Textual, true},
	} {
		var out diag.List
		m := Read(yamldoc.Parse("t.yaml", tt.matcher, &out), tt.at, &out)
		d := value.ReadKept(yamldoc.Parse("k.yaml", tt.kept, &out), &out)
		if !out.Empty() {
			t.Fatal(out.Err())
		}
		if m.row == allRow {
			m = m.Items[0]
		}
		m.ReadKept(d, tt.certain, &out)
		got := ""
		for _, c := range out.Sorted() {
			got += c.Pos.File + ":1: " + c.Message
		}
		if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s for %s: %s, want %s", tt.kept, tt.matcher, got, tt.want)
		}
	}
}
