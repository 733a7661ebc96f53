import { DESCRIBING_FAILED } from './reports.js';

/**
 * Reports what this browser can receive, and what it can send: two throw-away offers.
 *
 * @param id the number that the core gave the question
 */
export async function describeCodecs(reporter, id) {
  let offers;
  try {
    offers = [await throwAwayOffer('recvonly'), await throwAwayOffer('sendonly')];
  } catch (thrown) {
    reporter.report(DESCRIBING_FAILED, id, 0, undefined, thrown);
    return;
  }
  reporter.described(id, ...offers);
}

async function throwAwayOffer(direction) {
  const peer = new RTCPeerConnection();
  try {
    peer.addTransceiver('video', { direction });
    peer.addTransceiver('audio', { direction });
    return (await peer.createOffer()).sdp;
  } finally {
    // Without this some browsers keep the encoders of a closed connection for a while.
    for (const transceiver of peer.getTransceivers()) transceiver.stop();
    peer.close();
  }
}
