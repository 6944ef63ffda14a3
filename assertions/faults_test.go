package assertions_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/internal/race"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

//go:generate go test . -run TestFaults -update

var update = flag.Bool("update", false, "write the table of faults into docs/audio.md")

// usual is what a careful suite asks of a stream that should be the greeting, as
// ULAW at 8 kHz in chunks of 20 ms, within 300 ms.
const usual = `
  encoding: ULAW, duration: {$approx: [2.99s, 20ms]}, level: {$approx: [-20.3dB, 1dB]}, peak: {$lt: -3dB}, loudness: {$approx: [-22.9LUFS, 1LUFS]},
  clipping: {share: 0%}, dc_offset: {$lt: 1%}, clicks: 0, silence: {share: {$lt: 20%}, longest: {$lt: 300ms}}, speech: {start: {$lt: 200ms}, share: {$gt: 80%}},
  similar_to: {source: greeting, score: {$gte: 90%}, delay: {$between: [0ms, 300ms]}, gain: {$between: [-1dB, 1dB]}, polarity: same, snr: {$gte: 30dB}, si_sdr: {$gte: 30dB},
    segmental_snr: {$gte: 30dB}, spectral_distance: {$lt: 3dB}, drift: {$between: [-60ppm, 60ppm]}, lost: 0, damaged: 0, repeated: 0, reordered: 0, inserted: 0, before: 0s, after: 0s, extra: 0s},
  sequence: {gaps: 0, duplicates: 0, reordered: 0}, chunks: {count: 150, size: 160},
  pacing: {chunk: 20ms, jitter: {$lt: 10ms}, gaps: 0, lead: {$between: [-60ms, 100ms]}, underruns: 0}`

// fault is one way in which a stream can be wrong. named is the rule of the
// diagnosis that has to find it. If the sound is right, it is the check that has
// to fail.
type fault struct {
	name  string
	named string
	made  func(p *parts) trace.Stream
}

// parts is the audio that faults are made of.
type parts struct {
	t       *testing.T
	x, wide media.Clip // the greeting at 8 and at 16 kHz
	other   media.Clip // another recording
	good    trace.Stream
	good16  trace.Stream // 16-bit samples, low octet first
}

func newParts(t *testing.T) *parts {
	p := &parts{t: t, x: clip(t, "greeting-8k.wav"), wide: clip(t, "greeting-16k.wav"), other: clip(t, "answer-8k.wav")}
	p.good = received(t, p.x, media.ULaw, "ULAW")
	p.good16 = received(t, p.x, media.L16LE, "ULAW")
	return p
}

// as is a clip that is sent without a fault.
func (p *parts) as(c media.Clip) trace.Stream { return received(p.t, c, media.ULaw, "ULAW") }

// misread is the greeting in one codec that is announced as another.
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

// order is the chunks of the greeting in another order; a negative number is a
// chunk of silence.
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

// octets sends changed octets as 16-bit samples, in chunks of 20 ms.
func (p *parts) octets(edit func(b []byte) []byte) trace.Stream {
	s := p.good16
	s.Octets = edit(slices.Clone(s.Octets))
	return rechunked(s, 320)
}

// rechunked cuts a stream's octets into chunks of that size, each sent when it
// is due.
func rechunked(s trace.Stream, size int) trace.Stream {
	s.Chunks = nil
	for from := 0; from < len(s.Octets); from += size {
		at := time.Second + s.Format.Duration(from)
		s.Chunks = append(s.Chunks, trace.Chunk{At: at, Played: at, Size: min(size, len(s.Octets)-from), Number: int64(len(s.Chunks))})
	}
	return s
}

// header gives the header of the clip's WAV file.
func header(t *testing.T, c media.Clip) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := media.WriteWAV(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()[:44]
}

// came moves the arrivals of chunks.
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

// cut sends the same octets in chunks of that size.
func (p *parts) cut(size int) trace.Stream {
	return rechunked(p.good, size)
}

// drifting plays the greeting slower by so many parts per million.
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

