# An echo server on em-websocket as Debian packages it:
#
#   ruby ruby/server.rb --stack em-websocket
#
# prints "em-websocket VERSION ws://127.0.0.1:PORT" once it listens.
gem 'em-websocket'
require 'em-websocket'
require 'socket'

free = TCPServer.new('127.0.0.1', 0) # EventMachine tells the port nowhere
port = free.addr[1]
free.close
Signal.trap('TERM') { EM.stop }
EM.run do
  EM::WebSocket.run(host: '127.0.0.1', port: port) do |ws|
    ws.max_frame_size = 32 << 20
    ws.onmessage { |text| ws.send_text(text) }
    ws.onbinary { |octets| ws.send_binary(octets) }
    ws.onerror { |_| }
  end
  puts "em-websocket #{Gem.loaded_specs['em-websocket'].version} ws://127.0.0.1:#{port}"
  $stdout.flush
end
