package assertions

import (
	"errors"
	"time"

	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/trace"
)

// Why a stream does not have a point, or not yet.
var (
	ErrNoPoint  = errors.New("a stream has no such point")
	errNoAudio  = errors.New("no audio has come yet")
	errNotEnded = errors.New("the stream has not ended yet")
	errNotYet   = errors.New("that part of the audio has not been sent yet")
)

// Point gives a point in time of a stream, as an offset from the start of the run. There are six. `start` and `end` are
// when its first and last chunk was read or written. `played_start` and `played_end` are when its first and last sample
// is heard, on the playback clock. `speech_start` and `speech_end` are when its speech is heard to begin and to end. The
// silence that ended a stream is no part of it here. A point that has not come yet is an error, and so is an unknown one
// ([ErrNoPoint]).
func Point(s trace.Stream, name string) (time.Duration, error) {
	switch name {
	case "start", "end", "played_start", "played_end", "speech_start", "speech_end":
	default:
		return 0, ErrNoPoint
	}
	if len(s.Chunks) == 0 {
		return 0, errNoAudio
	}
	first, last := &s.Chunks[0], &s.Chunks[len(s.Chunks)-1]
	switch name {
	case "start":
		return first.At, nil
	case "played_start":
		return playedAt(s, 0), nil
	case "speech_start", "speech_end":
		return speechPoint(s, name == "speech_end")
	}
	if !s.Ended {
		return 0, errNotEnded
	}
	switch {
	case s.By == "silence" && name == "played_end":
		return s.Quiet, nil
	case name == "played_end":
		return playedAt(s, len(s.Chunks)-1) + s.Format.Duration(last.Size), nil
	case s.Sent:
		return last.After, nil
	}
	return lastHeard(s).At, nil
}

// lastHeard gives the last chunk of a received stream that has ended, without the chunks of the silence that ended it.
// If all of them were silent, it gives the first.
func lastHeard(s trace.Stream) *trace.Chunk {
	last := len(s.Chunks) - 1
	for s.By == "silence" && last > 0 && s.Chunks[last].Played >= s.Quiet {
		last--
	}
	return &s.Chunks[last]
}

// playedAt gives the time at which chunk k is heard: on the playback clock, or when it left if we sent it.
func playedAt(s trace.Stream, k int) time.Duration {
	if s.Sent {
		return s.Chunks[k].At
	}
	return s.Chunks[k].Played
}

// speechPoint gives the time at which the speech of a stream is heard to begin or to end. It finds the place in the
// audio, and then the time at which the chunk with that place is heard.
func speechPoint(s trace.Stream, end bool) (time.Duration, error) {
	clip, err := s.Format.Decode(s.Octets)
	if err != nil {
		return 0, err
	}
	speech, err := measure.Speech(clip)
	if err != nil {
		return 0, err
	}
	offset := speech.Start
	if end {
		if offset = speech.End; !s.Sent && !s.Ended {
			return 0, errNotEnded
		}
	}
	begin := time.Duration(0)
	for k, c := range s.Chunks {
		length := s.Format.Duration(c.Size)
		if offset < begin+length || k == len(s.Chunks)-1 && s.Ended {
			return playedAt(s, k) + offset - begin, nil
		}
		begin += length
	}
	return 0, errNotYet
}
