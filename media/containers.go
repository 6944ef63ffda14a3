package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// A Container is a stretch of octets that is no audio, and was heard as audio.
type Container struct {
	Name  string        // such as "a WAV header (RIFF)"
	At    time.Duration // where it begins in the clip
	End   time.Duration // and where it ends
	codec Codec         // whose octets they are
	from  int           // octets
	to    int
	text  bool // base64
}

// signature is a sequence of octets that only a container has.
type signature struct {
	name  string
	octet string // its first octets
	// length is how many octets it takes, 0 where what stands at its place is
	// something else.
	length func(b []byte) int
	front  bool // it is looked for at the beginning alone: it is too short to be sure of elsewhere
}

var signatures = []signature{
	{name: "a WAV header (RIFF)", octet: "RIFF", length: riffLength},
	{name: "a WAV header (RIFX)", octet: "RIFX", length: riffLength},
	{name: "a WAV header (RF64)", octet: "RF64", length: riffLength},
	{name: "a LIST chunk of a WAV file", octet: "LIST", length: listLength},
	{name: "a data chunk of a WAV file", octet: "data", length: dataLength},
	{name: "an Ogg page (OggS)", octet: "OggS\x00", length: oggLength},
	{name: "an ID3 tag of an MP3 file", octet: "ID3", length: id3Length},
	{name: "an AIFF header (FORM)", octet: "FORM", length: aiffLength},
	{name: "an AMR header", octet: "#!AMR", length: whole(6)},
	{name: "a FLAC header", octet: "fLaC", length: whole(4), front: true},
	{name: "an AU header", octet: ".snd", length: whole(24), front: true},
	{name: "a WebM header", octet: "\x1a\x45\xdf\xa3", length: whole(4), front: true},
}

// Containers finds the octets of files in what was heard as audio: the headers
// and chunks of WAV, Ogg, MP3 and others, and audio as base64 text. The octets are
// those of the codec in which the audio came. Where that is not known, as Opaque,
// they are looked for in all codecs.
func Containers(c Clip, came Codec) []Container {
	codecs := []Codec{came}
	if came == Opaque {
		codecs = []Codec{L16LE, L16BE, ULaw, ALaw}
	}
	var out []Container
	for _, codec := range codecs {
		b, err := Format{Codec: codec, Rate: c.Rate}.Encode(c)
		if err != nil {
			continue
		}
		found := containersIn(b)
		for i := range found {
			found[i].codec = codec
			f := Format{Codec: codec, Rate: c.Rate}
			found[i].At, found[i].End = f.Duration(found[i].from), f.Duration(found[i].to)
		}
		if len(found) > len(out) {
			out = found
		}
	}
	return out
}

// containersIn finds them in octets, in order, each once.
func containersIn(b []byte) []Container {
	var out []Container
	for _, m := range signatures {
		for from := 0; ; {
			at := bytes.Index(b[from:], []byte(m.octet))
			if at < 0 || m.front && from+at > 0 {
				break
			}
			at += from
			from = at + len(m.octet)
			if n := m.length(b[at:]); n > 0 {
				out = append(out, Container{Name: m.name, from: at, to: min(at+n, len(b))})
			}
		}
	}
	out = append(out, mp3Frames(b)...)
	out = append(out, base64Text(b)...)
	slices.SortStableFunc(out, func(a, b Container) int { return a.from - b.from })
	end := 0
	return slices.DeleteFunc(out, func(c Container) bool {
		inside := c.from < end // a data chunk within its header
		end = max(end, c.to)
		return inside
	})
}

func whole(n int) func([]byte) int { return func([]byte) int { return n } }

// riffLength is that of a WAV header, up to its first sample.
func riffLength(b []byte) int {
	if len(b) < 12 || string(b[8:12]) != "WAVE" {
		return 0
	}
	const most = 512
	if at := bytes.Index(b[12:min(len(b), most)], []byte("data")); at >= 0 {
		return 12 + at + 8
	}
	return 12
}

func listLength(b []byte) int {
	if len(b) < 12 || string(b[8:12]) != "INFO" && string(b[8:12]) != "adtl" {
		return 0
	}
	return 8 + int(min(binary.LittleEndian.Uint32(b[4:]), 1<<24))
}

// dataLength takes four letters for a chunk where its size is that of what
// follows, as no audio has it by chance.
func dataLength(b []byte) int {
	if len(b) < 8 {
		return 0
	}
	if size := int64(binary.LittleEndian.Uint32(b[4:])); size == int64(len(b)-8) {
		return 8
	}
	return 0
}

func oggLength(b []byte) int {
	if len(b) < 27 || b[5] > 7 {
		return 0
	}
	head := 27 + int(b[26])
	if len(b) < head {
		return 0
	}
	n := head
	for _, v := range b[27:head] {
		n += int(v)
	}
	return n
}

func id3Length(b []byte) int {
	if len(b) < 10 || b[3] < 2 || b[3] > 4 || b[4] != 0 || (b[6]|b[7]|b[8]|b[9])&0x80 != 0 {
		return 0
	}
	return 10 + int(b[6])<<21 + int(b[7])<<14 + int(b[8])<<7 + int(b[9])
}

