import { hasAudio, hasScreenShare, hasVideo, OwnCapability } from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import { openDialog } from './dialog.js';
import { button } from './dom.js';
import { icon } from './icons.js';
import { attachMenu } from './menu.js';
import type { MenuGroup, MenuItem } from './menu.js';
import { failureText } from './messages.js';

/** Tells the user that something could not be done. */
export type ErrorReport = (text: string) => void;

/**
 * Makes the button that opens what can be done with a participant: pins for everybody, and for
 * moderators what their capabilities allow.
 */
export function participantMenuButton(
  call: Call,
  first: StreamVideoParticipant,
  report: ErrorReport,
): HTMLButtonElement {
  const label = `Options for ${first.name || first.userId}`;
  const made = button(
    { class: 'tile-options', 'data-testid': 'tile-options', 'aria-label': label, title: label },
    () => undefined,
    icon('more'),
  );
  attachMenu(made, label, () => {
    const participant = call.state.findParticipantBySessionId(first.sessionId);
    return participant ? groupsFor(call, participant, report) : [];
  });
  return made;
}

function groupsFor(
  call: Call,
  participant: StreamVideoParticipant,
  report: ErrorReport,
): MenuGroup[] {
  const { sessionId, userId, isLocalParticipant, pin } = participant;
  const run = (action: () => Promise<unknown>) => (): void => {
    action().catch((error: unknown) => report(failureText(error)));
  };
  const pins: MenuItem[] = [
    pin
      ? { label: 'Unpin', icon: 'unpin', onChoose: () => call.unpin(sessionId) }
      : { label: 'Pin', icon: 'pin', onChoose: () => call.pin(sessionId) },
  ];
  if (call.can(OwnCapability.PIN_FOR_EVERYONE)) {
    const request = { user_id: userId, session_id: sessionId };
    const isPinned = pin?.isLocalPin === false;
    pins.push({
      label: isPinned ? 'Unpin for everyone' : 'Pin for everyone',
      icon: isPinned ? 'unpin' : 'pin',
      onChoose: run(() =>
        isPinned ? call.unpinForEveryone(request) : call.pinForEveryone(request),
      ),
    });
  }
  const orders: MenuItem[] = [];
  if (!isLocalParticipant && call.can(OwnCapability.MUTE_USERS)) {
    for (const [kind, label, name, has] of MUTES) {
      if (!has(participant)) continue;
      orders.push({ label, icon: name, onChoose: run(() => call.muteUser(userId, kind)) });
    }
  }
  if (!isLocalParticipant && call.can(OwnCapability.KICK_USER)) {
    const name = participant.name || userId;
    orders.push({
      label: 'Remove from the call',
      icon: 'leave',
      isDanger: true,
      onChoose: () =>
        openDialog({
          title: `Remove ${name} from the call?`,
          text: 'They are put out at once. With the link they can come back in.',
          confirm: {
            label: 'Remove',
            testId: 'kick-confirm',
            onConfirm: run(() => call.kickUser({ user_id: userId })),
          },
          cancel: 'Let them stay',
        }),
    });
  }
  return orders.length > 0 ? [{ items: pins }, { items: orders }] : [{ items: pins }];
}

const MUTES = [
  ['audio', 'Mute', 'microphoneOff', hasAudio],
  ['video', 'Turn camera off', 'cameraOff', hasVideo],
  ['screenshare', 'Stop their screen', 'screen', hasScreenShare],
] as const;
