package measure

import (
	"fmt"
	"math"
	"time"
)

const (
	echoNearest  = 5 * time.Millisecond
	echoExplains = 0.9  // of what is in the audio besides the reference
	echoSoftest  = 0.01 // of its power: 20 dB below
	echoApart    = 0.2  // how unlike itself, so much later, the reference is at least: a tone is not
)

// byEcho explains audio that is the reference and, later and softer, the reference
// once more.
func (e explanation) byEcho() []Finding {
	c := e.Comparison
	if math.Abs(c.Correlation) < mixedLeast {
		return nil
	}
	y := c.over()
	gain := dot(c.x, y) / dot(c.x, c.x)
	rest := make([]float64, len(y))
	for i, v := range y {
		rest[i] = v - gain*c.x[i]
	}
	if dot(rest, rest) < echoSoftest*dot(y, y) {
		return nil
	}
	late, _ := (&sought{x: c.x}).correlate(rest)
	if late < c.rate.Samples(echoNearest) {
		return nil
	}
	first, second, left := twoOf(c.x, shift(c.x, -late, len(c.x)), y)
	if left > (1-echoExplains)*dot(rest, rest) || first == 0 || second == 0 {
		return nil
	}
	return []Finding{{"echo", fmt.Sprintf("the reference is heard again %v later, %.1f dB softer, on top of itself",
		c.rate.Duration(late).Round(time.Millisecond), 20*math.Log10(math.Abs(first/second)))}}
}

// twoOf is how much of a and of b is in y, by least squares, and the power left.
func twoOf(a, b, y []float64) (first, second, left float64) {
	aa, bb, ab, ay, by := dot(a, a), dot(b, b), dot(a, b), dot(a, y), dot(b, y)
	det := aa*bb - ab*ab
	if det <= echoApart*aa*bb {
		return 0, 0, math.Inf(1)
	}
	first, second = (ay*bb-by*ab)/det, (by*aa-ay*ab)/det
	for i, v := range y {
		d := v - first*a[i] - second*b[i]
		left += d * d
	}
	return first, second, left
}
