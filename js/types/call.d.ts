import type { ApiResponse, CustomData } from './base.js';
import type { CallState, ClosedCaptionSettings } from './call-state.js';
import type {
  CameraManager,
  MicrophoneManager,
  ScreenShareManager,
  SpeakerManager,
} from './devices.js';
import type { SfuModels } from './enums.js';
import type { EventSource } from './events.js';
import type {
  CallSettingsResponse,
  DeleteCallRequest,
  DeleteCallResponse,
  EndCallResponse,
  GetCallReportResponse,
  GetCallResponse,
  GetOrCreateCallRequest,
  GetOrCreateCallResponse,
  GoLiveRequest,
  GoLiveResponse,
  KickUserRequest,
  ListRecordingsResponse,
  ListTranscriptionsResponse,
  OwnCapability,
  PinRequest,
  QueryCallMembersRequest,
  QueryCallMembersResponse,
  QueryCallParticipantsRequest,
  QueryCallParticipantsResponse,
  RecordingType,
  RequestPermissionRequest,
  RequestablePermission,
  RingCallRequest,
  RingCallResponse,
  SendVideoReactionRequest,
  SendVideoReactionResponse,
  StartClosedCaptionsRequest,
  StartFrameRecordingRequest,
  StartHLSBroadcastingResponse,
  StartRTMPBroadcastsRequest,
  StartRecordingRequest,
  StartTranscriptionRequest,
  StopClosedCaptionsRequest,
  StopLiveRequest,
  StopLiveResponse,
  StopTranscriptionRequest,
  UpdateCallMembersRequest,
  UpdateCallMembersResponse,
  UpdateCallRequest,
  UpdateCallResponse,
  UpdateUserPermissionsRequest,
} from './generated/index.js';
import type { StateObservable } from './observable.js';
import type { VideoDimension } from './participant.js';
import type {
  AudioBindingsWatchdog,
  BlockedAudioTracker,
  TrackSubscriptionManager,
  ViewportTracker,
} from './rendering.js';
import type { GetCallParams, JoinCallData } from './requests.js';
import type { ParticipantComparator } from './sorting.js';
import type { CallDiagnostics } from './stats.js';

/** Gives up an operation, whose promise is then rejected with code `aborted`. */
export interface Abortable {
  /** Says when. */
  signal?: AbortSignal;
}

/** How to join. */
export interface JoinOptions extends JoinCallData {
  /** How often to try in all, at least 1. Default 3. */
  maxJoinRetries?: number;
  /** How long the SFU may take to accept the socket and to answer, in ms. Default 5000. */
  joinResponseTimeout?: number;
  /** How long one request to the SFU may take, in ms. Default 5000. */
  rpcRequestTimeout?: number;
}

/** Why a call is not taken. */
export type RejectReason = 'busy' | 'decline' | 'cancel' | 'timeout' | (string & {});

/** How to leave. */
export interface LeaveOptions {
  /**
   * Whether to reject a ringing call. By default only a caller who is alone does, which stops the
   * ringing at the others.
   */
  reject?: boolean;
  /** Told to the others with the rejection, and to the SFU when there is no `message`. */
  reason?: RejectReason;
  /** Told to the SFU. */
  message?: string;
}

/** Who rings whom, and who has answered. */
export interface RingingState {
  /** Whether this user is rung, or rings the others. */
  readonly direction: 'incoming' | 'outgoing';
  /** User ids. */
  readonly acceptedBy: readonly string[];
  /** User ids, and why, as far as that is known. */
  readonly rejectedBy: readonly { readonly userId: string; readonly reason?: string }[];
  /** User ids of members who have not answered. */
  readonly pending: readonly string[];
  /** When it gives up by itself; `undefined` when it was answered, or never does. */
  readonly expiresAt: Date | undefined;
}

/** What can be muted. */
export type MuteKind = 'audio' | 'video' | 'screenshare' | 'screenshare_audio';

/** What the user may do in a call. Always current. */
export interface PermissionsContext {
  /** Whether they may do that. */
  hasPermission(capability: OwnCapability): boolean;
  /** Whether they may publish a track of that type. */
  canPublish(trackType: SfuModels.TrackType): boolean;
  /** Whether the settings let them ask for it; by default those of the call. */
  canRequest(capability: RequestablePermission, settings?: CallSettingsResponse): boolean;
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

  /** Which videos of the others are received. */
  readonly trackSubscriptionManager: TrackSubscriptionManager;
  /** Which tiles are in sight. */
  readonly viewportTracker: ViewportTracker;
  /** Whose sound the browser does not let this page play. */
  readonly blockedAudioTracker: BlockedAudioTracker;
  /** Warns of sound that no element plays. */
  readonly audioBindingsWatchdog: AudioBindingsWatchdog;

  /** Whether the call rings or rang, here or at the others; until it is left. */
  readonly ringing: boolean;
  /** {@link ringing}, observable. */
  readonly ringing$: StateObservable<boolean>;
  /** Who rings whom, and who has answered; `undefined` when nobody rings. */
  readonly ringingState: RingingState | undefined;
  /** {@link ringingState}, observable. */
  readonly ringingState$: StateObservable<RingingState | undefined>;
  /** What this user may do. */
  readonly permissionsContext: PermissionsContext;

