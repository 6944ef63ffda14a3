package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// interruption notes which signal ended a run, or would have ended it.
type interruption struct {
	signal atomic.Int32
	worth  atomic.Bool           // something has begun that must be ended and reported
	lost   atomic.Pointer[error] // why some output could not be written
	cancel context.CancelFunc
}

// watch gives a context for everything that can be interrupted. Once there is something to
// report, the first SIGINT, SIGTERM or SIGHUP ends the context, so that what was done until
// then is reported. Before that it ends the program at once. A second SIGINT or SIGTERM ends
// the program at once, as the system does. A second SIGHUP does not, because a terminal that is
// closed may send two.
func watch(ctx context.Context) (context.Context, *interruption, func()) {
	ctx, cancel := context.WithCancel(ctx)
	in := &interruption{cancel: cancel}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // it is ignored under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE) // instead of ending us, writes fail: see outlet. To ignore it would be handed on to services
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case s := <-signals:
			signal.Stop(signals)
			signal.Ignore(syscall.SIGHUP)
			in.by(s)
		case <-ctx.Done():
		}
	}()
	return context.WithValue(ctx, interrupting{}, in), in, func() {
		cancel()
		<-done
		signal.Stop(signals)
		signal.Stop(pipes)
		signal.Reset(syscall.SIGHUP)
	}
}

// by ends everything because of a signal.
func (in *interruption) by(s os.Signal) {
	n, ok := s.(syscall.Signal)
	if ok {
		in.signal.CompareAndSwap(0, int32(n))
	}
	if !in.worth.Load() && s != syscall.SIGPIPE {
		os.Exit(in.status())
	}
	in.cancel()
}

// interrupting is the key of the interruption in a context.
type interrupting struct{}

// begun notes that there is now something to end and to report.
func begun(ctx context.Context) {
	if in, ok := ctx.Value(interrupting{}).(*interruption); ok {
		in.worth.Store(true)
	}
}

// status gives the exit code of a program that a signal ended, or 0.
func (in *interruption) status() int {
	if n := in.signal.Load(); n != 0 {
		return 128 + int(n)
	}
	return 0
}

// outlet is a standard output that may go away, as in `| head`, or stand still, as in `| less`.
// Nothing more is then written to it, and nobody waits for it.
type outlet struct {
	to   io.Writer
	ctx  context.Context // it limits writes, which take no context
	gone func()          // called when the reader has gone
	lost func(error)     // called when anything else keeps us from writing

	mu   sync.Mutex
	dead bool
}

// lastWords is how long a write may take after an interruption.
const lastWords = time.Second

// Write waits for the reader. After an interruption it waits for [lastWords].
func (o *outlet) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.dead {
		return 0, io.ErrClosedPipe
	}
	err := o.write(b)
	if err != nil {
		o.dead = true
		if errors.Is(err, syscall.EPIPE) {
			o.gone()
		} else {
			o.lost(err)
		}
		return 0, err
	}
	return len(b), nil
}

func (o *outlet) write(b []byte) error {
	written := make(chan error, 1)
	b = bytes.Clone(b) // the caller may change it while the write is still waiting
	go func() {
		_, err := o.to.Write(b)
		written <- err
	}()
	select {
	case err := <-written:
		return err
	case <-o.ctx.Done():
	}
	late := time.NewTimer(lastWords)
	defer late.Stop()
	select {
	case err := <-written:
		return err
	case <-late.C:
		return os.ErrDeadlineExceeded
	}
}

// outlet wraps a standard output. If its reader goes away, that ends the run, as SIGPIPE would.
func (in *interruption) outlet(ctx context.Context, to io.Writer) io.Writer {
	return &outlet{to: to, ctx: ctx, gone: func() { in.by(syscall.SIGPIPE) }, lost: func(err error) { in.lost.CompareAndSwap(nil, &err) }}
}
