package lateness

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A stretch in which nothing was done is one, however many beats it covers, and one
// that goes on counts until now.
func TestStretchesOfStandstill(t *testing.T) {
	const ms = time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		p := &Probe{start: time.Now(), late: make([]time.Duration, 40)} // until 200 ms
		for k := 10; k < 20; k++ {                                      // from 50 to 100 ms
			p.late[k] = time.Duration(20-k) * Beat
		}
		p.late[30] = 7 * ms // at 150 ms
		p.late[31] = 2 * ms
		tests := []struct {
			now, most, since time.Duration
			want             []Window
			sum              time.Duration
		}{
			{200 * ms, 20 * ms, 0, []Window{{50 * ms, 100 * ms}}, 50 * ms},
			{203 * ms, 5 * ms, 0, []Window{{50 * ms, 100 * ms}, {150 * ms, 157 * ms}}, 57 * ms},
			{205 * ms, 5 * ms, 60 * ms, []Window{{60 * ms, 100 * ms}, {150 * ms, 157 * ms}}, 47 * ms},
			{300 * ms, 5 * ms, 150 * ms, []Window{{150 * ms, 157 * ms}, {200 * ms, 300 * ms}}, 107 * ms},
			{300 * ms, 5 * ms, 250 * ms, []Window{{250 * ms, 300 * ms}}, 50 * ms},
		}
		for _, tt := range tests {
			time.Sleep(tt.now - time.Since(p.start))
			if got := p.Longer(tt.most, tt.since); !slices.Equal(got, tt.want) {
				t.Errorf("at %s, longer than %s since %s: %v, want %v", tt.now, tt.most, tt.since, got, tt.want)
			}
			if got := p.Total(tt.most, tt.since); got != tt.sum {
				t.Errorf("at %s, more than %s since %s: %s in all, want %s", tt.now, tt.most, tt.since, got, tt.sum)
			}
		}
	})
}
