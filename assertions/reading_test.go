package assertions_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// reading makes a reading of a step as it would be written.
func reading(t *testing.T, yaml string) *assertions.Reading {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, steps: ["+yaml+"]}]", &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", yaml, out.Err())
	}
	a := s.Scenarios[0].Steps[0].Action.(*spec.Expect)
	e, err := a.Bind(expr.Env{Names: expr.Map{}})
	if err != nil {
		t.Fatal(err)
	}
	return assertions.NewReading(e, a.Mode, "main")
}

// events reads a script: words are messages, "mark:a" marks, "b/x" a message
// on connection b.
func events(script string) []trace.Event {
	var out []trace.Event
	for i, word := range strings.Fields(script) {
		ev := trace.Event{Seq: i, Connection: "main"}
		if conn, rest, ok := strings.Cut(word, "/"); ok {
			ev.Connection, word = conn, rest
		}
		ev.Detail = &trace.Message{Data: []byte(word)}
		if name, ok := strings.CutPrefix(word, "mark:"); ok {
			ev.Detail = &trace.Mark{Name: name}
		}
		out = append(out, ev)
	}
	return out
}

// Each row is a step and a script of events. It says the state, how many events
// were read, and which items matched.
func TestReading(t *testing.T) {
	tests := []struct {
		name, step, script string
		want               assertions.State
		read               int
		matched            string
	}{
		{"expect takes the next", `{expect: {message: a}}`, "a b", assertions.Found, 1, "a"},
		{"expect refuses another", `{expect: {message: a}}`, "b a", assertions.Refuted, 1, ""},
		{"expect looks past other kinds", `{expect: {message: a}}`, "mark:x a", assertions.Found, 1, "a"},
		{"expect looks past other connections", `{expect: {message: a}}`, "b/x a", assertions.Found, 1, "a"},
		{"await reads on", `{await: {message: a}}`, "b c a", assertions.Found, 3, "a"},
		{"await waits", `{await: {message: a}}`, "b c", assertions.Waiting, 2, ""},
		{"absent is refuted", `{absent: {message: a}}`, "b a", assertions.Refuted, 0, ""},
		{"absent waits", `{absent: {message: a}}`, "b c", assertions.Waiting, 0, ""},
		{"unordered in order", `{expect: {unordered: [{message: a}, {message: b}]}}`, "a b", assertions.Found, 2, "a b"},
		{"unordered out of order", `{expect: {unordered: [{message: a}, {message: b}]}}`, "b a", assertions.Found, 2, "a b"},
		{"unordered wants each once", `{expect: {unordered: [{message: a}, {message: b}]}}`, "a a", assertions.Refuted, 2, "a"},
		{"unordered gives way", `{expect: {unordered: [{message: {text: {$contains: a}}}, {message: ab}]}}`, "ab a", assertions.Found, 2, "a ab"},
		{"unordered gives way in a chain", `{expect: {unordered: [{message: {text: {$contains: a}}}, {message: {text: {$contains: b}}}, {message: abc}]}}`, "abc ab a", assertions.Found, 3, "a ab abc"},
		{"unordered refuses a stranger", `{expect: {unordered: [{message: a}, {mark: m}]}}`, "mark:x", assertions.Refuted, 1, ""},
		{"unordered across kinds", `{expect: {unordered: [{message: a}, {mark: m}]}}`, "mark:m a", assertions.Found, 2, "a mark:m"},
		{"await unordered reads past", `{await: {unordered: [{message: a}, {message: b}]}}`, "x b y a", assertions.Found, 4, "a b"},
		{"exactly so often", `{expect: {unordered: [{message: a, exactly: 2}, {message: b}]}}`, "a b a c", assertions.Found, 3, "a b"},
		{"exactly waits for the rest", `{expect: {unordered: [{message: a, exactly: 3}]}}`, "a a", assertions.Waiting, 2, "a"},
		{"exactly refuses one more", `{expect: {unordered: [{message: a, exactly: 2}, {message: b}]}}`, "a a a", assertions.Refuted, 3, "a"},
		{"exactly gives way", `{expect: {unordered: [{message: {text: {$contains: a}}, exactly: 2}, {message: ab, exactly: 2}]}}`, "ab ab a a", assertions.Found, 4, "a ab"},
		{"await refuses one more", `{await: {unordered: [{message: a, exactly: 2}, {message: b}]}}`, "a x a x a b", assertions.Refuted, 5, "a"},
		{"await passes over more than one", `{await: {unordered: [{message: a}, {message: b}]}}`, "a a b", assertions.Found, 3, "a b"},
		{"await exactly one", `{await: {unordered: [{message: a, exactly: 1}, {message: b}]}}`, "a a b", assertions.Refuted, 2, "a"},
		{"in_order exactly", `{expect: {in_order: [{message: a, exactly: 2}, {mark: m}, {message: a}]}}`, "a a mark:m a", assertions.Found, 4, "a mark:m a"},
		{"in_order exactly, too few", `{expect: {in_order: [{message: a, exactly: 2}, {message: b}]}}`, "a b", assertions.Refuted, 2, "a"},
		{"await in_order exactly, too many", `{await: {in_order: [{message: a, exactly: 2}, {message: b}]}}`, "x a a x a b", assertions.Refuted, 5, "a"},
		{"in_order", `{expect: {in_order: [{message: a}, {mark: m}, {message: b}]}}`, "a mark:m b", assertions.Found, 3, "a mark:m b"},
		{"in_order refuses another order", `{expect: {in_order: [{message: a}, {mark: m}]}}`, "mark:m a", assertions.Refuted, 1, ""},
		{"in_order refuses one between", `{expect: {in_order: [{message: a}, {mark: m}]}}`, "a b mark:m", assertions.Refuted, 2, "a"},
		{"await in_order reads past", `{await: {in_order: [{message: a}, {mark: m}]}}`, "mark:m a b mark:m", assertions.Found, 4, "a mark:m"},
		{"in_order across connections", `{expect: {in_order: [{message: a, on: one}, {message: b, on: two}]}}`, "one/a two/b", assertions.Found, 2, "a b"},
		{"in_order across connections, wrong", `{expect: {in_order: [{message: a, on: one}, {message: b, on: two}]}}`, "two/b one/a", assertions.Refuted, 1, ""},
		{"one_of", `{expect: {one_of: {x: {message: a}, y: {message: b}}}}`, "b a", assertions.Found, 1, "y=b"},
		{"one_of refuses a third", `{expect: {one_of: {x: {message: a}, y: {message: b}}}}`, "c", assertions.Refuted, 1, ""},
		{"one_of takes the first that fits", `{expect: {one_of: {x: {message: {text: {$contains: a}}}, y: {message: a}}}}`, "a", assertions.Found, 1, "x=a"},
		{"await one_of reads past", `{await: {one_of: {x: {message: a}, y: {mark: m}}}}`, "b mark:m", assertions.Found, 2, "y=mark:m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := reading(t, tt.step)
			read := 0
			for _, ev := range events(tt.script) {
				if r.State() != assertions.Waiting || !r.Wants(ev) {
					continue
				}
				offer(t, r, ev)
				if r.Consumes() {
					read++
				}
			}
			var matched []string
			r.Matched(func(it spec.Item, ev trace.Event) bool {
				text := ev.Detail.Summary()
				if ev.Kind() == "mark" {
					text = "mark:" + text
				}
				if it.Name != "" {
					text = it.Name + "=" + text
				}
				matched = append(matched, text)
				return true
			})
			if r.State() != tt.want || read != tt.read || strings.Join(matched, " ") != tt.matched {
				t.Errorf("state %v, %d read, matched %q; want %v, %d, %q", r.State(), read, matched, tt.want, tt.read, tt.matched)
			}
			if r.State() == assertions.Refuted && r.Consumes() && len(r.Mismatches()) == 0 {
				t.Error("refuted without a reason")
			}
		})
	}
}

