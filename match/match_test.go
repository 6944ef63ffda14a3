package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// read reads a matcher as it stands in a suite.
func read(t *testing.T, text string, at *Position) Matcher {
	t.Helper()
	m, complaints := tryRead(t, text, at)
	if len(complaints) > 0 {
		t.Fatalf("%s: %v", text, complaints)
	}
	return m
}

func tryRead(t *testing.T, text string, at *Position) (Matcher, []diag.Diagnostic) {
	t.Helper()
	var out diag.List
	n := yamldoc.Parse("t.yaml", "m: "+text+"\n", &out)
	if n == nil {
		t.Fatalf("%s: %v", text, out.Err())
	}
	m := Read(n.Get("m"), at, &out)
	m.Visit(func(m *Matcher) {
		if m.Proto != nil && out.Empty() {
			m.Load(jsonMessage{}, &out)
		}
	})
	bound := m
	if out.Empty() {
		var err error
		if bound, err = m.Bind(expr.Env{Names: names}); err != nil {
			out.Add(diag.At(n.Pos, err))
		}
	}
	return bound, out.Sorted()
}

// jsonMessage is a message in the tests: its octets are JSON.
type jsonMessage struct{}

func (jsonMessage) Decode(data []byte) (any, error) { return expr.DecodeJSON(data) }
func (jsonMessage) Position() *Position             { return InJSON }
func (jsonMessage) EncodeValue(any) ([]byte, error) { return nil, errors.New("it is only read") }

// names are the names that matchers of the tests compute with.
var names = expr.Map{
	"octets": []byte("ab"), "half": []byte("b"), "one": json.Number("1"), "two": json.Number("2"), "text": "b", "second": time.Second,
	"object": expr.MappingOf(map[string]any{"a": json.Number("1")}), "list": []any{"b"}, "percent": "50%",
	"objects": []any{expr.MappingOf(map[string]any{"a": json.Number("1")})}, "empty": expr.NewMapping(0), "other": lines{},
	"tag": &expr.Tag{Number: "1", Content: json.Number("1")}, "simple": expr.Simple(23), "fast": "900ms", "slow": "10s", "word": "soon", "zero": json.Number("0"), "below": -0.5, "instant": time.Duration(0),
}

// lines has members and is no JSON.
type lines struct{}

func (lines) Member(name string) (any, bool) {
	v, ok := map[string]any{"a": "b", "at": time.Second, "octets": []byte("ab"), "later": fmt.Errorf("not yet")}[name]
	return v, ok
}
func (lines) Members() []string { return []string{"a", "at", "later", "octets"} }

type percent float64

func (p percent) Number() float64 { return float64(p) }
func (p percent) String() string  { return fmt.Sprintf("%g%%", float64(p)) }

// samples are values of every kind.
var samples = map[Kind][]any{
	Text:     {"", "b", "abc", "5", "900ms", `{"a":1}`, "no JSON"},
	Number:   {json.Number("0"), json.Number("1"), json.Number("2.50"), json.Number("1e999"), 3, int64(-1), 0.5, math.NaN(), math.Inf(-1)},
	Duration: {time.Duration(0), time.Second, -time.Millisecond, time.Hour},
	Quantity: {percent(0), percent(50), percent(99.5)},
	Octets:   {[]byte{}, []byte("b"), []byte("ab"), []byte(`{"a":1}`), []byte("\x81\xa1a\x01"), []byte("\xa1aa\x01")},
	Tagged:   {&expr.Tag{Number: "1", Content: json.Number("1")}, &expr.Tag{Number: "32", Content: "b"}, expr.Simple(23), expr.Simple(59)},
	Boolean:  {true, false},
	Null:     {nil},
	List:     {[]any{}, []any{"b"}, []any{json.Number("1")}, []any{json.Number("1"), "b"}, []any{json.Number("7"), json.Number("1")}, []any{expr.MappingOf(map[string]any{"a": json.Number("1")})}},
	Object:   {expr.MappingOf(map[string]any{}), expr.MappingOf(map[string]any{"a": json.Number("1")}), expr.MappingOf(map[string]any{"a": "b", "c": nil})},
	Named:    {lines{}, expr.Map{}, expr.Map{"a": json.Number("1")}},
	Missing:  {Nothing},
}

// inPercent is the position of a share.
var inPercent = &Position{Of: Quantity, Want: "a share", Read: func(n *yamldoc.Node) (any, error) { return readPercent(n.Text) },
	Computed: func(v any) (any, error) {
		if p, ok := v.(percent); ok {
			return p, nil
		}
		return readPercent(fmt.Sprint(v))
	}}

