package dialect

import (
	"fmt"
	"strings"
	"time"
)

// Mark gives the message that asks the platform to say when everything sent so
// far is played.
func (f *Flow) Mark(name string) ([]Message, error) {
	m, err := f.prepare(KindMark)
	if err != nil {
		return nil, err
	}
	f.values[slotMark] = textValue(name)
	return []Message{f.render(m, nil)}, nil
}

// Clear drops audio that is not played yet, of one tag or, for "", of all. The
// app asks the platform to do it. The platform empties its own buffer, which may
// return marks.
func (f *Flow) Clear(at time.Duration, tag string) (Received, error) {
	if f.role == Platform {
		r := f.Advance(at)
		f.empty(at, tag, &r)
		return r, nil
	}
	m, err := f.prepare(KindClear)
	if err != nil {
		return Received{}, err
	}
	f.setTag(tag)
	return Received{Replies: []Message{f.render(m, nil)}}, nil
}

// dtmfDuration is how long a key is pressed in messages that say so, in
// milliseconds.
const dtmfDuration = 250

// DTMF gives the messages that press keys: 0 to 9, *, #, A to D.
func (f *Flow) DTMF(digits string) ([]Message, error) {
	for _, digit := range digits {
		if !strings.ContainsRune("0123456789*#ABCD", digit) {
			return nil, fmt.Errorf("%q is no DTMF key; valid: 0 to 9, *, #, A to D", digit)
		}
	}
	var out []Message
	for _, digit := range digits {
		m, err := f.prepare(KindDTMF)
		if err != nil {
			return nil, err
		}
		f.values[slotDigit] = textValue(string(digit))
		f.values[slotDuration] = numberValue(dtmfDuration)
		out = append(out, f.render(m, nil))
	}
	return out, nil
}

// prepare gives the message of a kind that this side sends of its own accord,
// and empties the scratch values for it.
func (f *Flow) prepare(k Kind) (*message, error) {
	if err := f.d.Can(f.role, k); err != nil {
		return nil, err
	}
	m := f.d.find(f.role, k)
	if !f.ready(m) {
		return nil, ErrNotStarted
	}
	f.blank()
	return m, nil
}
