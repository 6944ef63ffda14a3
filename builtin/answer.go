package builtin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"
)

// maxMessage is the most octets of a message that an endpoint reads.
const maxMessage = 16 << 20

// answer refuses the upgrade, or accepts it and stays until the call is over. An
// accepted call is counted out here: net/http reports the end of all other
// connections to [Server.count].
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	e, set, err := find(strings.Trim(r.URL.Path, "/"), r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if set.defect.settings != nil {
		set.defect.settings(&set)
	}
	if set.status != 0 {
		refuse(w, set.status)
		return
	}
	chooseProtocol(w, r, set.choose)
	sock, ok := r.Context().Value(socketKey{}).(*socket)
	if !ok {
		http.Error(w, "no connection to upgrade", http.StatusInternalServerError)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // a tester may send any Origin
		OnPingReceived:     func(context.Context, []byte) bool { return !set.defect.noPong },
	})
	if err != nil {
		return // Accept has answered
	}
	defer s.calls.Done()
	defer func() { _ = c.CloseNow() }()
	c.SetReadLimit(maxMessage)
	sock.refuseClose(set.defect.noClose)
	converse(r.Context(), newLine(c, sock, e.wire(), set.defect), e.bot(set))
}

// refuse answers an upgrade with a status, a header and a body.
func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Reject-Reason", "asked for")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":"rejected","status":%d}`, status)
}

// chooseProtocol names a subprotocol: the chosen one, even if it was not
// offered, or else the first that the client offered.
func chooseProtocol(w http.ResponseWriter, r *http.Request, choose string) {
	if choose == "" {
		offered := strings.Split(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",")
		i := slices.IndexFunc(offered, func(p string) bool { return strings.TrimSpace(p) != "" })
		if i < 0 {
			return
		}
		choose = strings.TrimSpace(offered[i])
	}
	w.Header().Set("Sec-WebSocket-Protocol", choose)
}