func readPercent(text string) (any, error) {
	var v float64
	_, err := fmt.Sscanf(text, "%g%%", &v)
	return percent(v), err
}

// examples are operands for every word: at least one for each kind of value that
// the word has an answer for.
var examples = map[string][]string{
	"$eq":           {`"${tag}"`, `"${simple}"`, `50%`, `b`, `1`, `1s`, `null`, `true`, `[b]`, `{a: 1}`, `"${octets}"`, `"${second}"`},
	"$ne":           {`"${tag}"`, `50%`, `b`, `1`, `1s`, `null`, `true`, `[b]`, `{a: 1}`, `"${octets}"`},
	"$exact":        {`"${tag}"`, `50%`, `b`, `1`, `1s`, `null`, `true`, `[b]`, `{a: 1}`, `"${octets}"`},
	"$gt":           {`"b"`, `1`, `1s`, `"${two}"`},
	"$gte":          {`"b"`, `1`, `1s`},
	"$lt":           {`"b"`, `1`, `1s`},
	"$lte":          {`"b"`, `1`, `1s`},
	"$between":      {`[0%, 60%]`, `["a", "c"]`, `[1, 2.5]`, `[0s, 1s]`, `["${two}", "${one}"]`},
	"$approx":       {`[1, 1]`, `[1s, 1ms]`, `["${two}", "${one}"]`},
	"$multiple_of":  {`1`, `2.5`, `1s`, `7ms`, `50%`, `"${two}"`, `"${fast}"`},
	"$in":           {`["${tag}", "${simple}"]`, `[50%]`, `[b, 1, null, true, [b], {a: 1}]`, `[1s]`, `["${octets}"]`, `"${list}"`, `"${one}"`},
	"$exists":       {`true`, `false`},
	"$contains":     {`b`, `1`, `"${half}"`, `"${one}"`},
	"$starts_with":  {`a`, `"${octets}"`, `"${one}"`},
	"$ends_with":    {`b`, `"${half}"`},
	"$matches":      {`^b`},
	"$length":       {`1`, `{$gt: 1}`},
	"$type":         {`string`, `number`, `integer`, `boolean`, `"null"`, `object`, `array`, `binary`, `tag`, `simple`},
	"$not":          {`b`, `{$gt: 1}`, `{$exists: true}`, `{$starts_with: a}`, `{a: 1}`, `[b]`, `{$not: {$gt: 1}}`},
	"$all_of":       {`[{$exists: true}]`, `[{$exists: false}]`, `[b]`, `[{$gt: 0}, {$lt: 2}]`, `[{$ne: b}, {$starts_with: a}]`},
	"$any_of":       {`["${tag}"]`, `[{a: 1}, {c: 1}]`, `[b, 1, null, true, 1s]`, `[{$gt: 1}, {$exists: false}]`, `["${octets}", [b], {a: 1}]`},
	"$text":         {`b`, `{$matches: ^b}`, `{$length: 2}`},
	"$json":         {`{a: 1}`, `5`, `{$gt: 1}`},
	"$msgpack":      {`{a: 1}`, `5`},
	"$cbor":         {`{a: 1}`, `{$gt: 1}`},
	"$protobuf":     {`a.B`, `{message: a.B, value: {a: 1}}`, `{message: a.B, value: {a: {$gt: 1}}}`},
	"$tag":          {`[1, 1]`, `[{$gt: 1}, b]`, `[32, {$starts_with: a}]`},
	"$each":         {`b`, `{$gt: 0}`},
	"$unordered":    {`[b, 1]`, `[{$gt: 0}]`},
	"$schema":       {`{type: string}`, `{enum: [b, 1, null, true, [b], {a: 1}]}`, `{required: [a]}`},
	"$path":         {`{"$.a": 1}`, `{"$[*]": {$each: b}}`, `{"$": {$in: [b, 1, true, null]}}`, `{"$.a": b}`},
	"$where":        {`it == 'b'`, `it == 1`, `it == 1s`, `it == null`, `it == true`, `len(it) == 2`, `it.a == 1`, `"it == tag(1, 1)"`, `it == simple(23)`, `it`, `it == it`},
	"a plain value": {`"${tag}"`, `50%`, `b`, `1`, `1s`, `null`, `true`, `"${object}"`, `"${list}"`, `"${octets}"`},
	"a mapping":     {`{a: 1}`, `{c: {$exists: false}}`, `{a: {$gt: 0}}`},
	"a list":        {`[b]`, `[{$gt: 0}]`},
}

// written puts a word before its operand.
func written(word, operand string) string {
	if !strings.HasPrefix(word, "$") {
		return operand
	}
	return "{" + word + ": " + operand + "}"
}