// Whether an unordered group is complete does not depend on the order of events
// and items.
func TestUnorderedIsIndifferentToOrder(t *testing.T) {
	step := `{expect: {unordered: [{message: {text: {$contains: a}}}, {message: {text: {$contains: b}}}, {message: abc}, {message: {text: {$contains: c}}}]}}`
	words := []string{"abc", "ab", "bc", "ac"}
	var permute func(rest, done []string)
	permute = func(rest, done []string) {
		if len(rest) == 0 {
			r := reading(t, step)
			for _, ev := range events(strings.Join(done, " ")) {
				offer(t, r, ev)
			}
			if r.State() != assertions.Found {
				t.Errorf("%v is %v, want found", done, r.State())
			}
		}
		for i, w := range rest {
			permute(slices.Delete(slices.Clone(rest), i, i+1), append(slices.Clip(done), w))
		}
	}
	permute(words, nil)
}

func TestTimeout(t *testing.T) {
	tests := []struct {
		step, script string
		want         assertions.State
	}{
		{`{expect: {message: a}}`, "", assertions.Waiting},
		{`{absent: {message: a}}`, "b", assertions.Found},
		{`{expect: {one_of: {x: {message: a}, silent: nothing}}}`, "", assertions.Found},
		{`{await: {one_of: {x: {message: a}, silent: nothing}}}`, "b", assertions.Found},
		{`{await: {one_of: {x: {message: a}, y: {message: c}}}}`, "", assertions.Waiting},
	}
	for _, tt := range tests {
		r := reading(t, tt.step)
		for _, ev := range events(tt.script) {
			offer(t, r, ev)
		}
		if got := r.Timeout(); got != tt.want {
			t.Errorf("%s after %q times out as %v, want %v", tt.step, tt.script, got, tt.want)
		}
	}
}

