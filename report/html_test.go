package report_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/fixtures"
	"github.com/duologue/duologue/internal/race"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

var pages = flag.String("pages", "", "write the pages of the tests into this `folder`, for the tests in a browser")

// paged gives the page of a run.
func paged(t testing.TB, r *trace.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// part gives what an element of a page holds, inflated if it is packed. It is nil if there is none.
func part(t *testing.T, page, id string) []byte {
	t.Helper()
	found := regexp.MustCompile(`(?s)<script type="([^"]*)" id="` + id + `">(.*?)</script>`).FindStringSubmatch(page)
	if found == nil {
		return nil
	}
	if found[1] == "application/json" {
		return []byte(found[2])
	}
	packed, err := base64.StdEncoding.DecodeString(found[2])
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The policy of a page allows its script and its style, and nothing else.
func TestHTMLAllowsItselfAlone(t *testing.T) {
	page := paged(t, sample())
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)
	script := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindStringSubmatch(page)
	if style == nil || script == nil {
		t.Fatal("the page has no style, or no script")
	}
	want := fmt.Sprintf(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src %s; style-src %s; img-src data: blob:; media-src data: blob:; base-uri 'none'; form-action 'none'">`,
		digest(script[1]), digest(style[1]))
	if !strings.Contains(page, want) {
		t.Errorf("the page lacks %s", want)
	}
	if at, first := strings.Index(page, want), strings.Index(page, "<script"); at > first {
		t.Error("a script stands before the policy")
	}
}

// Whatever texts a run has, the page has the same elements.
func TestHTMLOfHostileTexts(t *testing.T) {
	texts := append(slices.Clone(hostile), "</script><script>alert(1)</script>", "<!--<script>", "<img src=x onerror=alert(1)>", `"'><svg onload=alert(1)>`, "{{constructor}}", "javascript:alert(1)")
	elements := regexp.MustCompile(`<[A-Za-z/!][^>]*>`)
	shape := func(r *trace.Run) string {
		page := paged(t, r)
		body := strings.NewReplacer(script(page), "", styleOf(page), "").Replace(page)
		return strings.Join(elements.FindAllString(body, -1), "\n")
	}
	some := func(text string) *trace.Run { // the other suites have the same texts
		r := infested(text)
		r.Suites = r.Suites[:2]
		return r
	}
	want := shape(some("harmless"))
	for _, s := range texts {
		if got := shape(some(s)); got != want {
			t.Errorf("%.60q changes the elements of the page", s)
		}
	}
	if *pages != "" {
		r := infested("harmless")
		r.Suites = nil
		for _, s := range texts {
			r.Suites = append(r.Suites, some(s).Suites...)
		}
		writePage(t, "hostile", r)
	}
}

func script(page string) string {
	return regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindStringSubmatch(page)[1]
}

func styleOf(page string) string {
	return regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)[1]
}

func TestHTMLHoldsTheRun(t *testing.T) {
	r := sample()
	r.Suites[0].Programs = []trace.Program{{Name: "shop", Command: []string{"shop", "--port", "9"}, Exit: new(3), Ended: 2 * time.Second,
		Output: []trace.Output{{At: ms, Text: "listening"}, {At: 2 * ms, Error: true, Text: "no such order"}}}}
	writePage(t, "sample", r)
	page := paged(t, r)
	var index struct {
		Scenarios []struct {
			Name, Verdict, Why string
			Suite              int
		}
	}
	if err := json.Unmarshal(part(t, page, "index"), &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Scenarios) != 9 || index.Scenarios[1].Verdict != "failed" || !strings.HasPrefix(index.Scenarios[1].Why, "orders.yaml:6:41: this is not the message") || index.Scenarios[8].Suite != 2 {
		t.Errorf("the overview has %+v", index.Scenarios)
	}
	var detail struct {
		Name     string
		Problems []struct {
			Step   int
			Recent []string
		}
		Connections []struct{ Events []struct{ Kind string } }
	}
	if err := json.Unmarshal(part(t, page, "s1"), &detail); err != nil {
		t.Fatal(err)
	}
	if detail.Name != "the answer is wrong" || len(detail.Problems) != 1 || detail.Problems[0].Step != 0 || len(detail.Problems[0].Recent) < 4 || len(detail.Connections[0].Events) != 53 {
		t.Errorf("the scenario is %+v", detail)
	}
	var common struct{ Sources map[string]string }
	if err := json.Unmarshal(part(t, page, "common"), &common); err != nil || common.Sources["orders.yaml"] != suiteText {
		t.Errorf("the sources are %q, %v", common.Sources, err)
	}
	if part(t, page, "a1") != nil {
		t.Error("a scenario without audio has audio")
	}
}

