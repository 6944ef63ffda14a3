package mutant

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/duologue/duologue/wire"
)

// Judged lets a judge at base, such as ws://127.0.0.1:9001, perform all its
// cases with the client. It does what the test programs of libraries do for
// Autobahn's fuzzingserver: it asks for the number of cases, echoes in each of
// them, and asks for the reports under the name of agent. A dial that fails is
// no error, because some cases are about handshakes that the client must refuse.
func (c *Client) Judged(ctx context.Context, base, agent string) error {
	base = strings.TrimSuffix(base, "/")
	count, err := ask(ctx, base+"/getCaseCount")
	if err != nil {
		return fmt.Errorf("ask for the number of cases: %w", err)
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		return fmt.Errorf("the number of cases is %q", count)
	}
	as := "agent=" + url.QueryEscape(agent)
	for i := range n {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_ = c.Echo(ctx, fmt.Sprintf("%s/runCase?case=%d&%s", base, i+1, as)) // the case may be about a failing handshake
	}
	if _, err := ask(ctx, base+"/updateReports?"+as); err != nil && !errors.Is(err, errNothing) {
		return fmt.Errorf("ask for the reports: %w", err)
	}
	return nil
}

// errNothing says that a connection ended before a message came.
var errNothing = errors.New("the connection ended without a message")

// ask gives the first message from a URL. It has no defects, so that the cases
// that show them are reached.
func ask(ctx context.Context, url string) (string, error) {
	d := wire.Dialer{URL: url}
	conn, err := d.Dial(ctx)
	if err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Drop(wire.DropRST) })
	defer stop()
	text, said := "", false
	for {
		switch ev := conn.Next().(type) {
		case *wire.Message:
			if !said {
				text, said = string(ev.Data), true
			}
		case *wire.End:
			if !said {
				return "", errNothing
			}
			return text, nil
		}
	}
}
