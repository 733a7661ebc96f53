/**
 * Reads what an app publishes by itself. Types and documentation: `types/call.d.ts`.
 */
import { SfuModels } from './enums.js';
import { invalidArgument } from './errors.js';
import { readCount, readField } from './input.js';

const CODECS = ['vp8', 'h264', 'vp9', 'av1'];

/** @param handle the core's side of the call */
export function publish(handle, stream, trackType, options) {
  const { AUDIO, VIDEO, SCREEN_SHARE, SCREEN_SHARE_AUDIO } = SfuModels.TrackType;
  const isVideo = trackType === VIDEO || trackType === SCREEN_SHARE;
  if (!isVideo && trackType !== AUDIO && trackType !== SCREEN_SHARE_AUDIO) {
    throw invalidArgument('publish: the second argument is none of SfuModels.TrackType');
  }
  if (typeof stream?.getTracks !== 'function') {
    throw invalidArgument('publish: the first argument is no MediaStream');
  }
  const [track] = isVideo ? stream.getVideoTracks() : stream.getAudioTracks();
  if (!track) throw invalidArgument('publish: the stream has no track of that kind');
  if (track.readyState === 'ended') throw invalidArgument('publish: the track has ended');
  const profile = readField(options, 'audioBitrateProfile', 'number', 'publish');
  return handle.publish(stream, trackType, profile);
}

/** The arguments of the core's `preferVideo`. */
export function readPublishOptions(options) {
  const what = 'updatePublishOptions';
  const codec = readField(options, 'preferredCodec', 'string', what) ?? '';
  if (codec && !CODECS.includes(codec)) {
    throw invalidArgument(`${what}.preferredCodec is none of ${CODECS.join(', ')}`);
  }
  return [
    codec,
    readField(options, 'fmtpLine', 'string', what) ?? '',
    readCount(options, 'preferredBitrate', what) ?? 0,
    readCount(options, 'maxSimulcastLayers', what) ?? 0,
  ];
}
