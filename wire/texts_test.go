package wire

import (
	"net/url"
	"strings"
	"testing"
)

// What a head is wrong in is told as a sentence, also where nothing is there.
func TestTextsOfHandshakes(t *testing.T) {
	const right = "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Accept: KEY"
	for head, want := range map[string]string{
		"Connection: Upgrade|Sec-WebSocket-Accept: KEY":                                 "Upgrade is missing; it must be websocket",
		"Upgrade: |Connection: Upgrade|Sec-WebSocket-Accept: KEY":                       "Upgrade is empty; it must be websocket",
		"Upgrade: websocket|Upgrade: h2c|Connection: Upgrade|Sec-WebSocket-Accept: KEY": `Upgrade is "websocket" and "h2c"; it must be websocket`,
		"Upgrade: websocket|Connection: close|Sec-WebSocket-Accept: KEY":                `Connection is "close"; it must name Upgrade`,
		"Upgrade: websocket|Connection: Upgrade":                                        "Sec-WebSocket-Accept is missing; it must be \"KEY\"",
		right + "|Sec-WebSocket-Protocol: Chat":                                         `subprotocol is "Chat"; offered was "chat" and "v2", and upper and lower case differ`,
		right + "|Sec-WebSocket-Protocol: v3":                                           `subprotocol is "v3"; offered was "chat" and "v2"`,
		right + "|Sec-WebSocket-Extensions:":                                            "Sec-WebSocket-Extensions is empty; it must name an extension, or be left out",
		right + "|Sec-WebSocket-Extensions: a;":                                         `Sec-WebSocket-Extensions is "a;": a name is missing at the end`,
		right + "|Content-Length: 0":                                                    `Content-Length is "0" in a response with status 101, which has no body`,
	} {
		key := AcceptFor("k")
		fs, _ := parseFields(strings.Split(strings.ReplaceAll(head, "KEY", key), "|"))
		h := responseHead{proto: "HTTP/1.1", status: 101, fields: fs}
		sent := sentHead{fields: fields{{"Sec-WebSocket-Key", "k"}, {"Sec-WebSocket-Protocol", "chat, v2"}}}
		var b breaches
		h.checkBodiless(&b)
		h.check(sent, false, &b)
		if len(b.list) != 1 || b.list[0].Text != strings.ReplaceAll(want, "KEY", key) {
			t.Errorf("%s: %+v, want %s", head, b.list, want)
		}
	}
}

func TestChain(t *testing.T) {
	for asked, want := range map[string]string{
		"ws://a/x ws://a/y":                               "ws://a/x -> /y",
		"ws://u:p@a/x ws://a/y?token=s3":                  "ws://a/x -> /y?…",
		"ws://a wss://a/ ws://b/":                         "ws://a/ -> wss://a/ -> ws://b/",
		"ws://a/x ws://a/y ws://a/x":                      "ws://a/x -> /y -> /x, in a circle",
		"ws://a/x?n=1 ws://a/x?n=2":                       "ws://a/x?… -> /x?…",
		"ws://a/" + strings.Repeat("x", 200) + " ws://a/": "ws://a/" + strings.Repeat("x", 113) + "…",
	} {
		var urls []*url.URL
		for _, text := range strings.Fields(asked) {
			u, err := url.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			urls = append(urls, u)
		}
		if got := chain(urls); got != want {
			t.Errorf("chain(%s) = %s, want %s", asked, got, want)
		}
	}
}
