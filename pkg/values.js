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
