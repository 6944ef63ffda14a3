package assertions_test

import (
	"fmt"
	"testing"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/trace"
)

// Headers and query values that came once or several times are held against
// every matcher. y: it matches; n: its opposite does; -: neither does.
func TestLines(t *testing.T) {
	lines := func(name string, values ...string) *trace.Open {
		o := &trace.Open{Path: "/", Headers: []trace.Header{{Name: "X", Value: "y"}}, Query: "z=1"}
		for _, v := range values {
			o.Headers = append(o.Headers, trace.Header{Name: name, Value: v})
			o.Query += "&" + name + "=" + v
		}
		return o
	}
	columns := []struct {
		where string // the pattern, with a place for the matcher
		event *trace.Open
	}{
		{"headers: {set-cookie: %s}", lines("Set-Cookie", "a=b")},
		{"headers: {Set-Cookie: %s}", lines("SET-COOKIE", "a=b", "c=d")},
		{"headers: {x-a: %s}", lines("X-A", "a=b")},
		{"headers: {x-a: %s}", lines("X-A", "a=b", "c=d")},
		{"query: {k: %s}", lines("k", "a=b")},
		{"query: {k: %s}", lines("k", "a=b", "c=d")},
	}
	for _, tt := range []struct{ matcher, want string }{
		{`a=b`, "y-yny-"},
		{`"a=b, c=d"`, "n-nyn-"},
		{`[a=b]`, "ynynyn"},
		{`[a=b, c=d]`, "nynyny"},
		{`[c=d, a=b]`, "nnnnnn"},
		{`[a=b, {$starts_with: c}]`, "nynyny"},
		{`{$eq: a=b}`, "y-yny-"},
		{`{$ne: a=b}`, "n-nyn-"},
		{`{$eq: [a=b, c=d]}`, "nynyny"},
		{`{$ne: [a=b, c=d]}`, "ynynyn"},
		{`{$in: [a=b, x]}`, "y-yny-"},
		{`{$in: [[a=b, c=d], "a=b, c=d"]}`, "nynyny"},
		{`{$exact: a=b}`, "y-yny-"},
		{`{$exact: [a=b, c=d]}`, "nynyny"},
		{`{$contains: c=}`, "nynyny"},
		{`{$contains: a=b}`, "yyyyyy"},
		{`{$contains: ", "}`, "nnnynn"},
		{`{$starts_with: a}`, "y-yyy-"},
		{`{$ends_with: d}`, "n-nyn-"},
		{`{$matches: "^a"}`, "y-yyy-"},
		{`{$gt: "a"}`, "y-yyy-"},
		{`{$json: 1}`, "n-nnn-"},
		{`{$text: a=b}`, "y-yny-"},
		{`{$length: 1}`, "ynnnnn"},
		{`{$length: 2}`, "nynnny"},
		{`{$length: 3}`, "nnynyn"},
		{`{$length: 8}`, "nnnynn"},
		{`{$length: {$gte: 2}}`, "nyyyyy"},
		{`{$type: string}`, "ynyyyn"},
		{`{$type: array}`, "nynnny"},
		{`{$each: {$contains: "="}}`, "yyyyyy"},
		{`{$each: {$starts_with: a}}`, "ynynyn"},
		{`{$unordered: [c=d, a=b]}`, "nynyny"},
		{`{$exists: true}`, "yyyyyy"},
		{`{$where: "it[0] == 'a=b'"}`, "yyyyyy"},
		{`{$where: "len(it) == 2"}`, "nynnny"},
		{`{$where: "'c=' in it"}`, "nynyny"},
		{`{$where: "it == 'a=b'"}`, "y-yny-"},
		{`{$schema: {type: string}}`, "ynyyyn"},
		{`{$schema: {type: array, items: {type: string}}}`, "nynnny"},
		{`{$path: {$: a=b}}`, "ynynyn"},
		{`{$all_of: [{$contains: a}, {$each: {$contains: "="}}]}`, "yyyyyy"},
		{`{$any_of: [a=b, [a=b, c=d]]}`, "yyyyyy"},
		{`{$contains: c=, $length: 2}`, "nynnny"},
	} {
		for i, c := range columns {
			for _, opposite := range []bool{false, true} {
				matcher, want := tt.matcher, tt.want[i] == 'y'
				if opposite {
					matcher, want = "{$not: "+matcher+"}", tt.want[i] == 'n'
				}
				yaml := "{open: {" + fmt.Sprintf(c.where, matcher) + "}}"
				wrong := assertions.MatchEvent(pattern(t, yaml), trace.Event{Detail: c.event})
				if (len(wrong) == 0) != want {
					t.Errorf("%s of %v: mismatches %v, want that it holds: %v", yaml, c.event.Headers[1:], wrong, want)
				}
			}
		}
	}
}

// A mismatch shows all lines, and says which of them differs.
func TestLinesAreShown(t *testing.T) {
	event := trace.Event{Detail: &trace.Open{Headers: []trace.Header{{Name: "Set-Cookie", Value: "a=b"}, {Name: "set-cookie", Value: "c=d"}, {Name: "X", Value: "1"}, {Name: "X", Value: "2"}}}}
	for yaml, want := range map[string]string{
		`{open: {headers: {set-cookie: a=b}}}`:      `open.headers.set-cookie: expected "a=b", actual ["a=b","c=d"] (it came 2 times, and is compared with a list)`,
		`{open: {headers: {set-cookie: [a=b, d]}}}`: `open.headers.set-cookie[1]: expected "d", actual "c=d"`,
		`{open: {headers: {set-cookie: [a=b]}}}`:    `open.headers.set-cookie: expected a list of 1, actual a list of 2`,
		`{open: {headers: {x: "1"}}}`:               `open.headers.x: expected "1", actual "1, 2"`,
		`{open: {headers: {x: [1, 3]}}}`:            `open.headers.x[1]: expected "3", actual "2"`,
		`{open: {headers: {y: [1, 3]}}}`:            `open.headers.y: expected a list, actual nothing`,
	} {
		wrong := assertions.MatchEvent(pattern(t, yaml), event)
		if len(wrong) != 1 {
			t.Errorf("%s: %v", yaml, wrong)
			continue
		}
		if got := fmt.Sprintf("%s: expected %s, actual %s", wrong[0].Path, wrong[0].Expected, wrong[0].Told()); got != want {
			t.Errorf("%s:\n%s, want\n%s", yaml, got, want)
		}
	}
}
