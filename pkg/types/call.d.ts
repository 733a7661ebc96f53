import type { CallState } from './call-state.js';
import type {
  CameraManager,
  MicrophoneManager,
  ScreenShareManager,
  SpeakerManager,
} from './devices.js';
import type { SfuModels } from './enums.js';
import type { EventSource } from './events.js';
import type {
  EndCallResponse,
  GetCallResponse,
  GetOrCreateCallRequest,
  GetOrCreateCallResponse,
  GoLiveRequest,
  GoLiveResponse,
  OwnCapability,
  StopLiveRequest,
  StopLiveResponse,
  UpdateCallMembersRequest,
  UpdateCallMembersResponse,
  UpdateCallRequest,
  UpdateCallResponse,
} from './generated/index.js';
import type { GetCallParams, JoinCallData } from './requests.js';

/** How to join. */
export interface JoinOptions extends JoinCallData {
  /** How often to try in all, at least 1. Default 3. */
  maxJoinRetries?: number;
  /** How long the SFU may take to accept the socket and to answer, in ms. Default 5000. */
  joinResponseTimeout?: number;
  /** How long one request to the SFU may take, in ms. Default 5000. */
  rpcRequestTimeout?: number;
}

/** How to leave. */
export interface LeaveOptions {
  /** Told to the SFU. */
  message?: string;
  /** Told to the SFU when there is no `message`. */
  reason?: string;
}

/** How to publish a stream. */
export interface PublishStreamOptions {
  /** For voice, or for music. */
  audioBitrateProfile?: SfuModels.AudioBitrateProfile;
}

/** Wishes for how a camera is published; the SFU decides. */
export interface ClientPublishOptions {
  /** The codec. */
  preferredCodec?: 'vp8' | 'h264' | 'vp9' | 'av1';
  /** Parameters of the codec, as in SDP. */
  fmtpLine?: string;
  /** bits/s of the largest layer. */
  preferredBitrate?: number;
  /** How many simulcast layers at most. */
  maxSimulcastLayers?: number;
}

/** Which video of a participant. */
export type VideoTrackType = 'videoTrack' | 'screenShareTrack';

/** Which sound of a participant. */
export type AudioTrackType = 'audioTrack' | 'screenShareAudioTrack';

/**
 * One call. Made by {@link Client.call}; the same object may be joined, left and joined again.
 *
 * Every failure is a {@link VideoError}. Methods that return a promise never throw.
 */
export class Call implements EventSource {
  private constructor();

  /** The call type, such as `default`. */
  readonly type: string;
  /** Unique within the type. */
  readonly id: string;
  /** `type:id` */
  readonly cid: string;
  /** What is known of the call. */
  readonly state: CallState;
  /** The camera; usable before joining. */
  readonly camera: CameraManager;
  /** The microphone; usable before joining. */
  readonly microphone: MicrophoneManager;
  /** The screen that is shared. */
  readonly screenShare: ScreenShareManager;
  /** Where and how loud the others are heard. */
  readonly speaker: SpeakerManager;
  /** Whether the server sends updates of this call. */
  readonly watching: boolean;
  /** Whether the connected user made the call. */
  readonly isCreatedByMe: boolean;
  /** The connected user. */
  readonly currentUserId: string | undefined;

  /** Whether this user may do that in this call. */
  can(capability: OwnCapability): boolean;

  /**
   * Loads the call and begins to receive its updates. Does not create it.
   *
   * @throws {ErrorFromResponse} category `not-found` when there is no such call
   */
  get(params?: GetCallParams): Promise<GetCallResponse>;
  /** Loads the call, creating it when it is missing, and begins to receive its updates. */
  getOrCreate(request?: GetOrCreateCallRequest): Promise<GetOrCreateCallResponse>;
  /** The same as {@link getOrCreate}. */
  create(request?: GetOrCreateCallRequest): Promise<GetOrCreateCallResponse>;
  /**
   * Enters the call; resolves when {@link CallState.callingState} is `joined`. Called again while
   * joining, it returns the same promise.
   *
   * @throws {ErrorFromResponse} when the coordinator refuses: no such call, no right to join it, …
   * @throws {SfuJoinError} when the SFU refuses
   * @throws {SfuTimeoutError} when the SFU does not answer in time
   * @throws {IllegalStateError} when the call is joined already
   * @throws {JoinAbortedError} when {@link leave} was called meanwhile
   */
  join(options?: JoinOptions): Promise<void>;
  /**
   * Goes out of the call; resolves when camera and microphone are off and every connection is
   * closed. Wins over a running {@link join}. Does nothing when the call is left.
   */
  leave(options?: LeaveOptions): Promise<void>;
  /** Ends the call for everyone. Needs `end-call`. */
  endCall(): Promise<EndCallResponse>;
  /** Changes the call. */
  update(request: UpdateCallRequest): Promise<UpdateCallResponse>;
  /** Adds, changes and removes members. */
  updateCallMembers(request: UpdateCallMembersRequest): Promise<UpdateCallMembersResponse>;
  /** Lets everybody in: the call is not in backstage any more. */
  goLive(request?: GoLiveRequest, params?: { notify?: boolean }): Promise<GoLiveResponse>;
  /** Puts the call back into backstage. */
  stopLive(request?: StopLiveRequest): Promise<StopLiveResponse>;

  /** Listens to events, see {@link EventSource.on}. */
  on: EventSource['on'];
  /** Ends the listening, see {@link EventSource.off}. */
  off: EventSource['off'];

  /**
   * Shows a participant's video in an element, in the size of the element, and follows it when
   * streams change or the participant reconnects. Elements that are not visible are not paid for:
   * their video is not requested.
   *
   * @returns ends it; `undefined` when there is no such participant
   */
  bindVideoElement(
    element: HTMLVideoElement,
    sessionId: string,
    trackType: VideoTrackType,
  ): (() => void) | undefined;
  /**
   * Publishes a stream of your own in place of what the device of that kind delivers; a join that is
   * under way is waited for. The stream is neither filtered nor stopped. A screen with an audio track
   * publishes its sound, too.
   *
   * @throws {VideoError} when the call is not joined, the user may not publish that, or the stream
   * has no live track of the kind
   */
  publish(
    stream: MediaStream,
    trackType: SfuModels.TrackType,
    options?: PublishStreamOptions,
  ): Promise<void>;
  /** Stops publishing, without turning a device off. Does nothing when the call is not joined. */
  stopPublish(...trackTypes: SfuModels.TrackType[]): Promise<void>;
  /** How you would like your camera to be published. Counts from the next join on. */
  updatePublishOptions(options: ClientPublishOptions): void;
  /**
   * Plays a participant's sound with an element.
   *
   * @returns ends it; `undefined` when there is no such participant, and for oneself, as nobody
   * wants to hear themselves
   */
  bindAudioElement(
    element: HTMLAudioElement,
    sessionId: string,
    trackType?: AudioTrackType,
  ): (() => void) | undefined;
}
