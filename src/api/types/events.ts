/** An event of one call that brings the call along. */
export interface CallDataEvent<Type extends string = string> extends CallEvent<Type> {
  /** The call, after the change. */
  call: CallResponse;
}

/** An event of one session of a call. */
export interface SessionDataEvent<Type extends string = string> extends CallEvent<Type> {
  /** Which session. */
  session_id: string;
}

/** Somebody did something in a call. */
export interface CallUserEvent<Type extends string = string> extends CallEvent<Type> {
  /** Who; with moderation, to whom it was done. */
  user: UserResponse;
}

/** Something goes out of a call, or does so no more. */
export interface EgressEvent<Type extends string = string> extends CallEvent<Type> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
}

/** A recording. */
export interface RecordingEvent<Type extends string = string> extends EgressEvent<Type> {
  /** Absent means `composite`. */
  recording_type?: RecordingType | null;
}

/** The socket to the coordinator began or ceased to work. */
export interface ConnectionChangedEvent {
  /** Name of the event. */
  type: 'connection.changed';
  /** When it happened. */
  received_at: Date;
  /** Whether it works. */
  online: boolean;
}

/** The browser went online or offline. */
export interface NetworkChangedEvent {
  /** Name of the event. */
  type: 'network.changed';
  /** When it happened. */
  received_at: Date;
  /** Whether it is online. */
  online: boolean;
}

/** A device that was selected is not there any more. */
export interface DeviceDisconnectedEvent {
  /** Name of the event. */
  type: 'device.disconnected';
  /** `type:id` of the call. */
  call_cid: string;
  /** When it happened. */
  received_at: Date;
  /** Whether it was on. */
  status: 'enabled' | 'disabled' | undefined;
  /** Its id. */
  deviceId: string;
  /** Its name. */
  label: string;
  /** Camera or microphone. */
  kind: MediaDeviceKind;
}

/** A microphone that is on hears nothing at all, or hears something again. */
export interface MicCaptureReportEvent {
  /** Name of the event. */
  type: 'mic.capture_report';
  /** `type:id` of the call. */
  call_cid: string;
  /** When it happened. */
  received_at: Date;
  /** Which of the two. */
  capturesAudio: boolean;
  /** Its id. */
  deviceId: string | undefined;
  /** Its name. */
  label: string | undefined;
}

/** The call is over for this client. */
export interface CallLeftEvent {
  /** Name of the event. */
  type: 'call.left';
  /** `type:id` of the call. */
  call_cid: string;
  /** When it happened. */
  received_at: Date;
  /** Why: `user_left`, `call_ended`, `kicked`, … */
  reason: string;
}

/** The connection of a call is lost for good; `join()` works. */
export interface CallReconnectingFailedEvent {
  /** Name of the event. */
  type: 'call.reconnecting_failed';
  /** `type:id` of the call. */
  call_cid: string;
  /** When it happened. */
  received_at: Date;
  /** Why it is not tried any more. */
  error: VideoError;
}

/** The server does not send updates of a call any more. */
export interface CallUnwatchedEvent {
  /** Name of the event. */
  type: 'call.unwatched';
  /** Which call. */
  call_cid: string;
  /** When it happened. */
  received_at: Date;
}

/** An event whose type these types do not know. */
export interface UnknownEvent {
  /** Name of the event. */
  type: string;
  /** When it arrived here. */
  received_at: Date;
  /** `type:id` of the call, with events of calls. */
  call_cid?: string;
  /** Whatever the server sent. */
  [field: string]: unknown;
}

/** The events, by name. */
export interface EventMap extends CoordinatorEventMap {
  /** The socket to the coordinator began or ceased to work. Made here. */
  'connection.changed': ConnectionChangedEvent;
  /** The browser went online or offline. Made here. */
  'network.changed': NetworkChangedEvent;
  /** The call is over for this client. Made here. */
  'call.left': CallLeftEvent;
  /** The connection of a call is lost for good. Made here. */
  'call.reconnecting_failed': CallReconnectingFailedEvent;
  /** A device that was selected is not there any more. Made here. */
  'device.disconnected': DeviceDisconnectedEvent;
  /** A microphone that is on hears nothing at all, or hears something again. Made here. */
  'mic.capture_report': MicCaptureReportEvent;
  /**
   * The server does not send updates of the call any more: it was not among those it watches again
   * after the socket was lost. Made here.
   */
  'call.unwatched': CallUnwatchedEvent;
}

/** Any event of {@link EventMap}, told apart by `type`. */
export type StreamVideoEvent = EventMap[keyof EventMap];

/** Listens to events. */
export interface EventSource {
  /**
   * Listens to one event. A listener that throws is reported and does not stop the others; it may
   * call anything, also `off` and `leave`.
   *
   * @returns ends the listening, like {@link off}
   */
  on<Name extends keyof EventMap>(
    name: Name,
    listener: (event: EventMap[Name]) => void,
  ): () => void;
  /** Listens to all events. */
  on(name: 'all', listener: (event: StreamVideoEvent) => void): () => void;
  /** Listens to an event that {@link EventMap} does not know. */
  on(name: string & {}, listener: (event: UnknownEvent) => void): () => void;
  /** Ends the listening of that very function to that very event. */
  off<Name extends keyof EventMap>(name: Name, listener: (event: EventMap[Name]) => void): void;
  /** Ends the listening to all events. */
  off(name: 'all', listener: (event: StreamVideoEvent) => void): void;
  /** Ends the listening to an event that {@link EventMap} does not know. */
  off(name: string & {}, listener: (event: UnknownEvent) => void): void;
}