// A reading tells of the nearest event, of the paths at which that differs, of
// what is still open and on which connections.
func TestReadingTells(t *testing.T) {
	tests := []struct {
		name, step, script string
		decisive, wrong    string
		open, on           string
	}{
		{"nothing came", `{expect: {message: a}}`, "", "", "", `message "a"`, "main"},
		{"it came", `{expect: {message: a}}`, "a", "a", "", "", ""},
		{"another came", `{expect: {message: a}}`, "b", "b", "message", `message "a"`, "main"},
		{"of two that are read past, the later", `{await: {message: a}}`, "b c", "c", "message", `message "a"`, "main"},
		{"of two that are read past, the nearer", `{await: {message: {size: 1, text: x}}}`, "bb b cc", "b", "message.text", `message {size: 1, text: "x"}`, "main"},
		{"an absent one came", `{absent: {message: a}}`, "a", "a", "", `message "a"`, "main"},
		{"the rest in order", `{expect: {in_order: [{message: a}, {mark: m}, {message: b}]}}`, "a", "a", "", "mark {name: \"m\"}\nthen message \"b\"", "main"},
		{"in order, held against the next only", `{expect: {in_order: [{message: {size: 2, text: x}}, {message: {size: 1}}]}}`, "bbb", "bbb", "message.size message.text", "message {size: 2, text: \"x\"}\nthen message {size: 1}", "main"},
		{"unordered, held against the nearest", `{expect: {unordered: [{message: {size: 2, text: x}}, {message: {size: 1}}]}}`, "bbb", "bbb", "message.size", "message {size: 2, text: \"x\"}\nmessage {size: 1}", "main"},
		{"unordered, of two as near the first", `{expect: {unordered: [{message: {text: x}}, {message: {size: 1}}]}}`, "bb", "bb", "message.text", "message {text: \"x\"}\nmessage {size: 1}", "main"},
		{"unordered, what was found is not held against", `{expect: {unordered: [{message: {size: 1}}, {message: {size: 2, text: xx}}]}}`, "a bbb", "bbb", "message.size message.text", `message {size: 2, text: "xx"}`, "main"},
		{"one of named", `{expect: {one_of: {x: {message: a}, y: {message: b}}}}`, "", "", "", "one of\nx: message \"a\"\ny: message \"b\"", "main"},
		{"one of, or nothing", `{expect: {one_of: {silent: nothing, x: {message: a}}}}`, "b", "b", "message", "one of\nsilent: nothing\nx: message \"a\"", "main"},
		{"on two connections", `{expect: {unordered: [{message: a, on: one}, {message: b, on: two}, {message: c, on: two}]}}`, "", "", "", "message \"a\", on one\nmessage \"b\", on two\nmessage \"c\", on two", "one two"},
		{"on the one that is left", `{expect: {unordered: [{message: a, on: one}, {message: b, on: two}]}}`, "two/b", "b", "", `message "a", on one`, "one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := reading(t, tt.step)
			for _, ev := range events(tt.script) {
				if r.State() == assertions.Waiting && r.Wants(ev) {
					offer(t, r, ev)
				}
			}
			decisive := ""
			if d := r.Decisive().Detail; d != nil {
				decisive = d.Summary()
			}
			var wrong []string
			for _, m := range r.Mismatches() {
				wrong = append(wrong, m.Path)
			}
			if got := strings.Join(wrong, " "); decisive != tt.decisive || got != tt.wrong {
				t.Errorf("decided by %q, wrong at %q; want %q, %q", decisive, got, tt.decisive, tt.wrong)
			}
			if got := strings.Join(r.Connections(), " "); r.Open() != tt.open || got != tt.on {
				t.Errorf("open %q on %q, want %q on %q", r.Open(), got, tt.open, tt.on)
			}
		})
	}
}

