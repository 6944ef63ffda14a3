#!/bin/bash
# go-audio/wav and beep hear nothing, and no fault, in the WAV file that ffmpeg writes to a pipe.
#
# Go modules github.com/go-audio/wav v1.1.0, github.com/gopxl/beep/v2 v2.1.1 (Go 1.26.8).
#
# Expected: a writer that cannot seek back does not know the sizes. ffmpeg puts 0xFFFFFFFF there, as RF64 (EBU Tech 3306) does: the data
# go to the end of the file, here one second, 8000 samples. A reader that wants a true size refuses.
#
# Observed: go-audio/wav calls the file valid, gives 74 hours for its duration, no sample, and no error. beep gives a stream of length 0, and no
# error. A test that plays such a clip to a server sends nothing; one that asks whether the clip is silent is told so.
#
#   true sizes: go-audio valid true, 8000 samples, error none; beep 8000 samples, error none
#   0xFFFFFFFF: go-audio valid true, 0 samples, error none; beep 0 samples, error none
#   0xFFFFFFFF: go-audio says it lasts 74h33m55s
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
export GOMODCACHE=$T/modules GOFLAGS=-modcacherw GOTOOLCHAIN=local
cat >main.go <<'P'
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"

	goaudio "github.com/go-audio/wav"
	beep "github.com/gopxl/beep/v2/wav"
)

// file is what `ffmpeg -i in.wav -f wav -` writes of one second at 8000 Hz: fmt, a LIST chunk with the writer's name, data.
func file(riff, data uint32) []byte {
	b := new(bytes.Buffer)
	le := func(v any) { _ = binary.Write(b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	le(riff)
	b.WriteString("WAVEfmt ")
	le([]uint32{16, 1<<16 | 1, 8000, 16000, 16<<16 | 2})
	b.WriteString("LIST\x1a\x00\x00\x00INFOISFT\x0e\x00\x00\x00Lavf59.27.100\x00data")
	le(data)
	for i := range 8000 {
		le(int16(i % 50 * 100))
	}
	return b.Bytes()
}

func said(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

func read(b []byte) string {
	valid := goaudio.NewDecoder(bytes.NewReader(b)).IsValidFile()
	buffer, err := goaudio.NewDecoder(bytes.NewReader(b)).FullPCMBuffer()
	n := 0
	if buffer != nil {
		n = len(buffer.Data)
	}
	s := fmt.Sprintf("go-audio valid %v, %d samples, error %s; ", valid, n, said(err))
	stream, _, err := beep.Decode(io.NopCloser(bytes.NewReader(b)))
	if err != nil {
		return s + "beep error " + err.Error()
	}
	part, all := make([][2]float64, 512), 0
	for k, ok := stream.Stream(part); ok; k, ok = stream.Stream(part) {
		all += k
	}
	return s + fmt.Sprintf("beep %d samples, error %s", all, said(stream.Err()))
}

func main() {
	true_, pipe := read(file(70+16000, 16000)), read(file(1<<32-1, 1<<32-1))
	fmt.Println("true sizes:", true_)
	fmt.Println("0xFFFFFFFF:", pipe)
	lasts, err := goaudio.NewDecoder(bytes.NewReader(file(1<<32-1, 1<<32-1))).Duration()
	fmt.Println("0xFFFFFFFF: go-audio says it lasts", lasts.Truncate(time.Second))
	if err != nil || true_ != "go-audio valid true, 8000 samples, error none; beep 8000 samples, error none" ||
		pipe != "go-audio valid true, 0 samples, error none; beep 0 samples, error none" || lasts < time.Hour {
		os.Exit(1)
	}
}
P
go mod init surprise 2>/dev/null
go get github.com/go-audio/wav@v1.1.0 github.com/gopxl/beep/v2@v2.1.1 2>go.log || { cat go.log; exit 2; }
go run .
