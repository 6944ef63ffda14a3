package scene

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
)

// Clients that dial and say nothing hold up the end of a scenario for one
// grace, however many they are.
func TestSilentDialsEndTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dials := make(chan dialled, maxDials)
		for range maxDials {
			ours, theirs := net.Pipe()
			defer theirs.Close()
			dials <- dialled{Conn: ours}
		}
		close(dials)
		es := &endpoints{desk: newDesk(time.Now(), nil, history{wants: &plan.Wants{}}), byName: map[string]*endpoint{
			"here": {Endpoint: plan.Endpoint{Name: "here"}, listener: closedListener{}, dials: dials}}}
		begin := time.Now()
		if notes := es.close(t.Context(), diag.Pos{}); len(notes) != maxDials {
			t.Errorf("%d notes, want %d", len(notes), maxDials)
		}
		if took := time.Since(begin); took > grace {
			t.Errorf("the end took %s, want at most %s", took, grace)
		}
	})
}

// closedListener stands for one that has ended.
type closedListener struct{ net.Listener }

func (closedListener) Close() error { return nil }
