package value_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// env is the environment in which the tests compute.
var env = expr.Env{Names: expr.Map{
	"n": json.Number("7"), "text": "7", "list": []any{json.Number("1")}, "none": nil, "inf": math.Inf(1),
	"o": expr.MappingOf(map[string]any{"b": json.Number("1"), "a": "x"}), "some": optional{},
}}

// optional has one member, and another that may be missing.
type optional struct{}

func (optional) Member(name string) (any, bool) { return "here", name == "here" }
func (optional) Members() []string              { return []string{"here"} }
func (optional) CanLack(name string) bool       { return name == "away" }

// node gives the value in column 4 of a line.
func node(t *testing.T, text string) *yamldoc.Node {
	t.Helper()
	var out diag.List
	n := yamldoc.Parse("t.yaml", "v: "+text+"\n", &out)
	if n == nil || !out.Empty() {
		t.Fatalf("%s: %v", text, out.Err())
	}
	return n.Get("v")
}

// read reads data and fails the test if there are complaints.
func read(t *testing.T, text string) value.Data {
	t.Helper()
	var d value.Data
	var out diag.List
	value.JSON(&d).Decode(node(t, text), &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", text, out.Err())
	}
	return d
}

func bind(t *testing.T, d value.Data) value.Data {
	t.Helper()
	bound, err := d.Bind(env)
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

// Data is read, computed, and shown as text, as JSON and as a label.
func TestData(t *testing.T) {
	long := strings.Repeat("é", 41)
	for _, tt := range []struct {
		yaml  string
		value any
		json  string
		text  string
	}{
		{`a`, "a", `"a"`, "a"},
		{`""`, "", `""`, ""},
		{`null`, nil, `null`, "null"},
		{`"null"`, "null", `"null"`, "null"},
		{`true`, true, `true`, "true"},
		{`false`, false, `false`, "false"},
		{`"true"`, "true", `"true"`, "true"},
		{`1.50`, json.Number("1.50"), `1.50`, "1.50"},
		{`+5`, json.Number("5"), `5`, "5"},
		{`"+5"`, "+5", `"+5"`, "+5"},
		{`5s`, "5s", `"5s"`, "5s"},
		{`a & <b>`, "a & <b>", `"a & <b>"`, "a & <b>"},
		{`$a`, "$a", `"$a"`, "$a"},
		{`$$a`, "$a", `"$a"`, "$a"},
		{`"$${a}"`, "${a}", `"${a}"`, "${a}"},
		{`"${n}"`, json.Number("7"), `7`, "7"},
		{`"${text}"`, "7", `"7"`, "7"},
		{`no ${n}`, "no 7", `"no 7"`, "no 7"},
		{`"${none}"`, nil, `null`, "null"},
		{`"${o}"`, map[string]any{"a": "x", "b": json.Number("1")}, `{"a":"x","b":1}`, `{"a":"x","b":1}`},
		{`[]`, []any{}, `[]`, "[]"},
		{`[b, 1, ["${n}"]]`, []any{"b", json.Number("1"), []any{json.Number("7")}}, `["b",1,[7]]`, `["b",1,[7]]`},
		{`{}`, map[string]any{}, `{}`, "{}"},
		{`{b: 1, a: {c: "${n}"}}`, map[string]any{"b": json.Number("1"), "a": map[string]any{"c": json.Number("7")}}, `{"b":1,"a":{"c":7}}`, `{"b":1,"a":{"c":7}}`},
		{`{$$a: 1, b$$: 2, $c: 3}`, map[string]any{"$a": json.Number("1"), "b$$": json.Number("2"), "$c": json.Number("3")}, `{"$a":1,"b$$":2,"$c":3}`, `{"$a":1,"b$$":2,"$c":3}`},
		{long, long, `"` + long + `"`, long},
	} {
		d := bind(t, read(t, tt.yaml))
		if got := expr.Unordered(d.Value()); fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", tt.value) {
			t.Errorf("%s is %#v, want %#v", tt.yaml, got, tt.value)
		}
		var b bytes.Buffer
		if err := expr.AppendJSON(&b, d); err != nil || b.String() != tt.json {
			t.Errorf("%s in JSON is %s, %v, want %s", tt.yaml, b.String(), err, tt.json)
		}
		label := tt.text
		if label == long {
			label = strings.Repeat("é", 40) + "…"
		}
		if d.Text() != tt.text || d.Label() != label {
			t.Errorf("%s is %q, called %q, want %q, called %q", tt.yaml, d.Text(), d.Label(), tt.text, label)
		}
	}
	if whole := bind(t, read(t, long[2:])); whole.Label() != long[2:] {
		t.Errorf("a label of 40 characters is cut to %q", whole.Label())
	}
}