// faults is the table in the order of the page.
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
	{"16-bit samples are unsigned", "wrong encoding", func(p *parts) trace.Stream {
		return p.octets(func(b []byte) []byte {
			for i := 1; i < len(b); i += 2 {
				b[i] ^= 0x80
			}
			return b
		})
	}},
	{"samples have 24 bits", "wrong encoding", func(p *parts) trace.Stream {
		return p.octets(func(b []byte) []byte {
			var out []byte
			for i := 0; i < len(b); i += 2 {
				out = append(out, 0, b[i], b[i+1])
			}
			return out[:len(out)&^1]
		})
	}},
	{"samples are floating-point numbers", "wrong encoding", func(p *parts) trace.Stream {
		return p.octets(func([]byte) []byte {
			var out []byte
			for _, s := range p.x.Samples {
				out = binary.LittleEndian.AppendUint32(out, math.Float32bits(s))
			}
			return out
		})
	}},
	{"µ-law was read as 8-bit samples on the way", "wrong encoding", func(p *parts) trace.Stream {
		return p.octets(func([]byte) []byte {
			var out []byte
			for _, o := range p.good.Octets {
				out = append(out, 0, o-128)
			}
			return out
		})
	}},
	{"the low octet of each sample is 0", "8 bits", func(p *parts) trace.Stream {
		return p.octets(func(b []byte) []byte {
			for i := 0; i < len(b); i += 2 {
				b[i] = 0
			}
			return b
		})
	}},
	{"an octet is lost midway", "wrong byte order", func(p *parts) trace.Stream {
		return p.octets(func(b []byte) []byte { return append(slices.Delete(b, 16000, 16001), 0) })
	}},
	{"the octets are swapped from the middle on", "wrong byte order", func(p *parts) trace.Stream {
		return p.octets(func(b []byte) []byte {
			for i := 16000; i+1 < len(b); i += 2 {
				b[i], b[i+1] = b[i+1], b[i]
			}
			return b
		})
	}},
	{"two channels are sent as one", "stereo as mono", func(p *parts) trace.Stream {
		out := media.Clip{Rate: 8000}
		for i, s := range p.x.Samples {
			out.Samples = append(out.Samples, s, p.other.Samples[i%len(p.other.Samples)])
		}
		return p.as(out)
	}},
	{"each chunk comes twice", "repeated chunks", func(p *parts) trace.Stream {
		return p.order(func(a []int) []int {
			var out []int
			for _, k := range a[:149] {
				out = append(out, k, k)
			}
			return out
		})
	}},
	{"a sample of each chunk is lost", "lost samples", func(p *parts) trace.Stream {
		out := media.Clip{Rate: 8000}
		for chunk := range slices.Chunk(p.x.Samples, 160) {
			out.Samples = append(out.Samples, chunk[:min(len(chunk), 159)]...)
		}
		return p.as(out)
	}},
	{"the last sample of each chunk is 0", "edges of chunks", func(p *parts) trace.Stream {
		return p.each(func(i int, s float32) float32 {
			if i%160 == 159 {
				return 0
			}
			return s
		})
	}},
	{"the gain goes up and down", "unsteady level", func(p *parts) trace.Stream {
		return p.each(func(i int, s float32) float32 {
			if i/1600%2 == 0 {
				return 0.35 * s
			}
			return s
		})
	}},
	{"there is an echo", "echo", func(p *parts) trace.Stream {
		return p.each(func(i int, s float32) float32 {
			if i >= 1600 {
				s += p.x.Samples[i-1600] / 2
			}
			return s
		})
	}},
	{"a WAV header is sent as audio", "container octets", func(p *parts) trace.Stream {
		return p.octets(func(b []byte) []byte { return append(header(p.t, p.x), b...) })
	}},
	{"a WAV header is sent each 200 ms", "container octets", func(p *parts) trace.Stream {
		return p.octets(func(b []byte) []byte {
			var out []byte
			for part := range slices.Chunk(b, 3200) {
				out = append(append(out, header(p.t, p.x)...), part...)
			}
			return out
		})
	}},
	{"base64 text is sent as µ-law", "container octets", func(p *parts) trace.Stream {
		s := p.good
		s.Octets = []byte(base64.StdEncoding.EncodeToString(p.good.Octets))
		return rechunked(s, 160)
	}},
	{"the last chunk is padded with 0x00", "wrong padding", func(p *parts) trace.Stream {
		s := p.good
		s.Octets = append(slices.Clone(s.Octets), make([]byte, 82)...)
		return rechunked(s, 160)
	}},
	{"3 ms of noise stand in front", "clicks", func(p *parts) trace.Stream {
		return p.as(media.Concat(8000, media.Noise(3*ms, -6, 1, 8000), p.x))
	}},
	{"300 ms of other sound follow", "sound behind", func(p *parts) trace.Stream {
		return p.as(media.Concat(8000, p.x, p.other.Slice(500*ms, 800*ms)))
	}},
	{"it is played twice", "played again", func(p *parts) trace.Stream { return p.as(media.Concat(8000, p.x, p.x)) }},
	{"it is played backwards", "backwards", func(p *parts) trace.Stream {
		out := media.Clip{Rate: 8000, Samples: slices.Clone(p.x.Samples)}
		slices.Reverse(out.Samples)
		return p.as(out)
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

// Each fault is noticed by a check, and named. docs/audio.md shows the results
// as a table.
func TestFaults(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine; the run without the race detector has it")
	}
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

// judged gives the checks that failed, and the diagnosis. Without a diagnosis it
// gives the figure of the first of them.
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

// grouped writes checks of one group together.
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

// onPage compares a table with docs/audio.md, or writes it there.
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
