package report

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media/measure"
)

const (
	waveRows    = 3
	waveColumns = 72 // at most
	waveFloor   = -48.0
)

var eighths = []rune(" ▁▂▃▄▅▆▇█")

// drawn draws the peaks of the audio from left to right, with 48 dB from bottom
// to top, a line under speech, and the time below.
func (s *Sound) drawn(p diag.Palette, columns int) string {
	n := len(s.clip.Samples)
	width := min(columns-4, waveColumns, n)
	if width < 10 {
		return ""
	}
	heights := make([]int, width)
	for i := range heights {
		peak := 0.0
		for _, v := range s.clip.Samples[i*n/width : (i+1)*n/width] {
			peak = max(peak, math.Abs(float64(v)))
		}
		if peak > 0 {
			height := 1 - 20*math.Log10(peak)/waveFloor
			heights[i] = min(max(int(math.Round(height*waveRows*8)), 0), waveRows*8)
		}
	}
	var b strings.Builder
	for row := waveRows - 1; row >= 0; row-- {
		line := make([]rune, width)
		for i, h := range heights {
			line[i] = eighths[min(max(h-8*row, 0), 8)]
		}
		fmt.Fprintf(&b, "  %s\n", p.Paint(p.Blue, strings.TrimRight(string(line), " ")))
	}
	b.WriteString("  " + strings.TrimRight(s.speechLine(width), " ") + "\n")
	b.WriteString("  " + p.Paint(p.Dim, timeLine(width, s.clip.Duration())) + "\n")
	return b.String()
}

// speechLine draws a line under each stretch of speech.
func (s *Sound) speechLine(width int) string {
	line := []rune(strings.Repeat(" ", width))
	whole := s.clip.Duration()
	talk, _ := measure.Talking(s.clip, s.pause) // audio that cannot be measured has no line
	for _, span := range talk.Spans {
		from := int(int64(span.Start) * int64(width) / int64(whole))
		to := int(int64(span.End) * int64(width) / int64(whole))
		for i := from; i <= min(to, width-1); i++ {
			line[i] = '─'
		}
	}
	return string(line)
}

// timeLine gives the time at the left, in the middle and at the right.
func timeLine(width int, whole time.Duration) string {
	middle, end := shortTime(whole/2), shortTime(whole)
	left := max(width/2-len(middle)/2-1, 1)
	right := max(width-left-1-len(middle)-len(end), 1)
	return "0" + strings.Repeat(" ", left) + middle + strings.Repeat(" ", right) + end
}

func shortTime(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }
