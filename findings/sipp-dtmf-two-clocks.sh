#!/bin/bash
# SIPp's play_dtmf counts RTP time in milliseconds and an event's duration in samples, and keeps to no payload type agreed on.
#
# Debian 12: sip-tester 1:3.6.1-1+b2 (SIPp 3.6.1).
#
# Expected: an event is sent with the payload type that SDP gave to telephone-event (RFC 3264 5.1; here 101). Its timestamp and
# its duration count in the same clock, that of the rtpmap (RFC 4733 2.2.1 and 2.3.5; here 8000 Hz): key 5 begins 400 ms after key
# 1, so its timestamp is 3200 higher. Sequence numbers go up by one a packet (RFC 3550 5.1).
#
# Observed: the payload type is 96, whatever SDP says. The timestamp of key 5 is only 400 higher (milliseconds), while the
# duration within a key goes up by 160 each 20 ms (samples): read as RFC 4733 says, key 5 begins 50 ms after key 1, which lasts
# 200 ms. Before the first key come 20 packets of type 97 whose sequence numbers go up by two.
#
#   filler: payload type 97, 20 packets, sequence steps [2]
#   key 1: payload type 96, timestamp 24400, durations to 1600
#   key 5: payload type 96, timestamp 24800, durations to 1600, begins 400 ms later
set -eu
T=$(mktemp -d); chmod 755 "$T"; PIDS=
trap 'for p in $PIDS; do kill "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT
R=$T/root; L=$R/usr/lib/x86_64-linux-gnu
debs() { # fetches packages, and what of theirs is not installed, into $R; nothing is installed
  mkdir -p "$T/debs/partial" "$R"
  for try in 1 2; do
    apt-get install -y --no-install-recommends --reinstall --download-only -o Dir::Cache::archives="$T/debs" "$@" >"$T/apt.log" 2>&1 && break
    [ $try = 1 ] && apt-get update >/dev/null 2>&1 || { cat "$T/apt.log"; exit 2; }
  done
  for d in "$T"/debs/*.deb; do dpkg-deb -x "$d" "$R"; done
  export PATH="$R/usr/bin:$R/usr/sbin:$PATH"
  export LD_LIBRARY_PATH="$L:$R/lib/x86_64-linux-gnu:$L/blas:$L/lapack:$L/pulseaudio"
}
version() { # prints the version of a package, and whether it is the one that was seen
  v=$(dpkg-deb -f "$T/debs/$1"_*.deb Version)
  [ "$v" = "$2" ] && echo "$1 $v" || echo "$1 $v: the behaviour was seen with $2 and may differ"
}
debs sip-tester
version sip-tester 1:3.6.1-1+b2
cd "$T"
cat >talk.py <<'P'
# The called side: answers INVITE and BYE on a port of its own, and reads the RTP.
import socket, struct, subprocess, threading, time
rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); rtp.bind(('127.0.0.1', 0)); rtp.settimeout(3)
sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sip.bind(('127.0.0.1', 0)); sip.settimeout(8)
port = rtp.getsockname()[1]
head = '''{0} sip:t@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: a <sip:a@[local_ip]:[local_port]>;tag=[call_number]
To: t <sip:t@[remote_ip]:[remote_port]>{1}
Call-ID: [call_id]
CSeq: {2} {0}
Contact: sip:a@[local_ip]:[local_port]
Max-Forwards: 70
'''
offer = head.format('INVITE', '', 1) + '''Content-Type: application/sdp
Content-Length: [len]

v=0
o=u 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
'''
end = 'Content-Length: 0\n\n'
open('s.xml', 'w').write(f'''<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="keys">
<send><![CDATA[
{offer}]]></send>
<recv response="200"/>
<send><![CDATA[
{head.format('ACK', '[peer_tag_param]', 1)}{end}]]></send>
<nop><action><exec play_dtmf="15"/></action></nop>
<pause milliseconds="2000"/>
<send><![CDATA[
{head.format('BYE', '[peer_tag_param]', 2)}{end}]]></send>
<recv response="200"/>
</scenario>''')
def answer():
    try:
        while True:
            d, a = sip.recvfrom(4000); lines = d.decode().split('\r\n'); method = lines[0].split()[0]
            if method not in ('INVITE', 'BYE'): continue
            sdp = '' if method == 'BYE' else ('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
                f'm=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n')
            keep = [l if not l.startswith('To:') or 'tag=' in l else l + ';tag=9' for l in lines if l.split(':')[0] in ('Via', 'From', 'To', 'Call-ID', 'CSeq')]
            sip.sendto(('\r\n'.join(['SIP/2.0 200 OK'] + keep + ['Contact: <sip:t@127.0.0.1>'] + (['Content-Type: application/sdp'] if sdp else [])
                + [f'Content-Length: {len(sdp)}', '', sdp])).encode(), a)
    except OSError: pass
threading.Thread(target=answer, daemon=True).start()
p = subprocess.Popen(['sipp', f'127.0.0.1:{sip.getsockname()[1]}', '-sf', 's.xml', '-m', '1', '-i', '127.0.0.1', '-mi', '127.0.0.1', '-nostdin', '-timeout', '20'],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
fill, keys = [], {}
try:
    while True:
        d = rtp.recv(2000); m, seq, ts = struct.unpack('>BHI', d[1:8]); event, _, dur = struct.unpack('>BBH', d[12:16])
        if m & 127 == 97: fill.append(seq)
        else: keys.setdefault(event, []).append((m & 127, ts, dur, time.time()))
except socket.timeout: pass
p.wait(20)
steps = sorted({b - a for a, b in zip(fill, fill[1:])})
print(f'filler: payload type 97, {len(fill)} packets, sequence steps {steps}')
one, five = keys[1], keys[5]
say = lambda k, x: f'key {k}: payload type {x[0][0]}, timestamp {x[0][1]}, durations to {x[-1][2]}'
later = five[0][3] - one[0][3]
print(say(1, one)); print(say(5, five) + f', begins {round(later * 10) * 100} ms later')
ok = one[0][0] == five[0][0] == 96 and five[0][1] - one[0][1] == 400 and one[-1][2] == 1600 and .3 < later < .5 and 2 in steps
raise SystemExit(0 if ok else 1)
P
python3 talk.py