  /** Whether this user may do that in this call. */
  can(capability: OwnCapability): boolean;
  /** {@link can}, observable. */
  can$(capability: OwnCapability): StateObservable<boolean>;

  /**
   * Loads the call and begins to receive its updates. Does not create it.
   *
   * @throws {ErrorFromResponse} category `not-found` when there is no such call
   */
  get(params?: GetCallParams & Abortable): Promise<GetCallResponse>;
  /** Loads the call, creating it when it is missing, and begins to receive its updates. */
  getOrCreate(request?: GetOrCreateCallRequest & Abortable): Promise<GetOrCreateCallResponse>;
  /** The same as {@link getOrCreate}. */
  create(request?: GetOrCreateCallRequest & Abortable): Promise<GetOrCreateCallResponse>;
  /**
   * Enters the call; resolves when {@link CallState.callingState} is `joined`. Called again while
   * joining, it returns the same promise. Accepts a call that rings here. A signal leaves the call.
   *
   * @throws {ErrorFromResponse} when the coordinator refuses: no such call, no right to join it, …
   * @throws {SfuJoinError} when the SFU refuses
   * @throws {SfuTimeoutError} when the SFU does not answer in time
   * @throws {IllegalStateError} when the call is joined already
   * @throws {JoinAbortedError} when {@link leave} was called meanwhile
   */
  join(options?: JoinOptions & Abortable): Promise<void>;
  /** How to join when somebody accepts the ring of this user, which joins without being asked. */
  setJoinOptions(options?: JoinOptions): void;
  /**
   * Goes out of the call; resolves when camera and microphone are off and every connection is
   * closed, and a rejection that is due was sent. Wins over a running {@link join}. Does nothing
   * when the call is left.
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

  /** Deletes the call, and with `hard` also what was recorded. */
  delete(request?: DeleteCallRequest): Promise<DeleteCallResponse>;

  /** Rings members who are not in the call; also in the middle of it. */
  ring(request?: RingCallRequest): Promise<RingCallResponse>;
  /** Loads the call and notifies its members. */
  notify(): Promise<GetCallResponse>;
  /** Tells those who ring that this device takes the call. {@link join} does that by itself. */
  accept(): Promise<ApiResponse>;
  /** Tells them that this user does not; by default as `decline`. {@link leave} can do that, too. */
  reject(reason?: RejectReason): Promise<ApiResponse>;

  /** Finds members; what it finds is not kept in the state. */
  queryMembers(
    request?: Omit<QueryCallMembersRequest, 'type' | 'id'>,
  ): Promise<QueryCallMembersResponse>;
  /** Finds participants of the running session. */
  queryParticipants(
    request?: QueryCallParticipantsRequest,
    params?: { limit?: number },
  ): Promise<QueryCallParticipantsResponse>;
  /** Does not let a user in any more, and puts them out. */
  blockUser(userId: string): Promise<ApiResponse>;
  /** Lets them in again. */
  unblockUser(userId: string): Promise<ApiResponse>;
  /** Puts a user out. */
  kickUser(request: KickUserRequest): Promise<ApiResponse>;
  /** Mutes users; they may unmute themselves. */
  muteUser(userId: string | string[], type: MuteKind): Promise<ApiResponse>;
  /** Mutes this user. */
  muteSelf(type: MuteKind): Promise<ApiResponse>;
  /** Mutes all others who publish that. Resolves with nothing when there are none. */
  muteOthers(type: MuteKind): Promise<ApiResponse | undefined>;
  /** Mutes everybody. */
  muteAllUsers(type: MuteKind): Promise<ApiResponse>;
  /**
   * Asks those who may grant them for permissions.
   *
   * @throws {VideoError} `permission-denied` when the settings of the call do not let one ask
   */
  requestPermissions(request: RequestPermissionRequest): Promise<ApiResponse>;
  /** Lets a user do that in this call. */
  grantPermissions(userId: string, permissions: RequestablePermission[]): Promise<ApiResponse>;
  /** The opposite; also ends what they publish. */
  revokePermissions(userId: string, permissions: RequestablePermission[]): Promise<ApiResponse>;
  /** Both at once. */
  updateUserPermissions(request: UpdateUserPermissionsRequest): Promise<ApiResponse>;

  /** Pins a participant for this page only. */
  pin(sessionId: string): void;
  /** Takes any pin off, for this page only. */
  unpin(sessionId: string): void;
  /** Pins a participant for everyone. */
  pinForEveryone(request: PinRequest): Promise<ApiResponse>;
  /** Takes that pin off. */
  unpinForEveryone(request: PinRequest): Promise<ApiResponse>;

  /** Shows a reaction to everybody. */
  sendReaction(request: SendVideoReactionRequest): Promise<SendVideoReactionResponse>;
  /** Forgets the last reaction of a participant, for this page only. */
  resetReaction(sessionId: string): void;
  /** Sends the others a `custom` event. */
  sendCustomEvent(payload: CustomData): Promise<ApiResponse>;
  /** Rates the call from 1 to 5; also after it. */
  submitFeedback(
    rating: number,
    details?: { reason?: string; custom?: CustomData },
  ): Promise<ApiResponse>;

