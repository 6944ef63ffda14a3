package assertions_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

//go:generate go test . -run TestFaults -update

var update = flag.Bool("update", false, "write the table of faults into docs/audio.md")

// usual is what a careful suite asks of a stream that should be the greeting,
// ULAW at 8 kHz in chunks of 20 ms, within 300 ms.
const usual = `
  encoding: ULAW, duration: {$approx: [2.99s, 20ms]}, level: {$approx: [-20.3dB, 1dB]}, peak: {$lt: -3dB}, loudness: {$approx: [-22.9LUFS, 1LUFS]},
  clipping: {share: 0%}, dc_offset: {$lt: 1%}, clicks: 0, silence: {share: {$lt: 20%}, longest: {$lt: 300ms}}, speech: {start: {$lt: 200ms}, share: {$gt: 80%}},
  similar_to: {source: greeting, score: {$gte: 90%}, delay: {$between: [0ms, 300ms]}, gain: {$between: [-1dB, 1dB]}, polarity: same, snr: {$gte: 30dB}, si_sdr: {$gte: 30dB},
    segmental_snr: {$gte: 30dB}, spectral_distance: {$lt: 3dB}, drift: {$between: [-60ppm, 60ppm]}, lost: 0, damaged: 0, repeated: 0, reordered: 0, inserted: 0},
  sequence: {gaps: 0, duplicates: 0, reordered: 0}, chunks: {count: 150, size: 160},
  pacing: {chunk: 20ms, jitter: {$lt: 10ms}, gaps: 0, lead: {$between: [-60ms, 100ms]}, underruns: 0}`

// A fault is one way in which a stream can be wrong; named is the rule of the
// diagnosis or, where what is heard is right, the check that has to name it.
type fault struct {
	name  string
	named string
	made  func(p *parts) trace.Stream
}

// parts is what faults are made of.
type parts struct {
	t       *testing.T
	x, wide media.Clip // the greeting at 8 and at 16 kHz
	other   media.Clip // another call
	good    trace.Stream
	good16  trace.Stream // 16-bit samples, low octet first
}

func newParts(t *testing.T) *parts {
	p := &parts{t: t, x: clip(t, "greeting-8k.wav"), wide: clip(t, "greeting-16k.wav"), other: clip(t, "answer-8k.wav")}
	p.good = received(t, p.x, media.ULaw, "ULAW")
	p.good16 = received(t, p.x, media.L16LE, "ULAW")
	return p
}

// as is a clip sent right.
func (p *parts) as(c media.Clip) trace.Stream { return received(p.t, c, media.ULaw, "ULAW") }

// misread is the greeting in one codec, announced as another.
func (p *parts) misread(sent, announced media.Codec) trace.Stream {
	s := received(p.t, p.x, sent, "ULAW")
	return relabel(s, announced)
}

func (p *parts) each(f func(i int, s float32) float32) trace.Stream {
	out := media.Clip{Rate: 8000, Samples: make([]float32, len(p.x.Samples))}
	for i, s := range p.x.Samples {
		out.Samples[i] = f(i, s)
	}
	return p.as(out)
}

func (p *parts) with(other media.Clip) trace.Stream {
	return p.each(func(i int, s float32) float32 {
		if i < len(other.Samples) {
			s += other.Samples[i]
		}
		return s
	})
}

// order is the greeting in other chunks; a negative number is silence.
func (p *parts) order(edit func(all []int) []int) trace.Stream {
	out := media.Clip{Rate: 8000}
	for _, k := range edit(upTo(150)) {
		if k < 0 {
			out.Samples = append(out.Samples, make([]float32, 160)...)
			continue
		}
		out.Samples = append(out.Samples, p.x.Samples[k*160:min((k+1)*160, len(p.x.Samples))]...)
	}
	return p.as(out)
}

// came moves arrivals.
func (p *parts) came(when func(k int) time.Duration) trace.Stream {
	return at(p.good, func(k int, at time.Duration) time.Duration { return at + when(k) })
}

func (p *parts) numbered(number func(k int) int64) trace.Stream {
	s := p.good
	s.Chunks = slices.Clone(s.Chunks)
	for k := range s.Chunks {
		s.Chunks[k].Number = number(k)
	}
	return s
}

