#!/usr/bin/env escript
%% An echo server on Yaws as Debian packages it:
%%
%%   escript yaws/server.escript --stack yaws
%%
%% prints "yaws VERSION ws://127.0.0.1:PORT" once it listens.
-module(echo).
-mode(compile).
-export([main/1, out/1, handle_message/1]).

main(_) ->
    code:add_pathsz(filelib:wildcard("/usr/lib/yaws-*/ebin")),
    error_logger:tty(false),
    {ok, Free} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]), % Yaws tells the port nowhere
    {ok, Port} = inet:port(Free),
    gen_tcp:close(Free),
    Dir = filename:join(os:getenv("TMPDIR", "/tmp"), "yaws-" ++ os:getpid()), % its logs
    ok = filelib:ensure_dir(filename:join(Dir, "log")),
    ok = yaws:start_embedded(Dir,
                             [{listen, {127, 0, 0, 1}}, {port, Port}, {servername, "localhost"},
                              {appmods, [{"/", echo}]}],
                             [{logdir, Dir}, {flags, [{auth_log, false}, {copy_errlog, false}]}], "echo"),
    io:format("yaws ~s ws://127.0.0.1:~p~n", [yaws_generated:version(), Port]),
    timer:sleep(infinity).

out(_) -> {websocket, echo, [{max_message_size, 32 bsl 20}, {max_frame_size, 32 bsl 20}, {close_timeout, 5000}]}.

handle_message({text, Text}) -> {reply, {text, Text}};
handle_message({binary, Octets}) -> {reply, {binary, Octets}};
handle_message({close, Code, Reason}) -> {close, Code, Reason}.
