/**
 * What is sent, and as what it is encoded.
 */

/**
 * Adds a track that is only sent. Browsers that know nothing of scalable codecs refuse their modes,
 * and send one layer without.
 */
export function addTransceiver(connection, track, sendEncodings, degradationPreference) {
  const add = (sendEncodings) =>
    connection.addTransceiver(track, { direction: 'sendonly', sendEncodings });
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
