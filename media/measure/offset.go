package measure

import (
	"math"
	"time"

	"github.com/duologue/duologue/media"
)

// DCOffset is the mean of a clip's samples as a share of full scale, -1 to 1.
func DCOffset(c media.Clip) (float64, error) {
	if err := usable(c); err != nil {
		return 0, err
	}
	var sum float64
	for _, s := range c.Samples {
		sum += float64(s)
	}
	return sum / float64(len(c.Samples)), nil
}

// Clipped is how much of a clip was too loud to be written down.
type Clipped struct {
	Share   float64       // 0 to 1
	Longest time.Duration // of one flat top
	Runs    int           // flat tops
}

const (
	// The loudest sample of µ-law is 0.980 of full scale, of A-law 0.984.
	clippedFrom = 0.98
	clippedRun  = 3
)

// Clipping finds flat tops: three or more equal samples in a row within 0.17 dB
// of full scale. Two are what a loud sine may have by itself.
func Clipping(c media.Clip) (Clipped, error) {
	if err := usable(c); err != nil {
		return Clipped{}, err
	}
	var out Clipped
	total, longest := 0, 0
	for i := 0; i < len(c.Samples); {
		run := 1
		for i+run < len(c.Samples) && c.Samples[i+run] == c.Samples[i] {
			run++
		}
		if run >= clippedRun && math.Abs(float64(c.Samples[i])) >= clippedFrom {
			out.Runs++
			total += run
			longest = max(longest, run)
		}
		i += run
	}
	out.Share = float64(total) / float64(len(c.Samples))
	out.Longest = c.Rate.Duration(longest)
	return out, nil
}
