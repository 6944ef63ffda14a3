package plan

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// parsed is a suite as it was read.
type parsed struct {
	name     string
	text     string
	read     bool        // the text is known
	suite    *spec.Suite // nil if nothing of it can be used
	problems diag.List
}

// source gives the text of a suite.
type source func(name string) (string, error)

// parse reads a suite.
func (from source) parse(name string) parsed {
	out := parsed{name: name}
	text, err := from(name)
	if err != nil {
		out.problems.Addf(diag.Pos{File: name}, "%v", err)
		return out
	}
	out.text, out.read = text, true
	out.suite = spec.Parse(name, text, &out.problems)
	return out
}

// parseAll reads suites side by side and gives them in the order in which they were
// selected. A file knows nothing of the others until it is bound.
func (from source) parseAll(selected []Selection) []parsed {
	out := make([]parsed, len(selected))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(selected)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(out)); i = next.Add(1) - 1 {
				out[i] = from.parse(selected[i].File)
			}
		})
	}
	all.Wait()
	return out
}