// An event of another kind, or on another connection, does not match if it is
// offered all the same, and the mismatch says so.
func TestOfferedBeside(t *testing.T) {
	beside := func(step, script, expected, actual string) {
		t.Helper()
		r := reading(t, step)
		for _, ev := range events(script) {
			offer(t, r, ev)
		}
		wrong := r.Mismatches()
		if r.State() != assertions.Refuted || len(wrong) != 1 || wrong[0].Expected != expected || wrong[0].Actual != actual {
			t.Errorf("%s after %q: state %v, %+v; want %q instead of %q", step, script, r.State(), wrong, actual, expected)
		}
	}
	beside(`{expect: {message: a}}`, "mark:x", "a message", "a mark")
	beside(`{expect: {message: a}}`, "b/a", "main", "b")
}

// A reading wants events of media only with the tag that it names, and all of
// them if it names none.
func TestWantsTag(t *testing.T) {
	started := func(tag string) trace.Detail { return &trace.MediaStarted{Tag: tag} }
	tests := []struct {
		name, step string
		event      trace.Detail
		want       bool
	}{
		{"its tag", `{expect: {media_started: {tag: a}}}`, started("a"), true},
		{"another tag", `{expect: {media_started: {tag: a}}}`, started("b"), false},
		{"another tag of the end", `{expect: {media_ended: {tag: a}}}`, &trace.MediaEnded{Tag: "b"}, false},
		{"another tag of a chunk", `{expect: {media: {tag: a}}}`, &trace.Media{Tag: "b"}, false},
		{"no tag said", `{expect: {media_started: {encoding: ULAW}}}`, started("b"), true},
		{"another kind looks at all", `{expect: {clear: {tag: a}}}`, &trace.Clear{Tag: "b"}, true},
		{"nothing is wanted", `{expect: {one_of: {silent: nothing, x: {mark: a}}}}`, &trace.Message{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := reading(t, tt.step).Wants(trace.Event{Connection: "main", Detail: tt.event}); got != tt.want {
				t.Errorf("Wants = %v, want %v", got, tt.want)
			}
		})
	}
}

