package report

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/duologue/duologue/trace"
)

// redraw is how often the status line is drawn.
const redraw = 100 * time.Millisecond

// live is the last line of a terminal, which says how far a run is. The lock of
// the Terminal guards it.
type live struct {
	begin   time.Time
	total   int
	done    int
	bad     int
	running []string // in the order in which they began
	drawn   bool
}

// Live keeps a status line below everything else that is printed. The function
// that it gives removes the line, and returns after that. The line is for
// screens: it is redrawn in place with control sequences.
func (t *Terminal) Live(total int) (stop func()) {
	t.mu.Lock()
	t.live = &live{begin: time.Now(), total: total}
	t.mu.Unlock()
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(redraw)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				t.drawLive()
			}
		}
	}()
	return func() {
		close(quit)
		<-gone
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.live.drawn {
			_, _ = io.WriteString(t.Out, eraseLine)
		}
		t.live = nil
	}
}

func (t *Terminal) drawLive() {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = io.WriteString(t.Out, t.statusLine())
	t.live.drawn = true
}

// statusLine draws the line in place. It is one column shorter than the screen,
// because a line that wraps cannot be redrawn.
func (t *Terminal) statusLine() string {
	columns := 0
	if t.Width != nil {
		columns = t.Width()
	}
	if columns <= 1 {
		columns = 80
	}
	line := fit(t.live.line(time.Since(t.live.begin)), columns-1)
	return "\r" + t.Palette.Paint(t.Palette.Dim, line) + "\x1b[K"
}

// line says how far the run is, such as "3/40 done, 1 not passed, 4.2s, 3
// running, longest: Echo › hello".
func (l *live) line(elapsed time.Duration) string {
	s := fmt.Sprintf("%d/%d done", l.done, max(l.total, l.done))
	if l.bad > 0 {
		s += fmt.Sprintf(", %d not passed", l.bad)
	}
	s += fmt.Sprintf(", %.1fs", elapsed.Seconds())
	if n := len(l.running); n == 1 {
		s += ", running: " + l.running[0]
	} else if n > 1 {
		s += fmt.Sprintf(", %d running, longest: %s", n, l.running[0])
	}
	return s
}

// eraseLine removes the line from the screen.
const eraseLine = "\r\x1b[K"

func (l *live) started(title string) { l.running = append(l.running, title) }

func (l *live) ended(title string, v trace.Verdict) {
	l.done++
	switch v {
	case trace.Failed, trace.Errored, trace.Inconclusive:
		l.bad++
	}
	if i := slices.Index(l.running, title); i >= 0 {
		l.running = slices.Delete(l.running, i, i+1)
	}
}
