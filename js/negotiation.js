/**
 * The steps of a negotiation.
 */
import { acceptStereo } from './sdp.js';

/** Makes an offer and sets it. */
export async function makeOffer(connection, iceRestart) {
  await connection.setLocalDescription(await connection.createOffer({ iceRestart }));
  return connection.localDescription.sdp;
}

/** Applies the answer to our offer, or takes the offer back when there is none. */
export async function acceptAnswer(connection, sdp) {
  if (sdp === undefined) return rollBack(connection);
  await orRollBack(connection, () => connection.setRemoteDescription({ type: 'answer', sdp }));
}

/** Applies the other side's offer; makes the answer and sets it. */
export async function answerOffer(connection, offer) {
  return orRollBack(connection, async () => {
    await connection.setRemoteDescription({ type: 'offer', sdp: offer });
    const sdp = acceptStereo(offer, (await connection.createAnswer()).sdp);
    await connection.setLocalDescription({ type: 'answer', sdp });
    return sdp;
  });
}

/** The JSON text of a local candidate; `undefined` for the end of candidates. */
export function candidateText(candidate) {
  if (!candidate?.candidate) return undefined;
  const init = candidate.toJSON();
  // The server tells ICE generations apart by it, and not every browser fills it in.
  init.usernameFragment ??= / ufrag (\S+)/.exec(init.candidate)?.[1];
  return init.usernameFragment && JSON.stringify(init);
}

/** Back to where the next negotiation can start; what matters is the first failure. */
async function orRollBack(connection, step) {
  try {
    return await step();
  } catch (thrown) {
    await rollBack(connection).catch(() => {});
    throw thrown;
  }
}

async function rollBack(connection) {
  const rollback = { type: 'rollback' };
  if (connection.signalingState === 'have-local-offer')
    await connection.setLocalDescription(rollback);
  if (connection.signalingState === 'have-remote-offer')
    await connection.setRemoteDescription(rollback);
}
