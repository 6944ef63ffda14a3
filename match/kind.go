package match

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/duologue/duologue/internal/expr"
)

// Kind is a set of kinds of values. A value has exactly one kind.
type Kind uint16

// The kinds of values. A Quantity is an amount with a unit other than time.
// Tagged is a tag, or another value that only CBOR and MessagePack have.
// Named is anything with members that expressions can name and that is no JSON:
// the headers of a handshake, an event, a label. Missing is a member that does
// not exist.
const (
	Text Kind = 1 << iota
	Number
	Duration
	Quantity
	Octets
	Boolean
	Null
	List
	Object
	Tagged
	Named
	Missing

	JSON     = Text | Number | Boolean | Null | List | Object
	anything = Missing<<1 - 1
	there    = anything &^ Missing
)

// kindNames are the kinds in words, in the order of the constants.
var kindNames = []string{"text", "a number", "a duration", "a quantity", "octets", "true or false", "null", "a list", "an object",
	"a tag or a simple value", "an object that is no JSON", "nothing"}

// String names the kinds, joined by "or".
func (k Kind) String() string {
	var names []string
	for i, name := range kindNames {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// Amount is a number that has a unit.
type Amount interface {
	Number() float64
	String() string // the number with its unit
}

// missing is the value of a member that does not exist. why is the reason that a
// report should tell, or "".
type missing struct{ why string }

// Nothing stands for a missing value.
var Nothing any = missing{}

// NothingSince stands for a value that is missing for a reason.
func NothingSince(why error) any { return missing{why.Error()} }

// KindOf gives the kind of a value.
func KindOf(v any) Kind {
	switch v := v.(type) {
	case expr.Lines:
		return KindOf(expr.Settle(v))
	case nil:
		return Null
	case missing:
		return Missing
	case string:
		return Text
	case json.Number, int, int64, float64:
		return Number
	case time.Duration:
		return Duration
	case Amount:
		return Quantity
	case []byte:
		return Octets
	case bool:
		return Boolean
	case []any:
		return List
	case *expr.Mapping:
		return Object
	case *expr.Tag, expr.Simple:
		return Tagged
	case expr.Object:
		return Named
	}
	return 0
}