// The table is true. Values of a kind that the row does not name cannot be
// asked, whatever the operand. Of a kind that it names, some value holds and
// some value does not. Only the operand can keep such a question from being
// asked.
func TestTheTableIsTrue(t *testing.T) {
	for _, r := range append([]*row{plainRow, objectRow, listRow}, table...) {
		if len(examples[r.word]) == 0 {
			t.Errorf("%s has no example", r.word)
		}
		for kind, values := range samples {
			seen := map[verdict]bool{}
			for _, operand := range examples[r.word] {
				for _, at := range []*Position{Any, inPercent} {
					m, complaints := tryRead(t, written(r.word, operand), at)
					if len(complaints) > 0 {
						continue
					}
					for _, v := range values {
						a := m.answer(v)
						seen[a.is] = true
						if a.is < isNot || a.is > cannotAsk {
							t.Errorf("%s: %s of %s has no answer", r.word, operand, Show(v))
						}
						if (a.is == cannotAsk) != (a.why != "") {
							t.Errorf("%s: %s of %s is %v, because %q", r.word, operand, Show(v), a.is, a.why)
						}
					}
				}
			}
			cell := r.cell(kind)
			switch {
			case cell == "no" && (seen[is] || seen[cannotAsk]),
				cell == "–" && (seen[is] || seen[isNot]):
				t.Errorf("%s of %s is %q in the table, and answers are %v", r.word, kind, cell, seen)
			case cell == "asked" && !(seen[is] && seen[isNot]) && !slices.Contains(oneAnswer, r.word+" "+kind.String()):
				t.Errorf("%s of %s is in the table, and the only answers are %v", r.word, kind, seen)
			}
		}
	}
}

// oneAnswer are the questions with only one answer: a missing value differs from
// every operand, and no word of $type stands for a quantity.
var oneAnswer = []string{"$ne nothing", "$type a duration", "$type a quantity"}

// The answer of a word with inner matchers follows from their answers. A
// question that cannot be asked stays such a question at any depth, and only yes
// passes.
func TestAnswersCompose(t *testing.T) {
	type question struct {
		text string
		m    Matcher
	}
	var all []question
	for word, operands := range examples {
		for _, operand := range operands {
			if m, complaints := tryRead(t, written(word, operand), Any); len(complaints) == 0 {
				all = append(all, question{written(word, operand), m})
			}
		}
	}
	one := func(r *row, items ...Matcher) *Matcher { return &Matcher{row: r, Items: items} }
	path := func(m Matcher) *Matcher {
		p := read(t, `{$path: {"$": 1}}`, Any)
		p.Items[0].Paths[0].Matcher = m
		return &p
	}
	asked := 0
	for _, values := range samples {
		for _, v := range values {
			for i, q := range all {
				a := q.m.answer(v)
				asked++
				check := func(name string, m *Matcher, v any, want verdict) {
					t.Helper()
					to := asking{ctx: t.Context(), tells: true}
					got := m.ask(v, &place{text: "x"}, &to)
					if got.is != want || m.answer(v).is != want {
						t.Fatalf("%s of %s for %s is %v, want %v", name, q.text, Show(v), got.is, want)
					}
					if (got.is == is) != (len(to.wrong) == 0) || m.Holds(v) != (want == is) {
						t.Fatalf("%s of %s for %s is %v and tells %v", name, q.text, Show(v), got.is, to.wrong)
					}
				}
				turned := map[verdict]verdict{is: isNot, isNot: is, cannotAsk: cannotAsk}[a.is]
				check("itself", &q.m, v, a.is)
				check("$not", one(rowOf("$not"), q.m), v, turned)
				check("$not $not", one(rowOf("$not"), *one(rowOf("$not"), q.m)), v, a.is)
				check("$all_of", one(rowOf("$all_of"), q.m), v, a.is)
				check("$any_of", one(rowOf("$any_of"), q.m), v, a.is)
				check("$not $any_of", one(rowOf("$not"), *one(rowOf("$any_of"), q.m)), v, turned)
				other := all[(i*31+7)%len(all)].m
				b := other.answer(v)
				check("$any_of two", one(rowOf("$any_of"), q.m, other), v, either(a.is, b.is))
				check("$all_of two", one(rowOf("$all_of"), q.m, other), v, both(a.is, b.is))
				if KindOf(v) == Missing {
					continue
				}
				check("a list", one(listRow, q.m), []any{v}, a.is)
				check("$each", one(rowOf("$each"), q.m), []any{v, v}, a.is)
				check("$not $each", one(rowOf("$not"), *one(rowOf("$each"), q.m)), []any{v}, turned)
				check("$unordered", one(rowOf("$unordered"), q.m), []any{v}, a.is)
				member := Matcher{row: objectRow, Fields: []yamldoc.Entry[Matcher]{{Name: "k", Value: q.m}}}
				check("a member", &member, expr.MappingOf(map[string]any{"k": v}), a.is)
				check("$not of a member", one(rowOf("$not"), member), expr.MappingOf(map[string]any{"k": v}), turned)
				if kind := KindOf(v); kind&JSON != 0 && !isEndless(v) {
					check("$path", path(q.m), v, a.is)
				}
			}
		}
	}
	if asked < 3000 {
		t.Errorf("only %d questions were asked", asked)
	}
}

