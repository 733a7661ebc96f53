/**
 * Values that consist of several parts which the core knows.
 */

/** The session as the server wrote it, with what was learnt since laid over it. */
export function makeSession(document, participants, roles, counts, anonymousCount) {
  return {
    ...document,
    participants,
    participants_count_by_role: Object.fromEntries(roles.map((role, i) => [role, counts[i]])),
    anonymous_participant_count: anonymousCount,
  };
}

/** @param media where the streams are, by the number of the capture */
export function makeDevice(
  media,
  capture,
  status,
  optimisticStatus,
  selectedDevice,
  direction,
  error,
) {
  return {
    status,
    optimisticStatus,
    mediaStream: media.stream(capture),
    rootMediaStream: media.root(capture),
    selectedDevice,
    direction,
    error,
  };
}
