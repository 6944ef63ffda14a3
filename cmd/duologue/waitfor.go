package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/duologue/duologue/wire"
	"github.com/urfave/cli/v2"
)

// waitFlags are the flags of a run that waits for what it tests.
func waitFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "wait-for", Usage: "wait until a server is there before the first scenario: ws, wss, http, https or tcp `URL`"},
		&cli.DurationFlag{Name: "wait-time", Usage: "wait at most `D` for all of them", Value: time.Minute},
	}
}

// waitEvery is the time from the end of an attempt to the next one.
const waitEvery = 200 * time.Millisecond

// attemptTime is how long one attempt may take.
const attemptTime = 5 * time.Second

// waited is a server that is waited for.
type waited struct {
	*url.URL
	try func(ctx context.Context, u *url.URL) error // nil: it is there
}

// ways are how a server of a scheme shows that it is there.
var ways = map[string]func(context.Context, *url.URL) error{
	"ws": tryWebSocket, "wss": tryWebSocket, "http": tryHTTP, "https": tryHTTP, "tcp": tryTCP,
}

// waitedFor reads --wait-for.
func waitedFor(c *cli.Context) ([]waited, error) {
	var out []waited
	for _, text := range c.StringSlice("wait-for") {
		u, err := url.Parse(text)
		if err != nil || ways[u.Scheme] == nil || u.Hostname() == "" || u.Scheme == "tcp" && u.Port() == "" {
			return nil, usageError{fmt.Errorf("--wait-for %q is no address such as ws://127.0.0.1:8080/chat, http://127.0.0.1:8080/health or tcp://127.0.0.1:8080", text)}
		}
		out = append(out, waited{u, ways[u.Scheme]})
	}
	if d := c.Duration("wait-time"); d <= 0 {
		return nil, usageError{fmt.Errorf("--wait-time %s is no time to wait", d)}
	}
	return out, nil
}

// await waits until all servers are there.
func await(ctx context.Context, servers []waited, most time.Duration) error {
	begin := time.Now()
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for _, s := range servers {
		if last := s.await(limited); last != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("interrupted while waiting for %s", s.Redacted())
			}
			return fmt.Errorf("%s is not there after %s: %w", s.Redacted(), time.Since(begin).Round(100*time.Millisecond), last)
		}
	}
	return nil
}

// await gives why a server is not there when ctx has ended; nil if it is there.
func (s waited) await(ctx context.Context) error {
	for {
		last := s.attempt(ctx)
		if last == nil {
			return nil
		}
		pause := time.NewTimer(waitEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return last
		}
	}
}

func (s waited) attempt(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	return s.try(ctx, s.URL)
}

// unknown are the kinds of errors of a handshake that do not show that a server is there.
// An answer, right or wrong, does, unless it is [wire.DialError.Absent].
var unknown = []string{wire.KindDNS, wire.KindTimeout, wire.KindCanceled, wire.KindLocal}

func tryWebSocket(ctx context.Context, u *url.URL) error {
	c, err := (&wire.Dialer{URL: u.String(), Timeout: attemptTime}).Dial(ctx)
	var bad *wire.DialError
	switch {
	case err == nil:
		return c.Drop(wire.DropFIN)
	case !errors.As(err, &bad):
		return err
	case bad.Absent(), slices.Contains(unknown, bad.Kind), bad.Kind == wire.KindHandshake && bad.Status == 0:
		return bad.Err
	}
	return nil
}

func tryHTTP(ctx context.Context, u *url.URL) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	var bad *url.Error
	if errors.As(err, &bad) {
		return bad.Err
	} else if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }() // only the status is read
	if res.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("it answers %s", res.Status)
	}
	return nil
}

func tryTCP(ctx context.Context, u *url.URL) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	return c.Close()
}