func both(a, b verdict) verdict {
	switch {
	case a == cannotAsk || b == cannotAsk:
		return cannotAsk
	case a == is && b == is:
		return is
	}
	return isNot
}

func either(a, b verdict) verdict {
	switch {
	case a == is || b == is:
		return is
	case a == cannotAsk || b == cannotAsk:
		return cannotAsk
	}
	return isNot
}

// If a field can only have one kind, a word is complained of exactly if the
// table has no answer for that kind.
func TestKnownKinds(t *testing.T) {
	for _, r := range append([]*row{plainRow, objectRow, listRow}, table...) {
		for _, kind := range kinds {
			operand := examples[r.word][0]
			at := &Position{Of: kind, Want: kind.String(), Read: Any.Read}
			refused := false
			_, complaints := tryRead(t, written(r.word, operand), at)
			for _, c := range complaints {
				refused = refused || strings.HasPrefix(c.Message, r.word+" cannot be held against "+kind.String())
			}
			if known := r.of&kind != 0; refused == known {
				t.Errorf("%s of %s: %v, and the table says %q", r.word, kind, complaints, r.cell(kind))
			}
		}
	}
}

// kinds are those of values that are there.
var kinds = []Kind{Text, Number, Duration, Quantity, Octets, Boolean, Null, List, Object, Tagged, Named}

// Wrong operands, written or computed, do not panic: they fail and say why.
func TestOperandsThatCannotBeAsked(t *testing.T) {
	tests := []struct {
		matcher string
		v       any
		why     string
	}{
		{`{$gt: 5}`, "6 apples", "text has no order with a number"},
		{`{$gt: "5"}`, json.Number("6"), "a number has no order with text"},
		{`{$between: [1, 2]}`, "150", "text has no order with a number"},
		{`{$gt: 1s}`, "900ms", "text has no order with a duration"},
		{`1s`, "1s", "a duration is not compared with text; quoted, it is text"},
		{`{$ne: 1s}`, "900ms", "a duration is not compared with text; quoted, it is text"},
		{`{$in: [900ms, 1s]}`, "2s", "a duration is not compared with text; quoted, it is text"},
		{`{$approx: [5, 1]}`, "5", "$approx cannot be asked of text"},
		{`{$approx: [5, 1]}`, time.Second, "a duration is compared only with a duration"},
		{`{$approx: [5s, 1s]}`, json.Number("5"), "a number is compared only with a number"},
		{`{$between: ["${two}", "${one}"]}`, json.Number("1"), "the lower end is more than the upper"},
		{`{$multiple_of: 5}`, "10", "$multiple_of cannot be asked of text"},
		{`{$multiple_of: 5}`, true, "$multiple_of cannot be asked of true or false"},
		{`{$multiple_of: 5}`, time.Second, "a duration is compared only with a duration"},
		{`{$multiple_of: 1s}`, json.Number("5"), "a number is compared only with a number"},
		{`{$multiple_of: "${word}"}`, time.Second, "a duration is compared only with a duration"},
		{`{$multiple_of: "${zero}"}`, json.Number("5"), "$multiple_of takes what is above zero, not 0"},
		{`{$multiple_of: "${zero}"}`, json.Number("0"), "$multiple_of takes what is above zero, not 0"},
		{`{$multiple_of: "${below}"}`, json.Number("5"), "$multiple_of takes what is above zero, not -0.5"},
		{`{$multiple_of: "${instant}"}`, time.Second, "$multiple_of takes what is above zero, not 0s"},
		{`{$multiple_of: 5}`, math.NaN(), "a number is compared only with a number"},
		{`{$multiple_of: 5}`, json.Number("1e99999999999999999999"), "a number is compared only with a number"},
		{`{$multiple_of: 5}`, json.Number(strings.Repeat("5", maxSpan)), "with so many digits it would take too long"},
		{`{$in: "${one}"}`, json.Number("1"), "$in takes a list, not a number"},
		{`{$starts_with: "${one}"}`, "1", "a number cannot be a part of text"},
		{`{$contains: "${octets}"}`, "ab", "octets cannot be a part of text"},
		{`{$each: 1}`, json.Number("1"), "$each cannot be asked of a number"},
		{`{$eq: {a: 1}}`, lines{}, "$eq cannot be asked of an object that is no JSON"},
		{`{$eq: [b]}`, []any{lines{}}, "an object that is no JSON is compared by its members"},
		{`{$where: "it > 5"}`, "6", `"it > 5": cannot compare the text "6" with the number 5`},
		{`{a: {$gt: 5}}`, expr.MappingOf(map[string]any{"a": "6"}), "text has no order with a number"},
	}
	for _, tt := range tests {
		m := read(t, tt.matcher, Any)
		for _, text := range []string{tt.matcher, "{$not: " + tt.matcher + "}"} {
			wrong := Match(read(t, text, Any), tt.v, "x")
			if len(wrong) != 1 || wrong[0].Why != tt.why || !strings.HasSuffix(wrong[0].Told(), "("+tt.why+")") {
				t.Errorf("%s of %s: %+v, want one mismatch, because %s", text, Show(tt.v), wrong, tt.why)
			}
		}
		if m.Holds(tt.v) {
			t.Errorf("%s holds for %s", tt.matcher, Show(tt.v))
		}
	}
	if none := (Matcher{}); none.IsSet() || none.Holds("") || len(Match(none, 1, "x")) != 1 {
		t.Error("a matcher that asks nothing holds")
	}
}

