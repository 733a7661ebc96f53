/**
 * What apps see of the settings of incoming video.
 *
 * JavaScript, because it holds a function that the app may keep: one of Rust would have to be freed.
 */
export function makeIncomingVideoSettings(fields) {
  const { enabled } = fields;
  return Object.freeze({ ...fields, isParticipantVideoEnabled: () => enabled });
}