// stream gives audio as a stream whose chunks of 20 ms come, or leave, one after the other.
func streamOf(t testing.TB, clip media.Clip, format media.Format, sent bool, at time.Duration) trace.Stream {
	t.Helper()
	octets, err := format.Render(clip, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := trace.Stream{Tag: "inbound", Sent: sent, Encoding: "audio", Format: format, Start: at, Ended: true, By: "stop", Octets: octets}
	size := format.Octets(20 * time.Millisecond)
	for k := 0; k*size < len(octets); k++ {
		n := min(size, len(octets)-k*size)
		due := at + time.Duration(k)*20*time.Millisecond
		c := trace.Chunk{At: due, Size: n, Sequence: int64(k), Number: int64(k)}
		if sent {
			c.Due, c.After = due, due+20*time.Microsecond
		} else {
			c.Played, c.PlayedEnd = due, due+format.Duration(n)
		}
		s.Chunks = append(s.Chunks, c)
		s.End = due + 20*time.Millisecond
	}
	return s
}

func spoken(t testing.TB, name string) media.Clip {
	t.Helper()
	data, err := fixtures.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	clip, _, err := media.ReadWAV(data)
	if err != nil {
		t.Fatal(err)
	}
	return clip
}

type voice struct {
	Stream, Offset, Size int
	Pieces               []struct {
		At   time.Duration
		From int
		Size int
	}
	Speech [][2]time.Duration
}

func voicesOf(t *testing.T, page, id string) []voice {
	t.Helper()
	var detail struct{ Voices []voice }
	if err := json.Unmarshal(part(t, page, id), &detail); err != nil {
		t.Fatal(err)
	}
	return detail.Voices
}

// called gives a run with one scenario that has these streams.
func called(streams ...trace.Stream) *trace.Run {
	return &trace.Run{Suites: []trace.Suite{{Name: "Call", Scenarios: []trace.Scenario{{Name: "call", Verdict: trace.Passed, Duration: 5 * time.Second,
		Connections: []trace.Connection{{Name: "main", Streams: streams}}}}}}}
}

// Audio of every codec and rate is on the page as µ-law at 8 kHz, at the times at which it is heard.
func TestHTMLPlaysStreams(t *testing.T) {
	tone := func(rate media.Rate) media.Clip {
		return media.Concat(rate, media.Silence(200*ms, rate), media.Tone(440, 600*ms, -10, rate), media.Silence(200*ms, rate))
	}
	for _, format := range []media.Format{{Codec: media.ULaw, Rate: 8000}, {Codec: media.ALaw, Rate: 8000}, {Codec: media.L16LE, Rate: 16000}, {Codec: media.L16BE, Rate: 24000}, {Codec: media.L16LE, Rate: 44100}} {
		for _, sent := range []bool{true, false} {
			s := streamOf(t, tone(format.Rate), format, sent, 3*time.Second)
			page := paged(t, called(s))
			voices := voicesOf(t, page, "s0")
			if len(voices) != 1 || len(voices[0].Pieces) != 1 || voices[0].Pieces[0].At != 3*time.Second || voices[0].Size != 8000 {
				t.Errorf("%v, sent %t: the voices are %+v, want one piece of 8000 samples at 3s", format, sent, voices)
				continue
			}
			if sp := voices[0].Speech; len(sp) != 1 || (sp[0][0]-3200*ms).Abs() > 10*ms || (sp[0][1]-3800*ms).Abs() > 10*ms {
				t.Errorf("%v, sent %t: the speech is %v, want 3.2s to 3.8s", format, sent, sp)
			}
			clip, err := media.Format{Codec: media.ULaw, Rate: 8000}.Decode(part(t, page, "a0"))
			if err != nil || len(clip.Samples) != 8000 {
				t.Fatalf("%v: the audio has %d samples, %v", format, len(clip.Samples), err)
			}
			if want := tone(8000).Samples[4000]; clip.Samples[4000]-want > 0.02 || want-clip.Samples[4000] > 0.02 {
				t.Errorf("%v: sample 4000 is %v, want %v", format, clip.Samples[4000], want)
			}
		}
	}
}

// What was cleared, or had no room in the playback buffer, is not heard, and a pause in what
// came is a pause on the clock.
func TestHTMLPlaysWhatWasHeard(t *testing.T) {
	format := media.Format{Codec: media.ULaw, Rate: 8000}
	long := media.Tone(440, time.Second, -10, 8000)
	s := streamOf(t, long, format, false, 0)
	for k := range s.Chunks {
		s.Chunks[k].At = time.Duration(k) * ms // it came faster than it plays
		if k >= 40 {
			s.Chunks[k].PlayedEnd = s.Chunks[k].Played // no room
		}
	}
	cleared := s
	cleared.Cleared = []time.Duration{500 * ms, 600 * ms}
	late := streamOf(t, long, format, false, 0)
	for k := 25; k < len(late.Chunks); k++ {
		late.Chunks[k].Played += 300 * ms
		late.Chunks[k].PlayedEnd += 300 * ms
	}
	tests := []struct {
		name   string
		stream trace.Stream
		pieces int
		ends   time.Duration
	}{
		{"no room", s, 1, 800 * ms},
		{"cleared", cleared, 1, 500 * ms},
		{"a pause", late, 2, 1300 * ms},
	}
	for _, tt := range tests {
		v := voicesOf(t, paged(t, called(tt.stream)), "s0")
		if len(v) != 1 || len(v[0].Pieces) != tt.pieces {
			t.Errorf("%s: %+v, want %d pieces", tt.name, v, tt.pieces)
			continue
		}
		last := v[0].Pieces[len(v[0].Pieces)-1]
		if end := last.At + media.Rate(8000).Duration(last.Size); end != tt.ends {
			t.Errorf("%s: it is heard until %s, want %s", tt.name, end, tt.ends)
		}
		if end := v[0].Speech[len(v[0].Speech)-1][1]; (end - tt.ends).Abs() > 10*ms {
			t.Errorf("%s: the speech ends at %s, want %s", tt.name, end, tt.ends)
		}
	}
}

// What cannot be decoded is no voice.
func TestHTMLWithoutAudio(t *testing.T) {
	odd := streamOf(t, media.Tone(440, 100*ms, -10, 8000), media.Format{Codec: media.L16LE, Rate: 8000}, false, 0)
	odd.Octets = odd.Octets[:len(odd.Octets)-1]
	if v := voicesOf(t, paged(t, called(odd)), "s0"); len(v) != 1 || v[0].Size != 799 {
		t.Errorf("of half a sample too few: %+v, want 799 samples", v)
	}
	for name, s := range map[string]trace.Stream{
		"opaque": {Octets: []byte("abc"), Chunks: []trace.Chunk{{Size: 3}}}, "no octets": {Format: media.Format{Codec: media.ULaw, Rate: 8000}, Chunks: []trace.Chunk{{Size: 3}}},
		"no rate":       {Format: media.Format{Codec: media.ULaw}, Octets: []byte("abc"), Chunks: []trace.Chunk{{Size: 3}}},
		"one odd octet": {Format: media.Format{Codec: media.L16LE, Rate: 8000}, Octets: []byte("a"), Chunks: []trace.Chunk{{Size: 1}}},
		"no chunks":     {Format: media.Format{Codec: media.ULaw, Rate: 8000}, Octets: []byte("abc")},
	} {
		page := paged(t, called(s))
		if v := voicesOf(t, page, "s0"); len(v) != 0 || part(t, page, "a0") != nil {
			t.Errorf("%s: %+v, want no voice", name, v)
		}
	}
}

// failing is a writer that takes some octets.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestHTMLTellsThatItCannotWrite(t *testing.T) {
	for _, left := range []int{0, 100, 55_000} {
		if err := report.HTML(&failing{left}, sample()); err == nil || !strings.Contains(err.Error(), "write HTML: ") {
			t.Errorf("HTML into %d octets = %v, want an error", left, err)
		}
	}
}

