import { OwnCapability } from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import { Disposables, button, element, setAttribute } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';
import type { IconName } from './icons.js';
import { attachMenu } from './menu.js';
import { failureText } from './messages.js';
import type { ErrorReport } from './participant-menu.js';

/** The buttons to react with. */
export interface ReactionButtons {
  elements: readonly HTMLElement[];
  dispose: Dispose;
}

/** Makes the button that opens the reactions, and the one that raises and lowers the hand. */
export function reactionButtons(call: Call, report: ErrorReport): ReactionButtons {
  const send = (type: string, code: string): void => {
    call
      .sendReaction({ type, emoji_code: code })
      .catch((error: unknown) => report(failureText(error)));
  };
  const react = button(
    { class: 'round-button', 'data-testid': 'react', 'aria-label': 'React', title: 'React' },
    () => undefined,
    icon('smile'),
  );
  attachMenu(react, 'React', () => [
    {
      items: Object.entries(REACTIONS).map(([code, { icon, name }]) => ({
        label: name,
        icon,
        onChoose: () => send('reaction', code),
      })),
    },
  ]);
  let isUp = false;
  const hand = button(
    { class: 'round-button is-toggle', 'data-testid': 'hand', 'aria-label': 'Raise hand' },
    () => send(isUp ? LOWERED : RAISED, ':raise-hand:'),
    icon('hand'),
  );

  const disposables = new Disposables();
  disposables.watch(call.state.localParticipant$, (participant) => {
    isUp = handAfter(isUp, participant);
    setAttribute(hand, 'aria-pressed', String(isUp));
    setAttribute(hand, 'title', isUp ? 'Lower hand' : 'Raise hand');
  });
  disposables.watch(call.state.ownCapabilities$, () => {
    react.hidden = hand.hidden = !call.can(OwnCapability.CREATE_REACTION);
  });
  return { elements: [react, hand], dispose: () => disposables.dispose() };
}

/** What a participant reacts with: a hand that stays up, and a sign that passes. */
export interface ReactionBadge {
  element: HTMLElement;
  /** Shows what they react with now; gives it in words. */
  update(participant: StreamVideoParticipant): string[];
  dispose: Dispose;
}

/** Makes the badge of one session. */
export function reactionBadge(call: Call, sessionId: string): ReactionBadge {
  const sign = element('span', { class: 'tile-sign', 'aria-hidden': 'true', hidden: true });
  const hand = element(
    'span',
    { class: 'tile-hand', role: 'img', 'aria-label': 'Hand raised', title: 'Hand raised' },
    icon('hand'),
  );
  let isUp = false;
  let shown: StreamVideoParticipant['reaction'];
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    element: element('div', { class: 'tile-reactions' }, hand, sign),
    update(participant) {
      isUp = handAfter(isUp, participant);
      hand.hidden = !isUp;
      const { reaction } = participant;
      const known = REACTIONS[reaction?.emoji_code ?? ''];
      if (reaction !== shown) {
        shown = reaction;
        clearTimeout(timer);
        sign.hidden = !known;
        sign.replaceChildren(...(known ? [icon(known.icon)] : []));
        if (known) timer = setTimeout(() => call.resetReaction(sessionId), SHOWN);
      }
      const words = isUp ? ['hand raised'] : [];
      return known ? [...words, known.name.toLowerCase()] : words;
    },
    dispose: () => clearTimeout(timer),
  };
}

/** Whether a hand is up, after it was up or not, by the last reaction. */
function handAfter(isUp: boolean, participant: StreamVideoParticipant | undefined): boolean {
  const type = participant?.reaction?.type;
  return type === RAISED || (isUp && type !== LOWERED && participant !== undefined);
}

const RAISED = 'raised-hand';
const LOWERED = 'lowered-hand';
const REACTIONS: Readonly<Record<string, { icon: IconName; name: string }>> = {
  ':like:': { icon: 'like', name: 'Thumbs up' },
  ':heart:': { icon: 'heart', name: 'Heart' },
  ':laugh:': { icon: 'smile', name: 'Laughing' },
  ':star:': { icon: 'star', name: 'Well done' },
};
// ms
const SHOWN = 5000;
