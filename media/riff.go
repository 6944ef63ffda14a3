package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// The format codes of WAV files that can be read.
const (
	wavPCM        = 0x0001
	wavFloat      = 0x0003
	wavALaw       = 0x0006
	wavULaw       = 0x0007
	wavExtensible = 0xFFFE // the code is in the first two octets of the subformat
)

// A wavFormat is the fmt chunk.
type wavFormat struct {
	code     uint16
	channels int
	rate     Rate
	bits     int
}

// frame is the octets of one sample of every channel.
func (f wavFormat) frame() int { return f.channels * f.bits / 8 }

// A wavFile is what the walk over the chunks found.
type wavFile struct {
	format   wavFormat
	audio    []byte
	warnings []string
}

// warn adds a warning that is not there yet.
func (w *wavFile) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(w.warnings, text) {
		w.warnings = append(w.warnings, text)
	}
}

const maxWAVChannels = 64

const unknownSize = math.MaxUint32 // of a writer that could not seek back, or of RF64

// walkRIFF finds the fmt and the data chunk. Every size is held against what the
// file really has.
func walkRIFF(data []byte) (*wavFile, error) {
	if len(data) < 12 {
		return nil, fmt.Errorf("%d octets are too few for a WAV file", len(data))
	}
	magic, kind := string(data[:4]), string(data[8:12])
	switch {
	case magic == "RIFX":
		return nil, errors.New("this is a big-endian WAV file (RIFX), which is not supported")
	case magic != "RIFF" && magic != "RF64":
		return nil, errors.New("this is not a WAV file: it does not begin with RIFF or RF64")
	case kind != "WAVE":
		return nil, fmt.Errorf("this is not a WAV file: it is RIFF of the kind %q", kind)
	}
	r := riffReader{file: new(wavFile), rest: data[12:], rf64: magic == "RF64", length: len(data), claim: binary.LittleEndian.Uint32(data[4:])}
	for len(r.rest) >= 8 {
		if err := r.chunk(); err != nil {
			return nil, err
		}
	}
	if !r.hasFormat {
		return nil, errors.New("there is no fmt chunk")
	}
	if !r.hasAudio {
		return nil, errors.New("there is no data chunk")
	}
	return r.file, nil
}

// A riffReader goes over the chunks of a file.
type riffReader struct {
	file      *wavFile
	rest      []byte
	rf64      bool
	long      uint64 // the size of the data chunk as RF64 says it in ds64
	length    int    // of the file
	claim     uint32 // the size of the whole, less 8, as the file says it
	hasFormat bool
	hasAudio  bool
}

// chunk takes one chunk off the rest, which holds its header at least.
func (r *riffReader) chunk() error {
	id, size := string(r.rest[:4]), uint64(binary.LittleEndian.Uint32(r.rest[4:]))
	r.rest = r.rest[8:]
	if id == "data" {
		size = r.audioSize(size)
	}
	if size > uint64(len(r.rest)) {
		if id == "fmt " {
			return errors.New("the file ends within the fmt chunk")
		}
		r.file.warn("the file ends within the %q chunk: it has %d octets of the %d it should have", id, len(r.rest), size)
		size = uint64(len(r.rest))
	}
	body, behind := r.rest[:size], r.rest[size:]
	r.skip(int(size))
	switch id {
	case "ds64":
		if len(body) >= 16 {
			r.long = binary.LittleEndian.Uint64(body[8:])
		}
	case "fmt ":
		if r.hasFormat {
			return errors.New("there are two fmt chunks")
		}
		r.hasFormat = true
		return r.file.format.parse(body)
	case "data":
		if r.hasAudio {
			return errors.New("there are two data chunks")
		}
		r.hasAudio = true
		r.file.audio = body
		return r.lookBehind(behind)
	case "RIFF":
		r.file.warn("another RIFF file follows and was left out")
	}
	return nil
}

// lookBehind looks at what follows the audio. Python's wave writes the size of the
// first piece alone to a pipe: then the file says that it ends with that, and more
// audio follows. What may be audio or not is an error.
func (r *riffReader) lookBehind(behind []byte) error {
	switch {
	case len(r.rest) < 8 || isChunk(r.rest):
	case isAppended(r.rest):
		r.file.warn("%d octets behind the audio are no chunk and were left out", len(r.rest))
		r.rest = nil
	case isName(r.rest[:4]) && !r.endsBefore(behind): // a chunk that is cut off, as will be said
	case isName(r.rest[:4]) || !r.endsBefore(behind):
		return fmt.Errorf("what follows the audio is not a chunk: either the audio has more than the %d octets in its header, or the %d octets after it are not audio", len(r.file.audio), len(behind))
	default:
		r.file.warn("the size of the audio is that of its first piece, as in a WAV written to a pipe: the audio is read to the end of the file")
		r.file.audio = r.file.audio[:len(r.file.audio)+len(behind)]
		r.rest = nil
	}
	return nil
}

// endsBefore reports whether the file says that it ends where the last octets of
// it begin; a pad may stand between.
func (r *riffReader) endsBefore(behind []byte) bool {
	end := uint64(r.length - len(behind))
	claim := uint64(r.claim) + 8
	return claim == end || end%2 == 1 && claim == end+1
}

