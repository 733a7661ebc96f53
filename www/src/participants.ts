import { hasAudio, hasVideo } from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import { button, Disposables, element, setAttribute, setText } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';
import { avatarColour, initials } from './identity.js';
import { peopleOf } from './people.js';
import { displayName } from './tile.js';

/** The list of who is in the call. */
export interface ParticipantsPanel {
  element: HTMLElement;
  dispose: Dispose;
}

/**
 * Makes the list; it follows the participants of the call. Only rows in sight are there: the list is
 * as high as all of them.
 */
export function participantsPanel(call: Call, onClose: () => void): ParticipantsPanel {
  const heading = element('h2', { id: 'participants-heading', tabindex: '-1' });
  // Scrolled with the keys, too.
  const scroller = element('div', {
    class: 'panel-rows',
    tabindex: '0',
    role: 'group',
    'aria-labelledby': heading.id,
  });
  const list = element('ul', {});
  scroller.append(list);
  const made = element(
    'aside',
    {
      class: 'panel',
      id: 'participants',
      'data-testid': 'participants',
      'aria-labelledby': heading.id,
      hidden: true,
    },
    element(
      'header',
      {},
      heading,
      button(
        { class: 'icon-button', 'aria-label': 'Close the list of participants' },
        onClose,
        icon('close'),
      ),
    ),
    scroller,
  );
  const rows = new Map<string, Row>();

  const show = (): void => {
    if (made.hidden) return;
    const count = call.state.participantsLength;
    setText(heading, `In the call (${count})`);
    const top = Math.floor(scroller.scrollTop / ROW_HEIGHT);
    const first = Math.max(Math.min(top, count) - SPARE_ROWS, 0);
    const room = Math.ceil(scroller.clientHeight / ROW_HEIGHT);
    const shown = people.at(first, top + room + SPARE_ROWS);
    list.style.height = `${count * ROW_HEIGHT}px`;
    list.style.paddingTop = `${first * ROW_HEIGHT}px`;
    const present = new Set(shown.map((participant) => participant.sessionId));
    for (const [sessionId, gone] of rows) {
      if (present.has(sessionId)) continue;
      gone.element.remove();
      rows.delete(sessionId);
    }
    shown.forEach((participant, index) => {
      const known = rows.get(participant.sessionId) ?? row(participant);
      rows.set(participant.sessionId, known);
      known.update(participant);
      setAttribute(known.element, 'aria-setsize', String(count));
      setAttribute(known.element, 'aria-posinset', String(first + index + 1));
      const before = list.children[index];
      if (before !== known.element) list.insertBefore(known.element, before ?? null);
    });
  };

  const people = peopleOf(call, show);
  const disposables = new Disposables();
  disposables.add(people.dispose);
  scroller.addEventListener('scroll', show);
  // It has no height while it is closed.
  const observer = new ResizeObserver(show);
  observer.observe(scroller);
  disposables.add(() => observer.disconnect());
  disposables.watch(call.state.participantsLength$, show);
  return { element: made, dispose: () => disposables.dispose() };
}

interface Row {
  element: HTMLElement;
  update(participant: StreamVideoParticipant): void;
}

function row(first: StreamVideoParticipant): Row {
  const avatar = element('span', {
    class: 'avatar',
    'data-colour': avatarColour(first.userId),
    'aria-hidden': 'true',
  });
  const name = element('span', { class: 'row-name' });
  const microphone = element('span', { class: 'row-device', role: 'img' });
  const camera = element('span', { class: 'row-device', role: 'img' });
  const made = element(
    'li',
    { 'data-session-id': first.sessionId, 'data-user-id': first.userId },
    avatar,
    name,
    microphone,
    camera,
  );
  return {
    element: made,
    update(participant) {
      setText(avatar, initials(participant.name || participant.userId));
      setText(name, displayName(participant));
      showDevice(microphone, hasAudio(participant), 'microphone', 'Microphone');
      showDevice(camera, hasVideo(participant), 'camera', 'Camera');
    },
  };
}

function showDevice(
  target: HTMLElement,
  isOn: boolean,
  name: 'microphone' | 'camera',
  label: string,
): void {
  const text = `${label} ${isOn ? 'on' : 'off'}`;
  if (target.getAttribute('aria-label') === text) return;
  target.setAttribute('aria-label', text);
  target.title = text;
  target.dataset['on'] = String(isOn);
  target.replaceChildren(icon(isOn ? name : `${name}Off`));
}

/** In px; the style sheet has the same. */
const ROW_HEIGHT = 52;
/** Rows above and below those in sight, so that there is something to scroll to. */
const SPARE_ROWS = 8;
