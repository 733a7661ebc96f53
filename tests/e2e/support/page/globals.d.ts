import type { Call, Client, FilterRegistration, VirtualDeviceRegistration } from 'trunkline';
import type * as sdk from 'trunkline';

/** What is open in a page. */
interface Open {
  sfuSockets: number;
  coordinatorSockets: number;
  peers: number;
  /** Live captured tracks. */
  tracks: number;
  /** Captures that were asked for and are not there yet. */
  captures: number;
  timers: number;
}

/** What arrives of one track. */
interface Flow {
  /** Frames decoded, or packets of sound received. */
  units: number;
  bytes: number;
  /** Of the last frame, px. */
  width: number;
  height: number;
}

/** A failure as plain data. */
interface Failure {
  /** Name of the most special exported class. */
  type: string;
  name: string;
  message: string;
  code: string;
  category: string;
  hint: string;
  retryable: boolean;
  status: number | undefined;
  serverCode: number | undefined;
}

declare global {
  /** How a drawn person looks: CSS colours. */
  interface Portrait {
    wall: string;
    disc: string;
    coat: string;
    skin: string;
    hair: string;
  }
  var portrait: Portrait;
  var trunkline: typeof sdk;
  /** The page's connected client. */
  var client: Client;
  /** The call that the test is about. */
  var call: Call;
  /** Calls that a query has found. */
  var found: Call[];
  /** The video element that the test is about, and what moves it from one document to another. */
  var tile: HTMLVideoElement;
  var places: (() => void)[];
  /** Events, where a test collects them. */
  var heard: { type: string; call_cid?: string; [field: string]: unknown }[];
  /** How many of the objects are left when all garbage is collected. */
  var alive: (objects: readonly WeakRef<object>[]) => Promise<number>;
  /** What a test keeps on purpose. */
  var kept: unknown;
  /** Plays the SFU and the page's frames, where a test has asked for that. */
  var stage: {
    /** The SFU says that to the first call that was joined. */
    feed(event: number[]): void;
    audioLevel(sessionId: string, level: number): number[];
    dominantSpeaker(sessionId: string): number[];
    /** Lets the frame come that was held back. */
    nextFrame(): void;
  };
  /** Whatever else a test collects, such as the values of an observable. */
  var seen: unknown[];
  /** What a test has go wrong with devices. */
  var fault: {
    /** What every capture throws, the next `times` times, or as long as it is set. */
    thrown?: { name: string; message: string };
    times?: number;
    /** Ids of devices that are not there. */
    unplugged: (string | undefined)[];
  };
  /** Draws a colour, and over its right half what comes in. */
  var paint: (colour: string, input?: MediaStream) => { stream: MediaStream; stop: () => void };
  /** Makes a tone, which is silent at first. */
  var hum: () => { stream: MediaStream; volume: AudioParam; stop: () => void };
  var tone: ReturnType<typeof hum>;
  var filter: FilterRegistration;
  var virtual: VirtualDeviceRegistration;
  /** How often the app was told to stop a stream that it had made. */
  var stops: number;
  /** A capture of the page's own, where a test needs one. */
  var camera: MediaStream;
  /** Whether the page may play sound, where a test forbids it. */
  var mayPlay: boolean;
  /** Ends what a test began. */
  var detach: () => void;
  var isReady: boolean;
  /** Instances whose imports throw, see `throwing.js`. */
  var throwing: {
    tryOut: (
      setting: import('./throwing.js').Setting,
      attempt: import('./throwing.js').Attempt,
    ) => Promise<import('./throwing.js').Outcome>;
  };
  var spy: {
    /** Everything that was sent: requests, and sockets with the method `SOCKET`. */
    requests: { method: string; url: string }[];
    /** `join-asked`, `join-answered`, `sfu-connecting`, `sfu-open` */
    moments: EventTarget;
    /** Those that are not closed. */
    peers(): RTCPeerConnection[];
    open(): Open;
    /** How many listeners there are on the page itself and its devices. */
    listeners(): number;
    /** Bytes of the module's memory. */
    memory(): number;
  };
  /** Binds a video and an audio element to everybody else in the call. */
  var showEverybody: (call: Call) => { unsubscribe(): void };
  /** Frames decoded and audio packets received, over all peer connections. */
  var received: () => Promise<{ frames: number; packets: number }>;
  /** What has arrived of the tracks of a participant that are there. */
  type Flows = Partial<Record<'camera' | 'microphone' | 'screen' | 'screenSound', Flow>>;
  var flow: (userId: string) => Promise<Flows>;
  /** How loud a participant's sound was at last, 0 to 1. */
  var levelOf: (userId: string) => Promise<number | undefined>;
  /** How `attempt` fails; throws if it does not fail, or not with a `VideoError`. */
  var failureOf: (attempt: Promise<unknown> | (() => unknown)) => Promise<Failure>;
}