// isChunk tells whether octets begin with a whole chunk.
func isChunk(b []byte) bool {
	return isName(b[:4]) && uint64(binary.LittleEndian.Uint32(b[4:])) <= uint64(len(b)-8)
}

// isAppended tells whether octets are what programs put behind a file that is
// whole: zeros up to a round length, tags of MP3 players, another file.
func isAppended(b []byte) bool {
	for _, mark := range []string{"TAG", "ID3", "APETAGEX", "RIFF"} {
		if bytes.HasPrefix(b, []byte(mark)) {
			return true
		}
	}
	return len(bytes.Trim(b, "\x00")) == 0
}

// audioSize is the size of the data chunk. One that was never filled in, as
// programs that write to a pipe leave it, means the rest of the file.
func (r *riffReader) audioSize(size uint64) uint64 {
	switch {
	case r.rf64 && size == unknownSize && r.long > 0:
		return r.long
	case size > uint64(len(r.rest)) && bytes.HasSuffix(r.rest, emptyList):
		r.file.warn("the size of the audio was never filled in, as in a WAV written to a pipe: the audio is read to the empty LIST chunk at the end")
		return uint64(len(r.rest) - len(emptyList))
	case size > uint64(len(r.rest)) && isPlaceholder(size), size == unknownSize, size == 0 && r.claim != uint32(r.length-8) && len(r.rest) > 0:
		r.file.warn("the size of the audio was never filled in, as in a WAV written to a pipe: the audio is read to the end of the file")
		return uint64(len(r.rest))
	}
	return size
}

// isPlaceholder tells whether a size is one that stands where the right one is not
// known yet: 2 GiB (arecord), a little less (0x7FFFFFFF of opusdec, 0x7FFFF000 of SoX
// and espeak-ng, less what is no whole frame), or all that 32 bits hold (FFmpeg), with
// or without the header.
func isPlaceholder(size uint64) bool {
	const round = 1 << 16
	return size > math.MaxInt32-round && size <= math.MaxInt32+1 || size > math.MaxUint32-round
}

// emptyList is what GStreamer's wavenc writes behind audio whose size it could not
// fill in, since the file was a pipe (seen of 1.22.0, with the size 0x7FFF0000).
// Taken for audio, it is a click.
var emptyList = []byte("LIST\x04\x00\x00\x00INFO")

// skip goes past the body of a chunk and the pad octet after an odd one. Some
// writers leave the pad out: then a chunk's name stands where it should be.
func (r *riffReader) skip(size int) {
	r.rest = r.rest[size:]
	if size%2 == 0 || len(r.rest) == 0 {
		return
	}
	if len(r.rest) >= 8 && isName(r.rest[:4]) && (isKnown(r.rest[:4]) || !isName(r.rest[1:5])) {
		r.file.warn("the pad after a chunk of odd length is missing")
		return
	}
	r.rest = r.rest[1:]
}

// isKnown tells whether four octets are the name of one of the usual chunks.
func isKnown(b []byte) bool {
	switch string(b) {
	case "fmt ", "data", "fact", "LIST":
		return true
	}
	return false
}

// isName tells whether four octets can be a chunk's name.
func isName(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// guidTail is what follows the format code in the subformat of extensible files.
const guidTail = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"

// parse reads the body of a fmt chunk.
func (f *wavFormat) parse(b []byte) error {
	if len(b) < 16 {
		return fmt.Errorf("the fmt chunk has %d octets of at least 16", len(b))
	}
	rate := binary.LittleEndian.Uint32(b[4:])
	f.code = binary.LittleEndian.Uint16(b)
	f.channels = int(binary.LittleEndian.Uint16(b[2:]))
	f.bits = int(binary.LittleEndian.Uint16(b[14:]))
	if f.code == wavExtensible {
		if len(b) < 40 || string(b[26:40]) != guidTail {
			return errors.New("the extensible fmt chunk names no format that is supported")
		}
		f.code = binary.LittleEndian.Uint16(b[24:])
	}
	if !f.supported() {
		return fmt.Errorf("format 0x%04X of %d bits is not supported: PCM of 8, 16, 24 or 32 bits, floats of 32 or 64, A-law and µ-law are", f.code, f.bits)
	}
	if f.channels < 1 || f.channels > maxWAVChannels {
		return fmt.Errorf("%d channels are not supported: 1 to %d are", f.channels, maxWAVChannels)
	}
	if f.rate = Rate(rate); !f.rate.Valid() {
		return fmt.Errorf("a rate of %d Hz is not supported: 4000 to 384000 Hz are", rate)
	}
	if align := int(binary.LittleEndian.Uint16(b[12:])); align != f.frame() {
		return fmt.Errorf("the fmt chunk contradicts itself: %d octets for %d channels of %d bits", align, f.channels, f.bits)
	}
	return nil
}

func (f *wavFormat) supported() bool {
	switch f.code {
	case wavPCM:
		return f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32
	case wavFloat:
		return f.bits == 32 || f.bits == 64
	case wavALaw, wavULaw:
		return f.bits == 8
	}
	return false
}
