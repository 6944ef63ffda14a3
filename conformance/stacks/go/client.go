package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

// conn is a connection of a client, as far as the loop needs it.
type conn interface {
	read() (kind int, data []byte, err error)
	write(kind int, data []byte) error
	drop()
}

// clients dial, offering permessage-deflate.
var clients = map[string]func(url string) (conn, error){"coder": coderDial, "gorilla": gorillaDial}

// perform lets a judge such as duologue conformance --listen perform its cases
// with a client. Some are about answers that must be refused, so a dial that
// fails is none of its errors.
func perform(name, base string) error {
	dial, ok := clients[name]
	if !ok {
		return fmt.Errorf("no client on %q", name)
	}
	count, err := ask(dial, base+"/getCaseCount")
	if err != nil {
		return fmt.Errorf("ask for the number of cases: %w", err)
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	for i := range n {
		c, err := dial(fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, i+1, name))
		if err != nil {
			continue
		}
		for {
			kind, data, err := c.read()
			if err != nil || c.write(kind, data) != nil {
				break
			}
		}
		c.drop()
	}
	_, _ = ask(dial, base+"/updateReports?agent="+name) // it has nothing to say
	return nil
}

// ask gives the first message that a URL has to say.
func ask(dial func(string) (conn, error), url string) (string, error) {
	c, err := dial(url)
	if err != nil {
		return "", err
	}
	defer c.drop()
	_, data, err := c.read()
	return string(data), err
}

type coderConn struct{ *websocket.Conn }

func coderDial(url string) (conn, error) {
	c, _, err := websocket.Dial(context.Background(), url, &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(maxMessage)
	return coderConn{c}, nil
}

func (c coderConn) read() (int, []byte, error) {
	kind, data, err := c.Read(context.Background())
	return int(kind), data, err
}

func (c coderConn) write(kind int, data []byte) error {
	return c.Write(context.Background(), websocket.MessageType(kind), data)
}

func (c coderConn) drop() { _ = c.CloseNow() }

type gorillaConn struct{ *gorilla.Conn }

var gorillaDialer = gorilla.Dialer{EnableCompression: true}

func gorillaDial(url string) (conn, error) {
	c, resp, err := gorillaDialer.Dial(url, http.Header{})
	if err != nil {
		if resp != nil {
			err = errors.Join(err, resp.Body.Close())
		}
		return nil, err
	}
	c.SetReadLimit(maxMessage)
	return gorillaConn{c}, nil
}

func (c gorillaConn) read() (int, []byte, error) { return c.ReadMessage() }

func (c gorillaConn) write(kind int, data []byte) error { return c.WriteMessage(kind, data) }

func (c gorillaConn) drop() { _ = c.Close() }
