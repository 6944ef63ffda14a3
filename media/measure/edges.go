package measure

import (
	"fmt"
)

const (
	edgesShare  = 0.9 // of what differs
	edgesWidth  = 0.1 // of a chunk, that it is in
	edgesChunks = 0.5 // of the chunks with sound, in which it is
	edgesLeast  = 1e-6
)

// edges finds the same few samples of each chunk wrong.
func (e explanation) edges() string {
	size := e.rate.Samples(e.chunk)
	y := e.over()
	gain := dot(e.x, y) / dot(e.x, e.x)
	fold := make([]float64, size) // what differs, by its place in the chunk
	for i, v := range y {
		d := v - gain*e.x[i]
		fold[((e.lag+i)%size+size)%size] += d * d
	}
	all := 0.0
	for _, p := range fold {
		all += p
	}
	if all < edgesLeast*dot(y, y) {
		return ""
	}
	at, width := narrowest(fold, edgesShare*all)
	if width == 0 || e.spoilt(y, gain, at, width, size) < edgesChunks {
		return ""
	}
	place := "amid it"
	switch {
	case at == 0:
		place = "at its beginning"
	case at+width == size:
		place = "at its end"
	case at+width > size:
		place = "at its ends"
	}
	return fmt.Sprintf("%s of the %d samples of each chunk of %v %s wrong, %s", fmt.Sprint(width), size, e.chunk, map[bool]string{true: "is", false: "are"}[width == 1], place)
}

// narrowest is the shortest stretch, round and round, that holds so much, of those
// that are short enough; a width of 0 where there is none.
func narrowest(fold []float64, much float64) (at, width int) {
	n := len(fold)
	for width = 1; float64(width) <= edgesWidth*float64(n); width++ {
		sum := 0.0 // of the stretch that ends before place at + width
		for i := range width {
			sum += fold[i]
		}
		for at = range n {
			if sum >= much {
				return at, width
			}
			sum += fold[(at+width)%n] - fold[at]
		}
	}
	return 0, 0
}

// spoilt is the share of the chunks with sound in which a stretch differs more than
// the rest of the chunk, sample by sample.
func (e explanation) spoilt(y []float64, gain float64, at, width, size int) float64 {
	begin := ((at-e.lag)%size + size) % size // of the stretch, in the reference
	loudest := 0.0
	for from := begin; from+size <= len(y); from += size {
		loudest = max(loudest, dot(e.x[from:from+size], e.x[from:from+size]))
	}
	chunks, wrong := 0, 0
	for from := begin; from+size <= len(y); from += size {
		if dot(e.x[from:from+size], e.x[from:from+size]) < loudest*matchQuiet {
			continue
		}
		chunks++
		inside, rest := 0.0, 0.0
		for i := range size {
			d := y[from+i] - gain*e.x[from+i]
			if i < width {
				inside += d * d
			} else {
				rest += d * d
			}
		}
		if inside/float64(width) > 4*rest/float64(size-width) {
			wrong++
		}
	}
	return float64(wrong) / float64(max(chunks, 1))
}
