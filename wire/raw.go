package wire

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Masking says how a [RawFrame] is masked (RFC 6455 section 5.3).
type Masking byte

const (
	// MaskAuto masks as the role demands: a client's frames with a random key, a server's not at all.
	MaskAuto Masking = iota
	// MaskRandom masks with a random key.
	MaskRandom
	// MaskNone does not mask.
	MaskNone
	// MaskKey masks with [RawFrame.Key].
	MaskKey
)

// RawFrame is a frame to be written as it is, right or wrong (RFC 6455 section 5.2).
type RawFrame struct {
	Fin    bool
	RSV    byte   // three bits, RSV1 is 4
	Opcode Opcode // four bits
	Mask   Masking
	Key    [4]byte // under MaskKey
	// Form is the bits of the length field: 7, 16, 64, or 0 for the shortest that holds the length. In 7 bits 126 and
	// 127 can be written, too; a peer then takes what follows for a longer field.
	Form   int
	Length *uint64 // what the header claims, true or not; nil: the octets of Parts
	Parts  []Part  // the payload, before masking
}

// Part is a piece of a payload.
type Part struct {
	Wait time.Duration // before Data goes; what stands before it is handed over first if Wait is more than 0
	Data []byte
}

// Claim is a value for [RawFrame.Length].
func Claim(length uint64) *uint64 { return &length }

// Payload is a payload in one part.
func Payload(data []byte) []Part { return []Part{{Data: data}} }

// size is the octets of the payload.
func (f *RawFrame) size() uint64 {
	n := 0
	for _, p := range f.Parts {
		n += len(p.Data)
	}
	return uint64(n)
}

// header is what stands before the payload, for a client if masks.
func (f *RawFrame) header(masks bool) header {
	h := header{fin: f.Fin, rsv: f.RSV, opcode: f.Opcode, form: f.Form, length: f.size()}
	if f.Length != nil {
		h.length = *f.Length
	}
	if h.form == 0 {
		h.form = minimalForm(h.length)
	}
	switch {
	case f.Mask == MaskKey:
		h.masked, h.mask = true, f.Key
	case f.Mask == MaskRandom, f.Mask == MaskAuto && masks:
		h.masked = true
		_, _ = rand.Read(h.mask[:]) // never fails, see its documentation
	}
	return h
}

// largest is the greatest length that each form can write.
var largest = map[int]uint64{7: 127, 16: 0xffff, 64: 1<<64 - 1}

// check finds what no header can hold.
func (f *RawFrame) check() error {
	if f.RSV > 7 || f.Opcode > 15 || f.Mask > MaskKey {
		return fmt.Errorf("frame with RSV %d, opcode %d, masking %d: they do not fit the header", f.RSV, f.Opcode, f.Mask)
	}
	h := f.header(false)
	most, ok := largest[h.form]
	if !ok {
		return fmt.Errorf("length field of %d bits, not 7, 16 or 64", f.Form)
	}
	if h.length > most {
		return fmt.Errorf("length %d does not fit %d bits", h.length, h.form)
	}
	return nil
}

// appendFrame appends the octets of a frame to dst, and to pauses its waits.
func appendFrame(dst []byte, pauses []pause, f *RawFrame, masks bool) ([]byte, []pause) {
	h := f.header(masks)
	dst = appendHeader(dst, h)
	var offset uint64
	for _, p := range f.Parts {
		start := len(dst)
		if p.Wait > 0 {
			pauses = append(pauses, pause{start, p.Wait})
		}
		dst = append(dst, p.Data...)
		if h.masked {
			applyMask(dst[start:], h.mask, offset)
		}
		offset += uint64(len(p.Data))
	}
	return dst, pauses
}

// SendFrames writes frames as they are, whatever rules they break; its only errors of its own are values that no header
// can hold, found before anything is written. It waits for a message that is under way, and until it returns no other
// message goes between its frames.
//
// Pongs and Close replies of the [Policy] that wait go first. After that they, and control frames of others, go only
// between two frames under [Delivery.PerFrame], and never inside a frame, however long its parts wait.
//
// Nothing holds the octets of one send together with those of the next. Where a frame is left unfinished, by a claimed
// length, by [Conn.SendBytes] or by the end of ctx, whatever is sent next goes on inside it as the peer reads it; this
// is allowed for every send, raw or not, since that may be what is tested. Only automatic replies wait until the frame
// has been finished.
//
// A Close frame counts as our Close, whatever else is wrong with it.
func (c *Conn) SendFrames(ctx context.Context, frames []RawFrame, d Delivery) (Stamp, error) {
	for i := range frames {
		if err := frames[i].check(); err != nil {
			return Stamp{}, fmt.Errorf("send frame %d: %w", i+1, err)
		}
	}
	if err := c.writer.take(ctx, c.writer.message); err != nil {
		return Stamp{}, fmt.Errorf("send frames: %w", err)
	}
	defer func() { <-c.writer.message }()
	stamp, _, err := c.writer.send(ctx, frames, d, raw)
	if err != nil {
		return stamp, fmt.Errorf("send frames: %w", err)
	}
	return stamp, nil
}

// SendBytes writes octets as they are, in place of frames or of parts of them; [Delivery.PerFrame] has no meaning. What
// is said of [Conn.SendFrames] holds for it, too: a Close frame that these octets complete counts as our Close.
func (c *Conn) SendBytes(ctx context.Context, octets []byte, d Delivery) (Stamp, error) {
	w := c.writer
	if err := w.take(ctx, w.message); err != nil {
		return Stamp{}, fmt.Errorf("send octets: %w", err)
	}
	defer func() { <-w.message }()
	stamp, err := w.sendOctets(ctx, octets, d)
	if err != nil {
		return stamp, fmt.Errorf("send octets: %w", err)
	}
	return stamp, nil
}

// ErrNoDeflate says that permessage-deflate was not negotiated.
var ErrNoDeflate = errors.New("permessage-deflate was not negotiated")

// Deflate compresses data as the next message of this connection would be (RFC 7692 section 7.2.1) and sends nothing.
// The result is the payload for frames made by hand, with RSV1 or without. Where our side keeps its window from message
// to message, the window now holds data: if the peer does not get the result, it cannot inflate what follows.
func (c *Conn) Deflate(ctx context.Context, data []byte) ([]byte, error) {
	w := c.writer
	if w.deflate == nil {
		return nil, fmt.Errorf("deflate: %w", ErrNoDeflate)
	}
	if err := w.take(ctx, w.message); err != nil {
		return nil, fmt.Errorf("deflate: %w", err)
	}
	defer func() { <-w.message }()
	return append([]byte(nil), w.deflate.message(data)...), nil
}

// Deflated compresses data as a message by itself (RFC 7692 section 7.2.1), which refers to nothing before it and up to
// 32 KiB back inside it: legal for a window of 15 bits, and too far for a smaller one if data repeats itself so far.
func Deflated(data []byte) []byte { return newDeflater(false, 15).message(data) }