// These answers are easily confused with others.
func TestAnswers(t *testing.T) {
	object := func(name string) any { return expr.MappingOf(map[string]any{name: json.Number("1")}) }
	for _, tt := range []struct {
		matcher string
		v       any
		want    verdict
	}{
		{`5`, object("a"), isNot},
		{`5`, []any{}, isNot},
		{`"${empty}"`, expr.NewMapping(0), is},
		{`"${empty}"`, "b", isNot},
		{`"${empty}"`, Nothing, isNot},
		{`"${objects}"`, []any{expr.MappingOf(map[string]any{"a": json.Number("1"), "b": nil})}, is},
		{`{$eq: "${objects}"}`, []any{expr.MappingOf(map[string]any{"a": json.Number("1"), "b": nil})}, isNot},
		{`{$ne: {b: 1}}`, object("c"), is},
		{`{$ne: "${other}"}`, "b", cannotAsk},
		{`[{$gt: 5}]`, []any{"6", "b"}, cannotAsk},
		{`[{$gt: 5}]`, []any{json.Number("6"), "b"}, isNot},
		{`[{$gt: 5}, b]`, []any{"6"}, cannotAsk},
		{`{later: null}`, lines{}, isNot},
		{`{later: {$exists: false}}`, lines{}, is},
		{`{$type: number}`, percent(50), isNot},
		{`{$type: integer}`, percent(50), isNot},
		{`"5s"`, "5s", is},
		{`"5s"`, 5 * time.Second, is},
		{`"6s"`, 5 * time.Second, isNot},
		{`"soon"`, 5 * time.Second, isNot},
		{`"soon"`, time.Duration(0), isNot},
		{`{$gt: -5s}`, -time.Second, is},
		{`{$gt: -5s}`, -6 * time.Second, isNot},
		{`{$gt: "${fast}"}`, time.Second, is},
		{`{$gt: "${fast}"}`, 800 * time.Millisecond, isNot},
		{`{$gt: "${word}"}`, time.Second, cannotAsk},
		{`{$between: ["${fast}", "${slow}"]}`, time.Second, is},
		{`{$between: ["${fast}", "${slow}"]}`, 11 * time.Second, isNot},
		{`{$between: ["${fast}", 10s]}`, 899 * time.Millisecond, isNot},
		{`{$between: ["${fast}", 10s]}`, 900 * time.Millisecond, is},
		{`{$between: [900ms, "${slow}"]}`, 10 * time.Second, is},
		{`{$between: [900ms, "${word}"]}`, time.Second, cannotAsk},
		{`{$between: ["${word}", 10s]}`, time.Second, cannotAsk},
		{`{$between: ["${slow}", "${fast}"]}`, time.Second, cannotAsk},
		{`{$between: ["${slow}", "${fast}"]}`, "5s", is}, // as text
		{`{$between: ["1s", "5s"]}`, "3s", is},
		{`{$between: [1s, 5s]}`, "3s", cannotAsk},
		{`{$approx: ["${fast}", 100ms]}`, time.Second, is},
		{`{$approx: ["${fast}", 99ms]}`, time.Second, isNot},
		{`"${list}"`, expr.Lines{Each: []string{"b"}}, is},
		{`"${list}"`, expr.Lines{Each: []string{"b", "c"}}, isNot},
		{`{$exists: true}`, expr.Lines{Each: []string{"b", "c"}}, is},
		{`{$contains: "${text}"}`, expr.Lines{Each: []string{"abc", "d"}}, is},
		{`{$contains: "${octets}"}`, expr.Lines{Each: []string{"ab"}}, cannotAsk},
		{`{$contains: "${one}"}`, expr.Lines{Each: []string{"1", "2"}}, isNot}, // nor is it an item
		{`{$starts_with: "${octets}"}`, []byte("abc"), is},
		{`{$starts_with: "${octets}"}`, []byte("bab"), isNot},
		{`{$starts_with: 5}`, "55", is},
		{`{$starts_with: 5}`, "b", isNot},
	} {
		m := read(t, tt.matcher, Any)
		opposite := read(t, "{$not: "+tt.matcher+"}", Any)
		if got := m.answer(tt.v).is; got != tt.want || opposite.Holds(tt.v) != (tt.want == isNot) {
			t.Errorf("%s of %s is %v, want %v; its opposite holds: %v", tt.matcher, Show(tt.v), got, tt.want, opposite.Holds(tt.v))
		}
	}
}

