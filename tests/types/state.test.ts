// State: getters, observables, participants, devices, elements.
import { firstValueFrom, from, map, type Observable } from 'rxjs';
import {
  type Call,
  type CallState,
  type CallStateFields,
  CallingState,
  type CameraManager,
  type DeviceError,
  type DeviceStatus,
  hasAudio,
  hasPausedTrack,
  hasScreenShare,
  hasScreenShareAudio,
  hasVideo,
  isPinned,
  type MicrophoneManager,
  type Participant,
  type ParticipantPin,
  SfuModels,
  type StateObservable,
  type StateSubscription,
  type StreamVideoParticipant,
  type VideoDimension,
  type VideoError,
} from 'trunkline';

import { exactly } from './exactly.js';

// Every getter has its observable, of the same type.
type WrongObservables = {
  [Field in keyof CallStateFields]: CallState[`${Field}$`] extends StateObservable<
    CallStateFields[Field]
  >
    ? never
    : Field;
}[keyof CallStateFields];
exactly<never>()(undefined as unknown as WrongObservables);

// Nothing that apps read can be written to.
declare const fields: CallStateFields;
declare const someone: StreamVideoParticipant;
exactly<Readonly<CallStateFields>>()(fields);
exactly<Readonly<StreamVideoParticipant>>()(someone);

export async function observe(call: Call) {
  const { participants$, callingState$ } = call.state;
  exactly<readonly StreamVideoParticipant[]>()(participants$.value);

  const subscription = participants$.subscribe((participants) =>
    exactly<readonly StreamVideoParticipant[]>()(participants),
  );
  exactly<StateSubscription>()(subscription);
  exactly<void>()(subscription.unsubscribe());
  callingState$.subscribe({ next: (state) => exactly<CallingState>()(state) });

  const observed = from(call.state.participants$);
  exactly<Observable<readonly StreamVideoParticipant[]>>()(observed);
  const names = observed.pipe(map((participants) => participants.map((p) => p.name)));
  exactly<string[]>()(await firstValueFrom(names));
  from(callingState$).subscribe((state) => exactly<CallingState>()(state));
}

export function readParticipant(participant: StreamVideoParticipant) {
  exactly<Participant>()(participant);
  exactly<string>()(participant.userId);
  exactly<string>()(participant.sessionId);
  exactly<Date | undefined>()(participant.joinedAt);
  exactly<readonly SfuModels.TrackType[]>()(participant.publishedTracks);
  exactly<readonly SfuModels.TrackType[]>()(participant.pausedTracks);
  exactly<SfuModels.ConnectionQuality>()(participant.connectionQuality);
  exactly<SfuModels.ParticipantSource>()(participant.source);
  exactly<number>()(participant.audioLevel);
  exactly<MediaStream | undefined>()(participant.videoStream);
  exactly<MediaStream | undefined>()(participant.audioStream);
  exactly<MediaStream | undefined>()(participant.screenShareStream);
  exactly<MediaStream | undefined>()(participant.screenShareAudioStream);
  exactly<VideoDimension | undefined>()(participant.videoDimension);
  exactly<ParticipantPin | undefined>()(participant.pin);
  exactly<2>()(SfuModels.TrackType.VIDEO);
  for (const has of [hasAudio, hasVideo, hasScreenShare, hasScreenShareAudio, isPinned]) {
    exactly<boolean>()(has(participant));
  }
  exactly<boolean>()(hasPausedTrack(participant, 'screenShareTrack'));
}

export function readDerived({ state }: Call) {
  exactly<StreamVideoParticipant | undefined>()(state.localParticipant);
  exactly<readonly StreamVideoParticipant[]>()(state.remoteParticipants);
  exactly<StreamVideoParticipant | undefined>()(state.dominantSpeaker);
  exactly<StreamVideoParticipant | undefined>()(state.findParticipantBySessionId('session'));
  exactly<StateObservable<StreamVideoParticipant | undefined>>()(state.participant$('session'));
  exactly<readonly StreamVideoParticipant[]>()(state.participantsRange(0, 25));
  exactly<StateObservable<readonly StreamVideoParticipant[]>>()(state.participantsRange$(0, 25));
  exactly<number>()(state.participantsLength);
  exactly<StateObservable<number>>()(state.participantsLength$);
  // @ts-expect-error: a page has two ends
  state.participantsRange(25);
  // A list has no participant at a place that it may not reach.
  exactly<StreamVideoParticipant | undefined>()(state.participants[0]);
}

export async function useDevices(call: Call) {
  exactly<CameraManager>()(call.camera);
  exactly<MicrophoneManager>()(call.microphone);
  exactly<void>()(await call.camera.enable());
  exactly<void>()(await call.camera.disable());
  exactly<void>()(await call.microphone.toggle());
  exactly<DeviceStatus>()(call.camera.state.status);
  exactly<StateObservable<DeviceStatus>>()(call.camera.state.optimisticStatus$);
  exactly<MediaStream | undefined>()(call.camera.state.mediaStream);
  exactly<DeviceError | VideoError | undefined>()(call.microphone.state.error);
}

export function bind(call: Call, video: HTMLVideoElement, audio: HTMLAudioElement) {
  const unbind = call.bindVideoElement(video, 'session', 'videoTrack');
  exactly<(() => void) | undefined>()(unbind);
  unbind?.();
  call.bindAudioElement(audio, 'session');
  call.bindAudioElement(audio, 'session', 'screenShareAudioTrack');
  // @ts-expect-error: sound is not shown
  call.bindVideoElement(video, 'session', 'audioTrack');
  // @ts-expect-error: a canvas plays nothing
  call.bindAudioElement(document.createElement('canvas'), 'session');
  // @ts-expect-error: camera or screen
  call.bindVideoElement(video, 'session');
}

export function wrong(call: Call, participant: StreamVideoParticipant) {
  // @ts-expect-error: made by a client
  new Call();
  // @ts-expect-error: read only
  call.id = 'other';
  // @ts-expect-error: read only
  call.state.callingState = CallingState.LEFT;
  // @ts-expect-error: read only
  call.state.participants.push(participant);
  // @ts-expect-error: read only
  call.state.participants$.value = [];
  // @ts-expect-error: read only
  participant.name = 'other';
  // @ts-expect-error: read only
  participant.publishedTracks.push(SfuModels.TrackType.AUDIO);
  // @ts-expect-error: read only
  call.camera.state.status = 'enabled';
  // @ts-expect-error: no such state
  if (call.state.callingState === 'waiting') return;
  // @ts-expect-error: a constant
  CallingState.JOINED = 'left';
  // @ts-expect-error: no such track
  hasPausedTrack(participant, 'audioTrack');
}
