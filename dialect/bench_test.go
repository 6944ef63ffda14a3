package dialect_test

import (
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
)

// BenchmarkChunk writes one chunk of 20 ms.
func BenchmarkChunk(b *testing.B) {
	for _, name := range dialect.Names() {
		b.Run(name, func(b *testing.B) {
			s := benchStream(b, name)
			length, _ := s.ChunkLength()
			octets := make([]byte, s.Format().Octets(length))
			b.ReportAllocs()
			for b.Loop() {
				s.Chunk(octets)
			}
		})
	}
}

// BenchmarkChunkBothWays writes and reads one chunk of 20 ms.
func BenchmarkChunkBothWays(b *testing.B) {
	for _, name := range dialect.Names() {
		b.Run(name, func(b *testing.B) {
			d, err := dialect.Builtin(name)
			if err != nil {
				b.Fatal(err)
			}
			f, err := d.Flow(dialect.App, dialect.Options{})
			if err != nil {
				b.Fatal(err)
			}
			platform, err := d.Flow(dialect.Platform, dialect.Options{})
			if err != nil {
				b.Fatal(err)
			}
			for _, m := range platform.Opening() {
				f.Receive(0, m)
			}
			s, sent, err := platform.Start(dialect.StreamOptions{})
			if err != nil {
				b.Fatal(err)
			}
			for _, m := range sent {
				f.Receive(0, m)
			}
			length, _ := s.ChunkLength()
			octets := make([]byte, s.Format().Octets(length))
			b.ReportAllocs()
			for at := time.Duration(0); b.Loop(); at += length {
				f.Receive(at, s.Chunk(octets))
			}
		})
	}
}

func benchStream(b *testing.B, name string) *dialect.Stream {
	b.Helper()
	d, err := dialect.Builtin(name)
	if err != nil {
		b.Fatal(err)
	}
	f, err := d.Flow(dialect.Platform, dialect.Options{})
	if err != nil {
		b.Fatal(err)
	}
	f.Opening()
	s, _, err := f.Start(dialect.StreamOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return s
}