const callText = `suite: A call
dialect: twilio
target: ws://127.0.0.1:9/media

scenarios:
  - name: the bot answers within a second
    steps:
      - connect: {}
      - send_media: {file: question-8k.wav}
        as: question
      - expect: {media_started: {}}
        as: answer
      - assert:
          turn:
            caller: question
            bot: answer
            response: {$lt: 900ms}
            over_talk: {$lt: 500ms}
`

// call gives a run with a call in which the bot talks over the caller, and later answers too late.
func call(t testing.TB) *trace.Run {
	question, answer, greeting := spoken(t, "question-8k.wav"), spoken(t, "answer-8k.wav"), spoken(t, "goodbye-8k.wav")
	format := media.Format{Codec: media.ULaw, Rate: 8000}
	sent := streamOf(t, question, format, true, 2*time.Second)
	for k := 30; k < 34; k++ {
		sent.Chunks[k].At += 12 * ms
		sent.Chunks[k].After += 12 * ms
	}
	first, second := streamOf(t, greeting, format, false, 500*ms), streamOf(t, answer, format, false, 5300*ms)
	pos := func(line, col, length int) diag.Pos {
		return diag.Pos{File: "call.yaml", Line: line, Col: col, Len: length}
	}
	ev := func(at time.Duration, ours bool, d trace.Detail) trace.Event {
		return trace.Event{At: at, Connection: "main", Sent: ours, Detail: d}
	}
	events := []trace.Event{
		ev(20*ms, false, &trace.Open{Status: 101}), ev(30*ms, true, &trace.Message{Data: []byte(`{"event":"start","streamSid":"MZ1","start":{"tracks":["inbound"]}}`)}),
		ev(480*ms, false, &trace.MediaStarted{Tag: "inbound", Encoding: "audio/x-mulaw"}), ev(2500*ms, false, &trace.Clear{}), ev(2520*ms, true, &trace.Mark{Name: "greeting"}),
		ev(5290*ms, false, &trace.MediaStarted{Tag: "inbound", Encoding: "audio/x-mulaw"}), ev(8900*ms, false, &trace.Message{Data: []byte(`{"event":"done","note":"<b>bold</b>"}`)}),
		ev(9000*ms, true, &trace.Close{Code: 1000}), ev(9010*ms, false, &trace.Close{Code: 1000, Clean: true, By: "us", TCP: "fin"}),
	}
	for i := range events {
		events[i].Seq = i
	}
	steps := []trace.Step{
		{Pos: pos(8, 9, 7), Verb: "connect", Start: 0, End: 20 * ms, Verdict: trace.Passed},
		{Pos: pos(9, 9, 10), Verb: "send_media", Name: "question", Start: 2 * time.Second, End: 4 * time.Second, Verdict: trace.Passed},
		{Pos: pos(11, 9, 6), Verb: "expect", Start: 4 * time.Second, End: 5300 * ms, Verdict: trace.Passed},
		{Pos: pos(13, 9, 6), Verb: "assert", Start: 8950 * ms, End: 8951 * ms, Verdict: trace.Failed, Checks: []trace.Check{
			{Pos: pos(17, 23, 12), Subject: "turn.response", Verdict: trace.Failed, Expected: "less than 900ms", Actual: "1.66s", Figure: &trace.Figure{Value: 1.66e9, Unit: "ns", Worse: "more"}, From: 3800 * ms, Until: 5460 * ms},
			{Pos: pos(18, 24, 12), Subject: "turn.over_talk", Verdict: trace.Passed, Expected: "less than 500ms", Actual: "200ms", Figure: &trace.Figure{Value: 200e6, Unit: "ns", Worse: "more"}}}},
	}
	d := diag.Diagnostic{Pos: pos(17, 23, 12), Context: pos(13, 9, 6), Message: "the turn is not as it should be", Details: []diag.Detail{{Label: "turn.response", Text: "expected less than 900ms\nactual   1.66s"}}}
	return &trace.Run{Tool: "duologue 1.0.0", Started: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Duration: 9100 * ms, Sources: diag.Sources{"call.yaml": callText},
		Suites: []trace.Suite{{Name: "A call", File: "call.yaml", Scenarios: []trace.Scenario{{
			Name: "the bot answers within a second", Pos: pos(6, 5, 4), Verdict: trace.Failed, Duration: 9050 * ms, Attempts: 1, Steps: steps,
			Problems:    []trace.Problem{{Verdict: trace.Failed, Diagnostic: d, Recent: events[5:]}},
			Connections: []trace.Connection{{Name: "main", Role: "platform", URL: "ws://127.0.0.1:9/media", Events: events, Streams: []trace.Stream{sent, first, second}}},
			Notes:       []trace.Note{{Seq: 4, At: 2510 * ms, Pos: pos(9, 9, 3), Text: "the caller interrupts"}},
		}}}}}
}

