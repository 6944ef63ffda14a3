package trace

import (
	"slices"
	"time"

	"github.com/duologue/duologue/media"
)

// Stream is one stream of media on a connection, sent or received.
type Stream struct {
	Tag       string
	Sent      bool
	Encoding  string // the dialect's name for it
	Format    media.Format
	Custom    any
	Start     time.Duration
	End       time.Duration
	Ended     bool
	By        string          // stop, silence, close, replaced
	EndedAt   time.Duration   // received: when it had ended; after an end by silence further chunks can still come
	Quiet     time.Duration   // ended by silence: when the silence began, on the playback clock
	Cleared   []time.Duration // received: when the peer ordered us to throw away what had not played yet
	Announced *Announced      // what its stop said; nil if it said nothing
	Disturbed *Disturbed      // sent: what a bad line did to its chunks; nil: nothing
	Chunks    []Chunk         // received: everything that came until the next stream began, including silence
	Octets    []byte          // the payloads in the order of arrival; after the end of the scenario only if they are wanted
}

// Announced is what the stop of a stream said, with what came between the start
// and the stop. Sides may count in different ways.
type Announced struct {
	Octets   *int64         `json:"octets,omitempty"`   // nil if the stop does not say
	Duration *time.Duration `json:"duration,omitempty"` // nil if the stop does not say
	Came     Amount         `json:"came"`
}

// Amount is how much audio came: octets without base64, and how long they play.
type Amount struct {
	Octets   int64         `json:"octets"`
	Duration time.Duration `json:"duration"`
}

// Chunk is one chunk of a stream. A minute of a call has three thousand in each
// direction, so it contains nothing that can be computed.
type Chunk struct {
	Due       time.Duration // sent: when it should leave; not before a bad line had let go of the chunk before
	At        time.Duration // received: when its last octet was read; sent: when we were ready to write it
	After     time.Duration // sent: when it was written, without the time for which a bad line held it up
	Size      int
	Sequence  int64
	Number    int64
	Timestamp int64
	Played    time.Duration // received: when its first sample plays on the playback clock
	PlayedEnd time.Duration // received: when the part of it that had room in the playback buffer has played
}

// Lateness says who was late, for one window of time.
type Lateness struct {
	Woken   Quantiles `json:"woken"`   // from the time it was due until we were ready to write: our lateness
	Blocked Quantiles `json:"blocked"` // inside the write: the lateness of the peer or the network
	Read    Quantiles `json:"read"`    // of a probe in this process that wakes every 5 ms: our lateness
}

// Woken gives, for each chunk of a stream that we sent, how late we were by our own fault:
// later than if we had been ready for each chunk as soon as it was due and the write before
// had ended. How much too long a write took is not our fault, but that chunks leave late
// because we make up for our lateness is.
func (s *Stream) Woken() []time.Duration {
	late := make([]time.Duration, len(s.Chunks))
	var free time.Duration // when the write before would have ended
	for k, c := range s.Chunks {
		late[k] = max(0, c.At-max(c.Due, free))
		free = c.After - late[k]
	}
	return late
}

// Quantiles sums up a set of durations.
type Quantiles struct {
	Count     int           `json:"count"`
	P50       time.Duration `json:"p50"`
	P99       time.Duration `json:"p99"`
	Max       time.Duration `json:"max"`
	Histogram []int         `json:"histogram,omitempty"` // how many were at most each of [HistogramBounds] and more than the one before
}

// HistogramBounds are the upper bounds of the counts of a histogram. One more
// count is of the durations above the last bound. Zeros at the end are left out.
var HistogramBounds = []time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 200 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, time.Second,
}

// histogram counts sorted durations.
func histogram(sorted []time.Duration) []int {
	var counts []int
	for _, bound := range HistogramBounds {
		n, _ := slices.BinarySearch(sorted, bound+1)
		counts = append(counts, n)
		sorted = sorted[n:]
	}
	counts = append(counts, len(sorted))
	for counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1]
	}
	return counts
}

// Worst joins the lateness of two windows. Counts are added. Of each figure it
// takes the greater, because the percentiles of both together are not known.
func (l Lateness) Worst(o Lateness) Lateness {
	return Lateness{Woken: l.Woken.worst(o.Woken), Blocked: l.Blocked.worst(o.Blocked), Read: l.Read.worst(o.Read)}
}

func (q Quantiles) worst(o Quantiles) Quantiles {
	joined := Quantiles{Count: q.Count + o.Count, P50: max(q.P50, o.P50), P99: max(q.P99, o.P99), Max: max(q.Max, o.Max)}
	longer, shorter := q.Histogram, o.Histogram
	if len(longer) < len(shorter) {
		longer, shorter = shorter, longer
	}
	joined.Histogram = slices.Clone(longer)
	for k, n := range shorter {
		joined.Histogram[k] += n
	}
	return joined
}

// QuantilesOf sums up durations. It sorts them in place.
func QuantilesOf(d []time.Duration) Quantiles {
	if len(d) == 0 {
		return Quantiles{}
	}
	slices.Sort(d)
	at := func(q int) time.Duration { return d[min(len(d)-1, len(d)*q/100)] }
	return Quantiles{Count: len(d), P50: at(50), P99: at(99), Max: d[len(d)-1], Histogram: histogram(d)}
}
