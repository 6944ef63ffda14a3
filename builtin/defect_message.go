package builtin

import (
	"encoding/json"
	"slices"

	"github.com/coder/websocket"
)

// chosen makes a defect that changes the messages that pick chooses.
func chosen(pick func(message) bool, change func(message) []message) func() func(message) []message {
	return func() func(message) []message {
		return func(m message) []message {
			if !pick(m) {
				return []message{m}
			}
			return change(m)
		}
	}
}

func chunkAt10(change func(message) []message) func() func(message) []message {
	return chosen(isChunk10, change)
}

func isChunk10(m message) bool { return m.cue.kind == cueChunk && m.cue.number == 10 }

// own makes a defect that changes the application's own messages.
func own(change func(message) []message) func() func(message) []message {
	return chosen(isOwn, change)
}

func isOwn(m message) bool { return m.cue.kind == cueMessage }

func dropIt(message) []message     { return nil }
func repeatIt(m message) []message { return []message{m, m} }

func spoilPayload(m message) []message {
	m.data = edit(m.data, func(json.RawMessage) json.RawMessage { return json.RawMessage(`"%%%"`) }, "media", "payload")
	return []message{m}
}

// swapped holds a message that pick chooses back until the next of its kind was
// sent.
func swapped(pick func() func(message) bool) func() func(message) []message {
	return func() func(message) []message {
		picks := pick()
		var held []message
		return func(m message) []message {
			if len(held) > 0 && held[0].cue.kind == m.cue.kind {
				out := append([]message{m}, held...)
				held = nil
				return out
			}
			if picks(m) {
				held = []message{m}
				return nil
			}
			return []message{m}
		}
	}
}

func chunk10() func(message) bool { return isChunk10 }

func everyOwn() func(message) bool { return isOwn }

// edited makes a defect that changes a counter. change gets the number of times
// that the counter was sent before, and its value.
func edited(change func(times, value int) int, path ...string) func() func(message) []message {
	return func() func(message) []message {
		times := 0
		return func(m message) []message {
			m.data = editNumber(m.data, func(n int) int {
				n = change(times, n)
				times++
				return n
			}, path...)
			return []message{m}
		}
	}
}

func leap(times, n int) int {
	if times < 5 {
		return n
	}
	return n + 1
}

func zero(int, int) int   { return 0 }
func eighth(_, n int) int { return n / 8 }
func double(_, n int) int { return 2 * n }

func extraMessage() func(message) []message {
	sent := false
	return func(m message) []message {
		if sent || !isOwn(m) {
			return []message{m}
		}
		sent = true
		return []message{m, {cue: m.cue, kind: websocket.MessageText, data: []byte(`{"type":"unexpected"}`)}}
	}
}

func missingMessage() func(message) []message {
	dropped := false
	return func(m message) []message {
		if dropped || !isOwn(m) {
			return []message{m}
		}
		dropped = true
		return nil
	}
}

// corrupt changes an octet. Text stays text, and JSON usually stays JSON.
func corrupt(m message) []message {
	data := slices.Clone(m.data)
	i := len(data) / 2
	if m.kind == websocket.MessageText {
		i = slices.IndexFunc(data, func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' })
	}
	if i < 0 || i >= len(data) {
		data = append(data, '!')
	} else {
		data[i] = changed(data[i])
	}
	m.data = data
	return []message{m}
}

// changed gives another octet: a letter for a letter, and a digit for a digit.
func changed(b byte) byte {
	switch b {
	case 'z', '9':
		return b - 1
	}
	return b + 1
}

func asBinary(m message) []message {
	m.kind = websocket.MessageBinary
	return []message{m}
}

func quoteNumbers(m message) []message {
	if m.kind == websocket.MessageText && json.Valid(m.data) {
		m.data = numbersAsText(m.data)
	}
	return []message{m}
}

func spoilJSON(m message) []message {
	if m.kind == websocket.MessageText {
		m.data = append(slices.Clone(m.data), '}')
	}
	return []message{m}
}