// large gives a run of 1,000 scenarios, of which 100 are calls of 10 s.
func large(t testing.TB) *trace.Run {
	format := media.Format{Codec: media.ULaw, Rate: 8000}
	names := []string{"question-8k.wav", "greeting-8k.wav", "answer-8k.wav", "goodbye-8k.wav"}
	random := rand.New(rand.NewPCG(1, 2))
	talk := func() media.Clip { // never the same, and as noisy as a line
		clips := []media.Clip{}
		length := time.Duration(0)
		for length < 10*time.Second {
			c := spoken(t, names[random.IntN(len(names))]).Gain(-6 * random.Float64())
			clips = append(clips, c)
			length += c.Duration()
		}
		all := media.Concat(8000, clips...).Slice(0, 10*time.Second)
		noise := media.Noise(10*time.Second, -55, random.Uint64(), 8000)
		out := media.Clip{Rate: 8000, Samples: slices.Clone(all.Samples)}
		for i := range out.Samples {
			out.Samples[i] += noise.Samples[i]
		}
		return out
	}
	r := &trace.Run{Tool: "duologue 1.0.0", Started: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Duration: time.Minute, Sources: diag.Sources{"orders.yaml": suiteText}}
	for i := range 10 {
		suite := trace.Suite{Name: fmt.Sprintf("Suite %d", i), File: "orders.yaml"}
		for k := range 100 {
			s := sample().Suites[0].Scenarios[1]
			s.Name = fmt.Sprintf("scenario %d of suite %d", k, i)
			if k%10 > 0 {
				s.Verdict, s.Problems = trace.Passed, nil
			}
			s.Duration = time.Duration(random.IntN(5000)) * ms
			if k%10 == 5 {
				s.Duration = 10 * time.Second
				events := []trace.Event{}
				for n := range 500 {
					events = append(events, trace.Event{Seq: n, At: time.Duration(20*n) * ms, Connection: "main", Detail: &trace.Media{Tag: "inbound", Size: 160, Sequence: int64(n)}})
				}
				s.Connections = []trace.Connection{{Name: "main", URL: "ws://127.0.0.1:9/media", Events: events,
					Streams: []trace.Stream{jittery(streamOf(t, talk(), format, true, 0), random), jittery(streamOf(t, talk(), format, false, 0), random)}}}
			}
			suite.Scenarios = append(suite.Scenarios, s)
		}
		r.Suites = append(r.Suites, suite)
	}
	return r
}

