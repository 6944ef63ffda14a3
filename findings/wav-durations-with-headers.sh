#!/bin/bash
# Two readers of WAV files divide the file's size by the byte rate, so headers and fillings last: a second is 1.26 s.
#
# Go module github.com/go-audio/wav v1.1.0 (Go 1.26.8), npm wav-file-info 0.0.10; beside them music-metadata 11.16.1 (Node.js 20.20.2).
#
# Expected: RIFF: only the data chunk is sound; 16000 octets at 16000 octets a second are one second. A chunk of a name one does not know is left out, as
# is JUNK, with which recorders align the data to a page or keep room for RF64's sizes (EBU Tech 3306).
#
# Observed: Decoder.Duration and `duration` count all octets. The header alone adds 2 ms (5 ms at 8 bits); a filling of 4,044 octets adds a quarter of
# a second of telephone sound, and a clip cut by that duration has a tail of nothing.
#
#   plain:            go-audio 1.00225, wav-file-info 1.00225, music-metadata 1
#   JUNK, 28 octets:  go-audio 1.0045, wav-file-info 1.0045, music-metadata 1
#   JUNK, 4044:       go-audio 1.2555, wav-file-info 1.2555, music-metadata 1
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts wav-file-info@0.0.10 music-metadata@11.16.1
cat >make.mjs <<'P'
import { writeFileSync } from 'node:fs';
const chunk = (id, data) => {
  const head = Buffer.alloc(8); head.write(id, 0, 'latin1'); head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
};
const fmt = chunk('fmt ', Buffer.from('01000100401f0000803e000002001000', 'hex')), data = chunk('data', Buffer.alloc(16000, 1));
const wav = filling => chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), fmt, filling, data]));
writeFileSync('a.wav', wav(Buffer.alloc(0))); writeFileSync('b.wav', wav(chunk('JUNK', Buffer.alloc(28)))); writeFileSync('c.wav', wav(chunk('JUNK', Buffer.alloc(4044))));
P
cat >read.mjs <<'P'
import info from 'wav-file-info';
import { parseFile } from 'music-metadata';
info.infoByFilename(process.argv[2], async (error, said) => {
  if (error) { console.log('wav-file-info refuses:', error.invalid_reasons); process.exit(1); }
  console.log(`wav-file-info ${said.duration}, music-metadata ${(await parseFile(process.argv[2], { duration: true })).format.duration}`);
});
P
cat >main.go <<'P'
package main

import (
	"fmt"
	"os"

	"github.com/go-audio/wav"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	d, err := wav.NewDecoder(f).Duration()
	if err != nil {
		panic(err)
	}
	fmt.Printf("go-audio %v, ", d.Seconds())
}
P
export GOMODCACHE=$T/modules GOFLAGS=-modcacherw GOTOOLCHAIN=local
go mod init surprise 2>/dev/null
go get github.com/go-audio/wav@v1.1.0 2>go.log || { cat go.log; exit 2; }
go build -o duration .
node make.mjs
bad=0
check() { # prints the durations of a file, and compares them
  said=$(./duration "$2"; node read.mjs "$2")
  printf '%-17s %s\n' "$1:" "$said"
  [ "$said" = "go-audio $3, wav-file-info $3, music-metadata 1" ] || bad=1
}
check plain a.wav 1.00225
check 'JUNK, 28 octets' b.wav 1.0045
check 'JUNK, 4044' c.wav 1.2555
exit $bad
