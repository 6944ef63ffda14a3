// Command duologue performs declarative scenarios against WebSocket servers
// and judges what came back.
package main

import (
	"context"
	"os"
	"runtime"
)

func main() {
	// One more than the number of processors. The thread that waits for the time
	// of a chunk must get a processor of Go as soon as it wakes. While audio is
	// measured and garbage is collected, the others would all be in use.
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
