/**
 * Values that consist of several parts which the core knows.
 */

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
