package media

// Resampler resamples audio that comes in pieces. What it gives, put together,
// is to the last bit what [Resample] gives of the whole: there is no seam
// between pieces. It is behind by half its filter, which is 4 ms at 8 kHz.
type Resampler struct {
	from, to    Rate
	up, down    int
	filter      filter
	in          []float32 // what output still to come needs
	first       int       // the place of in[0] in all that came
	whole, part int       // the place of the next output, in input samples: whole + part/up
}

// NewResampler makes one for two rates. Where either is not [Rate.Valid] it
// gives nothing.
func NewResampler(from, to Rate) *Resampler {
	r := &Resampler{from: from, to: to}
	if from.Valid() && to.Valid() {
		d := gcd(int(from), int(to))
		r.up, r.down = int(to)/d, int(from)/d
		r.filter = newFilter(r.up, r.down)
	}
	return r
}

// Push takes the next piece, at the rate it was made for, and gives what can be
// told by now.
func (r *Resampler) Push(piece Clip) Clip {
	if r.up == 0 || piece.Rate != r.from {
		return Clip{Rate: r.to}
	}
	if r.from == r.to {
		return piece
	}
	r.in = append(r.in, piece.Samples...)
	out := r.upTo(r.first + len(r.in) - r.filter.half)
	if done := min(max(r.whole-r.filter.half+1-r.first, 0), len(r.in)); done > 0 {
		r.in = append(r.in[:0], r.in[done:]...)
		r.first += done
	}
	return out
}

// Flush gives the rest, as if silence followed, and begins anew.
func (r *Resampler) Flush() Clip {
	if r.up == 0 || r.from == r.to {
		return Clip{Rate: r.to}
	}
	out := r.upTo(r.first + len(r.in))
	r.in, r.first, r.whole, r.part = r.in[:0], 0, 0, 0
	return out
}

// upTo gives the outputs whose place lies before an input sample.
func (r *Resampler) upTo(end int) Clip {
	out := Clip{Rate: r.to}
	for r.whole < end {
		out.Samples = append(out.Samples, r.filter.at(r.in, r.whole-r.first, float64(r.part)/float64(r.up)))
		r.part += r.down
		r.whole += r.part / r.up
		r.part %= r.up
	}
	return out
}
