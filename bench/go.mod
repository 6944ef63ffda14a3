module github.com/duologue/duologue/bench

go 1.26

require github.com/coder/websocket v1.8.15
