package assertions

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
)

// pacing looks at when the chunks came, not at when they are heard.
func (j *jury) pacing(p *spec.Pacing) {
	agreed, said := p.Chunk.Known()
	timed := p.AsksTimes()
	if !said && !timed {
		return
	}
	opaque := j.heard.Stream.Format.Codec == media.Opaque
	chunks := j.heard.timed(agreed)
	if said && !(opaque && timed) { // opaque chunks are taken to be as agreed
		j.lengths(p, agreed, chunks)
	}
	if !said {
		agreed = usual(chunks)
	}
	var err error
	if opaque && !said {
		err = fmt.Errorf("%w; say what one lasts with `chunk`", errUnknownLength)
	}
	j.pace(p, agreed, chunks, err)
}

// pace makes the checks of the times of arrival.
func (j *jury) pace(p *spec.Pacing, agreed time.Duration, chunks []measure.Chunk, err error) {
	var pace, buffered measure.Pace
	if err == nil {
		pace, err = measure.Pacing(chunks, agreed)
	}
	if err == nil {
		buffer, said := p.Buffer.Known()
		if !said {
			buffer = spec.DefaultBuffer
		}
		// To a player that waits before it begins, the first chunk lasts that
		// much longer.
		chunks[0].Length += buffer
		buffered, err = measure.Pacing(chunks, agreed)
	}
	timing := func(text string, values ...any) measured {
		return measured{values: values, text: text, err: err, timing: true}
	}
	j.check("pacing.jitter", &p.Jitter, timing("", pace.JitterMax))
	gaps := fmt.Sprint(pace.Gaps)
	if pace.Gaps > 0 {
		gaps = fmt.Sprintf("%d (%s between two chunks at most)", pace.Gaps, exactly(pace.Max))
	}
	j.check("pacing.gaps", &p.Gaps, timing(gaps, pace.Gaps))
	j.check("pacing.lead", &p.Lead, timing(exactly(pace.LeadMin)+" to "+exactly(pace.LeadMax), pace.LeadMin, pace.LeadMax))
	j.check("pacing.underruns", &p.Underruns, timing("", buffered.Underruns))
	j.check("pacing.smallest_buffer", &p.SmallestBuffer, timing("", pace.SmallestBuffer()))
	intervals := fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s", exactly(pace.P50), exactly(pace.P95), exactly(pace.P99), exactly(pace.Max))
	j.check("pacing.interval_p95", &p.IntervalP95, timing(intervals, pace.P95))
	j.check("pacing.interval_p99", &p.IntervalP99, timing(intervals, pace.P99))
	j.check("pacing.interval_max", &p.IntervalMax, timing(intervals, pace.Max))
}

// lengths checks that each chunk lasts what was agreed, to the sample; the last
// may be shorter, but not empty.
func (j *jury) lengths(p *spec.Pacing, agreed time.Duration, chunks []measure.Chunk) {
	expected, actual := exactly(agreed), exactly(agreed)
	fail := func(err error) { j.fixed("pacing.chunk", p.Chunk.Pos, expected, "not measurable: "+err.Error(), false) }
	switch {
	case j.heard.Stream.Format.Codec == media.Opaque:
		fail(errUnknownLength)
		return
	case len(chunks) == 0:
		fail(measure.ErrEmpty)
		return
	}
	sample := j.heard.Stream.Format.Rate.Duration(1)
	var wrong exceptions
	for k, c := range chunks {
		rest := k > 0 && k == len(chunks)-1 && c.Length > 0 && c.Length < agreed
		if !rest && (c.Length-agreed).Abs() >= sample {
			wrong.add(k, exactly(c.Length))
		}
	}
	if text := wrong.text(len(chunks)); text != "" {
		actual = text
	}
	j.fixed("pacing.chunk", p.Chunk.Pos, expected, actual, wrong.count == 0)
}

// timed gives when the chunks came and how long each plays; opaque ones play as
// long as agreed.
func (h Heard) timed(agreed time.Duration) []measure.Chunk {
	chunks := h.arrived()
	out := make([]measure.Chunk, len(chunks))
	for k, c := range chunks {
		length := agreed
		if h.Stream.Format.Codec != media.Opaque {
			length = h.Stream.Format.Duration(c.Size)
		}
		out[k] = measure.Chunk{At: c.At, Length: length}
	}
	return out
}

// usual is the median length of chunks.
func usual(chunks []measure.Chunk) time.Duration {
	if len(chunks) == 0 {
		return 0
	}
	lengths := make([]time.Duration, len(chunks))
	for i, c := range chunks {
		lengths[i] = c.Length
	}
	slices.Sort(lengths)
	return lengths[len(lengths)/2]
}
