import { OwnCapability } from 'trunkline';
import type { Call } from 'trunkline';

import { deviceButton } from './device-button.js';
import type { DeviceReport } from './device-button.js';
import { openDialog } from './dialog.js';
import { button, Disposables, element, setAttribute } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';
import type { IconName } from './icons.js';
import { inviteLink } from './identity.js';
import { attachMenu } from './menu.js';
import { reactionButtons } from './reactions.js';
import { screenButton } from './screen-button.js';
import type { LayoutChoice, Stage } from './stage.js';

/** What the controls need from the page. */
export interface ControlsOptions {
  report: DeviceReport;
  onError: (text: string) => void;
  /** What the layouts arrange. */
  stage: Stage;
  onParticipants: () => void;
  onCopied: () => void;
  onLeave: () => void;
  onEnd: () => void;
}

/** The bar of buttons below a call. */
export interface Controls {
  element: HTMLElement;
  /** Tells whether the list of participants is open. */
  setParticipantsOpen(isOpen: boolean): void;
  /** Puts the focus back on the button of the list. */
  focusParticipants(): void;
  dispose: Dispose;
}

/** Makes the bar. */
export function controls(call: Call, options: ControlsOptions): Controls {
  const microphone = deviceButton(call, 'microphone', options.report);
  const camera = deviceButton(call, 'camera', options.report);
  const screen = screenButton(call, options.onError);
  const reactions = reactionButtons(call, options.onError);
  const layout = roundButton('layout', 'Layout', 'layout', () => undefined);
  attachMenu(layout, 'Layout', () => [
    {
      items: LAYOUTS.map(([choice, label]) => ({
        label,
        checked: options.stage.layout === choice,
        testId: `layout-${choice}`,
        onChoose: () => (options.stage.layout = choice),
      })),
    },
  ]);
  const participants = roundButton(
    'people',
    'Participants',
    'participants-toggle',
    options.onParticipants,
  );
  participants.setAttribute('aria-controls', 'participants');
  const invite = roundButton(
    'link',
    'Copy invite link',
    'invite',
    () => void copyInvite(call.id, options.onCopied),
  );
  const end = roundButton('end', 'End call for everyone', 'end', () => confirmEnd(options.onEnd));
  end.classList.add('is-danger-outline');
  const leave = button(
    { class: 'leave-button', 'data-testid': 'leave', title: 'Leave call' },
    options.onLeave,
    icon('leave'),
    element('span', {}, 'Leave'),
  );

  const disposables = new Disposables();
  disposables.add(microphone.dispose);
  disposables.add(camera.dispose);
  disposables.add(screen.dispose);
  disposables.add(reactions.dispose);
  disposables.watch(call.state.ownCapabilities$, () => {
    end.hidden = !call.can(OwnCapability.END_CALL);
    microphone.setAllowed(call.can(OwnCapability.SEND_AUDIO));
    camera.setAllowed(call.can(OwnCapability.SEND_VIDEO));
  });

  return {
    element: element(
      'div',
      { class: 'controls', role: 'toolbar', 'aria-label': 'Call controls' },
      microphone.element,
      camera.element,
      screen.element,
      element('span', { class: 'controls-gap' }),
      ...reactions.elements,
      layout,
      participants,
      invite,
      element('span', { class: 'controls-gap' }),
      end,
      leave,
    ),
    setParticipantsOpen: (isOpen) => setAttribute(participants, 'aria-expanded', String(isOpen)),
    focusParticipants: () => participants.focus(),
    dispose: () => disposables.dispose(),
  };
}

/** Copies the invite link of a call, or shows it where the browser does not let pages copy. */
export async function copyInvite(callId: string, onCopied: () => void): Promise<void> {
  const link = inviteLink(callId);
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    const content = element('input', { readonly: true, value: link, 'aria-label': 'Invite link' });
    content.addEventListener('focus', () => content.select());
    return openDialog({
      title: 'Invite link',
      text: 'Copy this link and send it to whom you want in the call.',
      content,
      cancel: 'Done',
    });
  }
  onCopied();
}

const LAYOUTS = [
  ['auto', 'Automatic'],
  ['grid', 'Grid'],
  ['speaker', 'Speaker'],
] as const satisfies readonly (readonly [LayoutChoice, string])[];

function confirmEnd(onConfirm: () => void): void {
  openDialog({
    title: 'End the call for everyone?',
    text: 'Everybody is put out, and nobody can come back in. To go alone, leave instead.',
    confirm: { label: 'End call', testId: 'end-confirm', onConfirm },
    cancel: 'Keep talking',
  });
}

function roundButton(
  name: IconName,
  label: string,
  testId: string,
  onClick: () => void,
): HTMLButtonElement {
  return button(
    { class: 'round-button', 'data-testid': testId, 'aria-label': label, title: label },
    onClick,
    icon(name),
  );
}
