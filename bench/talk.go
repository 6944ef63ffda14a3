package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// talk is the program that suites are measured against: so many conversations,
// of which so many go on at once. Each is a connection, a message, its echo and
// a Close. With a time each waits so long before it closes.
func talk(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("talk URL CONVERSATIONS AT_ONCE WAIT")
	}
	conversations, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	atOnce, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	wait, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for range conversations {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if err := converse(args[0], wait); err != nil {
				fmt.Fprintln(os.Stderr, "talk:", err)
				os.Exit(1)
			}
		})
	}
	all.Wait()
	return nil
}

func converse(url string, wait time.Duration) error {
	ctx := context.Background()
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	if err := conn.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
		return err
	}
	if _, data, err := conn.Read(ctx); err != nil || string(data) != "hello" {
		return fmt.Errorf("%q came instead of an echo: %w", data, err)
	}
	time.Sleep(wait)
	return conn.Close(websocket.StatusNormalClosure, "")
}