// A verdict stays: a timeout does not change it, and stopping the iteration over
// the matches does not either.
func TestAfterTheVerdict(t *testing.T) {
	r := reading(t, `{absent: {message: a}}`)
	offer(t, r, events("a")[0])
	if got := r.Timeout(); got != assertions.Refuted || r.State() != assertions.Refuted {
		t.Errorf("a refuted reading times out as %v", got)
	}
	r = reading(t, `{absent: {message: a}}`)
	if r.Timeout(); r.State() != assertions.Found {
		t.Errorf("after its time absent is %v, want found", r.State())
	}
	r = reading(t, `{expect: {one_of: {silent: nothing, x: {message: a}}}}`)
	if r.Timeout(); r.State() != assertions.Found || r.Open() != "one of\nx: message \"a\"" {
		t.Errorf("after its time nothing is %v, open %q", r.State(), r.Open())
	}
	r = reading(t, `{expect: {unordered: [{message: a}, {message: b}]}}`)
	for _, ev := range events("a b") {
		offer(t, r, ev)
	}
	seen := 0
	r.Matched(func(spec.Item, trace.Event) bool { seen++; return false })
	if seen != 1 {
		t.Errorf("Matched yields %d items after the first was refused, want 1", seen)
	}
}

// A reading looks for silence on no connection.
func TestConnectionsOfNothing(t *testing.T) {
	r := reading(t, `{expect: {one_of: {silent: nothing, a: {message: a, on: b}}}}`)
	if got := r.Connections(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("Connections() = %v, want b alone", got)
	}
}

// A long text is described by its size and its beginning, cut between
// characters. A matcher that looks into a text is described in full.
func TestLongText(t *testing.T) {
	long := strings.Repeat("é", 150)
	for yaml, want := range map[string]string{
		`{message: a` + long + `}`:                     `message 301 octets, "a` + strings.Repeat("é", 99) + `"…`,
		`{message: {text: {$contains: ` + long + `}}}`: `message {text: contains "` + long + `"}`,
	} {
		if got := assertions.DescribePattern(pattern(t, yaml)); got != want {
			t.Errorf("DescribePattern() = %s, want %s", got, want)
		}
	}
	garbage := strings.Repeat("\x80", 300) // no character begins in it
	p := patternIn(t, "{message: '${x}'}", expr.Map{"x": garbage})
	if got, want := assertions.DescribePattern(p), `message 300 octets, ""…`; got != want {
		t.Errorf("DescribePattern(garbage) = %s, want %s", got, want)
	}
}

// offer gives an event to a reading whose context has not ended.
func offer(t *testing.T, r *assertions.Reading, ev trace.Event) {
	t.Helper()
	if err := r.Offer(t.Context(), ev); err != nil {
		t.Fatal(err)
	}
}

