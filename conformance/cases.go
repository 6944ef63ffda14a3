package conformance

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
)

// Section is a group of cases: those whose ids begin with its key.
type Section struct {
	Key   string // 1 to 13, X, H, D or S
	Word  string // another name; "" if there is none
	Title string
	Quick bool // performed if the user selects nothing
}

// Sections are all sections, in order. 1 to 13 are those of Autobahn, which has no 8 and no 11.
var Sections = []Section{
	{"1", "", "Framing", true},
	{"2", "", "Pings and pongs", true},
	{"3", "", "Reserved bits", true},
	{"4", "", "Opcodes", true},
	{"5", "", "Fragmentation", true},
	{"6", "", "UTF-8", true},
	{"7", "", "Closing", true},
	{"9", "", "Limits", false},
	{"10", "", "Automatic fragmentation", true},
	{"12", "", "Compression, payloads", false},
	{"13", "", "Compression, parameters", false},
	{"X", "frames", "Frames, further", true},
	{"H", "handshake", "Handshake", true},
	{"D", "compression", "Compression, in detail", true},
	{"S", "security", "Security", true},
}

// The tags with a special meaning.
const (
	TagServer = "server"  // only for a server under test
	TagClient = "client"  // only for a client under test
	TagLong   = "long"    // takes long, or a lot of memory
	TagLast   = "last"    // some peers die of it
	TagBlind  = "blind"   // a peer that is not there can pass it, see [Doubt]
	TagEcho   = "echo"    // needs that messages come back; see [Alive]
	TagText   = "text"    // needs a server that takes text
	TagBinary = "binary"  // needs that of binary messages alone
	TagAsks   = "unasked" // needs a request that asks for no subprotocol
	TagKeys   = "keys"    // about the keys of all dials of a client; its scenario alone cannot judge them
)

// Case is one case: a scenario, or a row of its matrix, whose name begins with its id.
type Case struct {
	ID    string // such as 6.4.1 or X5.2
	Title string
	Tags  []string
}

// CaseOf makes a case from the name and the tags of a scenario.
func CaseOf(name string, tags []string) Case {
	id, title, _ := strings.Cut(name, " ")
	return Case{ID: id, Title: title, Tags: tags}
}

// Section gives the key of the case's section.
func (c Case) Section() string { return sectionOf(c.ID) }

func sectionOf(id string) string {
	if id != "" && (id[0] < '0' || id[0] > '9') {
		return id[:1]
	}
	key, _, _ := strings.Cut(id, ".")
	return key
}

// Selection says which cases are selected. The zero value selects the quick sections.
type Selection struct {
	Client   bool     // a client is under test, not a server
	Sections []string // keys or words
	Cases    []string // ids, beginnings of ids that end at a dot, or patterns of path.Match
	Tags     []string // cases with one of these, and without those that begin with !
	All      bool     // every section, including long cases
}

// Choose gives the selected cases, by id. It is an error, with a hint, to select something that does not exist, or
// nothing.
func (s Selection) Choose(all []Case) (map[string]bool, error) {
	sections, err := s.sections()
	if err != nil {
		return nil, err
	}
	if err := s.checkCases(all); err != nil {
		return nil, err
	}
	chosen := map[string]bool{}
	for _, c := range all {
		if s.applies(c) && s.tagged(c) && s.names(c, sections) {
			chosen[c.ID] = true
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no case is selected, so nothing would be checked; look at --section, --case and --tags")
	}
	return chosen, nil
}

// applies reports whether a case is for the role under test.
func (s Selection) applies(c Case) bool {
	other := TagClient
	if s.Client {
		other = TagServer
	}
	return !slices.Contains(c.Tags, other)
}

// names reports whether a case is selected by its id, by its section, or by default.
func (s Selection) names(c Case, sections []string) bool {
	if len(s.Sections)+len(s.Cases) == 0 {
		return s.All || !slices.Contains(c.Tags, TagLong)
	}
	return slices.Contains(sections, c.Section()) || slices.ContainsFunc(s.Cases, func(p string) bool { return matches(p, c.ID) })
}

func (s Selection) tagged(c Case) bool {
	some, found := false, false
	for _, t := range s.Tags {
		if t, not := strings.CutPrefix(t, "!"); not {
			if slices.Contains(c.Tags, t) {
				return false
			}
			continue
		}
		some = true
		found = found || slices.Contains(c.Tags, t)
	}
	return found || !some
}

// sections gives the keys of the selected sections.
func (s Selection) sections() ([]string, error) {
	var keys []string
	for _, asked := range s.Sections {
		i := slices.IndexFunc(Sections, func(sec Section) bool {
			return strings.EqualFold(asked, sec.Key) || sec.Word != "" && strings.EqualFold(asked, sec.Word)
		})
		if i < 0 {
			return nil, fmt.Errorf("there is no section %q; there are %s", asked, strings.Join(sectionNames(), ", "))
		}
		keys = append(keys, Sections[i].Key)
	}
	return keys, nil
}

func sectionNames() []string {
	var names []string
	for _, s := range Sections {
		name := s.Key
		if s.Word != "" {
			name += " (" + s.Word + ")"
		}
		names = append(names, name)
	}
	return names
}

// checkCases complains about a pattern that fits no case.
func (s Selection) checkCases(all []Case) error {
	for _, pattern := range s.Cases {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("case %q: %w", pattern, err)
		}
		found := func(c Case) bool { return matches(pattern, c.ID) }
		if slices.ContainsFunc(all, found) {
			continue
		}
		var ids []string
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		hint := diag.DidYouMean(pattern, ids)
		if hint == "" {
			hint = "such as 6.4.1, 6.4 or 'X5.*'"
		}
		return fmt.Errorf("there is no case %q; %s", pattern, hint)
	}
	return nil
}

// matches reports whether a pattern fits an id: it is the id, the part of the id before one of its dots, or a pattern of
// path.Match.
func matches(pattern, id string) bool {
	if ok, _ := path.Match(pattern, id); ok {
		return true
	}
	return strings.HasPrefix(id, strings.TrimSuffix(pattern, ".")+".")
}

// Order compares ids as a person would: 6.4.2 comes before 6.4.10, and sections have the order of [Sections].
func Order(a, b string) int {
	rank := func(id string) int {
		key := sectionOf(id)
		return slices.IndexFunc(Sections, func(s Section) bool { return s.Key == key })
	}
	if ra, rb := rank(a), rank(b); ra != rb {
		return ra - rb
	}
	return slices.Compare(numbers(a), numbers(b))
}

// numbers gives the numbers in an id, in order.
func numbers(id string) []int {
	var out []int
	for _, part := range strings.FieldsFunc(id, func(r rune) bool { return r < '0' || r > '9' }) {
		n := 0
		for _, d := range part {
			n = n*10 + int(d-'0')
		}
		out = append(out, n)
	}
	return out
}
