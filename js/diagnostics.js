/**
 * A look inside a call, for a report of a problem: no media, no tokens, nobody's name. Types and
 * documentation: `src/api/types/stats.ts`.
 *
 * JavaScript, because few apps ask for it: it is loaded on first use.
 */
import { summarise } from './stats-report.js';

/** Of a candidate pair, what tells how media find their way. */
const PATH = ['candidateType', 'protocol', 'relayProtocol', 'networkType'];

/**
 * @param {object} state of the call
 * @param {object} facts of the report, with the peer connections in place of what is told of them
 */
export async function diagnose(state, { publisher, subscriber, ...facts }) {
  const [sent, received] = await Promise.all(
    [publisher, subscriber].map((peer) => peer?.getStats().catch(() => undefined)),
  );
  const report =
    received &&
    summarise({ datacenter: facts.datacenter, sent, received, participants: [], detailed: [] });
  return {
    ...facts,
    callingState: state.callingState,
    participants: state.participants.length,
    capabilities: [...state.ownCapabilities],
    publisher: describePeer(publisher, sent),
    subscriber: describePeer(subscriber, received),
    stats: report && { ...report, publisherRawStats: undefined, subscriberRawStats: undefined },
  };
}

function describePeer(peer, report) {
  if (!peer) return undefined;
  const { connectionState, iceConnectionState, signalingState } = peer;
  const entries = [...(report?.values() ?? [])];
  const pair = entries.find((e) => e.type === 'candidate-pair' && e.nominated);
  const end = (id) => {
    const candidate = pair && report.get(id);
    return candidate && Object.fromEntries(PATH.map((key) => [key, candidate[key]]));
  };
  return {
    connectionState,
    iceConnectionState,
    signalingState,
    transceivers: peer.getTransceivers().map(({ mid, currentDirection }) => ({
      mid,
      currentDirection,
    })),
    local: end(pair?.localCandidateId),
    remote: end(pair?.remoteCandidateId),
  };
}
