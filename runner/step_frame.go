package runner

import (
	"context"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// sendFrame sends frames, right or wrong.
func (s *script) sendFrame(ctx context.Context, step *spec.Step, a *spec.SendFrame) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	frames, o, err := s.rawFrames(a, s.env())
	if err != nil {
		return s.broken(step, err)
	}
	if o.delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	return s.sends(ctx, step, o, func(ctx context.Context) (trace.Event, error) {
		return c.SendFrames(ctx, frames, o.delivery)
	})
}

// sendBytes sends octets as they are.
func (s *script) sendBytes(ctx context.Context, step *spec.Step, a *spec.SendBytes) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	data, err := a.Payload.In(s.env(), s.reader(s.env()))
	if err != nil {
		return s.broken(step, err)
	}
	o := sending{what: "the octets", octets: len(data), made: true}
	if o.delivery, err = s.delivery(step); err != nil {
		return s.broken(step, err)
	}
	return s.sends(ctx, step, o, func(ctx context.Context) (trace.Event, error) {
		return c.SendBytes(ctx, data, o.delivery)
	})
}

// rawFrames computes what a send_frame sends.
func (b *binding) rawFrames(a *spec.SendFrame, env expr.Env) ([]wire.RawFrame, sending, error) {
	o := sending{what: "the frame", made: true}
	frames := make([]wire.RawFrame, len(a.Frames))
	for i := range a.Frames {
		f, err := b.rawFrame(&a.Frames[i], env)
		if err != nil {
			return nil, o, err
		}
		for _, p := range f.Parts {
			o.octets += len(p.Data)
			o.waits += p.Wait
		}
		frames[i] = f
	}
	return frames, o, nil
}

// rawFrame computes one frame.
func (b *binding) rawFrame(a *spec.Frame, env expr.Env) (wire.RawFrame, error) {
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
	if f.Parts, err = b.parts(a.Payload, env); err != nil {
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
func (b *binding) parts(a []spec.Part, env expr.Env) ([]wire.Part, error) {
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
		data, err := a[i].Payload.In(env, b.reader(env))
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
		return complaint(a.LengthForm.Pos, "", "a length of %d does not fit %d bits", length, f.Form)
	}
	return nil
}

// bindFrames complains about a frame that no header can hold.
func (c *checker) bindFrames(a *spec.SendFrame) {
	b := c.b
	for i := range a.Frames {
		f := &a.Frames[i]
		if !f.LengthForm.IsSet() || f.Length.Template() != nil || f.LengthForm.Template() != nil {
			continue
		}
		parts, err := b.parts(f.Payload, b.staticEnv())
		if err != nil {
			continue // it holds ${…}, so the step will see, or a file is missing
		}
		c.complain(f.LengthForm.Pos, lengthOf(&wire.RawFrame{Parts: parts}, f, b.staticEnv()))
	}
}
