// Command duologue performs declarative scenarios against WebSocket servers
// and judges what came back.
package main

import (
	"context"
	"os"
	"runtime"
)

func main() {
	// One more than there are processors: the thread that waits for the time of a
	// chunk has to get one of Go's as soon as it wakes, and while audio is measured
	// and garbage collected these would all be taken.
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
