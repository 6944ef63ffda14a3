package process

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"time"
)

// Probe asks once whether a process is ready. The error says why it is not.
type Probe func(ctx context.Context) error

// ErrEnded is why a process never becomes ready: it has ended.
var ErrEnded = errors.New("it ended before it was ready")

const (
	probeFirst = 5 * time.Millisecond   // the time between the first two probes
	probeLast  = 200 * time.Millisecond // the longest time between two
	probeTime  = 5 * time.Second        // for one probe
)

// Await probes again and again until the process is ready. It gives [ErrEnded] if the
// process has ended by then, whatever a probe says: another program may have answered.
// When ctx ends it gives the last answer of a probe that was not cut off by that.
func (p *Process) Await(ctx context.Context, probe Probe) error {
	alive, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // nobody waits for the answer to a probe of a process that is gone
		select {
		case <-p.gone:
			cancel()
		case <-alive.Done():
		}
	}()
	var answer error
	for pause := probeFirst; ; pause = min(2*pause, probeLast) {
		err := bounded(alive, probe)
		if _, gone := p.Exit(); gone {
			return p.whyEnded(ctx)
		}
		if err == nil {
			return nil
		}
		if answer == nil || ctx.Err() == nil {
			answer = err
		}
		timer := time.NewTimer(pause)
		select {
		case <-p.gone:
			timer.Stop()
			return p.whyEnded(ctx)
		case <-ctx.Done():
			timer.Stop()
			return answer
		case <-timer.C:
		}
	}
}

// whyEnded waits for the output of a process that has ended, which tells why.
func (p *Process) whyEnded(ctx context.Context) error {
	select {
	case <-p.ended:
	case <-ctx.Done():
	}
	return ErrEnded
}

// bounded probes once, for a limited time: a server that takes connections before it
// answers is asked again.
func bounded(ctx context.Context, probe Probe) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	err := probe(ctx)
	if err != nil && ctx.Err() != nil {
		return errors.New("it does not answer")
	}
	return err
}

// AwaitLine waits for a line that a pattern matches. Its errors are those of
// [Process.Await].
func (p *Process) AwaitLine(ctx context.Context, pattern *regexp.Regexp) error {
	seen := p.Output.Watch(pattern.Match)
	select {
	case <-seen:
		if _, gone := p.Exit(); gone {
			return p.whyEnded(ctx)
		}
		return nil
	case <-p.ended:
		return ErrEnded
	case <-ctx.Done():
		return errors.New("no line of its output matches")
	}
}

// TCP gives a probe that holds once a connection to an address opens.
func TCP(address string) Probe {
	return func(ctx context.Context) error {
		nc, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return plainly(err)
		}
		return nc.Close()
	}
}

// HTTP gives a probe that holds once a GET of a URL has an answer with a wanted status.
// Redirects are not followed, and no certificate is verified: the question is only whether
// somebody answers.
func HTTP(url string, wanted func(status int) bool) Probe {
	client := &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return plainly(err)
		}
		_ = response.Body.Close() // nobody reads it
		if !wanted(response.StatusCode) {
			return fmt.Errorf("it answers %s", response.Status)
		}
		return nil
	}
}

// plainly says why an address was not reached, without the address.
func plainly(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
