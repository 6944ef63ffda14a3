package builtin

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// view is a call to an endpoint, as a test judges it.
type view struct {
	name   string
	list   []said
	media  []said
	notes  []string
	octets []byte
}

func look(t *testing.T, raw string) view {
	t.Helper()
	name, _, _ := strings.Cut(strings.TrimPrefix(raw, "builtin://"), "?")
	events, notes := call(t, raw, visit(name))
	v := view{name: name, list: reading(events), notes: notes}
	v.media = only(v.list, "media")
	for _, m := range v.media {
		v.octets = append(v.octets, m.Media.Payload...)
	}
	return v
}

func (v view) format() media.Format {
	vendor, _, _ := strings.Cut(v.name, "/")
	return (&caller{dialect: vendor, rate: 8000}).format()
}

// as decodes the audio with another codec.
func (v view) as(c media.Codec) media.Clip {
	clip, err := media.Format{Codec: c, Rate: 8000}.Decode(v.octets)
	if err != nil {
		return media.Clip{}
	}
	return clip
}

func (v view) audio() media.Clip { return v.as(v.format().Codec) }

// opening gives the silence before the first word.
func (v view) opening() media.Clip { return v.audio().Slice(0, 80*time.Millisecond) }

// gap gives the longest time between two of the first 90 chunks.
func (v view) gap() time.Duration {
	longest := time.Duration(0)
	for i := 1; i < min(90, len(v.media)); i++ {
		longest = max(longest, v.media[i].at-v.media[i-1].at)
	}
	return longest
}

// own gives the application's own messages.
func (v view) own() []said {
	return slices.DeleteFunc(slices.Clone(v.list), func(m said) bool {
		return m.Event != "" || m.Action != "" || m.Custom != "" || m.end != 0
	})
}

func (v view) end() websocket.StatusCode {
	if len(v.list) == 0 {
		return 0
	}
	return v.list[len(v.list)-1].end
}

func (v view) find(match func(said) bool) int { return slices.IndexFunc(v.list, match) }

func (v view) has(note string) bool {
	return slices.ContainsFunc(v.notes, func(n string) bool { return strings.Contains(n, note) })
}

func isEvent(name string) func(said) bool { return func(m said) bool { return m.Event == name } }

func isMark(m said) bool { return m.Event == "mark" || m.Action == "notify" }

func isClear(m said) bool {
	return m.Event == "clear" || m.Action == "clear" || m.Custom == "interrupted"
}

// texts gives the own messages as they were sent.
func (v view) texts() string {
	var b strings.Builder
	for _, m := range v.own() {
		b.Write(m.data)
	}
	return b.String()
}

func alike(a, b media.Clip) bool {
	if len(a.Samples) != len(b.Samples) || len(a.Samples) == 0 {
		return false
	}
	for i := range a.Samples {
		if math.Abs(float64(a.Samples[i]-b.Samples[i])) > 0.05 {
			return false
		}
	}
	return true
}

func near(got, want, by float64) bool { return math.Abs(got-want) <= by }

func mean(c media.Clip) float64 {
	sum := 0.0
	for _, s := range c.Samples {
		sum += float64(s)
	}
	return sum / float64(max(1, len(c.Samples)))
}

// chunkNumbersGoOn reports whether each chunk number of the first stream is one
// more than the one before.
func (v view) chunkNumbersGoOn() bool {
	for i := 1; i < min(90, len(v.media)); i++ {
		if v.media[i].Media.Chunk != v.media[i-1].Media.Chunk+1 {
			return false
		}
	}
	return true
}

