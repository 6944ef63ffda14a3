package plan

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// Frames are what a send_frame sends.
type Frames struct {
	Raw    []wire.RawFrame
	Octets int           // of all payloads
	Waits  time.Duration // between their parts
}

// Frames computes the frames of a step.
func (s *Scenario) Frames(a *spec.SendFrame, env expr.Env) (Frames, error) {
	var out Frames
	e := s.in(env)
	for i := range a.Frames {
		f, err := e.frame(&a.Frames[i])
		if err != nil {
			return out, err
		}
		for _, p := range f.Parts {
			out.Octets += len(p.Data)
			out.Waits += p.Wait
		}
		out.Raw = append(out.Raw, f)
	}
	return out, nil
}

// frame computes one frame.
func (e *evaluation) frame(a *spec.Frame) (wire.RawFrame, error) {
	fin, err := a.Fin.Or(e.env, true)
	if err != nil {
		return wire.RawFrame{}, err
	}
	rsv, err := a.RSV.In(e.env)
	if err != nil {
		return wire.RawFrame{}, err
	}
	opcode, err := a.Opcode.Or(e.env, int(wire.OpText))
	if err != nil {
		return wire.RawFrame{}, err
	}
	f := wire.RawFrame{Fin: fin, RSV: byte(rsv), Opcode: wire.Opcode(opcode)}
	if err := e.masking(&f, a); err != nil {
		return f, err
	}
	if f.Parts, err = e.parts(a.Payload); err != nil {
		return f, err
	}
	return f, e.lengthOf(&f, a)
}

func (e *evaluation) masking(f *wire.RawFrame, a *spec.Frame) error {
	m, err := a.Mask.In(e.env)
	f.Key = m.Key
	f.Mask = map[string]wire.Masking{"random": wire.MaskRandom, "none": wire.MaskNone, "key": wire.MaskKey}[m.Form]
	return err
}

// parts computes a payload and the waits between its parts.
func (e *evaluation) parts(a []spec.Part) ([]wire.Part, error) {
	var out []wire.Part
	var wait time.Duration
	for i := range a {
		if a[i].Wait.IsSet() {
			d, err := a[i].Wait.In(e.env)
			if err != nil {
				return nil, err
			}
			wait += d
			continue
		}
		data, err := a[i].Payload.In(e.env, e.named)
		if err != nil {
			return nil, err
		}
		out = append(out, wire.Part{Wait: wait, Data: data})
		wait = 0
	}
	if wait > 0 {
		out = append(out, wire.Part{Wait: wait})
	}
	return out, nil
}

// largest is the greatest length that fits the short forms of the length field, by their
// bits.
var largest = map[int]uint64{7: 127, 16: 0xffff}

// lengthOf computes the length field of a frame. A value that does not fit its form is an
// error.
func (e *evaluation) lengthOf(f *wire.RawFrame, a *spec.Frame) error {
	var length uint64
	for _, p := range f.Parts {
		length += uint64(len(p.Data))
	}
	if a.Length.IsSet() {
		claimed, err := a.Length.In(e.env)
		if err != nil {
			return err
		}
		length, f.Length = claimed, wire.Claim(claimed)
	}
	var err error
	if f.Form, err = a.LengthForm.In(e.env); err != nil {
		return err
	}
	if most, ok := largest[f.Form]; ok && length > most {
		return diag.New(a.LengthForm.Pos, "", "a length of %d does not fit %d bits", length, f.Form)
	}
	return nil
}

// checkFrames complains about a frame that no header can hold.
func checkFrames(c *checker, a *spec.SendFrame) {
	e := c.b.in(c.b.staticEnv())
	for i := range a.Frames {
		f := &a.Frames[i]
		if !f.LengthForm.IsSet() || f.Length.Template() != nil || f.LengthForm.Template() != nil {
			continue
		}
		parts, err := e.parts(f.Payload)
		if err != nil {
			continue // it holds ${…}, so the step will see, or a file is missing
		}
		c.complain(f.LengthForm.Pos, e.lengthOf(&wire.RawFrame{Parts: parts}, f))
	}
}
