import { CallingState, hasAudio } from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import type { Announcer } from './announcer.js';
import { controls, copyInvite } from './controls.js';
import { blockedSound } from './blocked-sound.js';
import { button, Disposables, element, setAttribute, setText } from './dom.js';
import type { DeviceReport } from './device-button.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';
import { participantsPanel } from './participants.js';
import { peopleOf } from './people.js';
import { mutedHint } from './push-to-talk.js';
import { sharingNotice } from './screen-button.js';
import { stage } from './stage.js';
import { statsPanel } from './stats-panel.js';

/** What the user can do to leave the view. */
export interface CallViewOptions {
  announcer: Announcer;
  onLeave: () => void;
  onEnd: () => void;
}

/** The page during a call. */
export interface CallView {
  element: HTMLElement;
  dispose: Dispose;
}

/** Makes the view of a joined call. */
export function callView(call: Call, options: CallViewOptions): CallView {
  const { announcer } = options;
  const disposables = new Disposables();
  const onCopied = (): void =>
    announcer.toast('Invite link copied. Send it to whom you want in the call.');

  const onError = (text: string): void => announcer.error(text);
  const report: DeviceReport = (_kind, problem) =>
    problem === undefined ? announcer.clear() : onError(problem);
  const videos = stage(call, onError);
  const hint = mutedHint(call, report);
  const sharing = sharingNotice(call);
  const bar = controls(call, {
    report,
    onError,
    stage: videos,
    onParticipants: () => openPanel(panel.element.hidden),
    onCopied,
    onLeave: options.onLeave,
    onEnd: options.onEnd,
  });
  const panel = participantsPanel(call, () => openPanel(false));
  const statistics = statsPanel(call, () => openStatistics(false));
  // There is room for one of them.
  const openPanel = (isOpen: boolean): void => {
    if (isOpen) showStatistics(false);
    panel.element.hidden = !isOpen;
    bar.setParticipantsOpen(isOpen);
    if (isOpen) panel.element.querySelector('h2')?.focus();
    else bar.focusParticipants();
  };
  const showStatistics = (isOpen: boolean): void => {
    statistics.setOpen(isOpen);
    setAttribute(toStatistics, 'aria-expanded', String(isOpen));
  };
  const openStatistics = (isOpen: boolean): void => {
    if (isOpen) {
      panel.element.hidden = true;
      bar.setParticipantsOpen(false);
    }
    showStatistics(isOpen);
    if (isOpen) statistics.element.querySelector('h2')?.focus();
    else toStatistics.focus();
  };
  const toStatistics = button(
    {
      class: 'icon-button call-statistics',
      'data-testid': 'statistics-toggle',
      'aria-label': 'Statistics',
      'aria-controls': 'statistics',
      title: 'Statistics',
    },
    () => openStatistics(statistics.element.hidden),
    icon('chart'),
  );
  bar.setParticipantsOpen(false);
  showStatistics(false);
  panel.element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') openPanel(false);
  });
  statistics.element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') openStatistics(false);
  });

  const banner = element('p', {
    class: 'banner',
    'data-testid': 'banner',
    role: 'status',
    hidden: true,
  });
  const alone = element(
    'div',
    { class: 'alone', hidden: true },
    element('p', {}, 'Nobody else is here yet.'),
    button(
      { class: 'button is-primary' },
      () => void copyInvite(call.id, onCopied),
      icon('link'),
      'Copy invite link',
    ),
  );
  const time = element('span', { class: 'call-time', role: 'timer', 'aria-label': 'Call time' });
  const header = element(
    'header',
    { class: 'call-header' },
    element('h1', { class: 'call-title', tabindex: '-1', title: call.id }, call.id),
    time,
    toStatistics,
  );
  const silence = blockedSound(call);

  disposables.add(videos.dispose);
  disposables.add(bar.dispose);
  disposables.add(hint.dispose);
  disposables.add(sharing.dispose);
  disposables.add(panel.dispose);
  disposables.add(statistics.dispose);
  disposables.add(silence.dispose);
  disposables.add(showTime(call, time));
  disposables.add(announcePeople(call, announcer));
  const showState = (): void => {
    const text = bannerText(call.state.callingState);
    banner.hidden = text === undefined;
    setText(banner, text ?? '');
    const { callingState, participantsLength } = call.state;
    alone.hidden = callingState !== CallingState.JOINED || participantsLength !== 1;
  };
  disposables.watch(call.state.callingState$, showState);
  disposables.watch(call.state.participantsLength$, showState);

  const middle = element(
    'div',
    { class: 'stage' },
    videos.element,
    alone,
    hint.element,
    panel.element,
    statistics.element,
  );
  return {
    element: element(
      'main',
      { class: 'call' },
      header,
      banner,
      silence.element,
      sharing.element,
      middle,
      bar.element,
    ),
    dispose: () => disposables.dispose(),
  };
}

function bannerText(state: CallingState): string | undefined {
  switch (state) {
    case CallingState.RECONNECTING:
      return 'Connection lost. Reconnecting…';
    case CallingState.MIGRATING:
      return 'Moving to another server…';
    case CallingState.OFFLINE:
      return 'You are offline. The call goes on as soon as you are back.';
    default:
      return undefined;
  }
}

function showTime(call: Call, target: HTMLElement): Dispose {
  const joinedAt = Date.now();
  const show = (): void => {
    const since = call.state.startedAt?.getTime() ?? joinedAt;
    setText(target, formatTime(Math.max(0, Date.now() - since)));
  };
  show();
  const timer = setInterval(show, SECOND);
  return () => clearInterval(timer);
}

/** Writes a time in ms as `m:ss` or `h:mm:ss`. */
export function formatTime(time: number): string {
  const seconds = Math.floor(time / SECOND);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}

// Only what changes is said, not who is there already; and not in a crowd, where something always
// does.
function announcePeople(call: Call, announcer: Announcer): Dispose {
  let known: ReadonlyMap<string, StreamVideoParticipant> | undefined;
  const announce = (): void => {
    const participants = people.at(0, MOST_ANNOUNCED + 1);
    if (call.state.callingState !== CallingState.JOINED) return;
    if (participants.length > MOST_ANNOUNCED) {
      known = undefined;
      return;
    }
    const now = new Map(participants.map((participant) => [participant.sessionId, participant]));
    if (known) {
      const news = [...changes(known, now)];
      if (news.length > 0) announcer.say(news.join(' '));
    }
    known = now;
  };
  const people = peopleOf(call, announce);
  announce();
  return people.dispose;
}

function* changes(
  before: ReadonlyMap<string, StreamVideoParticipant>,
  now: ReadonlyMap<string, StreamVideoParticipant>,
): Generator<string> {
  for (const [sessionId, participant] of now) {
    const earlier = before.get(sessionId);
    const who = participant.isLocalParticipant ? 'You' : participant.name || participant.userId;
    if (!earlier) yield `${who} joined.`;
    else if (hasAudio(earlier) !== hasAudio(participant)) {
      yield participant.isLocalParticipant
        ? `Your microphone is ${hasAudio(participant) ? 'on' : 'off'}.`
        : `${who} ${hasAudio(participant) ? 'unmuted' : 'muted'}.`;
    }
  }
  for (const [sessionId, participant] of before) {
    if (!now.has(sessionId) && !participant.isLocalParticipant) {
      yield `${participant.name || participant.userId} left.`;
    }
  }
}

/** Participants whose coming and going is said. */
const MOST_ANNOUNCED = 20;
const SECOND = 1000;