// shows says for each defect how a call must differ from one to a healthy
// endpoint.
var shows = map[string]func(healthy, got view) bool{
	"wrong-law": func(h, g view) bool {
		return alike(h.audio(), g.as(media.ALaw)) && !bytes.Equal(h.octets, g.octets)
	},
	"byte-swap": func(h, g view) bool {
		return bytes.Equal(swapPairs(slices.Clone(g.octets)), h.octets) && !bytes.Equal(h.octets, g.octets)
	},
	"odd-octets":      func(_, g view) bool { return len(g.media[0].Media.Payload)%2 == 1 },
	"half-level":      func(h, g view) bool { return near(level(h.audio())-level(g.audio()), 6.02, 0.3) },
	"clipped":         func(h, g view) bool { return level(g.audio()) > level(h.audio())+12 },
	"dc-offset":       func(h, g view) bool { return near(mean(g.audio())-mean(h.audio()), 0.1, 0.01) },
	"hiss":            func(_, g view) bool { return near(level(g.opening()), -30, 1) },
	"hum":             func(_, g view) bool { return near(level(g.opening()), -20, 0.5) && near(mean(g.opening()), 0, 0.001) },
	"silence-instead": func(_, g view) bool { return level(g.audio()) < -60 },
	"noise-instead": func(_, g view) bool {
		return near(level(g.audio()), -20, 1) && near(level(g.opening()), -20, 1)
	},
	"other-audio": func(h, g view) bool { return level(g.audio()) > -30 && !alike(h.audio(), g.audio()) },
	"rate-mismatch": func(h, g view) bool {
		return len(g.media[0].Media.Payload)*2 == len(h.media[0].Media.Payload)
	},
	"short": func(h, g view) bool { return len(g.media) < len(h.media)-20 },

	"burst":   func(_, g view) bool { return g.media[0].at == g.media[150].at },
	"late":    func(h, g view) bool { return g.media[0].at-h.media[0].at == 1500*time.Millisecond },
	"jittery": func(_, g view) bool { return g.gap() > 50*time.Millisecond && g.gap() < 100*time.Millisecond },
	"stall":   func(_, g view) bool { return g.gap() == 520*time.Millisecond },
	"slow-answer": func(h, g view) bool {
		later := func(m said) bool { return m.Event == "media" && m.at > 4*time.Second }
		return g.list[g.find(later)].at > h.list[h.find(later)].at+time.Second
	},
	"hasty": func(h, g view) bool { return len(g.media) > len(h.media) },
	"hesitant": func(_, g view) bool {
		return level(g.opening()) < -60 && level(g.audio().Slice(0, time.Second)) < -60 && level(g.audio()) > -30
	},
	"no-answer": func(_, g view) bool { return g.media[len(g.media)-1].at < 4*time.Second },
	"wrong-chunk-size": func(h, g view) bool {
		return len(g.media[0].Media.Payload) == len(h.media[0].Media.Payload)*3/2
	},
	"dropped-chunk": func(h, g view) bool {
		return len(g.media) < len(h.media) && (!g.chunkNumbersGoOn() || !strings.HasPrefix(g.name, "voximplant"))
	},
	"dropped-silently": func(h, g view) bool { return len(g.media) < len(h.media) && g.chunkNumbersGoOn() },
	"repeated-chunk": func(h, g view) bool {
		return bytes.Equal(g.media[10].data, g.media[11].data) && len(g.media) > len(h.media)
	},
	"reordered-chunks": func(h, g view) bool {
		return bytes.Equal(g.media[10].data, h.media[11].data) && bytes.Equal(g.media[11].data, h.media[10].data) &&
			!bytes.Equal(g.media[10].data, h.media[10].data)
	},
	"cut-off": func(_, g view) bool { return g.end() == -1 && len(g.media) == 26 },

	"wrong-sequence":          func(_, g view) bool { return g.list[5].Sequence == 6 },
	"wrong-chunk-number":      func(_, g view) bool { return g.media[5].Media.Chunk == 6 && g.list[5].Sequence == 5 },
	"sequence-not-increasing": func(_, g view) bool { return g.list[5].Sequence == 0 },
	"wrong-timestamp":         func(_, g view) bool { return g.media[5].Media.Timestamp == 100 },
	"wrong-duration": func(h, g view) bool {
		s := g.list[g.find(isEvent("stop"))].Stop.Info
		return near(float64(s.Duration), float64(2*s.Bytes/16), 2)
	},
	"media-before-start": func(_, g view) bool { return g.find(isEvent("media")) < g.find(isEvent("start")) },
	"media-after-stop": func(_, g view) bool {
		i := g.find(isEvent("stop"))
		return i+1 < len(g.list) && g.list[i+1].Event == "media" && g.list[i+1].at == g.list[i].at
	},
	"no-start": func(_, g view) bool { return g.find(isEvent("start")) < 0 },
	"no-stop":  func(_, g view) bool { return g.find(isEvent("stop")) < 0 },
	"wrong-tag": func(_, g view) bool {
		return strings.HasSuffix(g.media[0].SID, "-unknown") || strings.HasSuffix(g.media[0].Media.Tag, "-unknown")
	},
	"wrong-encoding-name": func(_, g view) bool { return g.list[0].Start.Format.Encoding == "G711" },
	"no-parameters":       func(_, g view) bool { return g.list[0].Start.Custom == nil },
	"invalid-media": func(_, g view) bool {
		return slices.ContainsFunc(g.list, func(m said) bool { return bytes.Contains(m.data, []byte(`"%%%"`)) })
	},
	"no-mark": func(_, g view) bool { return g.find(isMark) < 0 },
	"wrong-mark": func(_, g view) bool {
		m := g.list[g.find(isMark)]
		return m.Mark.Name+m.Payload.Name == "unknown"
	},
	"early-mark": func(_, g view) bool { return g.find(isMark) < g.find(isEvent("media")) },
	"ignore-barge-in": func(h, g view) bool {
		return g.find(isClear) < 0 && len(g.media) > len(h.media)
	},
	"talks-on": func(_, g view) bool {
		i := g.find(isClear)
		return i >= 0 && g.list[i+1].Event == "media" && g.list[i+1].at-g.list[i].at <= chunkTime
	},
	"no-clear": func(h, g view) bool { return g.find(isClear) < 0 && len(g.media) == len(h.media) },

	"extra-message":     func(h, g view) bool { return strings.Contains(g.texts(), `"unexpected"`) },
	"missing-message":   func(h, g view) bool { return len(g.own()) == len(h.own())-1 },
	"duplicate-message": func(h, g view) bool { return len(g.own()) == 2*len(h.own()) },
	"reordered-messages": func(_, g view) bool {
		return bytes.Contains(g.own()[0].data, []byte("8")) && bytes.Contains(g.own()[1].data, []byte("7"))
	},
	"echo-corrupt":     func(h, g view) bool { return h.texts() != g.texts() && len(h.texts()) == len(g.texts()) },
	"text-as-binary":   func(_, g view) bool { return binaries(g) > 0 },
	"number-as-string": func(_, g view) bool { return strings.Contains(g.texts(), `"id":"7"`) },
	"invalid-json":     func(_, g view) bool { return strings.Contains(g.texts(), "}}") },
	"wrong-close-code": func(h, g view) bool { return g.end() == 1011 && h.end() != 1011 },
	"no-close":         func(_, g view) bool { return g.end() == -1 },
	"no-pong":          func(_, g view) bool { return g.has("pong false") },

	"wrong-status":      func(_, g view) bool { return g.has("refused 500") },
	"accepts":           func(_, g view) bool { return !g.has("refused") },
	"wrong-subprotocol": func(_, g view) bool { return g.has(`unexpected Sec-WebSocket-Protocol`) },
}