// jittery gives the times of chunks the digits that real ones have.
func jittery(s trace.Stream, random *rand.Rand) trace.Stream {
	for k := range s.Chunks {
		off := time.Duration(random.IntN(900_000))
		s.Chunks[k].At += off
		if s.Sent {
			s.Chunks[k].After += off
		}
	}
	return s
}

// maxLarge is the most octets that a page of [large] takes.
const maxLarge = 25_000_000

func TestHTMLOfManyScenarios(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine measures twenty hundred seconds of audio")
	}
	r := large(t)
	page := paged(t, r)
	writePage(t, "large", r)
	writePage(t, "call", call(t))
	if len(page) > maxLarge {
		t.Errorf("the page has %d octets, more than %d", len(page), maxLarge)
	}
	t.Logf("%d octets", len(page))
	if len(part(t, page, "a5")) != 2*80_000 {
		t.Errorf("a call has %d samples, want 160000", len(part(t, page, "a5")))
	}
}

// writePage writes a page for the tests in a browser.
func writePage(t *testing.T, name string, r *trace.Run) {
	t.Helper()
	if *pages == "" {
		return
	}
	if err := os.MkdirAll(*pages, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*pages, name+".html"), []byte(paged(t, r)), 0o644); err != nil {
		t.Fatal(err)
	}
}