// cut sends the same octets in chunks of another size.
func (p *parts) cut(size int) trace.Stream {
	s := p.good
	s.Chunks = nil
	for from := 0; from < len(s.Octets); from += size {
		at := time.Second + s.Format.Duration(from)
		s.Chunks = append(s.Chunks, trace.Chunk{At: at, Played: at, Size: min(size, len(s.Octets)-from), Number: int64(len(s.Chunks))})
	}
	return s
}

// drifting plays the greeting slower by some parts per million.
func (p *parts) drifting(ppm float64) trace.Stream {
	const rate = 48000
	fine := media.Resample(p.x, rate)
	out := media.Clip{Rate: 8000}
	for i := 0; ; i++ {
		place := float64(i) * rate / 8000 / (1 + ppm/1e6)
		k := int(place)
		if k+1 >= len(fine.Samples) {
			return p.as(out)
		}
		part := float32(place - float64(k))
		out.Samples = append(out.Samples, fine.Samples[k]*(1-part)+fine.Samples[k+1]*part)
	}
}

const amid = 51 // a chunk amid speech, as are the next six

// faults is the table, in the order of the page.
var faults = []fault{
	{"A-law is sent as µ-law", "wrong companding law", func(p *parts) trace.Stream { return p.misread(media.ALaw, media.ULaw) }},
	{"µ-law is sent as A-law", "wrong companding law", func(p *parts) trace.Stream { return p.misread(media.ULaw, media.ALaw) }},
	{"µ-law was read as A-law on the way, then sent right", "wrong companding law", func(p *parts) trace.Stream {
		c, err := p.misread(media.ULaw, media.ALaw).Format.Decode(p.good.Octets)
		if err != nil {
			p.t.Fatal(err)
		}
		return p.as(c)
	}},
	{"the octets of 16-bit samples are swapped", "wrong byte order", func(p *parts) trace.Stream { return p.misread(media.L16BE, media.L16LE) }},
	{"16-bit samples are off by one octet", "wrong byte order", func(p *parts) trace.Stream {
		s := p.good16
		s.Octets = append(slices.Clone(s.Octets[1:]), 0)
		return s
	}},
	{"16-bit samples are sent as µ-law", "wrong encoding", func(p *parts) trace.Stream { return p.misread(media.L16LE, media.ULaw) }},
	{"µ-law is sent as 16-bit samples", "wrong encoding", func(p *parts) trace.Stream { return p.misread(media.ULaw, media.L16LE) }},
	{"every second sample is left out", "wrong rate", func(p *parts) trace.Stream {
		out := media.Clip{Rate: 8000}
		for i := 0; i < len(p.x.Samples); i += 2 {
			out.Samples = append(out.Samples, p.x.Samples[i])
		}
		return p.as(out)
	}},
	{"16 kHz is played as 8", "wrong rate", func(p *parts) trace.Stream {
		return p.as(media.Clip{Rate: 8000, Samples: p.wide.Samples})
	}},
	{"8 kHz is played as 24", "wrong rate", func(p *parts) trace.Stream {
		return received(p.t, media.Clip{Rate: 24000, Samples: p.x.Samples}, media.L16LE, "ULAW")
	}},
	{"44.1 kHz is played as 48", "wrong rate", func(p *parts) trace.Stream {
		return received(p.t, media.Clip{Rate: 48000, Samples: media.Resample(p.x, 44100).Samples}, media.L16LE, "ULAW")
	}},
	{"the polarity is reversed", "reversed polarity", func(p *parts) trace.Stream { return p.as(negative(p.x)) }},
	{"6 dB too soft", "level", func(p *parts) trace.Stream { return p.as(p.x.Gain(-6)) }},
	{"20 dB too soft", "level", func(p *parts) trace.Stream { return p.as(p.x.Gain(-20)) }},
	{"3 dB too loud", "level", func(p *parts) trace.Stream { return p.as(p.x.Gain(3)) }},
	{"12 dB too loud, and clipped", "clipping", func(p *parts) trace.Stream { return p.as(p.x.Gain(12)) }},
	{"20 dB too loud, and clipped", "clipping", func(p *parts) trace.Stream { return p.as(p.x.Gain(20)) }},
	{"an offset of 5 % of full scale", "dc_offset", func(p *parts) trace.Stream { return p.each(func(_ int, s float32) float32 { return s + 0.05 }) }},
	{"white noise 20 dB below is added", "noise", func(p *parts) trace.Stream { return p.with(media.Noise(3*time.Second, -40, 1, 8000)) }},
	{"white noise 10 dB below is added", "noise", func(p *parts) trace.Stream { return p.with(media.Noise(3*time.Second, -30, 1, 8000)) }},
	{"hum of 100 Hz is added", "added tone", func(p *parts) trace.Stream { return p.with(media.Tone(100, 3*time.Second, -35, 8000)) }},
	{"another call is heard, softly", "other sound mixed in", func(p *parts) trace.Stream { return p.with(p.other.Gain(-15)) }},
	{"another call is heard as well", "other sound mixed in", func(p *parts) trace.Stream { return p.with(p.other) }},
	{"another call is heard instead", "other audio", func(p *parts) trace.Stream { return p.as(p.other.Slice(0, p.x.Duration())) }},
	{"noise of the same level is heard instead", "other audio", func(p *parts) trace.Stream { return p.as(media.Noise(p.x.Duration(), -20.3, 1, 8000)) }},
	{"silence is heard instead", "silence", func(p *parts) trace.Stream { return p.as(media.Silence(p.x.Duration(), 8000)) }},
	{"one sample clicks", "clicks", func(p *parts) trace.Stream {
		return p.each(func(i int, s float32) float32 {
			if i == amid*160+77 {
				return s - 0.5
			}
			return s
		})
	}},
	{"one chunk is blanked", "blank frames", func(p *parts) trace.Stream { return p.order(func(a []int) []int { a[amid] = -1; return a }) }},
	{"one chunk in twenty is blanked", "blank frames", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int {
			for k := 11; k < len(a); k += 20 {
				a[k] = -1
			}
			return a
		})
	}},
	{"one chunk is other audio", "damaged frames", func(p *parts) trace.Stream {
		return p.each(func(i int, s float32) float32 {
			if i/160 == amid {
				return p.other.Samples[i+10000]
			}
			return s
		})
	}},
	{"one chunk is lost", "lost frames", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int { return slices.Delete(a, amid, amid+1) })
	}},
	{"every 25th chunk is lost", "lost frames", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int { return slices.DeleteFunc(a, func(k int) bool { return k%25 == 24 }) })
	}},
	{"one chunk comes twice", "repeated frames", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int { return slices.Insert(a, amid, amid) })
	}},
	{"one chunk comes again in the place of the next", "repeated frames", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int { a[amid+1] = amid; return a })
	}},
	{"two chunks are swapped", "reordered frames", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int { a[amid], a[amid+1] = a[amid+1], a[amid]; return a })
	}},
	{"80 ms of silence are put in", "inserted audio", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int { return slices.Insert(a, amid, -1, -1, -1, -1) })
	}},
	{"the last tenth is missing", "cut short", func(p *parts) trace.Stream { return p.as(p.x.Slice(0, p.x.Duration()*9/10)) }},
	{"the first half second is missing", "missing beginning", func(p *parts) trace.Stream { return p.as(p.x.Slice(500*ms, time.Minute)) }},
	{"the clock is 200 ppm slow", "drift", func(p *parts) trace.Stream { return p.drifting(200) }},
	{"16 kHz has nothing above 4 kHz", "narrow band", func(p *parts) trace.Stream {
		return received(p.t, media.Resample(p.x, 16000), media.L16LE, "ULAW")
	}},
	{"the encoding has another name", "encoding", func(p *parts) trace.Stream { return received(p.t, p.x, media.ULaw, "PCMU") }},
	{"half a sample is left at the end", "duration", func(p *parts) trace.Stream {
		s := p.good16
		s.Octets, s.Chunks = s.Octets[:len(s.Octets)-1], slices.Clone(s.Chunks)
		s.Chunks[len(s.Chunks)-1].Size--
		return s
	}},
	{"it comes 2 s late", "similar_to.delay", func(p *parts) trace.Stream { return p.came(func(int) time.Duration { return 2 * time.Second }) }},
	{"all of it comes at once", "pacing.lead", func(p *parts) trace.Stream {
		return p.came(func(k int) time.Duration { return -time.Duration(k) * 20 * ms })
	}},
	{"from the middle on it comes 80 ms late", "pacing.gaps", func(p *parts) trace.Stream {
		return p.came(func(k int) time.Duration { return time.Duration(k/75) * 80 * ms })
	}},
	{"each chunk comes up to 60 ms late", "pacing.jitter", func(p *parts) trace.Stream {
		return p.came(func(k int) time.Duration { return time.Duration(k*37%60) * ms })
	}},
	{"it comes 5 % too slowly", "pacing.underruns", func(p *parts) trace.Stream { return p.came(func(k int) time.Duration { return time.Duration(k) * ms }) }},
	{"it comes 10 % too fast", "pacing.lead", func(p *parts) trace.Stream {
		return p.came(func(k int) time.Duration { return -time.Duration(k) * 2 * ms })
	}},
	{"chunks last 30 ms", "pacing.chunk", func(p *parts) trace.Stream { return p.cut(240) }},
	{"chunks lack an octet", "chunks.size", func(p *parts) trace.Stream { return p.cut(159) }},
	{"a number is left out", "sequence.gaps", func(p *parts) trace.Stream {
		return p.numbered(func(k int) int64 { return int64(k+k/amid) - int64(k/(2*amid)) })
	}},
	{"a number comes twice", "sequence.duplicates", func(p *parts) trace.Stream {
		return p.numbered(func(k int) int64 { return int64(k - (k+99)/150) })
	}},
	{"two numbers are swapped", "sequence.reordered", func(p *parts) trace.Stream {
		return p.numbered(func(k int) int64 {
			switch k {
			case amid:
				return amid + 1
			case amid + 1:
				return amid
			}
			return int64(k)
		})
	}},
	{"there are no numbers", "sequence.gaps", func(p *parts) trace.Stream { return p.numbered(func(int) int64 { return -1 }) }},
}

