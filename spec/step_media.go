package spec

import "github.com/duologue/duologue/internal/yamldoc"

// SendMedia streams a source in real time, in the background.
type SendMedia struct {
	From     Value[string] // a WAV file
	Tag      Value[string]
	Encoding Value[string]
	Custom   Data
	Wait     bool
}

func (s *SendMedia) shape() yamldoc.Shape { return yamldoc.Map(s) }

// Keys names the keys of `send_media`.
func (s *SendMedia) Keys(k *yamldoc.Keys) {
	k.Key("from", Text(&s.From), "What to stream: a WAV file.", yamldoc.Required)
	k.Key("tag", Text(&s.Tag), "The stream's tag, where the dialect has several.")
	k.Key("encoding", Text(&s.Encoding), "The encoding, in the dialect's words.")
	k.Key("customParameters", JSON(&s.Custom), "Values that travel in the stream's start.")
	k.Key("wait", yamldoc.Flag(&s.Wait), "Wait for the end of the stream.")
}
