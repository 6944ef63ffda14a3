package dialect_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/google/go-cmp/cmp"
)

var (
	wantMark = regexp.MustCompile(`# want (".*)$`)
	wantText = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// The files under testdata/bad say on their lines what is wrong with them.
// Parsing gives exactly those complaints, all at once.
func TestComplaintsAboutFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || files == nil {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out diag.List
			if d := dialect.Parse(file, string(text), &out); d != nil {
				t.Error("Parse gave a dialect")
			}
			got := map[int][]string{}
			for _, d := range out.Sorted() {
				line := d.Message
				if d.Hint != "" {
					line += " | " + d.Hint
				}
				got[d.Pos.Line] = append(got[d.Pos.Line], line)
			}
			for i, line := range strings.Split(string(text), "\n") {
				checkWants(t, i+1, line, got[i+1])
			}
			if rest := got[0]; rest != nil {
				t.Errorf("complaints without a place: %q", rest)
			}
		})
	}
}

func checkWants(t *testing.T, n int, line string, got []string) {
	t.Helper()
	var wants []string
	if m := wantMark.FindStringSubmatch(line); m != nil {
		for _, w := range wantText.FindAllStringSubmatch(m[1], -1) {
			wants = append(wants, strings.ReplaceAll(w[1], `\"`, `"`))
		}
	}
	for _, want := range wants {
		re, err := regexp.Compile(want)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(got, re.MatchString)
		if i < 0 {
			t.Errorf("line %d: no complaint matches %q; there are %q", n, want, got)
			continue
		}
		got = slices.Delete(slices.Clone(got), i, i+1)
	}
	if len(got) > 0 {
		t.Errorf("line %d: unexpected complaints %q", n, got)
	}
}

// own is a user's own dialect, which works as the built-in ones do. It has text
// with placeholders in it, exact milliseconds, and a counter of a stream in its
// start.
const own = `
dialect: acme
dial: app
chunk: 10ms
encodings: {a: {codec: alaw, rate: 8000}, l: {codec: l16be, rate: 16000}}
counters: {n: {scope: stream, from: 5}, n1: {scope: connection}}
timestamp: {unit: ms, step: exact}
vars: {call: {generate: call-}}
opening: [hello]
messages:
  hello: {from: platform, kind: connected, json: {type: hello, call: "{{call}}", more: {}}}
  start: {from: both, json: {type: start, id: "{{call}}/{{tag}}", format: "audio/{{encoding}};rate={{rate}}", n: "{{n|int}}", more: {c: "{{customParameters?}}"}}}
  media: {from: both, json: {type: media, id: "{{call}}/{{tag}}", n: "{{n|int}}", t: "{{timestamp|str}}", d: "{{audio|b64}}"}}
  clear: {from: app, json: {type: clear, in: "a/{{n1}}/b"}}
  stop: {from: both, json: {type: stop, id: "{{call}}/{{tag}}", octets: "{{octets}}", quiet: true, nothing: null, list: [1, {a: b}]}}
`

func parseOwn(t *testing.T) *dialect.Dialect {
	t.Helper()
	var out diag.List
	d := dialect.Parse("own.yaml", own, &out)
	if d == nil {
		t.Fatal(out.Err())
	}
	return d
}

