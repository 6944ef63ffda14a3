#!/usr/bin/perl
# An echo server on Mojolicious as Debian packages it:
#
#   perl/server.pl --stack mojo
#
# prints "mojo VERSION ws://127.0.0.1:PORT" once it listens. It echoes octets, and so does not look at text.
use Mojolicious::Lite -signatures;
use Mojo::Server::Daemon;

app->log->level('fatal');
websocket '/*any' => {any => ''} => sub ($c) {
  $c->inactivity_timeout(0);
  $c->tx->max_websocket_size(32 << 20);
  $c->tx->with_compression;
  $c->on(text   => sub ($c, $octets) { $c->send({text   => $octets}) });
  $c->on(binary => sub ($c, $octets) { $c->send({binary => $octets}) });
};
my $daemon = Mojo::Server::Daemon->new(app => app, listen => ['http://127.0.0.1'], silent => 1, inactivity_timeout => 0);
$daemon->start;
$| = 1;
print "mojo $Mojolicious::VERSION ws://127.0.0.1:" . $daemon->ports->[0] . "\n";
Mojo::IOLoop->start;
