import { hasAudio, hasVideo } from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import { button, Disposables, element, setText } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';
import { avatarColour, initials } from './identity.js';
import { displayName } from './tile.js';

/** The list of who is in the call. */
export interface ParticipantsPanel {
  element: HTMLElement;
  dispose: Dispose;
}

/** Makes the list; it follows the participants of the call. */
export function participantsPanel(call: Call, onClose: () => void): ParticipantsPanel {
  const heading = element('h2', { id: 'participants-heading', tabindex: '-1' });
  const list = element('ul', {});
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
    list,
  );
  const rows = new Map<string, Row>();

  const disposables = new Disposables();
  disposables.watch(call.state.participants$, (participants) => {
    setText(heading, `In the call (${participants.length})`);
    const present = new Set(participants.map((participant) => participant.sessionId));
    for (const [sessionId, gone] of rows) {
      if (present.has(sessionId)) continue;
      gone.element.remove();
      rows.delete(sessionId);
    }
    for (const participant of participants) {
      const known = rows.get(participant.sessionId) ?? row(participant);
      rows.set(participant.sessionId, known);
      known.update(participant);
      if (known.element.parentElement !== list) list.append(known.element);
    }
  });
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