// A reading becomes impossible when one item cannot come of a group that needs
// all of them, or when no item can come of a group that needs one.
func TestImpossible(t *testing.T) {
	tests := []struct {
		name, step, script string
		never              string // the messages that cannot come
		want               bool
	}{
		{"the only one", `{expect: {message: a}}`, "", "a", true},
		{"another", `{expect: {message: a}}`, "", "b", false},
		{"found before", `{expect: {message: a}}`, "a", "a", false},
		{"refuted before", `{expect: {message: a}}`, "b", "a", false},
		{"after what was read past", `{await: {message: a}}`, "b", "a", true},
		{"what must not be", `{absent: {message: a}}`, "", "a", false},
		{"the first of an order", `{expect: {in_order: [{message: a}, {message: b}]}}`, "", "a", true},
		{"the last of an order", `{expect: {in_order: [{message: a}, {message: b}]}}`, "", "b", true},
		{"one of an order that was found", `{expect: {in_order: [{message: a}, {message: b}]}}`, "a", "a", false},
		{"the rest of an order", `{expect: {in_order: [{message: a}, {message: b}]}}`, "a", "b", true},
		{"the first of a group", `{expect: {unordered: [{message: a}, {message: b}]}}`, "", "a", true},
		{"the last of a group", `{expect: {unordered: [{message: a}, {message: b}]}}`, "", "b", true},
		{"one of a group that was found", `{expect: {unordered: [{message: a}, {message: b}]}}`, "b", "b", false},
		{"none of a group", `{expect: {unordered: [{message: a}, {message: b}]}}`, "", "", false},
		{"the first of a choice", `{expect: {one_of: {x: {message: a}, y: {message: b}}}}`, "", "a", false},
		{"the last of a choice", `{expect: {one_of: {x: {message: a}, y: {message: b}}}}`, "", "b", false},
		{"every one of a choice", `{expect: {one_of: {x: {message: a}, y: {message: b}}}}`, "", "a b", true},
		{"every one of a choice, or nothing", `{expect: {one_of: {x: {message: a}, silent: nothing}}}`, "", "a", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := reading(t, tt.step)
			for _, ev := range events(tt.script) {
				offer(t, r, ev)
			}
			got := r.Impossible(func(it spec.Item) bool {
				return slices.Contains(strings.Fields(tt.never), it.Pattern.Fields[0].Value.Data.Value().(string))
			})
			if got != tt.want {
				t.Errorf("%s after %q, with %q never to come: impossible: %v, want %v", tt.step, tt.script, tt.never, got, tt.want)
			}
		})
	}
}

// An error of dialling is one that no open connection can have: by its kind, or
// because it has the answer to a handshake.
func TestOfDialling(t *testing.T) {
	tests := []struct {
		pattern string
		want    bool
	}{
		{`error`, false},
		{`{error: refused}`, true},
		{`{error: protocol}`, false},
		{`{error: dialect}`, false},
		{`{error: limit}`, false},
		{`{error: timeout}`, false},
		{`{error: abandoned}`, false},
		{`{error: {kind: {$in: [refused, dns]}}}`, true},
		{`{error: {kind: {$in: [refused, limit]}}}`, false},
		{`{error: {kind: {$not: refused}}}`, false},
		{`{error: {kind: {$not: {$in: [protocol, dialect, limit, timeout, abandoned]}}}}`, true},
		{`{error: {text: {$contains: a}}}`, false},
		{`{error: {rule: a}}`, false},
		{`{error: {status: 401}}`, true},
		{`{error: {status: {$exists: false}}}`, false},
		{`{error: {status: {$exists: false}, kind: refused}}`, true},
		{`{error: {kind: refused, status: {$exists: false}}}`, true},
		{`{error: {kind: protocol, status: {$exists: false}}}`, false},
		{`{error: {kind: protocol, status: 401}}`, true},
		{`{error: {status: 401, kind: protocol}}`, true},
		{`{error: {headers: {a: b}}}`, true},
		{`{error: {headers: {$exists: false}}}`, false},
		{`{error: {headers: {a: b}, body: {$exists: false}}}`, true},
		{`{error: {body: gone}}`, true},
		{`{error: {body: {$exists: false}}}`, false},
		{`{open: {status: 101}}`, false}, // not an error, though it has a status
		{`{message: a}`, false},
	}
	for _, tt := range tests {
		if got := assertions.OfDialling(pattern(t, tt.pattern)); got != tt.want {
			t.Errorf("OfDialling(%s) = %v, want %v", tt.pattern, got, tt.want)
		}
	}
}

