package builtin

import (
	"math"
	"slices"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// cues makes a defect of a change that keeps no state.
func cues(change func(cue) []cue) func() func(cue) []cue {
	return func() func(cue) []cue { return change }
}

// without leaves out the cues of a kind.
func without(kind cueKind) func(cue) []cue {
	return func(c cue) []cue {
		if c.kind == kind {
			return nil
		}
		return []cue{c}
	}
}

func short(c cue) []cue {
	if c.kind == cueChunk && c.number >= c.of*9/10 {
		return nil
	}
	return []cue{c}
}

func dropTenth(c cue) []cue {
	if c.kind == cueChunk && c.number == 10 {
		return nil
	}
	return []cue{c}
}

func cutOff(c cue) []cue {
	if c.kind == cueChunk && c.number == 25 {
		return []cue{c, {kind: cueDrop, at: c.at}}
	}
	return []cue{c}
}

// delay delays a cue that has a time.
func delay(c cue, d time.Duration) []cue {
	if !c.at.IsZero() {
		c.at = c.at.Add(d)
	}
	return []cue{c}
}

func late(c cue) []cue { return delay(c, 1500*time.Millisecond) }

func jittery(c cue) []cue {
	if c.kind != cueChunk {
		return []cue{c}
	}
	return delay(c, time.Duration(c.number*4%7)*10*time.Millisecond)
}

func stall() func(cue) []cue {
	stalled := false
	return func(c cue) []cue {
		stalled = stalled || c.kind == cueChunk && c.number == 10
		if !stalled {
			return []cue{c}
		}
		return delay(c, 500*time.Millisecond)
	}
}

// hesitant puts a second of silence before each prompt, and delays everything
// after it.
func hesitant() func(cue) []cue {
	const chunks = int(time.Second / chunkTime)
	return func(c cue) []cue {
		if c.kind == cueBegin {
			return []cue{c}
		}
		out := delay(c, time.Second)
		if c.kind != cueChunk || c.number > 0 {
			return out
		}
		quiet, err := c.stream.format.Encode(media.Silence(chunkTime, c.stream.format.Rate))
		if err != nil {
			return out
		}
		for i := range chunks {
			pause := c
			pause.at, pause.octets = c.at.Add(time.Duration(i)*chunkTime), quiet
			out = slices.Insert(out, i, pause)
		}
		return out
	}
}

// burst gives every cue of a prompt the time of the first one.
func burst() func(cue) []cue {
	var begun time.Time
	return func(c cue) []cue {
		switch c.kind {
		case cueBegin:
			begun = c.at
		case cueChunk, cueEnd, cueMark:
			if !c.at.IsZero() {
				c.at = begun
			}
		}
		return []cue{c}
	}
}

// regrouped makes chunks that are half as long again as the first one.
func regrouped() func(cue) []cue {
	var kept cue
	size := 0
	return func(c cue) []cue {
		if c.kind != cueChunk {
			rest := kept
			kept = cue{}
			if len(rest.octets) == 0 {
				return []cue{c}
			}
			return []cue{rest, c}
		}
		if size == 0 {
			size = len(c.octets) / 4 * 6
		}
		whole := append(kept.octets[:len(kept.octets):len(kept.octets)], c.octets...)
		var out []cue
		for size > 0 && len(whole) >= size {
			c.octets, whole = whole[:size:size], whole[size:]
			out = append(out, c)
		}
		kept = c
		kept.octets = whole
		return out
	}
}

func mediaBeforeStart() func(cue) []cue {
	var held []cue
	return func(c cue) []cue {
		if c.kind == cueBegin {
			held = append(held, c)
			return nil
		}
		out := append([]cue{c}, held...)
		held = nil
		return out
	}
}

func mediaAfterStop() func(cue) []cue {
	var last cue
	return func(c cue) []cue {
		switch {
		case c.kind == cueChunk:
			last = c
		case c.kind == cueEnd && last.kind == cueChunk:
			again := last
			again.at = c.at
			return []cue{c, again}
		}
		return []cue{c}
	}
}

func wrongTag(c cue) []cue {
	if c.kind != cueMessage {
		c.stream.tag += "-unknown"
	}
	return []cue{c}
}

func wrongEncoding(c cue) []cue {
	c.stream.encoding = "G711"
	return []cue{c}
}

func noParameters(c cue) []cue {
	c.stream.custom = nil
	return []cue{c}
}

func wrongMark(c cue) []cue {
	if c.kind == cueMark {
		c.name = "unknown"
	}
	return []cue{c}
}

// earlyMark asks for the mark right before the first chunk.
func earlyMark() func(cue) []cue {
	asked := false
	return func(c cue) []cue {
		switch {
		case c.kind == cueMark:
			return nil
		case c.kind == cueChunk && !asked:
			asked = true
			return []cue{{kind: cueMark, at: c.at, stream: c.stream, name: "greeting"}, c}
		}
		return []cue{c}
	}
}

func wrongCode(c cue) []cue {
	if c.kind == cueClose {
		wrong := websocket.StatusInternalError
		if c.code == wrong {
			wrong = websocket.StatusNormalClosure
		}
		c.code = wrong
	}
	return []cue{c}
}

// never is longer than any call.
const never = time.Duration(math.MaxInt64)

func ignoreBargeIn(b *ivr) { b.interrupt = never }
func talkOn(b *ivr)        { b.goesOn = true }
func slowAnswer(b *ivr)    { b.turn.pause = 2 * time.Second }
func hasty(b *ivr)         { b.hasty, b.interrupt = true, never }
func noAnswer(b *ivr)      { b.reply = "" }

func accepts(s *settings)       { s.status = 0 }
func wrongProtocol(s *settings) { s.choose = "unheard-of" }

func wrongStatus(s *settings) {
	wrong := 500
	if s.status == wrong {
		wrong = 503
	}
	s.status = wrong
}
