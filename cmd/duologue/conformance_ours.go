package main

import (
	"context"
	"fmt"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/builtin/mutant"
	"github.com/urfave/cli/v2"
)

// ourClient is the client of builtin://protocol that is being judged.
type ourClient struct {
	name   string // its URL
	client *mutant.Client
	ended  chan error
}

// judgeOurClient performs the cases with the client of a URL. The URL is "" if cases are only listed.
func judgeOurClient(c *cli.Context, url string) error {
	if url == "" {
		url = "builtin://" + builtin.Protocol
	}
	client, err := builtin.Client(url)
	if err != nil {
		return usageError{fmt.Errorf("--role client: %w; to judge another, use --listen and have it dial", err)}
	}
	return judgeClients(c, "127.0.0.1:0", &ourClient{name: url, client: client, ended: make(chan error, 1)})
}

// begin makes the client dial the judge. If the client cannot go on, done tells the judge to end.
func (o *ourClient) begin(ctx context.Context, address string, done func()) {
	go func() {
		err := o.client.Judged(ctx, "ws://"+address, o.name)
		if err != nil {
			done()
		}
		o.ended <- err
	}()
}

// wait waits for the client and gives its error. It gives nil at once if there is no client.
func (o *ourClient) wait() error {
	if o == nil {
		return nil
	}
	return <-o.ended
}