// Data says whether it is a list, an object, null, a known scalar, or something
// to be computed.
func TestForms(t *testing.T) {
	for yaml, want := range map[string]string{
		`a`:                                     "written a",
		`null`:                                  "null written <nil>",
		`""`:                                    "written ",
		`"${n}"`:                                "computed at 1:4+6 uses n",
		`[a, b]`:                                "list of 2",
		`[]`:                                    "list of 0",
		`[a, [x, "${n}"]]`:                      "list of 2 computed at 1:12+6 uses n",
		`{a: 1}`:                                "object of a",
		`{}`:                                    "object of ",
		`{a: 1, b: "${o.b + n}", c: "${text}"}`: "object of a b c computed at 1:14+12 uses o.b n text",
		`{a: [{b: "${n}"}]}`:                    "object of a computed at 1:13+6 uses n",
		`"$${n}"`:                               "written ${n}",
	} {
		var got []string
		d := read(t, yaml)
		if d.IsNull() {
			got = append(got, "null")
		}
		if v, ok := d.Written(); ok {
			got = append(got, fmt.Sprintf("written %v", v))
		}
		if items, ok := d.Items(); ok {
			got = append(got, fmt.Sprintf("list of %d", len(items)))
		}
		if fields, ok := d.Fields(); ok {
			var names []string
			for _, f := range fields {
				names = append(names, f.Name)
			}
			got = append(got, "object of "+strings.Join(names, " "))
		}
		if at := d.Computed(); at != nil {
			got = append(got, fmt.Sprintf("computed at %d:%d+%d", at.Pos.Line, at.Pos.Col, at.Pos.Len))
		}
		for i, in := range d.Interpolations() {
			if i == 0 && len(in.Refs) > 0 {
				got = append(got, "uses")
			}
			for _, r := range in.Refs {
				got = append(got, strings.Join(r.Path, "."))
			}
		}
		if got := strings.Join(got, " "); got != want || !d.IsSet() {
			t.Errorf("%s is %s, want %s", yaml, got, want)
		}
		if at := bind(t, d).Computed(); at != nil {
			t.Errorf("%s is still to be computed once it was", yaml)
		}
	}
}

// Bind gives a copy: the same data can be bound again with other values.
func TestBindsACopy(t *testing.T) {
	for yaml, want := range map[string]string{`"${n}"`: "7 8", `[1, "${n}"]`: "[1,7] [1,8]", `{a: ["${n}"]}`: `{"a":[7]} {"a":[8]}`} {
		d := read(t, yaml)
		first := bind(t, d)
		second, err := d.Bind(expr.Env{Names: expr.Map{"n": json.Number("8")}})
		if got := first.Text() + " " + second.Text(); got != want || err != nil {
			t.Errorf("%s is %s, then %v, want %s", yaml, got, err, want)
		}
		if again := bind(t, second); again.Text() != second.Text() {
			t.Errorf("%s is %s, and %s once it is bound again", yaml, second.Text(), again.Text())
		}
	}
}

// Complaints have the place of the word that is wrong.
func TestComplaints(t *testing.T) {
	for yaml, want := range map[string]string{
		`012`:                 `1:4+3: "012" is a number to some YAML readers`,
		``:                    `1:1+1: "" is an empty value`,
		`[a, 012]`:            `1:8+3: "012" is a number to some YAML readers`,
		`{a: {b: 012}}`:       `1:12+3: "012" is a number to some YAML readers`,
		`"${1 +"`:             `1:5+2: ${ is not closed`,
		`{a: b, c: "x ${n"}`:  `1:17+2: ${ is not closed`,
		`["${n}", "${n + }"]`: `1:18+1: the expression ends after "+"`,
	} {
		var out diag.List
		d := value.Read(node(t, yaml), value.Literal, &out)
		if got := shown(out.Sorted()); len(out.Sorted()) != 1 || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", yaml, got, want)
		}
		if _, err := d.Bind(env); !errors.Is(err, diag.Told) {
			t.Errorf("%s is bound, with the error %v; it was complained of", yaml, err)
		}
	}
	for yaml, want := range map[string]string{
		`"${nn}"`:             `1:7+2: `,
		`a ${n + text}`:       `1:8+8: cannot add`,
		`[a, "${nn}"]`:        `1:11+2: `,
		`{a: {b: "${o.c}"}}`:  `1:17+1: `,
		`"${some.away}"`:      `1:12+4: some has no`,
		`"a ${list}"`:         `1:7+7: a list of 1 cannot`,
		`{b: 1, a: ["${m}"]}`: `1:18+1: `,
	} {
		_, err := read(t, yaml).Bind(env)
		var d diag.Diagnostic
		if !errors.As(err, &d) || !strings.HasPrefix(shown([]diag.Diagnostic{d}), want) {
			t.Errorf("%s is bound with %v, want an error at %s", yaml, err, want)
		}
	}
}

