/**
 * What takes several steps in the browser. The core decides that it is done and hears how it ended;
 * the steps themselves are here, where they take a fraction of the download.
 */

/** Tells how a promise ended: whether well, and with what. */
export function when(promise, done) {
  promise.then(
    (value) => done(true, value),
    (thrown) => done(false, thrown),
  );
}

/**
 * Sends a request and reads the answer.
 *
 * @param {boolean} wantsBytes what a good answer holds; other answers hold JSON
 * @returns `value` is `undefined` when the body cannot be read
 */
export async function exchange(url, method, headers, body, keepalive, signal, wantsBytes) {
  const response = await fetch(url, { method, headers, body, keepalive, signal });
  const { status } = response;
  try {
    const value =
      wantsBytes && status === 200
        ? new Uint8Array(await response.arrayBuffer())
        : await response.json();
    return { status, value };
  } catch {
    return { status };
  }
}

/** What this browser can receive, and what it can send: two throw-away offers. */
export async function describeCodecs() {
  return [await throwAwayOffer('recvonly'), await throwAwayOffer('sendonly')];
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

/** Makes an offer and sets it. */
export async function makeOffer(peer, iceRestart) {
  await peer.setLocalDescription(await peer.createOffer({ iceRestart }));
  return peer.localDescription.sdp;
}

/** Applies the answer to our offer, or takes the offer back when there is none. */
export async function acceptAnswer(peer, sdp) {
  if (sdp === undefined) return rollBack(peer);
  await orRollBack(peer, () => peer.setRemoteDescription({ type: 'answer', sdp }));
}

/** Applies the other side's offer; gives an answer that is not set yet. */
export async function acceptOffer(peer, sdp) {
  return orRollBack(peer, async () => {
    await peer.setRemoteDescription({ type: 'offer', sdp });
    return (await peer.createAnswer()).sdp;
  });
}

/** Sets the answer to the other side's offer. */
export async function setAnswer(peer, sdp) {
  return orRollBack(peer, () => peer.setLocalDescription({ type: 'answer', sdp }));
}

/** Takes a remote candidate: the JSON text of an `RTCIceCandidateInit`. */
export async function addCandidate(peer, text) {
  await peer.addIceCandidate(JSON.parse(text));
}

/** The JSON text of a local candidate; `undefined` for the end of candidates. */
export function candidateText({ candidate }) {
  if (!candidate?.candidate) return undefined;
  const init = candidate.toJSON();
  // The server tells ICE generations apart by it, and not every browser fills it in.
  init.usernameFragment ??= / ufrag (\S+)/.exec(init.candidate)?.[1];
  return init.usernameFragment && JSON.stringify(init);
}

/** Back to where the next negotiation can start; what matters is the first failure. */
async function orRollBack(peer, step) {
  try {
    return await step();
  } catch (thrown) {
    await rollBack(peer).catch(() => {});
    throw thrown;
  }
}

async function rollBack(peer) {
  const rollback = { type: 'rollback' };
  if (peer.signalingState === 'have-local-offer') await peer.setLocalDescription(rollback);
  if (peer.signalingState === 'have-remote-offer') await peer.setRemoteDescription(rollback);
}

/**
 * Adds a track that is only sent. Browsers that know nothing of scalable codecs refuse their modes,
 * and send one layer without.
 */
export function addTransceiver(peer, track, sendEncodings, degradationPreference) {
  const add = (sendEncodings) =>
    peer.addTransceiver(track, { direction: 'sendonly', sendEncodings });
  let transceiver;
  try {
    transceiver = add(sendEncodings);
  } catch {
    transceiver = add(sendEncodings.map(({ scalabilityMode: _, ...encoding }) => encoding));
  }
  // What it does without is good enough.
  setEncodings(transceiver, undefined, degradationPreference).catch(() => {});
  return transceiver;
}

/** What goes on at each sender: a second change waits for the first. */
const changes = new WeakMap();

/** Changes what a sender encodes: layers that are not named are off, what is not said stays. */
export function setEncodings({ sender }, layers, degradationPreference) {
  const change = () => changeEncodings(sender, layers, degradationPreference);
  const done = (changes.get(sender) ?? Promise.resolve()).then(change, change);
  changes.set(sender, done);
  return done;
}

async function changeEncodings(sender, layers, degradationPreference) {
  const parameters = sender.getParameters();
  let isChanged = false;
  const set = (object, key, value) => {
    if (value === undefined || object[key] === value) return;
    object[key] = value;
    isChanged = true;
  };
  const { encodings } = parameters;
  for (const encoding of layers ? encodings : []) {
    const isOnly = encodings.length === 1;
    const layer = isOnly ? layers[0] : layers.find(({ rid }) => rid === encoding.rid);
    set(encoding, 'active', layer !== undefined);
    for (const key of LAYER_FIELDS) set(encoding, key, layer?.[key]);
  }
  set(parameters, 'degradationPreference', degradationPreference);
  if (isChanged) await sender.setParameters(parameters);
}

const LAYER_FIELDS = ['maxBitrate', 'maxFramerate', 'scaleResolutionDownBy', 'scalabilityMode'];
