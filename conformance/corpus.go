package conformance

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
)

// The corpora of sections 12 and 13 have the kinds and sizes of those that Autobahn sends. They are made here from a
// fixed seed: JSON, a grey picture, prose in Latin-1, HTML, and a document with compressed parts.
var corpora = map[string]func() []byte{
	"corpus/records.json": sync.OnceValue(func() []byte { return cut(records, 194_056) }),
	"corpus/picture.bmp":  sync.OnceValue(picture),
	"corpus/prose.txt":    sync.OnceValue(func() []byte { return cut(prose, 222_218) }),
	"corpus/page.html":    sync.OnceValue(func() []byte { return cut(page, 263_647) }),
	"corpus/bomb.deflate": sync.OnceValue(bomb),
	"corpus/document.pdf": sync.OnceValue(func() []byte { return cut(document, 1_042_328) }),
}

// bomb gives a message of 10 MiB of zeros, as permessage-deflate sends it (RFC 7692 section 7.2.1).
func bomb() []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // fails only for an unknown level
	_, _ = w.Write(make([]byte, 10<<20))               // writing to memory does not fail
	_ = w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte{0, 0, 0xff, 0xff})
}

// cut calls more until there are size octets. It cuts off the rest wherever that is.
func cut(more func(*bytes.Buffer, *rand.Rand), size int) []byte {
	var b bytes.Buffer
	r := rand.New(rand.NewPCG(6455, uint64(size)))
	for b.Len() < size {
		more(&b, r)
	}
	return b.Bytes()[:size]
}

const syllables = "ba be bi bo da de du fa fi ga go ha he in ka ko la le li lo ma me mi mo na ne no or pa pe ra re ri ro sa se so ta te ti to un va ve wa wo za"

// word makes a word of one to four syllables. As in a language, few are frequent and many are rare.
func word(r *rand.Rand) string {
	all := strings.Fields(syllables)
	var w strings.Builder
	for range 1 + r.IntN(4) {
		w.WriteString(all[int(float64(len(all))*math.Pow(r.Float64(), 2))])
	}
	return w.String()
}

func words(r *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = word(r)
	}
	return strings.Join(out, " ")
}

// records writes one record of a list in JSON.
func records(b *bytes.Buffer, r *rand.Rand) {
	if b.Len() == 0 {
		b.WriteString("[\n")
	}
	fmt.Fprintf(b, "  {\"id\": %d, \"name\": %q, \"score\": %.3f, \"active\": %t,\n   \"tags\": [%q, %q], \"text\": %q},\n",
		r.Uint32(), words(r, 2), r.NormFloat64(), r.IntN(2) == 0, word(r), word(r), words(r, 4+r.IntN(12)))
}

// prose writes a paragraph in Latin-1, which is not UTF-8.
func prose(b *bytes.Buffer, r *rand.Rand) {
	for range 3 + r.IntN(5) {
		text := []byte(words(r, 5+r.IntN(15)))
		text[0] -= 'a' - 'A'
		for i, c := range text {
			if c == 'o' && r.IntN(8) == 0 {
				text[i] = 0xf6 // ö
			}
		}
		b.Write(text)
		b.WriteString(". ")
	}
	b.WriteString("\r\n\r\n")
}

// page writes an element of HTML.
func page(b *bytes.Buffer, r *rand.Rand) {
	if b.Len() == 0 {
		b.WriteString("<!doctype html>\n<html lang=\"en\"><head><title>Corpus</title></head>\n<body>\n")
	}
	fmt.Fprintf(b, "<section id=\"s%d\" class=\"%s\">\n  <h2>%s</h2>\n  <p>%s <a href=\"/%s/%d\">%s</a></p>\n</section>\n",
		r.IntN(1e6), word(r), words(r, 3), words(r, 10+r.IntN(30)), word(r), r.IntN(1e4), word(r))
}

// picture gives a bitmap of 512 by 512 grey points: hills with a little noise.
func picture() []byte {
	const side, head = 512, 14 + 40 + 256*4
	b := []byte("BM")
	for _, v := range []uint32{head + side*side, 0, head, 40, side, side, 1 | 8<<16, 0, side * side, 2835, 2835, 256, 256} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for grey := range 256 {
		b = append(b, byte(grey), byte(grey), byte(grey), 0)
	}
	r := rand.New(rand.NewPCG(6455, side))
	for y := range side {
		for x := range side {
			hill := math.Sin(float64(x)/40) * math.Cos(float64(y)/55)
			b = append(b, byte(128+90*hill+4*r.NormFloat64()))
		}
	}
	return b
}

// document writes an object of a document: a line of text and a compressed stream, which is mostly noise.
func document(b *bytes.Buffer, r *rand.Rand) {
	if b.Len() == 0 {
		b.WriteString("%PDF-1.4\n")
	}
	var stream bytes.Buffer
	z := zlib.NewWriter(&stream)
	fmt.Fprint(z, words(r, 200)) // writing to memory does not fail
	for range 1000 {
		_ = binary.Write(z, binary.LittleEndian, r.Uint64())
	}
	_ = z.Close()
	fmt.Fprintf(b, "%d 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n", r.IntN(1e4), stream.Len(), stream.Bytes())
}