func shown(all []diag.Diagnostic) string {
	var out []string
	for _, d := range all {
		out = append(out, fmt.Sprintf("%d:%d+%d: %s", d.Pos.Line, d.Pos.Col, d.Pos.Len, d.Message))
	}
	return strings.Join(out, "; ")
}

// A matcher is refused in a value. A key with $$ is not.
func TestNoMatchers(t *testing.T) {
	for yaml, want := range map[string]string{
		`a`:                    "",
		`$a`:                   "",
		`{a: {b: 1}}`:          "",
		`{$$a: 1}`:             "",
		`{a: $b}`:              "",
		`{$gt: 1}`:             "1:5+3: $gt is not a matcher here: it would be a key of the value",
		`{$gt: {$lt: 1}}`:      "1:5+3: $gt is not a matcher here: it would be a key of the value",
		`{a: [{$gt: 1}]}`:      "1:10+3: $gt is not a matcher here: it would be a key of the value",
		`[{$$a: {$lt: 1}}]`:    "1:12+3: $lt is not a matcher here: it would be a key of the value",
		`{$gt: 1, b: {$c: d}}`: "1:5+3: $gt is not a matcher here: it would be a key of the value; 1:17+2: $c is not a matcher here: it would be a key of the value",
	} {
		var out diag.List
		value.NoMatchers(node(t, yaml), &out)
		if got := shown(out.Sorted()); got != want {
			t.Errorf("%s: %s, want %s", yaml, got, want)
		}
		for _, c := range out.Sorted() {
			if word, _, _ := strings.Cut(c.Message, " "); !strings.HasSuffix(c.Hint, " is written $"+word) {
				t.Errorf("%s: the hint is %s", yaml, c.Hint)
			}
		}
	}
}

