package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interruption notes which signal ended a run.
type interruption struct {
	signal atomic.Int32
}

// watch gives a context that ends with the first SIGINT or SIGTERM. What was
// done until then is reported; a second signal ends the program at once, in
// the system's own way.
func watch(ctx context.Context) (context.Context, *interruption, func()) {
	ctx, cancel := context.WithCancel(ctx)
	in := &interruption{}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case s := <-signals:
			if n, ok := s.(syscall.Signal); ok {
				in.signal.Store(int32(n))
			}
			signal.Stop(signals)
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, in, func() {
		cancel()
		<-done
		signal.Stop(signals)
	}
}

// status is the exit code of a program that a signal ended, or 0.
func (in *interruption) status() int {
	if n := in.signal.Load(); n != 0 {
		return 128 + int(n)
	}
	return 0
}
