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
	for i := range a.Frames {
		f, err := s.frame(&a.Frames[i], env)
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
func (s *Scenario) frame(a *spec.Frame, env expr.Env) (wire.RawFrame, error) {
	fin, err := a.Fin.Or(env, true)
	if err != nil {
		return wire.RawFrame{}, err
	}
	rsv, err := a.RSV.In(env)
	if err != nil {
		return wire.RawFrame{}, err
	}
	opcode, err := a.Opcode.Or(env, int(wire.OpText))
	if err != nil {
		return wire.RawFrame{}, err
	}
	f := wire.RawFrame{Fin: fin, RSV: byte(rsv), Opcode: wire.Opcode(opcode)}
	if err := masking(&f, a, env); err != nil {
		return f, err
	}
	if f.Parts, err = s.parts(a.Payload, env); err != nil {
		return f, err
	}
	return f, lengthOf(&f, a, env)
}

func masking(f *wire.RawFrame, a *spec.Frame, env expr.Env) error {
	m, err := a.Mask.In(env)
	f.Key = m.Key
	f.Mask = map[string]wire.Masking{"random": wire.MaskRandom, "none": wire.MaskNone, "key": wire.MaskKey}[m.Form]
	return err
}

// parts computes a payload with the waits in it.
func (s *Scenario) parts(a []spec.Part, env expr.Env) ([]wire.Part, error) {
	var out []wire.Part
	var wait time.Duration
	for i := range a {
		if a[i].Wait.IsSet() {
			d, err := a[i].Wait.In(env)
			if err != nil {
				return nil, err
			}
			wait += d
			continue
		}
		data, err := a[i].Payload.In(env, s.Reader(env))
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

// largest is what the short forms of the length field hold.
var largest = map[int]uint64{7: 127, 16: 0xffff}

// lengthOf computes the length field of a frame, which must be able to hold its
// value.
func lengthOf(f *wire.RawFrame, a *spec.Frame, env expr.Env) error {
	var length uint64
	for _, p := range f.Parts {
		length += uint64(len(p.Data))
	}
	if a.Length.IsSet() {
		claimed, err := a.Length.In(env)
		if err != nil {
			return err
		}
		length, f.Length = claimed, wire.Claim(claimed)
	}
	var err error
	if f.Form, err = a.LengthForm.In(env); err != nil {
		return err
	}
	if most, ok := largest[f.Form]; ok && length > most {
		return diag.New(a.LengthForm.Pos, "", "a length of %d does not fit %d bits", length, f.Form)
	}
	return nil
}

// bindFrames complains about a frame that no header can hold.
func (c *checker) bindFrames(a *spec.SendFrame) {
	env := c.b.staticEnv()
	for i := range a.Frames {
		f := &a.Frames[i]
		if !f.LengthForm.IsSet() || f.Length.Template() != nil || f.LengthForm.Template() != nil {
			continue
		}
		parts, err := c.b.parts(f.Payload, env)
		if err != nil {
			continue // it holds ${…}, so the step will see, or a file is missing
		}
		c.complain(f.LengthForm.Pos, lengthOf(&wire.RawFrame{Parts: parts}, f, env))
	}
}