// Each fault is caught by a check, and named. The table of them in docs/audio.md
// is what came of it.
func TestFaults(t *testing.T) {
	p := newParts(t)
	reference := assertions.Reference{Clip: p.x, Start: time.Second}
	checks := audio(t, usual)
	if bad := failures(assertions.Audio(checks, assertions.Heard{Stream: p.good, Reference: reference})); len(bad) > 0 {
		t.Fatalf("the good stream fails %q", bad)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "| fault | what is said | checks that fail |\n|---|---|---|\n")
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			p.t = t
			ref := reference
			if f.named == "narrow band" {
				ref.Clip = p.wide
			}
			caught, said := judged(assertions.Audio(checks, assertions.Heard{Stream: f.made(p), Reference: ref}))
			named := slices.Contains(caught, f.named)
			for _, line := range said {
				named = named || strings.HasPrefix(line, f.named+": ")
			}
			if len(caught) == 0 || !named {
				t.Errorf("caught by %q, which say %q, want it named %q", caught, said, f.named)
			}
			fmt.Fprintf(&table, "| %s | %s | %s |\n", f.name, strings.Join(said, "; "), grouped(caught))
		})
	}
	if len(faults) < 40 {
		t.Errorf("there are %d faults, want 40 at least", len(faults))
	}
	onPage(t, "faults", table.String())
}