// After ctx has ended, no event is taken for a match or for a mismatch.
func TestEndedWhileAsking(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	p := pattern(t, `{message: a}`)
	for _, word := range []string{"a", "b"} {
		ev := events(word)[0]
		if ok, err := assertions.Matches(t.Context(), p, ev); ok != (word == "a") || err != nil {
			t.Errorf("in time, %q matches: %v, %v", word, ok, err)
		}
		if ok, err := assertions.Matches(ended, p, ev); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("too late, %q matches: %v, %v, want an error", word, ok, err)
		}
		r := reading(t, `{expect: {message: a}}`)
		if err := r.Offer(ended, ev); !errors.Is(err, context.Canceled) || r.State() == assertions.Found {
			t.Errorf("too late, %q is offered with %v, and the reading is %v", word, err, r.State())
		}
		if wrong := r.Mismatches(); len(wrong) != 1 || wrong[0].Expected != "an answer in time" || wrong[0].Actual != "none" || wrong[0].Path != "message" || wrong[0].Pos != p.Pos {
			t.Errorf("too late, %q is told as %+v", word, wrong)
		}
	}
}

// A field that is missing for a reason is shown with the reason.
func TestMissingForAReason(t *testing.T) {
	for data, want := range map[string]string{`{"a": 1, "a": 1}`: `the key "a" is given twice`, `{`: ""} {
		wrong := assertions.MatchEvent(pattern(t, `{message: {json: {a: 1}}}`), trace.Event{Detail: &trace.Message{Data: []byte(data)}})
		if len(wrong) != 1 || strings.Contains(wrong[0].Told(), "twice") != (want != "") || !strings.Contains(wrong[0].Told(), want) {
			t.Errorf("%s is told as %+v, want one mismatch that tells %q", data, wrong, want)
		}
	}
}

// An item that comes exactly so often is that many items of a group, in whatever order the
// events come, and a group tells how many of them came.
func TestExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 5))
	words := []string{"a", "b", "ab", "c"}
	states := map[assertions.State]int{}
	for range 3000 {
		var counted, copied []string
		for range 1 + r.IntN(3) {
			item, n := "{message: {text: {$contains: "+words[r.IntN(2)]+"}}", 1+r.IntN(4)
			if r.IntN(3) == 0 {
				item = "{message: " + words[r.IntN(3)]
			}
			counted = append(counted, fmt.Sprintf("%s, exactly: %d}", item, n))
			for range n {
				copied = append(copied, item+"}")
			}
		}
		group := []string{"unordered", "in_order"}[r.IntN(2)]
		one := reading(t, "{expect: {"+group+": ["+strings.Join(counted, ", ")+"]}}")
		other := reading(t, "{expect: {"+group+": ["+strings.Join(copied, ", ")+"]}}")
		var script []string
		for range 1 + r.IntN(9) {
			script = append(script, words[min(r.IntN(12)/3, 2+r.IntN(2))])
		}
		for i, ev := range events(strings.Join(script, " ")) {
			if one.State() != assertions.Waiting {
				break
			}
			offer(t, one, ev)
			offer(t, other, ev)
			if one.State() != other.State() || one.Held() != other.Held() || len(one.Connections()) != len(other.Connections()) {
				t.Fatalf("%s %v with %v at %d: %v and %v", group, counted, script, i, one.State(), other.State())
			}
		}
		states[one.State()]++
	}
	for _, s := range []assertions.State{assertions.Waiting, assertions.Found, assertions.Refuted} {
		if states[s] < 200 {
			t.Errorf("state %v came %d times only", s, states[s])
		}
	}
	told := reading(t, `{expect: {unordered: [{message: a, exactly: 3}, {message: b}]}}`)
	for _, ev := range events("a b a") {
		offer(t, told, ev)
	}
	if got, want := told.Open(), `exactly 3: message "a", of which 2 came`; got != want {
		t.Errorf("still open is %s, want %s", got, want)
	}
	for _, ev := range events("b") {
		offer(t, told, ev)
	}
	full := reading(t, `{expect: {unordered: [{message: a, exactly: 1}, {message: b}]}}`)
	for _, ev := range events("a a") {
		offer(t, full, ev)
	}
	if wrong := full.Mismatches(); len(wrong) != 1 || wrong[0].Expected != `exactly 1: message "a"` || wrong[0].Actual != "one more" || wrong[0].Pos.Col == 0 {
		t.Errorf("one more is told as %+v", wrong)
	}
}
