import assert from 'node:assert/strict';
import test from 'node:test';

import { acceptStereo } from '../../js/sdp.js';

const OFFER =
  'v=0\r\ns=-\r\na=ice-ufrag:abcd\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n' +
  'a=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;sprop-stereo=1;stereo=1\r\n' +
  'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=rtpmap:111 opus/48000/2\r\n' +
  'a=fmtp:111 minptime=10;sprop-stereo=1\r\n';
const ANSWER =
  'v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n' +
  'a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n' +
  'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=rtpmap:111 opus/48000/2\r\n' +
  'a=fmtp:111 minptime=10\r\n';

test('stereo is accepted only where it was offered', () => {
  const patched = acceptStereo(OFFER, ANSWER);

  assert.equal(patched, ANSWER.replace('minptime=10\r\n', 'minptime=10;stereo=1\r\n'));
  assert.equal(acceptStereo(OFFER, patched), patched, 'a second pass changes nothing');
});

test('the line of the codec is patched, not that of another', () => {
  const other = 'a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n';
  const answer = ANSWER.replace('a=rtpmap:111', `${other}a=rtpmap:111`);

  assert.equal(
    acceptStereo(OFFER, answer),
    answer.replace('minptime=10\r\n', 'minptime=10;stereo=1\r\n'),
  );
});

test('sections are told apart by their mid, whatever their order', () => {
  const [session, first, second] = ANSWER.split(/^(?=m=)/m);

  assert.equal(
    acceptStereo(OFFER, session + second + first),
    session + second + first.replace('minptime=10', 'minptime=10;stereo=1'),
  );
});

test('text that is no description comes back unchanged', () => {
  for (const text of ['', 'm=', '\nm=\n', 'a=mid:0\r\na=fmtp:111 x', 'é\r\nm=audio\r\n']) {
    assert.equal(acceptStereo(OFFER, text), text);
  }
});