func TestOwnDialect(t *testing.T) {
	d := parseOwn(t)
	if d.Name() != "acme" || d.Role(true) != dialect.App || d.Source() != own {
		t.Errorf("dialect = %s, dialled as %s", d.Name(), d.Role(true))
	}
	platform, err := d.Flow(dialect.Platform, dialect.Options{Vars: map[string]any{"call": "c1"}})
	if err != nil {
		t.Fatal(err)
	}
	app, err := d.Flow(dialect.App, dialect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := app.Start(dialect.StreamOptions{Tag: "a"}); !errors.Is(err, dialect.ErrNotStarted) {
		t.Errorf("Start before the opening = %v, want ErrNotStarted", err)
	}
	sent := platform.Opening()
	for _, m := range sent {
		app.Receive(0, m)
	}
	if _, _, err := app.Start(dialect.StreamOptions{}); err == nil || err.Error() != "a stream of dialect acme needs a tag" {
		t.Errorf("Start without a tag = %v, want a complaint", err)
	}
	s, more, err := app.Start(dialect.StreamOptions{Tag: `a"/b`, Encoding: "l"})
	if err != nil {
		t.Fatal(err)
	}
	more = append(more, s.Chunk(make([]byte, 320)), s.Chunk(make([]byte, 322)), s.Chunk(make([]byte, 2)))
	more = append(more, s.Stop()...)
	got := texts(append(sent, more...))
	for i, line := range got {
		got[i] = regexp.MustCompile(`"d":"A*=*"`).ReplaceAllString(line, `"d":"…"`)
	}
	want := []string{
		`{"type":"hello","call":"c1","more":{}}`,
		`{"type":"start","id":"c1/a\"/b","format":"audio/l;rate=16000","n":5}`,
		`{"type":"media","id":"c1/a\"/b","n":6,"t":"0","d":"…"}`,
		`{"type":"media","id":"c1/a\"/b","n":7,"t":"10","d":"…"}`,
		`{"type":"media","id":"c1/a\"/b","n":8,"t":"20","d":"…"}`,
		`{"type":"stop","id":"c1/a\"/b","octets":644,"quiet":true,"nothing":null,"list":[1,{"a":"b"}]}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("messages (-want +got):\n%s", d)
	}
	var events []dialect.Event
	for _, m := range more {
		events = append(events, platform.Receive(0, m).Events...)
	}
	diff(t, "events", []string{`0s started "a\"/b" l`, `0s chunk "a\"/b" of 320, plays 0s to 10ms`, `0s chunk "a\"/b" of 322, plays 10ms to 20.0625ms`,
		`0s chunk "a\"/b" of 2, plays 20.0625ms to 20.125ms`, `0s ended "a\"/b" by stop after 20.125ms`}, brief(events))
}

func TestTextWithPlaceholdersIsTakenApart(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"another call", `{"type":"start","id":"c2/a","format":"audio/l;rate=16000","n":5}`, `acme: start: id is "c2", expected "c1"`},
		{"no text", `{"type":"start","id":1,"format":"audio/l;rate=16000","n":5}`, `acme: start: id is the number 1, expected "{{call}}/{{tag}}"`},
		{"no separator", `{"type":"start","id":"c1","format":"audio/l;rate=16000","n":5}`, `acme: start: id is the text "c1", expected "{{call}}/{{tag}}"`},
		{"text after the end", `{"type":"clear","in":"a/5/bc"}`, `acme: clear: in is the text "a/5/bc", expected "a/{{n1}}/b"`},
		{"no number within", `{"type":"clear","in":"a/x/b"}`, `acme: clear: in is the text "a/x/b", expected "a/{{n1}}/b"`},
		{"no number", `{"type":"start","id":"c1/a","format":"audio/l;rate=16k","n":5}`, `acme: start: format is the text "audio/l;rate=16k", expected "audio/{{encoding}};rate={{rate}}"`},
		{"wrong beginning", `{"type":"start","id":"c1/a","format":"video/l;rate=16000","n":5}`, `acme: start: format is the text "video/l;rate=16000", expected "audio/{{encoding}};rate={{rate}}"`},
		{"wrong rate", `{"type":"start","id":"c1/a","format":"audio/l;rate=8000","n":5}`, `acme: encoding: sampleRate is 8000, expected 16000 for l`},
		{"list differs", `{"type":"stop","id":"c1/a","octets":0,"quiet":true,"nothing":null,"list":[1]}`, `acme: stop: list is a list, expected [1,{"a":"b"}]`},
		{"flag differs", `{"type":"stop","id":"c1/a","octets":0,"quiet":false,"nothing":null,"list":[1,{"a":"b"}]}`, `acme: stop: quiet is false, expected true`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parseOwn(t).Flow(dialect.Platform, dialect.Options{Vars: map[string]any{"call": "c1"}})
			if err != nil {
				t.Fatal(err)
			}
			r := f.Receive(0, text(tt.in))
			if len(r.Events) != 1 || !r.Plumbing {
				t.Fatalf("Receive = %+v, want one violation", r)
			}
			v, ok := r.Events[0].(*dialect.Violation)
			if !ok || v.Rule+": "+v.Text != tt.want {
				t.Errorf("violation = %+v, want %s", r.Events[0], tt.want)
			}
		})
	}
}

// A file that is made to exhaust us is refused before it is looked at closely.
func TestHugeFiles(t *testing.T) {
	const head = "dialect: a\nchunk: 20ms\nencodings: {A: {codec: ulaw, rate: 8000}}\n"
	many := func(n int, entry string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(entry, "#", strconv.Itoa(i)))
		}
		return b.String()
	}
	tests := []struct{ name, text, want string }{
		{"messages", head + "messages:\n" + many(65, "  m#: {from: app, kind: other, json: {e: m#}}\n"), "messages has 65 entries, more than the 64 allowed"},
		{"vars", head + "messages: {media: {from: app, binary: true}}\nvars:\n" + many(50_000, "  v#: {generate: x}\n"), "vars has 50000 entries, more than the 64 allowed"},
		{"values", head + "messages:\n  media:\n    from: app\n    json:\n      e: media\n" + many(100_000, "      k#: '{{audoi|b64}}'\n"), "a message has at most 256 values"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out diag.List
			if dialect.Parse("a.yaml", tt.text, &out) != nil || !strings.Contains(out.Err().Error(), tt.want) {
				t.Errorf("Parse complained %v, want %s", out.Err(), tt.want)
			}
		})
	}
}

// In a dialect with an opening, an app whose streams have tags may speak before
// the platform does, but only in an encoding that it names. Values that it must
// send and does not have are empty.
func TestAppWithTagsBesideAnOpening(t *testing.T) {
	var out diag.List
	d := dialect.Parse("a.yaml", `
dialect: a
chunk: 20ms
encodings: {u: {codec: ulaw, rate: 8000}}
opening: [hello]
messages:
  hello: {from: platform, kind: start, json: {e: hello, encoding: "{{encoding}}"}}
  start: {from: app, json: {e: start, encoding: "{{encoding}}", custom: "{{customParameters}}"}}
  media: {from: both, json: {e: media, a: "{{audio|b64}}"}}
`, &out)
	if d == nil {
		t.Fatal(out.Err())
	}
	f, err := d.Flow(dialect.App, dialect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Start(dialect.StreamOptions{}); !errors.Is(err, dialect.ErrNotStarted) {
		t.Errorf("Start without an encoding = %v, want ErrNotStarted", err)
	}
	_, sent, err := f.Start(dialect.StreamOptions{Encoding: "u"})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "messages", []string{`{"e":"start","encoding":"u","custom":{}}`}, texts(sent))
}
