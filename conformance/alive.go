package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/duologue/duologue/trace"
)

// Alive says how a server shows that it is there, where it is no echo of text.
type Alive struct {
	Mode     string // echo, ping, binary or steps; "" is echo
	Steps    string // of the mode steps: a list of steps in YAML
	Greeting string // a list of events in YAML that may come by themselves at any time; "" if none may
	Asks     bool   // every request asks for a subprotocol
	textless bool   // the steps send messages, and none is text; see [Alive.Saw]
}

// The modes.
const (
	AliveEcho   = "echo"   // it sends back every message
	AlivePing   = "ping"   // it answers a Ping
	AliveBinary = "binary" // it sends back every binary message
	AliveSteps  = "steps"  // it does what steps of somebody's expect
)

// Lacks is how every reason begins that [Alive.Needs] gives.
const Lacks = "it needs "

// Needs says why a case cannot be performed with a server that is there in this way; "" if it can be.
func (a Alive) Needs(c Case) string {
	echoes := a.Mode == "" || a.Mode == AliveEcho
	switch {
	case a.Asks && slices.Contains(c.Tags, TagAsks):
		return Lacks + "a request without a subprotocol, and --protocol asks for one"
	case a.Mode == AliveBinary && slices.Contains(c.Tags, TagText):
		return Lacks + "a server that takes text, and --alive says that binary messages alone come back"
	case a.textless && slices.Contains(c.Tags, TagText):
		return Lacks + "a server that takes text, and the steps of --alive send binary messages alone"
	case echoes || !slices.Contains(c.Tags, TagEcho), a.Mode == AliveBinary && slices.Contains(c.Tags, TagBinary):
		return ""
	case a.Mode == AliveBinary:
		return Lacks + "an echo of text, and --alive says that binary messages alone come back"
	}
	return Lacks + "an echo, and --alive says that the server is none"
}

// Saw gives the same, with what the probe of [ProbeAlive] shows with all its events: a server to which steps send
// binary messages alone may hang up when text comes, as MQTT 3.1.1 section 6 demands.
func (a Alive) Saw(probe *trace.Scenario) Alive {
	a.textless = false
	for _, c := range probe.Connections {
		for _, ev := range c.Events {
			if m, ok := ev.Detail.(*trace.Message); ok && ev.Sent {
				if !m.Binary {
					a.textless = false
					return a
				}
				a.textless = a.Mode == AliveSteps
			}
		}
	}
	return a
}

// alivePath is the file that has the sequence by which a peer shows that it is there.
const alivePath = "data/alive.yaml"

// texts are the sequences of the modes that need no steps of somebody's.
var texts = map[string]string{
	AlivePing: `
      - repeat:
          times: 2
          steps:
            - send_ping: "are you there? ${index}"
            - await: {pong: "are you there? ${index}"}
              within: "${args.within}"
`,
	AliveBinary: `
      - repeat:
          times: 2
          steps:
            - send: {hex: "617265${hex(json(index))}"}
              as: asked
            - expect: {message: "${asked.data}"}
              within: "${args.within}"
`,
}

// Files are [Files], in which a server is there in this way and may say what it says by itself.
func (a Alive) Files() (fs.FS, error) {
	steps, known := texts[a.Mode]
	switch {
	case a.Mode == AliveSteps:
		list, err := listOf(a.Steps)
		if err != nil {
			return nil, err
		}
		steps = "\n" + indent(list, "      ")
	case !known && a.Mode != "" && a.Mode != AliveEcho:
		return nil, fmt.Errorf("there is no way %q to be alive", a.Mode)
	}
	out := overlay{tree: tree{}, speaks: a.Mode == AliveSteps || a.Mode == AlivePing}
	if steps != "" {
		out.alive = "# As --alive says.\nsuite: Alive\nsequences:\n  talks:\n    args: {within: 5s}\n    steps:" + steps // see stepsBegin
	}
	if a.Greeting != "" {
		list, err := listOf(a.Greeting)
		if err != nil {
			return nil, err
		}
		out.greeting = listeners(list)
	}
	return out, nil
}

// stepsBegin is how many lines stand before steps of somebody's.
const stepsBegin = 6

// errNoList is that a text is not a list.
var errNoList = errors.New("it is not a list in YAML, whose items begin with \"- \"")

// listOf gives a list in YAML that begins in the first column.
func listOf(text string) (string, error) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	margin, found := "", false
	for i, line := range lines {
		body := strings.TrimLeft(line, " ")
		if !found && strings.HasPrefix(body, "- ") {
			margin, found = line[:len(line)-len(body)], true
		}
		if body == "" || strings.HasPrefix(body, "#") || body == "---" && !found {
			if body == "---" {
				lines[i] = ""
			}
			continue
		}
		rest, ok := strings.CutPrefix(line, margin)
		if !found || !ok {
			return "", errNoList
		}
		lines[i] = rest
	}
	if !found {
		return "", errNoList
	}
	return strings.Join(lines, "\n"), nil
}

// indent moves every line to the right that is not empty.
func indent(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(by)
		}
		b.WriteString(line)
	}
	if !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
	return b.String()
}

// listeners makes of a list of events listeners that ignore them.
func listeners(list string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(list) {
		if rest, ok := strings.CutPrefix(line, "- "); ok {
			n++
			fmt.Fprintf(&b, "      - name: greeting %d\n        when:\n          %s", n, rest)
			continue
		}
		if strings.TrimSpace(line) != "" {
			b.WriteString("        ") // what belongs to an item stands two columns to the right of its hyphen
		}
		b.WriteString(line)
	}
	if !strings.HasSuffix(list, "\n") {
		b.WriteByte('\n')
	}
	return b.String()
}

// overlay is the tree with another way to be alive, and with listeners in every scenario.
type overlay struct {
	tree
	alive    string // in the place of alivePath; "" leaves it as it is
	greeting string // the listeners; "" is none
	speaks   bool   // a message is no echo, but what the server has to say
}

var (
	scenarios = regexp.MustCompile(`(?m)^  - name: .*\n`)
	taken     = regexp.MustCompile(`(?m)^ +echoed: \{message: \{\}, outcome: failed.*\n`)
)

func (o overlay) Open(name string) (fs.File, error) {
	if name == alivePath && o.alive != "" {
		return textFile(name, o.alive), nil
	}
	if path.Ext(name) != ".yaml" {
		return o.tree.Open(name)
	}
	data, err := fs.ReadFile(o.tree, name)
	if err != nil {
		return nil, err
	}
	return textFile(name, o.changed(string(data))), nil
}

// changed adds to every scenario of a suite what this server asks for.
func (o overlay) changed(text string) string {
	if o.speaks {
		text = taken.ReplaceAllString(text, "")
	}
	begins := scenarios.FindAllStringIndex(text, -1)
	var b strings.Builder
	end := 0
	for i, at := range begins {
		next := len(text)
		if i+1 < len(begins) {
			next = begins[i+1][0]
		}
		b.WriteString(text[end:at[1]])
		end = at[1]
		if o.speaks && !strings.Contains(text[at[0]:next], "\n    unexpected:") {
			b.WriteString("    unexpected: [message]\n")
		}
		switch {
		case o.greeting != "" && i == 0:
			b.WriteString("    listeners: &greeting\n" + o.greeting)
		case o.greeting != "":
			b.WriteString("    listeners: *greeting\n")
		}
	}
	return b.String() + text[end:]
}

func textFile(name, text string) fs.File {
	return &memoryFile{Reader: bytes.NewReader([]byte(text)), name: path.Base(name)}
}
