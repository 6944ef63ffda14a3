package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// loop is the sender that others are measured against: one goroutine and one
// timer for each stream, on absolute deadlines, and a message that is the same
// each time.
func loop(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("loop URL STREAMS RAMP CA")
	}
	url := args[0]
	streams, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	ramp, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	options := &websocket.DialOptions{}
	if strings.HasPrefix(url, "wss") {
		pem, err := os.ReadFile(args[3])
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		options.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	}
	begin := time.Now()
	failed := make(chan error)
	for k := range streams {
		time.Sleep(time.Until(begin.Add(ramp * time.Duration(k) / time.Duration(streams))))
		conn, _, err := websocket.Dial(context.Background(), url, options)
		if err != nil {
			return err
		}
		first := time.Now()
		if ramp == 0 { // all on one tick
			first = first.Add(-first.Sub(begin) % (20 * time.Millisecond)).Add(20 * time.Millisecond)
		}
		go func() { failed <- stream(conn, first) }()
	}
	return <-failed
}

func stream(conn *websocket.Conn, first time.Time) error {
	ctx := conn.CloseRead(context.Background())
	message := []byte(`{"event":"media","sequenceNumber":1,"media":{"tag":"caller","chunk":1,"timestamp":0,"payload":"` + strings.Repeat("u", 216) + `"}}`)
	timer := time.NewTimer(time.Until(first))
	for k := 0; ; k++ {
		<-timer.C
		if err := conn.Write(ctx, websocket.MessageText, message); err != nil {
			return err
		}
		timer.Reset(time.Until(first.Add(time.Duration(k+1) * 20 * time.Millisecond)))
	}
}