// The operand of $contains and its like is read as text is read in that place.
func TestPartsAreRead(t *testing.T) {
	lower := &Position{Of: Text, Want: "digits", Read: func(n *yamldoc.Node) (any, error) { return strings.ToLower(n.Text), nil }}
	for matcher, want := range map[string]bool{`{$contains: AB}`: true, `{$contains: AC}`: false, `{$starts_with: 1A}`: true, `{$ends_with: 2B}`: false} {
		if m := read(t, matcher, lower); m.Holds("1ab") != want {
			t.Errorf("%s holds: %v, want %v", matcher, !want, want)
		}
	}
}

// A part of hexadecimal digits must be whole octets.
func TestPartsOfDigits(t *testing.T) {
	hex := &Position{Of: Text, Want: "digits", Read: textScalar, Step: 2}
	for matcher, want := range map[string][2]bool{ // for 1234, and for 12311231
		`{$contains: "23"}`:    {false, false},
		`{$contains: "31"}`:    {false, true},
		`{$contains: "12"}`:    {true, true},
		`{$contains: "34"}`:    {true, false},
		`{$contains: ""}`:      {true, true},
		`{$starts_with: "12"}`: {true, true},
		`{$ends_with: "34"}`:   {true, false},
	} {
		m := read(t, matcher, hex)
		if got := [2]bool{m.Holds("1234"), m.Holds("12311231")}; got != want {
			t.Errorf("%s holds for %v, want %v", matcher, got, want)
		}
	}
}

// The result of a ${…} is compared as if it were written there.
func TestComputedValues(t *testing.T) {
	more := expr.MappingOf(map[string]any{"a": json.Number("1"), "b": "x"})
	for matcher, want := range map[string]bool{
		`"${object}"`: true, `{$eq: "${object}"}`: false, `{$exact: "${object}"}`: false, `{$in: ["${object}"]}`: false,
		`{$not: "${object}"}`: false, `{$not: {$exact: "${object}"}}`: true, `{a: "${one}"}`: true, `{a: "${two}"}`: false,
	} {
		if got := read(t, matcher, InJSON); got.Holds(more) != want {
			t.Errorf("%s holds for %s: %v, want %v", matcher, Show(more), !want, want)
		}
	}
	wrong := Match(read(t, `"${object}"`, InJSON), expr.MappingOf(map[string]any{"a": json.Number("2")}), "x")
	if len(wrong) != 1 || wrong[0].Path != "x.a" || wrong[0].Expected != "1" {
		t.Errorf("a member that differs is told as %+v", wrong)
	}
}

// The bounds of a matcher say in which direction a measure fails.
func TestBounds(t *testing.T) {
	for matcher, want := range map[string]string{
		`{$lt: 5}`: "more, measured", `{$gte: 5}`: "less, measured, bounded below", `{$gt: 1, $lt: 5}`: "either, measured, bounded below",
		`{$between: [1, 2]}`: "either, measured, bounded below", `5`: "either, bounded below", `{$not: {$lt: 5}}`: "either, measured",
		`{$any_of: [{$gt: 5}]}`: "either, measured", `{$all_of: [{$gt: 5}]}`: "less, measured, bounded below",
		`{$lt: 5, $type: integer}`: "more, measured", `{$exists: true}`: "either", `{$ne: 5}`: "either",
	} {
		m := read(t, matcher, Any)
		got := m.Worse()
		if m.Measures() {
			got += ", measured"
		}
		if m.HasLowerBound() {
			got += ", bounded below"
		}
		if got != want {
			t.Errorf("%s is %q, want %q", matcher, got, want)
		}
	}
	if none := (Matcher{}); none.HasLowerBound() || none.Measures() || none.Worse() != "either" {
		t.Error("a matcher that asks nothing has bounds")
	}
}

