import { OwnCapability } from 'trunkline';
import type { Call } from 'trunkline';

import { button, Disposables, element, setAttribute } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';
import { codeOf, screenMessage } from './messages.js';
import type { ErrorReport } from './participant-menu.js';

/** An element that follows the shared screen. */
export interface ScreenElement {
  element: HTMLElement;
  dispose: Dispose;
}

/** Makes the button that shares a screen and ends that. Browsers without screens have none. */
export function screenButton(call: Call, report: ErrorReport): ScreenElement {
  const { screenShare } = call;
  const isOn = (): boolean => screenShare.state.optimisticStatus === 'enabled';
  const made = button(
    {
      class: 'round-button is-toggle is-screen',
      'data-testid': 'screen',
      'aria-label': 'Share screen',
    },
    () => {
      screenShare.toggle().catch((error: unknown) => {
        // Whoever closed the browser's question has changed their mind, which is nothing to report.
        if (codeOf(error) !== 'permission-dismissed') report(screenMessage(error));
      });
    },
    icon('screen'),
  );
  const show = (): void => {
    setAttribute(made, 'aria-pressed', String(isOn()));
    setAttribute(made, 'title', isOn() ? 'Stop sharing your screen' : 'Share your screen');
    made.hidden = !isSupported() || (!call.can(OwnCapability.SCREENSHARE) && !isOn());
  };
  const disposables = new Disposables();
  disposables.watch(screenShare.state.optimisticStatus$, show);
  disposables.watch(call.state.ownCapabilities$, show);
  return { element: made, dispose: () => disposables.dispose() };
}

/** Makes the line that tells users what the others see of their screen. */
export function sharingNotice(call: Call): ScreenElement {
  const made = element(
    'div',
    { class: 'sharing', role: 'status', 'data-testid': 'sharing', hidden: true },
    icon('screen'),
    element('span', {}, 'Everybody sees your screen.'),
    button({ class: 'button' }, () => void call.screenShare.disable(), 'Stop sharing'),
  );
  const disposables = new Disposables();
  disposables.watch(call.screenShare.state.status$, (status) => {
    made.hidden = status !== 'enabled';
  });
  return { element: made, dispose: () => disposables.dispose() };
}

function isSupported(): boolean {
  // Phones do not have it, whatever the type says; pages that were not loaded safely lack both.
  const devices: Partial<MediaDevices> | undefined = navigator.mediaDevices;
  return devices?.getDisplayMedia !== undefined;
}
