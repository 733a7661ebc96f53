/**
 * What apps see of the settings of incoming video. In JavaScript, as it holds a function that the app
 * may keep.
 */
export function makeIncomingVideoSettings(fields) {
  const { enabled } = fields;
  return Object.freeze({ ...fields, isParticipantVideoEnabled: () => enabled });
}
