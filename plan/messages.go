package plan

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/protobuf"
)

// messages are the messages of Protocol Buffers that a suite can use.
type messages struct {
	types *protobuf.Types // nil if there are none
	wrong bool            // the .proto files were complained of
}

// named gives the type of a message for expressions.
func (m messages) named(name string) (expr.Message, error) {
	found, err := m.of(name)
	if err != nil {
		return nil, err
	}
	return found, nil
}

func (m messages) of(name string) (*protobuf.Message, error) {
	switch {
	case m.wrong:
		return nil, diag.Told
	case m.types == nil:
		return nil, diag.Hinted("such as protobuf: chat.proto, at the top of the suite", "the suite names no .proto files")
	}
	return m.types.Message(name)
}
