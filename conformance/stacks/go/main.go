// Echo servers on other people's WebSocket stacks in Go, to hold the
// conformance suites against. One server a process:
//
//	go run . -stack gorilla -port 0
//
// prints "STACK VERSION ws://127.0.0.1:PORT" once it listens. With -judge it is a
// client of the library instead.
package main

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
)

// stack is one library: its module, and a handler that echoes messages of any
// size up to maxMessage with permessage-deflate where the library has it.
type stack struct {
	module string
	echo   http.Handler
}

// maxMessage is enough for the largest message of the suites, 16 MiB.
const maxMessage = 32 << 20

var stacks = map[string]stack{
	"coder":   {"github.com/coder/websocket", http.HandlerFunc(coderEcho)},
	"gobwas":  {"github.com/gobwas/ws", http.HandlerFunc(gobwasEcho)},
	"gorilla": {"github.com/gorilla/websocket", http.HandlerFunc(gorillaEcho)},
	"gws":     {"github.com/lxzan/gws", http.HandlerFunc(gwsEcho)},
	"xnet":    {"golang.org/x/net", http.HandlerFunc(xnetEcho)},
}

func main() {
	name := flag.String("stack", "coder", "one of "+strings.Join(slices.Sorted(maps.Keys(stacks)), ", "))
	port := flag.Int("port", 0, "on 127.0.0.1; 0 lets the system choose")
	judge := flag.String("judge", "", "be a client instead, and let the judge at this `URL` perform its cases with it")
	flag.Parse()
	if *judge != "" {
		if err := perform(*name, *judge); err != nil {
			log.Fatal(err)
		}
		return
	}
	s, ok := stacks[*name]
	if !ok {
		log.Fatalf("no stack %q", *name)
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %s ws://%s\n", *name, version(s.module), l.Addr())
	log.Fatal(http.Serve(l, s.echo))
}

// version is that of the module as it was built in.
func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, d := range info.Deps {
		if d.Path == module {
			return d.Version
		}
	}
	return "unknown"
}
