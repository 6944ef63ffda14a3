package dialect

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/media"
)

// StreamOptions are the choices for one outgoing stream.
type StreamOptions struct {
	Tag      string
	Encoding string // "" for that of the connection, or the dialect's first
	Custom   any    // customParameters: a mapping, or nil
}

// Stream is an outgoing stream of audio. Like its flow it is not safe for
// concurrent use.
type Stream struct {
	f        *Flow
	tag      string
	encoding *Encoding
	media    *message
	counts   []int64
	samples  int64 // sent so far, as are octets
	octets   int64
	stopped  bool
}

// Start begins a stream and gives the messages that say so. If the connection is
// itself the stream, there are no messages, and a second call gives the same
// stream. [ErrNotStarted] says that it is too early; any other error, that the
// options do not fit the dialect.
func (f *Flow) Start(so StreamOptions) (*Stream, []Message, error) {
	if err := f.d.Can(f.role, KindMedia); err != nil {
		return nil, nil, err
	}
	start := f.d.find(f.role, KindStart)
	if start == nil || f.d.opens(start) {
		return f.startConnection(so)
	}
	if !f.ready(start) || !f.ready(f.d.find(f.role, KindMedia)) {
		return nil, nil, ErrNotStarted
	}
	e := f.encoding
	if so.Encoding != "" {
		var err error
		if e, err = f.findEncoding(so.Encoding); err != nil {
			return nil, nil, err
		}
	}
	if e == nil {
		return nil, nil, ErrNotStarted
	}
	custom, err := customJSON(so.Custom)
	if err != nil {
		return nil, nil, err
	}
	if custom == nil && start.needs(slotCustom) {
		custom = []byte("{}")
	}
	if so.Tag == "" && start.needs(slotTag) {
		return nil, nil, fmt.Errorf("a stream of dialect %s needs a tag", f.d.name)
	}
	if slices.ContainsFunc(f.out, func(s *Stream) bool { return s.tag == so.Tag }) {
		return nil, nil, fmt.Errorf("stream %q has started already", so.Tag)
	}
	s := f.newOutgoing(so.Tag, e)
	f.out = append(f.out, s)
	f.blank()
	f.setTag(so.Tag)
	f.setFormat(e)
	f.setCustom(custom)
	return s, []Message{f.render(start, s.counts)}, nil
}

// startConnection is Start for a connection that is itself the stream.
func (f *Flow) startConnection(so StreamOptions) (*Stream, []Message, error) {
	if so.Tag != "" {
		return nil, nil, fmt.Errorf("dialect %s has one stream in each direction and no tags", f.d.name)
	}
	if so.Custom != nil {
		return nil, nil, fmt.Errorf("dialect %s tells customParameters when the connection opens, not with a stream", f.d.name)
	}
	if f.encoding == nil || !f.ready(f.d.find(f.role, KindMedia)) {
		return nil, nil, ErrNotStarted
	}
	if so.Encoding != "" {
		e, err := f.findEncoding(so.Encoding)
		if err != nil {
			return nil, nil, err
		}
		if e != f.encoding {
			return nil, nil, fmt.Errorf("this connection speaks %s, not %s", f.encoding.Name, e.Name)
		}
	}
	s := f.connectionStream()
	if s.stopped {
		return nil, nil, fmt.Errorf("the stream of this connection was stopped")
	}
	return s, nil, nil
}

// connectionStream gives the stream of such a connection.
func (f *Flow) connectionStream() *Stream {
	if len(f.out) == 0 {
		f.out = append(f.out, f.newOutgoing("", f.encoding))
	}
	return f.out[0]
}

func (f *Flow) newOutgoing(tag string, e *Encoding) *Stream {
	return &Stream{f: f, tag: tag, encoding: e, media: f.d.find(f.role, KindMedia), counts: f.d.firstCounts()}
}

// Tag gives the stream's tag, or "".
func (s *Stream) Tag() string { return s.tag }

// Encoding gives the dialect's name of the form of the audio.
func (s *Stream) Encoding() string { return s.encoding.Name }

// Format gives the form in which Chunk takes audio.
func (s *Stream) Format() media.Format { return s.encoding.Format }

// ChunkLength gives how much audio a chunk should hold. exact says that the
// dialect demands exactly that much.
func (s *Stream) ChunkLength() (length time.Duration, exact bool) {
	return s.f.d.chunk, s.f.d.exact
}

// Chunk gives the message with a chunk of audio in the stream's format. For
// opaque audio that is one packet.
func (s *Stream) Chunk(octets []byte) Message {
	m := s.AppendChunk(nil, octets)
	if m.Binary {
		m.Data = slices.Clone(octets)
	}
	return m
}

// AppendChunk is [Stream.Chunk] for memory that is used again: a text message is
// appended to b, and a binary one holds octets itself.
func (s *Stream) AppendChunk(b, octets []byte) Message {
	s.f.blank()
	s.f.setTag(s.tag)
	s.f.values[slotAudio] = octetsValue(octets)
	s.f.values[slotTimestamp] = numberValue(s.f.d.timestampAt(s.samples, s.encoding.Format))
	m := Message{Binary: true, Data: octets}
	if !s.media.binary {
		m = Message{Data: s.f.append(b, s.media, s.counts)}
	}
	s.count(octets)
	return m
}

// Skip counts a chunk that is lost on its way. The next one follows it in
// number, sequence and time.
func (s *Stream) Skip(octets []byte) { s.Chunk(octets) }

func (s *Stream) count(octets []byte) {
	s.samples += s.f.d.samples(s.encoding.Format, len(octets))
	s.octets += int64(len(octets))
}

// Stop ends the stream and gives the messages that say so. A second call gives
// none.
func (s *Stream) Stop() []Message {
	if s.stopped {
		return nil
	}
	s.stopped = true
	f := s.f
	if start := f.d.find(f.role, KindStart); start != nil && !f.d.opens(start) {
		f.out = slices.DeleteFunc(f.out, func(o *Stream) bool { return o == s })
	}
	stop := f.d.find(f.role, KindStop)
	if stop == nil {
		return nil
	}
	f.blank()
	f.setTag(s.tag)
	f.values[slotOctets] = numberValue(s.octets)
	f.values[slotDuration] = numberValue(s.samples * 1000 / int64(s.encoding.Format.Rate))
	return []Message{f.render(stop, s.counts)}
}

// samples gives the number of samples of a chunk. An opaque one counts with the
// usual length.
func (d *Dialect) samples(format media.Format, octets int) int64 {
	switch format.Codec {
	case media.Opaque:
		return int64(d.chunk) * int64(format.Rate) / int64(time.Second)
	case media.L16LE, media.L16BE:
		return int64(octets / 2)
	}
	return int64(octets)
}

// timestampAt converts a number of samples to the dialect's unit.
func (d *Dialect) timestampAt(samples int64, format media.Format) int64 {
	if d.timestamp.samples {
		return samples
	}
	return samples * 1000 / int64(format.Rate)
}