// An error of an expression is told at the word that is wrong, and any other
// error at the whole scalar. Both keep their hints.
func TestExplain(t *testing.T) {
	plain := node(t, `abc def`)
	other := diag.Pos{File: "u.yaml", Line: 9, Col: 1}
	for name, tt := range map[string]struct {
		err  error
		want diag.Diagnostic
	}{
		"of an expression": {&expr.Error{Offset: 4, Length: 3, Message: "m", Hint: "h"},
			diag.Diagnostic{Pos: diag.Pos{File: "t.yaml", Line: 1, Col: 8, Len: 3}, Message: "m", Hint: "h"}},
		"within another": {fmt.Errorf("x: %w", &expr.Error{Offset: 4, Length: 3, Message: "m"}),
			diag.Diagnostic{Pos: diag.Pos{File: "t.yaml", Line: 1, Col: 8, Len: 3}, Message: "m"}},
		"of none": {errors.New("e"), diag.Diagnostic{Pos: plain.Pos, Message: "e"}},
		"hinted":  {diag.Hinted("h", "e"), diag.Diagnostic{Pos: plain.Pos, Message: "e", Hint: "h"}},
		"placed":  {diag.Diagnostic{Pos: other, Message: "e"}, diag.Diagnostic{Pos: other, Message: "e"}},
	} {
		if got := value.Explain(plain, tt.err); got.Pos != tt.want.Pos || got.Message != tt.want.Message || got.Hint != tt.want.Hint {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// A constant is a scalar that was not written in a suite.
func TestConstant(t *testing.T) {
	at := diag.Pos{File: "rows.csv", Line: 2, Col: 1}
	for v, want := range map[any]string{"a": "a", json.Number("5"): "5", true: "true", nil: "null", 1.5: "1.5", math.Inf(1): "+Inf"} {
		c := bind(t, value.Constant(at, v))
		if got, ok := c.Written(); !ok || got != v || c.Value() != v || c.Pos != at {
			t.Errorf("%v is %v at %v (%v)", v, c.Value(), c.Pos, ok)
		}
		if c.Text() != want || c.IsNull() != (v == nil) || c.IsSet() || c.Interpolations() != nil || c.Computed() != nil {
			t.Errorf("%v is %+v, in text %s", v, c, c.Text())
		}
	}
	for _, yaml := range []string{`"${inf}"`, `["${inf}"]`, `{a: "${inf}"}`} {
		if text, err := bind(t, read(t, yaml)).MarshalJSON(); err == nil {
			t.Errorf("%s becomes %s; JSON has no such number", yaml, text)
		}
	}
}

// Map reads the scalar, or each scalar of a list. It leaves the original as it
// is.
func TestMap(t *testing.T) {
	double := func(v any) (any, error) {
		s, ok := v.(string)
		if !ok {
			return nil, errors.New("no text")
		}
		return s + s, nil
	}
	for yaml, want := range map[string]string{`a`: "aa", `[a, [b]]`: `["aa",["bb"]]`, `[]`: "[]"} {
		d := bind(t, read(t, yaml))
		before := d.Text()
		if got, err := d.Map(double); err != nil || got.Text() != want || d.Text() != before {
			t.Errorf("%s becomes %s, %v, want %s, and %s is left", yaml, got.Text(), err, want, d.Text())
		}
	}
	for yaml, col := range map[string]int{`true`: 4, `[a, 5]`: 8} {
		var d diag.Diagnostic
		if _, err := read(t, yaml).Map(double); !errors.As(err, &d) || d.Pos.Col != col || d.Message != "no text" {
			t.Errorf("%s: %v at %d, want it at %d", yaml, err, d.Pos.Col, col)
		}
	}
	c, err := value.Constant(diag.Pos{}, "a").Map(double)
	if err != nil || c.Value() != "aa" {
		t.Errorf("a constant becomes %v, %v", c.Value(), err)
	}
}

// Editors accept any value for these shapes.
func TestShapes(t *testing.T) {
	for name, shape := range map[string]yamldoc.Shape{
		"JSON": value.JSON(&value.Data{}), "ExpressionShape": value.ExpressionShape(&value.Expression{}),
	} {
		if s := shape.Describe(nil); s == nil || !reflect.DeepEqual(*s, yamldoc.Schema{}) {
			t.Errorf("%s is described as %+v", name, s)
		}
	}
}

// expression reads a bare expression and fails the test if there are complaints.
func expression(t *testing.T, text string) *value.Expression {
	t.Helper()
	var e value.Expression
	var out diag.List
	value.ExpressionShape(&e).Decode(node(t, text), &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", text, out.Err())
	}
	return &e
}

// A bare expression is evaluated. An error has the place of its word. A member
// that may be missing gives an absence in Lookup, and an error elsewhere.
func TestExpressions(t *testing.T) {
	for _, tt := range []struct{ text, value, lookup, holds string }{
		{"n == 7", "true", "true", "true"},
		{"n == 8", "false", "false", "false"},
		{"some.here", "here", "here", "at 1:4+9"},
		{"n + 1", "8", "8", "at 1:4+5"},
		{"none", "<nil>", "<nil>", "at 1:4+4"},
		{"some.away", "at 1:9+4", "absent", "at 1:9+4"},
		{"some.far", "at 1:9+3", "at 1:9+3", "at 1:9+3"},
		{"n == m", "at 1:9+1", "at 1:9+1", "at 1:9+1"},
	} {
		e := expression(t, tt.text)
		if e.Text() != tt.text || e.Pos.Col != 4 {
			t.Errorf("%s is %s at column %d", tt.text, e.Text(), e.Pos.Col)
		}
		v, err := e.Value(env)
		if got := outcome(v, err); got != tt.value {
			t.Errorf("the value of %s is %s, want %s", tt.text, got, tt.value)
		}
		v, err = e.Lookup(env)
		if got := outcome(v, err); got != tt.lookup {
			t.Errorf("%s looked up is %s, want %s", tt.text, got, tt.lookup)
		}
		holds, err := e.Holds(env)
		if got := outcome(holds, err); got != tt.holds || err != nil && holds {
			t.Errorf("%s holds: %s, want %s", tt.text, got, tt.holds)
		}
	}
}

// outcome gives a value, or the place of an error.
func outcome(v any, err error) string {
	var absent *expr.Absence
	var d diag.Diagnostic
	switch {
	case errors.As(err, &absent):
		return "absent"
	case errors.As(err, &d):
		return fmt.Sprintf("at %d:%d+%d", d.Pos.Line, d.Pos.Col, d.Pos.Len)
	case err != nil:
		return "without a place: " + err.Error()
	}
	return fmt.Sprint(v)
}

// Text that is not an expression is complained of, and names nothing.
func TestWrongExpressions(t *testing.T) {
	for text, want := range map[string]string{
		``:     "1:1+1: expected an expression, without ${}, found nothing",
		`[n]`:  "1:4+1: expected an expression, without ${}, found a list",
		`{}`:   "1:4+1: expected an expression, without ${}, found an empty mapping",
		`n ==`: "1:6+2: the expression ends",
		`""`:   "1:5+0: the expression is empty",
	} {
		var e value.Expression
		var out diag.List
		value.ExpressionShape(&e).Decode(node(t, text), &out)
		if got := shown(out.Sorted()); out.Len() != 1 || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if uses := e.Uses(); uses.Refs != nil || uses.Calls != nil {
			t.Errorf("%s names %v", text, uses)
		}
	}
}

// The names in expressions are known with their places. Those of inner steps are
// left out.
func TestUses(t *testing.T) {
	uses := expression(t, "vars.x == conn('main').sent + y").Uses()
	if len(uses.Calls) != 1 || uses.Calls[0].Name != "conn" || !slices.Equal(uses.Calls[0].Args, []string{"main"}) || uses.Calls[0].Pos.Col != 14 {
		t.Errorf("the calls are %+v", uses.Calls)
	}
	var got []string
	for _, r := range uses.Refs {
		got = append(got, fmt.Sprintf("%s at %d+%d", strings.Join(r.Path, "."), r.Pos.Col, r.Pos.Len))
	}
	if want := []string{"vars.x at 4+6", "y at 34+1"}; !slices.Equal(got, want) {
		t.Errorf("the names are %q, want %q", got, want)
	}
	for yaml, want := range map[string]int{
		`a`: 0, `"${a} ${b}"`: 1, `["${a}", b, "${c}"]`: 2, `{a: "${a}", b: {c: "${c}"}}`: 2, `{a: "${a}", steps: ["${b}"]}`: 1,
		`"${a"`: 0, `{"${a}": b}`: 0,
	} {
		if got := value.InterpolationsOf(node(t, yaml)); len(got) != want {
			t.Errorf("%s has %d texts to compute, want %d", yaml, len(got), want)
		}
	}
}

// kept reads data that is kept under a name, and computes it.
func kept(t *testing.T, yaml string) value.Data {
	t.Helper()
	var out diag.List
	d := value.ReadKept(node(t, yaml), &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", yaml, out.Err())
	}
	return bind(t, d)
}

// A matcher that is kept under a name stays as it is written, with what was computed. It is
// no JSON.
func TestConditions(t *testing.T) {
	for yaml, want := range map[string]string{
		`a`:                                "",
		`{a: [1, {$$b: 2}]}`:               "",
		`{$gt: 5s}`:                        "{$gt: 5s}",
		`{$gt: "5s"}`:                      `{$gt: "5s"}`,
		`{$gt: "${n}", $lt: [a, 2]}`:       "{$gt: 7, $lt: [a, 2]}",
		`{$in: "${list}", $eq: "${o}"}`:    `{$in: [1], $eq: {a: x, b: 1}}`,
		`[1, {$ne: x}]`:                    "[1, {$ne: x}]",
		`{a: {b: {$ne: x}}, c: d}`:         "{a: {b: {$ne: x}}, c: d}",
		`[{a: "x ${n}"}, {$ne: "x ${n}"}]`: "[{a: x 7}, {$ne: x 7}]",
	} {
		d := kept(t, yaml)
		asks := want != ""
		if d.HoldsCondition() != asks || value.Asks(d.Value()) != asks {
			t.Errorf("%s holds a matcher: %v and %v, want %v", yaml, d.HoldsCondition(), value.Asks(d.Value()), asks)
		}
		if !asks {
			continue
		}
		if d.Text() != want || value.Written(d.Value()) != want {
			t.Errorf("%s is %s, written %s, want %s", yaml, d.Text(), value.Written(d.Value()), want)
		}
		var b bytes.Buffer
		if err := expr.AppendJSON(&b, d); err == nil || !strings.HasPrefix(err.Error(), "a matcher is no JSON: {$") {
			t.Errorf("%s in JSON is %s, %v", yaml, b.String(), err)
		}
	}
}

// Conditions stand inside each other only so deep, and are then no more shown.
func TestDeepConditions(t *testing.T) {
	inner := kept(t, `{$gt: 5}`).Value()
	var out diag.List
	d := value.ReadKept(node(t, `[{$not: "${inner}"}, a]`), &out)
	for depth := 2; depth < 2000; depth++ {
		bound, err := d.Bind(expr.Env{Names: expr.Map{"inner": inner}})
		if err != nil {
			t.Fatal(err)
		}
		inner = bound.Value().([]any)[0]
		c := inner.(*value.Condition)
		if c.IsTooDeep() != (depth > value.MaxConditions) {
			t.Fatalf("%d inside each other are too deep: %v", depth, c.IsTooDeep())
		}
		if text := c.String(); (text == "{…}") != c.IsTooDeep() || c.Condition() != text {
			t.Fatalf("%d inside each other are shown as %s", depth, text)
		}
	}
}

// What a suite keeps under a name is known by its chain of names.
func TestKept(t *testing.T) {
	for yaml, want := range map[string]string{
		`a`: "", `"${vars.a}"`: "vars a", `"${args.a.b['c']}"`: "args a b c", `"${each}"`: "each", `"${(matrix.x)}"`: "matrix x",
		`"${label.a}"`: "", `"x${vars.a}"`: "", `"${vars.a + 1}"`: "", `"${vars.a[0]}"`: "", `"${json(vars.a)}"`: "", `["${vars.a}"]`: "",
	} {
		if got := strings.Join(read(t, yaml).Kept(), " "); got != want {
			t.Errorf("%s is kept under %q, want %q", yaml, got, want)
		}
	}
	for path, want := range map[string]bool{"vars a": true, "matrix a": true, "args a": false, "each": false, "": false} {
		if got := value.IsShared(strings.Fields(path)); got != want {
			t.Errorf("%s is shared: %v, want %v", path, got, want)
		}
	}
}

// A computed value is read again as if it were written. What has no text is refused.
func TestNodeOf(t *testing.T) {
	at := diag.Pos{File: "t.yaml", Line: 7, Col: 3}
	for _, yaml := range []string{`a`, `""`, `"5"`, `5`, `-1.50`, `true`, `null`, `"$$a $${x}"`, `[a, [1, null], {}]`, `{a: {$$b: "${text}", c: [true]}, d: "a\nb"}`} {
		want := bind(t, read(t, yaml))
		n, err := value.NodeOf(want.Value(), at)
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		var d value.Data
		var out diag.List
		if value.JSON(&d).Decode(n, &out); !out.Empty() || d.Text() != want.Text() || fmt.Sprint(d.Written()) != fmt.Sprint(want.Written()) {
			t.Errorf("%s becomes %s (%v)", yaml, d.Text(), out.Err())
		}
		if n.Pos != at {
			t.Errorf("%s is at %v", yaml, n.Pos)
		}
	}
	for _, v := range []any{[]byte("x"), kept(t, "{$gt: 5}").Value(), []any{[]byte("x")}, expr.MappingOf(map[string]any{"a": optional{}})} {
		var d diag.Diagnostic
		if n, err := value.NodeOf(v, at); !errors.As(err, &d) || d.Pos != at || !strings.Contains(d.Message, "cannot stand in text") {
			t.Errorf("%v becomes %v, with %v", v, n, err)
		}
	}
}

// A value in which nothing is computed keeps its types, its keys and every ${…}.
func TestPlain(t *testing.T) {
	for yaml, want := range map[string]string{
		`a`: `"a"`, `"5"`: `"5"`, `5.0`: `5.0`, `true`: `true`, `null`: `null`, `"${x}"`: `"${x}"`, `$$a`: `"$$a"`,
		`{$a: [1, {b: ~}], "${x}": c}`: `{"$a":[1,{"b":null}],"${x}":"c"}`, `[]`: `[]`,
	} {
		var out diag.List
		var b bytes.Buffer
		if err := expr.AppendJSON(&b, value.Plain(node(t, yaml), &out)); err != nil || !out.Empty() || b.String() != want {
			t.Errorf("%s is %s, %v, %v, want %s", yaml, b.String(), err, out.Err(), want)
		}
	}
	var out diag.List
	value.Plain(node(t, `{a: [012]}`), &out)
	if got := shown(out.Sorted()); !strings.HasPrefix(got, `1:9+3: "012" is a number to some YAML readers`) {
		t.Errorf("012 is complained of as %s", got)
	}
}