// The lists of words for the docs are copies.
func TestWords(t *testing.T) {
	list := Types()
	list[0] = "text"
	if got := Types(); len(got) != 10 || got[0] != "string" {
		t.Errorf("the types are %q", got)
	}
	if words := Words(); len(words) != len(table) || words[0] != "$eq" {
		t.Errorf("the words are %q", words)
	}
	for _, row := range []string{
		"| `$gt` | a number, a quantity, quoted text | asked | asked | asked | asked | – | – | – | – | – | – | – | no |",
		"| a list | matchers | no | no | no | no | no | no | no | asked | no | no | no | no |",
	} {
		if !strings.Contains(Table(), row+"\n") {
			t.Errorf("the table lacks the row %s:\n%s", row, Table())
		}
	}
}

// Filters of JSONPath compare floating-point numbers. If they could confuse a
// number with another, the question cannot be asked, and a number in a query
// that they could confuse is a complaint.
func TestExactFilters(t *testing.T) {
	decode := func(text string) any {
		v, err := expr.DecodeJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	filter := read(t, `{$path: {"$.a[?@.v == 900719925474099]": {$length: 1}}}`, InJSON)
	index := read(t, `{$path: {"$.a[0].v": 9007199254740993}}`, InJSON)
	for text, want := range map[string][2]verdict{
		`{"a":[{"v":900719925474099}]}`:                 {is, isNot},
		`{"a":[{"v":900719925474098}]}`:                 {isNot, isNot},
		`{"a":[{"v":9007199254740993}]}`:                {cannotAsk, is},
		`{"a":[{"v":900719925474099},{"w":[1e400]}]}`:   {cannotAsk, isNot},
		`{"a":[{"v":0.1000000000000001}]}`:              {cannotAsk, isNot},
		`{"a":[{"v":1e-400}]}`:                          {cannotAsk, isNot},
		`{"a":[{"v":1e99999999999999999999}]}`:          {cannotAsk, isNot}, // an exponent that is too large
		`{"a":[{"v":1e200},{"v":0.1},{"v":-2.5e-200}]}`: {isNot, isNot},
	} {
		v := decode(text)
		if got := [2]verdict{filter.Items[0].answer(v).is, index.Items[0].answer(v).is}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	for query, want := range map[string]bool{
		`$.a[?@.v == 9007199254740992]`: true, `$.a[?@.v == 900719925474099]`: false, `$['9007199254740992']`: false,
		`$.a1234567890123456[?@.b1234567890123456 == 1]`: false, `$..é1234567890123456`: false,
		`$[?@.v < 1e-400]`: true, `$[?@.v < 1e-99999999999999999999]`: true, `$[?@.v < 1e99999999999999999999]`: true, `$[?@.v < 1e400]`: true, `$[?@.v == "9007199254740992"]`: false, `$[?@.v == 0.12345678901234567]`: true,
	} {
		if _, complaints := tryRead(t, "{$path: {'"+strings.ReplaceAll(query, "'", "''")+"': {$length: 1}}}", InJSON); (len(complaints) > 0) != want {
			t.Errorf("%s: %v", query, complaints)
		}
	}
}

// For $path, $schema and $type an event or a label is an object of everything
// that can be named of it.
func TestWhatHasMembers(t *testing.T) {
	for matcher, want := range map[string]bool{
		`{$path: {"$.a": b}}`:                             true,
		`{$path: {"$.at": 1s}}`:                           true, // as text
		`{$path: {"$.octets": YWI=}}`:                     true,
		`{$path: {"$.later": {$exists: false}}}`:          true,
		`{$path: {"$[?@ == 'b']": {$length: 0}}}`:         false,
		`{$schema: {required: [a], type: object}}`:        true,
		`{$schema: {required: [later]}}`:                  false,
		`{$not: {$schema: {required: [a]}}}`:              false,
		`{$type: object}`:                                 true,
		`{a: b, later: {$ne: 1}}`:                         true,
		`{$schema: {properties: {a: {format: ipv4}}}}`:    false,
		`{$schema: {properties: {a: {format: unknown}}}}`: true,
	} {
		if m := read(t, matcher, Any); m.Holds(lines{}) != want {
			t.Errorf("%s holds: %v, want %v", matcher, !want, want)
		}
	}
	events := []any{lines{}}
	for matcher, want := range map[string]bool{
		`{$path: {"$[?@.a == 'b']": {$length: 1}}}`:                   true,
		`{$path: {"$[?@.a == 'b']": {$length: 0}}}`:                   false,
		`{$schema: {type: array, items: {required: [a]}}}`:            true,
		`{$not: {$schema: {type: array, items: {maxProperties: 0}}}}`: true,
	} {
		if m := read(t, matcher, Any); m.Holds(events) != want {
			t.Errorf("%s holds for events: %v, want %v", matcher, !want, want)
		}
	}
}

// Equal numbers are written in the same form, because the library behind $path
// compares those within lists as text: {"a":[2.0]} and {"a":[2]} are the same.
func TestNumbersInPaths(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0.0": "0", "2.0": "2", "2": "2", "20e-1": "2", "1e2": "100", "-12.50": "-12.5", "0.001": "0.001", "1e-9": "1e-9",
		"1.5e20": "15e19", "123456789012345": "123456789012345", "0.5": "0.5",
	} {
		d, ok := parseDecimal(text)
		back, ok2 := parseDecimal(d.String())
		if d.String() != want || !ok || !ok2 || back != d {
			t.Errorf("%s is written %s, want %s (%v)", text, d, want, back == d)
		}
	}
	m := read(t, `{$path: {"$[?@.a == $[1].a]": {$length: 2}}}`, InJSON)
	for _, text := range []string{`[{"a":[1,2.0]},{"a":[1,2]}]`, `[{"a":2.0},{"a":2}]`, `[{"a":{"b":1e1}},{"a":{"b":10}}]`} {
		v, err := expr.DecodeJSON([]byte(text))
		if err != nil || !m.Holds(v) {
			t.Errorf("not both are found in %s (%v)", text, err)
		}
	}
}

// Every ${…} of a matcher is computed, wherever it stands. If one cannot be
// computed, that is an error. The original stays as it was.
func TestBindsEverything(t *testing.T) {
	for _, text := range []string{
		`"${x}"`, `{$gt: "${x}"}`, `{$not: "${x}"}`, `{a: "${x}"}`, `["${x}"]`, `{$path: {"$.a": "${x}"}}`, `{$in: ["${x}"]}`, `{$between: [1, "${x}"]}`,
		`{$any_of: [{$all_of: ["${x}"]}]}`, `{$where: it == x}`, `["${x}", {$gt: "${x}"}]`, `{a: "${x}", b: {$not: "${x}"}}`,
		`{$path: {"$.a": "${x}", "$.b": "${x}"}}`, `{$in: [[{a: "${x}"}], "${x}"]}`,
	} {
		var out diag.List
		n := yamldoc.Parse("t.yaml", "m: "+text+"\n", &out)
		m := Read(n.Get("m"), Any, &out)
		if !out.Empty() {
			t.Fatalf("%s: %v", text, out.Err())
		}
		for range 2 { // the second round would find changes of the first
			bound, err := m.Bind(expr.Env{Names: expr.Map{"x": json.Number("7")}})
			if told := Describe(bound); err != nil || strings.Contains(told, "null") || strings.Count(told, "7") != strings.Count(text, "${x}") && !strings.Contains(text, "$where") {
				t.Errorf("%s is bound to %s, %v", text, told, err)
			}
		}
		bound, err := m.Bind(expr.Env{Names: expr.Map{}})
		if where := strings.Contains(text, "$where"); (err == nil) != where || where && bound.answer(7).is != cannotAsk {
			t.Errorf("%s is bound without its name: %v", text, err)
		}
	}
	half := &Position{Of: Quantity, Want: "a share", Read: inPercent.Read, Computed: inPercent.Computed}
	if m := read(t, `{$gt: "${percent}"}`, half); !m.Holds(percent(51)) || m.Holds(percent(50)) {
		t.Error("what is computed is not read in the unit")
	}
	var out diag.List
	n := yamldoc.Parse("t.yaml", `m: {$gt: "${percent}"}`, &out)
	m := Read(n.Get("m"), half, &out)
	if _, err := m.Bind(expr.Env{Names: expr.Map{"percent": "none"}}); err == nil {
		t.Error("what is no share is taken for one")
	}
	if _, err := m.Bind(expr.Env{Names: expr.Map{}}); err == nil || !strings.Contains(err.Error(), "percent") {
		t.Errorf("a name that is missing is told as %v", err)
	}
}
