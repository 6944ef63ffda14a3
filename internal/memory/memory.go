// Package memory limits how much of what peers said the scenarios of a run hold
// together. Each scenario has an [Account]. If the sum exceeds the [Budget], the
// scenario that holds most must end, and the others go on.
package memory

import "sync"

// Budget is what the scenarios of a run may hold together. Its methods, and
// those of its accounts, may be called from any goroutine.
type Budget struct {
	most int // octets

	mu       sync.Mutex
	held     int // octets of the accounts
	all      int // the same, with those of scenarios that are ending
	strain   strain
	accounts map[*Account]struct{} // of the scenarios that need not end
}

// New gives a budget of so many octets.
func New(octets int) *Budget { return &Budget{most: octets, accounts: map[*Account]struct{}{}} }

// Account is what one scenario holds. A nil account counts nothing.
type Account struct {
	budget *Budget
	held   int           // guarded by the budget's mu
	ends   chan struct{} // closed when the scenario must end
	end    int           // what it held then
}

// Open gives an account to a scenario that begins.
func (b *Budget) Open() *Account {
	a := &Account{budget: b, ends: make(chan struct{})}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accounts[a] = struct{}{}
	return a
}

// Hold says that so many octets more are held, or fewer if the number is
// negative. If the budget is exceeded, the scenario that holds most must end.
// What it holds no longer counts, because it will soon be released.
func (a *Account) Hold(octets int) {
	if a == nil || octets == 0 {
		return
	}
	b := a.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	a.held += octets
	b.all += octets
	if _, counts := b.accounts[a]; counts {
		b.held += octets
	}
	for b.held > b.most && len(b.accounts) > 0 {
		heaviest := b.heaviest()
		b.drop(heaviest)
		heaviest.end = heaviest.held
		close(heaviest.ends)
	}
	b.strain.follow(b.all, b.most)
}

// heaviest gives the account that holds most. The caller holds mu.
func (b *Budget) heaviest() *Account {
	var most *Account
	for a := range b.accounts {
		if most == nil || a.held > most.held {
			most = a
		}
	}
	return most
}

// drop stops counting an account. The caller holds mu.
func (b *Budget) drop(a *Account) {
	if _, counts := b.accounts[a]; counts {
		delete(b.accounts, a)
		b.held -= a.held
	}
}

// Most gives how many octets all accounts of the budget may hold.
func (a *Account) Most() int { return a.budget.most }

// Held gives how many octets the scenario holds, or held when it had to end.
func (a *Account) Held() int {
	a.budget.mu.Lock()
	defer a.budget.mu.Unlock()
	if a.end > 0 {
		return a.end
	}
	return a.held
}

// Ends gives a channel that is closed when the scenario must end. It is nil for
// a nil account.
func (a *Account) Ends() <-chan struct{} {
	if a == nil {
		return nil
	}
	return a.ends
}

// Over reports whether the scenario must end.
func (a *Account) Over() bool {
	select {
	case <-a.Ends():
		return true
	default:
		return false
	}
}

// Close says that the scenario has ended and holds nothing.
func (a *Account) Close() {
	if a == nil {
		return
	}
	b := a.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(a)
	b.all -= a.held
	a.held = 0
	b.strain.follow(b.all, b.most)
}
