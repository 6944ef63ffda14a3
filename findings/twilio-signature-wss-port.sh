#!/bin/bash
# Twilio's own check of its signature refuses wss URLs that were signed with their default port, 443.
#
# npm twilio 6.3.1 (Node.js 20.20.2).
#
# Expected: Media Streams dial wss URLs and sign them. Since the sides may or may not name the default port, validateRequest tries the
# URL with it and without it. RFC 6455 section 3: that of wss is 443, of ws 80. So what was signed as wss://host:443/media is valid for
# wss://host/media, as https://host:443/media is for https://host/media.
#
# Observed: it is not: what was rightly signed with :443 is refused without it. Signed without a port and seen with :443 passes.
#
#   signed https://voice.example:443/media  seen https://voice.example/media  true
#   signed ws://voice.example:80/media      seen ws://voice.example/media     true
#   signed wss://voice.example/media        seen wss://voice.example:443/media true
#   signed wss://voice.example:443/media    seen wss://voice.example/media    false
#   signed wss://voice.example:80/media     seen wss://voice.example/media    true
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm install --silent --no-audit --no-fund --no-save --ignore-scripts twilio@6.3.1
cat >t.js <<'P'
const twilio = require('twilio'), crypto = require('crypto');
const sign = url => crypto.createHmac('sha1', 'secret').update(url).digest('base64');
let ok = true;
for (const [signed, seen, want] of [
  ['https://voice.example:443/media', 'https://voice.example/media', true], ['ws://voice.example:80/media', 'ws://voice.example/media', true],
  ['wss://voice.example/media', 'wss://voice.example:443/media', true], ['wss://voice.example:443/media', 'wss://voice.example/media', false]]) {
  const said = twilio.validateRequest('secret', sign(signed), seen, {});
  console.log(`signed ${signed.padEnd(32)} seen ${seen.padEnd(29)} ${said}`);
  ok &&= said === want;
}
process.exit(ok ? 0 : 1);
P
node t.js
