package plan

import (
	"io/fs"
	"regexp"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/wire"
)

// Selection is a suite to perform: all of it, or the scenario that stands at a line.
type Selection struct {
	File string
	Line int // 0 for all of it
}

// Options say how a plan is made.
type Options struct {
	Target      string                                  // overrides the suites' targets
	Files       fs.FS                                   // holds the suites and what they name; nil: the files of this machine
	Root        string                                  // suites can read what lies below it; "" is the working directory
	Tags        []string                                // perform scenarios with one of these, and with none of those that begin with !
	Name        *regexp.Regexp                          // perform scenarios with such names; nil: all
	Vars        map[string]any                          // override variables: text, numbers, true, false, nil, lists, and maps by text
	Seed        uint64                                  // of every random choice
	AllowListen bool                                    // other machines may reach endpoints
	AllowRun    bool                                    // commands may be performed
	Insecure    bool                                    // `insecure: true` is allowed
	CI          bool                                    // `only` is an error
	Accepting   bool                                    // `connect` dials nothing, but takes a client as a server does
	Dialling    func(*wire.Dialer)                      // adds to what a connect dials what its step does not say; nil: nothing
	LookupEnv   func(name string) (string, bool)        // nil: there are no environment variables
	NoEnv       bool                                    // whatever an environment variable may hold: for a check where they are not set
	Resolve     func(builtinURL string) (string, error) // gives the address of a builtin:// URL; nil: there are no embedded endpoints
}

// variable gives the value with which a variable is overridden, if it is.
func (o *Options) variable(name string) (any, bool) {
	v, ok := o.Vars[name]
	return expr.Ordered(v), ok
}
