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

// interruption notes which signal ended a run, or would have.
type interruption struct {
	signal atomic.Int32
	worth  atomic.Bool           // something was begun that is to be ended and reported
	lost   atomic.Pointer[error] // why not all that was said could be written
	cancel context.CancelFunc
}

// watch gives a context that ends with the first SIGINT, SIGTERM or SIGHUP once
// there is something to report: what was done until then is. Before that they end
// the program at once. A second SIGINT or SIGTERM ends it at once, in the system's
// own way; a terminal that goes away may send SIGHUP twice.
func watch(ctx context.Context) (context.Context, *interruption, func()) {
	ctx, cancel := context.WithCancel(ctx)
	in := &interruption{cancel: cancel}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE) // what cannot be written says so itself, see outlet
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
		signal.Reset(syscall.SIGHUP, syscall.SIGPIPE)
	}
}

// by ends what is done because of a signal.
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

// interrupting is the key of a context's interruption.
type interrupting struct{}

// begun notes that from now on there is something to end and to report.
func begun(ctx context.Context) {
	if in, ok := ctx.Value(interrupting{}).(*interruption); ok {
		in.worth.Store(true)
	}
}

// status is the exit code of a program that a signal ended, or 0.
func (in *interruption) status() int {
	if n := in.signal.Load(); n != 0 {
		return 128 + int(n)
	}
	return 0
}

// outlet is a standard output that may go away, as in `| head`, or stand still, as in
// `| less`. Then nothing more is written to it, and nobody waits for it.
type outlet struct {
	to   io.Writer
	ctx  context.Context //nolint:containedctx // it bounds writes, whose signature has none
	gone func()          // called once there is no reader
	lost func(error)     // told once what else keeps us from writing

	mu   sync.Mutex
	dead bool
}

// lastWords is how long a write may take after an interruption.
const lastWords = time.Second

// Write waits for the reader until there is an interruption.
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
	b = bytes.Clone(b) // who called may use it again, even if we wait no longer
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

// outlet gives what leads to a standard output. That nobody reads it ends the run, as
// SIGPIPE does.
func (in *interruption) outlet(ctx context.Context, to io.Writer) io.Writer {
	return &outlet{to: to, ctx: ctx, gone: func() { in.by(syscall.SIGPIPE) }, lost: func(err error) { in.lost.CompareAndSwap(nil, &err) }}
}
