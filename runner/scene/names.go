package scene

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/spec"
)

// names is what steps have named and set, for the expressions of later steps. Branches and
// listeners share it.
type names struct {
	account *memory.Account // pays for what labels hold

	mu      sync.Mutex // guards what follows; who holds it takes no other lock of the scene
	labels  map[string]label
	on      map[string]string          // by label: the connection of what it stands for; "" if it has none
	held    int                        // octets that labels and groups hold
	ends    map[string]<-chan struct{} // by label: closed when what it began has ended
	vars    map[string]any
	windows map[spec.Action]int // how often each was sent
}

func newNames(account *memory.Account, vars map[string]any) *names {
	return &names{account: account, labels: map[string]label{}, on: map[string]string{}, ends: map[string]<-chan struct{}{},
		vars: maps.Clone(vars), windows: map[spec.Action]int{}}
}

// put remembers what a step did or saw on a connection, if it has a label.
func (n *names) put(name, connection string, l label) {
	if name == "" {
		return
	}
	if ev, ok := eventOf(l); ok {
		connection = ev.Connection
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	change := labelWeight(l) - labelWeight(n.labels[name])
	n.labels[name], n.on[name] = l, connection
	n.holdHeld(change)
}

// hold counts octets of what a group has found, as if they had labels.
func (n *names) hold(octets int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.holdHeld(octets)
}

// holdHeld is hold. The caller holds mu.
func (n *names) holdHeld(octets int) {
	n.held += octets
	n.account.Hold(octets)
}

// labelWeight is how many octets a label holds.
func labelWeight(l label) int {
	if ev, ok := eventOf(l); ok {
		return ev.Weight()
	}
	return 0
}

// labelled gives what a label stands for.
func (n *names) labelled(name string) (label, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l, ok := n.labels[name]
	return l, ok
}

// connection gives the connection of what a label stands for, or "".
func (n *names) connection(label string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.on[label]
}

// members lists the labels in order.
func (n *names) members() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.labels))
}

// octets is how many octets labels and groups hold.
func (n *names) octets() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.held
}

// began remembers the channel that is closed when a labelled stream has ended.
func (n *names) began(name string, done <-chan struct{}) {
	if name == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ends[name] = done
}

// ended gives the channel of a label, or nil.
func (n *names) ended(name string) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ends[name]
}

// set gives a value to a variable.
func (n *names) set(name string, value any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.vars[name] = value
}

// variables gives the values of all variables, as they are now.
func (n *names) variables() expr.Map {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.vars)
}

// window tells how often a step has sent before, and counts one more.
func (n *names) window(a spec.Action) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.windows[a]++
	return n.windows[a] - 1
}

// bequeath copies the labels and variables of a suite's setup into the names of another
// scene, which has not begun.
func (n *names) bequeath(to *names) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.Copy(to.vars, n.vars)
	maps.Copy(to.labels, n.labels)
	maps.DeleteFunc(to.labels, func(_ string, l label) bool {
		_, listens := l.(listenerLabel)
		return listens // it has ended with the setup
	})
}

// resolve gives a point in time. If the label or the point does not exist, that is an
// error.
func (n *names) resolve(m expr.Moment) (time.Duration, error) {
	l, ok := n.labelled(m.Label)
	if !ok {
		return 0, fmt.Errorf("the label %q does not exist: its step was not carried out", m.Label)
	}
	at, err := pointOf(l, m.Point)
	if err != nil {
		return 0, fmt.Errorf("%s.%s: %w", m.Label, m.Point, err)
	}
	return at + m.Offset, nil
}

// difference gives the time between two moments.
func (n *names) difference(d expr.Difference) (time.Duration, error) {
	a, errA := n.resolve(d.A)
	b, errB := n.resolve(d.B)
	return a - b, errors.Join(errA, errB)
}