// binaries counts binary messages that are not audio of Vonage.
func binaries(v view) int {
	n := 0
	for _, m := range v.list {
		if m.end == 0 && m.kind == websocket.MessageBinary && len(m.data) < 160 {
			n++
		}
	}
	return n
}

// Every defect shows on every endpoint that has it, and not on a healthy one.
func TestEveryDefectShows(t *testing.T) {
	for _, name := range Names() {
		healthy := look(t, "builtin://"+name)
		for _, d := range Defects() {
			if !slices.Contains(d.Endpoints, name) {
				continue
			}
			t.Run(name+" "+d.Name, func(t *testing.T) {
				shown := shows[d.Name]
				if shown == nil {
					t.Fatal("no test says how this defect shows")
				}
				if shown(healthy, healthy) {
					t.Error("the healthy endpoint shows the defect")
				}
				if !shown(healthy, look(t, "builtin://"+name+"?defect="+d.Name)) {
					t.Error("the broken endpoint does not show the defect")
				}
			})
		}
	}
}

func TestDefects(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Defects() {
		if seen[d.Name] || len(d.Endpoints) == 0 || !strings.HasSuffix(d.Says, ".") {
			t.Errorf("defect %q is declared twice, for no endpoint or without a sentence", d.Name)
		}
		seen[d.Name] = true
	}
	for name := range shows {
		if !seen[name] {
			t.Errorf("a test speaks of defect %q, which does not exist", name)
		}
	}
	for _, e := range Names() {
		if !slices.ContainsFunc(Defects(), func(d Defect) bool { return slices.Contains(d.Endpoints, e) }) {
			t.Errorf("endpoint %s has no defect", e)
		}
	}
}