func aiffLength(b []byte) int {
	if len(b) < 12 || !strings.HasPrefix(string(b[8:12]), "AIF") {
		return 0
	}
	return 12
}

const (
	mp3InARow = 4   // frames, each where the one before it says
	mp3Varied = 150 // different octets of 512: compressed audio has 220, a tone some dozens
)

// mp3Frames finds where MPEG audio begins (ISO/IEC 11172-3, 13818-3), layer III.
func mp3Frames(b []byte) []Container {
	for at := 0; at+4 <= len(b); at++ {
		next := bytes.IndexByte(b[at:], 0xff)
		if next < 0 {
			return nil
		}
		at += next
		end, n := at, 0
		for n < mp3InARow {
			length := mp3Length(b[end:])
			if length == 0 || end+length > len(b) {
				break
			}
			end, n = end+length, n+1
		}
		if n == mp3InARow && varied(b[at:min(at+512, len(b))]) >= mp3Varied {
			for length := mp3Length(b[end:]); length > 0; length = mp3Length(b[end:]) {
				end = min(end+length, len(b))
			}
			return []Container{{Name: "MP3 frames", from: at, to: end}}
		}
	}
	return nil
}

// mp3Length is that of the frame of layer III at the beginning of b.
func mp3Length(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 {
		return 0
	}
	version := b[1] >> 3 & 3 // 3 is MPEG-1, 2 MPEG-2, 0 MPEG-2.5
	rates := map[byte]int{3: 44100, 2: 22050, 0: 11025}
	bitrates, samples := [...]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}, 72
	if version == 3 {
		bitrates, samples = [...]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}, 144
	}
	bitrate := bitrates[b[2]>>4] * 1000
	share := [...]int{441, 480, 320, 0}[b[2]>>2&3]
	if rates[version] == 0 || bitrate == 0 || share == 0 {
		return 0
	}
	return samples*bitrate/(rates[version]*share/441) + int(b[2]>>1&1)
}

func varied(b []byte) int {
	var seen [256]bool
	n := 0
	for _, v := range b {
		if !seen[v] {
			seen[v] = true
			n++
		}
	}
	return n
}

const base64Least = 160 // octets: as samples of µ-law 20 ms, all of one sign

// base64Text finds audio that came as text. Audio has no stretch of such octets:
// they would be samples of one sign.
func base64Text(b []byte) []Container {
	var out []Container
	for at := 0; at < len(b); {
		end := at
		for end < len(b) && isBase64(b[end]) {
			end++
		}
		if end-at >= base64Least && mixedText(b[at:end]) {
			for end < len(b) && b[end] == '=' {
				end++
			}
			out = append(out, Container{Name: "base64 text", from: at, to: end, text: true})
		}
		at = end + 1
	}
	return out
}

func isBase64(o byte) bool {
	return o >= 'A' && o <= 'Z' || o >= 'a' && o <= 'z' || o >= '0' && o <= '9' || o == '+' || o == '/'
}

// mixedText reports whether text has what base64 has, somewhere: letters of both cases,
// many of them, and these in no order. A slow wave of one sign goes up and down through
// the same octets.
func mixedText(b []byte) bool {
	for part := range slices.Chunk(b, base64Least) {
		text := string(part)
		if strings.ContainsAny(text, "ABCDEFGHIJKLM") && strings.ContainsAny(text, "nopqrstuvwxyz") && varied(part) >= 16 && leaps(part) >= 12*len(part) {
			return true
		}
	}
	return false
}

// leaps is how far apart neighbours are, in sum.
func leaps(b []byte) int {
	n := 0
	for i := range len(b) - 1 {
		n += max(int(b[i])-int(b[i+1]), int(b[i+1])-int(b[i]))
	}
	return n
}

// WithoutContainers is a clip without the containers that were found in it; text
// becomes the octets that it stands for. It is false where there is nothing left to
// hear.
func WithoutContainers(c Clip, found []Container) (Clip, bool) {
	if len(found) == 0 {
		return Clip{}, false
	}
	f := Format{Codec: found[0].codec, Rate: c.Rate}
	b, err := f.Encode(c)
	if err != nil {
		return Clip{}, false
	}
	var out []byte
	at := 0
	for _, k := range found {
		out = append(out, b[at:k.from]...)
		if k.text {
			text := strings.TrimRight(string(b[k.from:k.to]), "=")
			if len(text)%4 == 1 { // the text was cut
				text = text[:len(text)-1]
			}
			plain, err := base64.RawStdEncoding.DecodeString(text)
			if err != nil {
				return Clip{}, false
			}
			out = append(out, plain...)
		}
		at = k.to
	}
	out = append(out, b[at:]...)
	if f.Codec == L16LE || f.Codec == L16BE {
		out = out[:len(out)&^1]
	}
	repaired, err := f.Decode(out)
	return repaired, err == nil
}
