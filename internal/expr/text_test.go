package expr

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	env := Env{Names: Map{
		"m": MappingOf(map[string]any{"one": json.Number("1.0"), "items": []any{
			MappingOf(map[string]any{"id": "a", "n": int64(1)}), MappingOf(map[string]any{"id": "b", "n": int64(2)}),
		}}),
		"it":    "outer",
		"lines": Lines{Each: []string{"a=1", "b=2"}},
		"line":  Lines{Each: []string{"a=1"}},
	}}
	tests := []struct {
		src  string
		want any
	}{
		{"text(5) + text(1 / 4) + text(m.one) + text(true) + text('x') + text(1500ms) + text(unhex('c3b6'))", "50.251.0truex1.5sö"},
		{"split('a,b,,c', ',')", []any{"a", "b", "", "c"}},
		{"split('', ',')", []any{""}},
		{"split('aXYb', 'XY')", []any{"a", "b"}},
		{"split('key: value', ': ')[1]", "value"},
		{"find('id=42;', 'id=([0-9]+)')", []any{"id=42", "42"}},
		{"find('ab', '(a)|(x)')", []any{"a", "a", nil}},
		{"find('aab', 'a(x?)')", []any{"a", ""}},
		{"find('abc', 'x') == null", true},
		{"find('', '') != null", true},
		{"find('code 401: no', '(?P<code>[0-9]+): (?<why>.*)( )?')", MappingOf(map[string]any{"code": "401", "why": "no"})},
		{"find('größe 7', 'ö.*([0-9])')[1]", "7"},
		{"filter([1, 2, 3], it > 1)", []any{int64(2), int64(3)}},
		{"filter([], it.nothing)", []any{}},
		{"filter(m.items, it.id == 'b')[0].n", int64(2)},
		{"len(filter(m.items, it.n > 5))", int64(0)},
		{"filter(range(0, 4), len(filter(range(0, 9), it < 2)) == it)", []any{int64(2)}}, // the inner it is another
		{"filter(filter(range(0, 9), it > 2), it < 5)", []any{int64(3), int64(4)}},
		{"len(filter(['x'], it == 'x')) + len(it)", int64(6)}, // beside a filter it is what it was
		{"filter(lines, it == 'b=2')", []any{"b=2"}},
		{"filter(line, it == 'a=1')", []any{"a=1"}},
		{"filter(split('a b c', ' '), find(it, '[bc]') != null)", []any{"b", "c"}},
	}
	for _, test := range tests {
		got, err := evaluated(test.src, env)
		if err != nil {
			t.Errorf("%s: %v", test.src, err)
			continue
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(Mapping{})); diff != "" {
			t.Errorf("%s = (-want +got)\n%s", test.src, diff)
		}
	}
}

func TestNoText(t *testing.T) {
	env := Env{Names: Map{"big": strings.Repeat("a", 1<<21), "list": make([]any, 100_000), "vars": Map{"x": "x"}}}
	for src, want := range map[string]string{
		"text(null)":                                 "text needs true or false or text or octets or a number or a duration, not null",
		"text(unhex('ff'))":                          "1 octets are not text in UTF-8",
		"split('a', '')":                             "the separator is empty",
		"split(big + big, 'a')":                      "larger than 64 MiB",
		"find('a', '(')":                             "missing closing )",
		"find('a', 'a{2000}')":                       "invalid repeat count",
		"find('a', repeat('a', 1025))":               "at most 1024 octets",
		"find(big, '[ab]{500}c')":                    "too long for this pattern",
		"find('a', {'a'})":                           `unexpected "{"`,
		"find('a')":                                  `unexpected ")"`,
		"filter('abc', it == 'a')":                   `filter needs a list, not the text "abc"`,
		"filter([1], it)":                            "filter needs true or false, not the number 1",
		"filter([1], # > 0)":                         `unexpected "#"`,
		"filter([1], {it > 0})":                      `unexpected "{"`,
		"filter([{a: 1}], it.b == 1)":                `has no "b" (did you mean "a"?)`,
		"filter([1], vars.y == it)":                  `vars has no "y" (did you mean "x"?)`,
		"filter([1], it > 0) == it":                  `unknown name "it"`,
		"filter(list, len(filter(list, true)) == 0)": "larger than 64 MiB",
		"filter(list, it in list and false)":         "larger than 64 MiB",
	} {
		begin := time.Now()
		err := func() error { _, err := evaluated(src, env); return err }()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", src, err, want)
		}
		checkPlace(t, src, err)
		if took := time.Since(begin); took > 30*time.Second {
			t.Errorf("%s took %v", src, took)
		}
	}
}

// The names in a condition are known before anything runs, but for `it`.
func TestRefsOfFilter(t *testing.T) {
	p, err := Compile("filter(m.items, it.id == vars.id)", Scope{Roots: []string{"m", "vars"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"m", "items"}, {"vars", "id"}}, p.Members()); diff != "" {
		t.Errorf("Members() (-want +got)\n%s", diff)
	}
}

func BenchmarkFindAtWorst(b *testing.B) {
	env := Env{Names: Map{"s": strings.Repeat("a", maxSteps/1010)}}
	for b.Loop() {
		if _, err := evaluated("find(s, '[ab]{500}[ab]{500}c')", env); err != nil {
			b.Fatal(err)
		}
	}
}
