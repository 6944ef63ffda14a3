package runner

import (
	"sync"

	"github.com/duologue/duologue/media"
)

// recording is a file as it is sent: at a gain and in a format. It is made once,
// and all streams that send it share its octets.
type recording struct {
	path   string // below the root
	gain   float64
	format media.Format
}

// made is a recording that is made when it is wanted for the first time.
type made func() ([]byte, error)

// maxRecordings bounds how many are kept: a gain may be computed, and never be
// the same again.
const maxRecordings = 64

// recording gives a file as a stream sends it.
func (f *files) recording(suiteFile, path string, gain float64, format media.Format) ([]byte, error) {
	rel, err := f.place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	produce := func() ([]byte, error) {
		c, err := f.clip(suiteFile, path)
		if err != nil {
			return nil, err
		}
		return encode(func(media.Rate) (media.Clip, error) { return c.Clip, nil }, gain, format)
	}
	key := recording{rel, gain, format}
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