  /** Starts a recording, by default the composite one. */
  startRecording(type: RecordingType): Promise<ApiResponse>;
  /** Starts a recording, by default the composite one. */
  startRecording(request?: StartRecordingRequest, type?: RecordingType): Promise<ApiResponse>;
  /** Stops a recording, by default the composite one. */
  stopRecording(type?: RecordingType): Promise<ApiResponse>;
  /** The files of all sessions, or of one. */
  listRecordings(sessionId?: string): Promise<ListRecordingsResponse>;
  /** Deletes a file. */
  deleteRecording(sessionId: string, filename: string): Promise<ApiResponse>;
  /** Starts the transcription. */
  startTranscription(request?: StartTranscriptionRequest): Promise<ApiResponse>;
  /** Stops the transcription. */
  stopTranscription(request?: StopTranscriptionRequest): Promise<ApiResponse>;
  /** The files of the transcriptions. */
  listTranscriptions(): Promise<ListTranscriptionsResponse>;
  /** Deletes a file. */
  deleteTranscription(sessionId: string, filename: string): Promise<ApiResponse>;
  /** Starts captions; {@link CallState.captioning} shows it at once. */
  startClosedCaptions(request?: StartClosedCaptionsRequest): Promise<ApiResponse>;
  /** Stops captions; {@link CallState.captioning} shows it at once. */
  stopClosedCaptions(request?: StopClosedCaptionsRequest): Promise<ApiResponse>;
  /** How long captions are shown (2700 ms), and how many (2). */
  updateClosedCaptionSettings(settings: ClosedCaptionSettings): void;
  /** Starts taking pictures of the call. */
  startFrameRecording(request?: StartFrameRecordingRequest): Promise<ApiResponse>;
  /** Stops that. */
  stopFrameRecording(): Promise<ApiResponse>;
  /** Starts the broadcast by HLS. */
  startHLS(): Promise<StartHLSBroadcastingResponse>;
  /** Stops it. */
  stopHLS(): Promise<ApiResponse>;
  /** Starts a broadcast by RTMP. */
  startRTMPBroadcasts(request: StartRTMPBroadcastsRequest): Promise<ApiResponse>;
  /** Stops one. */
  stopRTMPBroadcast(name: string): Promise<ApiResponse>;
  /** Stops all of them. */
  stopAllRTMPBroadcasts(): Promise<ApiResponse>;
  /** The report on a session, by default the latest. */
  getCallReport(sessionId?: string): Promise<GetCallReportResponse>;

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

  /**
   * Plays everybody's sound, with hidden elements of its own: instead of
   * {@link bindAudioElement}, for apps without a framework.
   *
   * @param container where the elements go; the body of the page by default
   * @returns ends it
   */
  attachAudio(container?: HTMLElement): () => void;
  /** Plays what {@link blockedAudioTracker} knows to be blocked. Call it in a click of the user. */
  resumeAudio(): Promise<void>;

  /**
   * Says in which element tiles scroll. What {@link trackElementVisibility} tracks, before or after,
   * is looked at from then on.
   *
   * @returns ends it
   */
  setViewport(element: HTMLElement): () => void;
  /**
   * Writes into `viewportVisibilityState` of a participant whether their tile is in sight: at least
   * 35 % of it inside the element of {@link setViewport}. Presets of the order of participants move
   * only tiles that are not, and the video of those is not received.
   *
   * Elements of {@link bindVideoElement} that are more than a screen away receive nothing without it.
   *
   * @returns ends it, after which the visibility is unknown again
   */
  trackElementVisibility(
    element: HTMLElement,
    sessionId: string,
    trackType: VideoTrackType,
  ): () => void;

  /** `false` receives no video of the others at all: for a call that is only heard. */
  setIncomingVideoEnabled(enabled: boolean): void;
  /**
   * Asks for cameras in this size, whatever the sizes of the elements that show them; `undefined`
   * takes that back.
   *
   * @param resolution px
   * @param sessionIds of whom; everybody by default
   */
  setPreferredIncomingVideoResolution(
    resolution: VideoDimension | undefined,
    sessionIds?: readonly string[],
  ): void;

  /** See {@link CallState.setSortParticipantsBy}. */
  setSortParticipantsBy(comparator: ParticipantComparator): void;

  /**
   * How often `state.callStatsReport$` is measured while somebody subscribes to it.
   *
   * @param interval ms; 2000 by default, 0 for never
   */
  setStatsReportingIntervalInMs(interval?: number): void;
  /** Puts everything that is known of a participant's streams into `callStatsReport.participants`. */
  startReportingStatsFor(sessionId: string): void;
  /** Takes that back. */
  stopReportingStatsFor(sessionId: string): void;
  /** All that helps to find out what went wrong, as plain data: no media, no tokens, no names. */
  dumpDiagnostics(): Promise<CallDiagnostics>;
}
