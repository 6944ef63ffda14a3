package files

import (
	"sync"

	"github.com/duologue/duologue/media"
)

// Rendering says in which format a file is wanted, and how loud.
type Rendering struct {
	Format media.Format
	Gain   float64 // in dB
}

// rendered is a file in a rendering.
type rendered struct {
	path string // below the root
	Rendering
}

// made makes a recording at the first call and gives it at every call.
type made func() ([]byte, error)

// maxRecordings bounds how many recordings are kept: each run may compute a gain of
// its own.
const maxRecordings = 64

// Recording gives the octets of a WAV file as a stream sends it. All streams that send
// the same share them.
func (f *Root) Recording(suiteFile, path string, r Rendering) ([]byte, error) {
	rel, err := f.Place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	produce := func() ([]byte, error) {
		c, err := f.Clip(suiteFile, path)
		if err != nil {
			return nil, err
		}
		return r.Format.Render(c.Clip, r.Gain)
	}
	key := rendered{rel, r}
	f.mu.Lock()
	once := f.recordings[key]
	if once == nil {
		once = sync.OnceValues(produce)
		if len(f.recordings) < maxRecordings {
			f.recordings[key] = once
		}
	}
	f.mu.Unlock()
	return once()
}
