package assertions

import (
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
)

// clicks is what sounds for a moment and is no part of the sound: clicks, and
// octets of files that were taken for audio.
type clicks struct {
	at    []time.Duration
	files []media.Container
}

// windowEdge is the distance from the edges of a window within which no click is
// counted: a sound that the window cuts looks like a click there.
const windowEdge = 6 * time.Millisecond

func (l *listening) clicks() (clicks, error) {
	return clipBy(func(c media.Clip) (clicks, error) {
		at, err := measure.Clicks(c)
		if !l.heard.Window.open() {
			at = slices.DeleteFunc(at, func(d time.Duration) bool { return d < windowEdge || d > c.Duration()-windowEdge })
		}
		files := media.Containers(c, l.heard.Stream.Format.Codec)
		at = slices.DeleteFunc(at, func(d time.Duration) bool {
			return slices.ContainsFunc(files, func(f media.Container) bool { return f.At <= d && d <= f.End })
		})
		for _, f := range files {
			at = append(at, f.At)
		}
		slices.Sort(at)
		return clicks{at, files}, err
	})(l)
}

// result counts the clicks, and names the files.
func (c clicks) result() result {
	r := counted(c.at)
	for _, f := range c.files {
		if !strings.Contains(r.note, f.Name) {
			r.note += "; " + f.Name + " is heard as audio"
		}
	}
	return r
}
