package wire

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

// media is a text message as media comes: 320 octets, a chunk of 20 ms in base64 with its JSON.
var media = make([]byte, 320)

func BenchmarkSend(b *testing.B) {
	t := transport{Conn: &scripted{}, raw: &tap{Conn: &scripted{}}}
	w := newWriter(t, true, nil, &replies{})
	c := &Conn{writer: w, transport: t}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Send(ctx, OpText, media, SendOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	octets := frameOctets(true, OpText, string(media))
	r := newTestReader()
	b.ReportAllocs()
	for b.Loop() {
		r.feed(octets, time.Time{})
		for ev := r.next(); ev != nil; ev = r.next() {
		}
	}
}

func BenchmarkInflate(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	text := make([]byte, 100_000)
	for i := range text {
		text[i] = "aabcdeefgh {}:,\""[random.IntN(16)]
	}
	payload := newDeflater(false, 15).message(text)
	in := newInflater(false, 15)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := in.message(payload, 1<<20); err != nil {
			b.Fatal(err)
		}
	}
}