// judged gives the checks that failed and what the diagnosis says; where it says
// nothing, what the first of them measured.
func judged(checks []assertions.AudioCheck) (caught, said []string) {
	actual := ""
	for _, c := range checks {
		said = append(said, c.Diagnosis...)
		if c.Verdict != trace.Passed {
			caught = append(caught, c.Subject)
			if actual == "" {
				actual = c.Subject + ": " + c.Actual
			}
		}
	}
	if len(said) == 0 && actual != "" {
		said = []string{actual}
	}
	return caught, said
}

// grouped writes checks of one kind together.
func grouped(checks []string) string {
	var out []string
	kind := ""
	for _, c := range checks {
		before, name, ok := strings.Cut(c, ".")
		switch {
		case !ok:
			out = append(out, c)
		case before == kind:
			out[len(out)-1] += " " + name
		default:
			out = append(out, before+": "+name)
		}
		kind = before
	}
	return strings.Join(out, "; ")
}

// onPage holds a table against docs/audio.md, or writes it there.
func onPage(t *testing.T, name, table string) {
	t.Helper()
	const file = "../docs/audio.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := fmt.Sprintf("<!-- begin %s -->\n", name), fmt.Sprintf("<!-- end %s -->", name)
	before, rest, ok := strings.Cut(string(data), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no %q and %q", file, begin, end)
	}
	if old == table {
		return
	}
	if !*update {
		t.Errorf("%s is not what came out; go generate ./assertions writes it:\n%s", file, table)
		return
	}
	if err := os.WriteFile(file, []byte(before+begin+table+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
