import type { Call } from 'trunkline';

import { Disposables, element, onHold } from './dom.js';
import type { Dispose } from './dom.js';
import { deviceMessage } from './messages.js';
import type { DeviceReport } from './device-button.js';

/** What tells people that nobody hears them. */
export interface MutedHint {
  element: HTMLElement;
  dispose: Dispose;
}

/**
 * Turns the microphone on while the space bar is held, if it is off, and tells whoever speaks while
 * it is off how to be heard.
 */
export function mutedHint(call: Call, report: DeviceReport): MutedHint {
  const { microphone } = call;
  const isOn = (): boolean => microphone.state.optimisticStatus === 'enabled';
  let isHeld = false;
  const hint = element(
    'p',
    { class: 'muted-hint', role: 'status', 'data-testid': 'muted-hint', hidden: true },
    'You are muted.',
    element('span', { class: 'for-keys' }, ' Press M to unmute, or hold the space bar to talk.'),
  );

  const disposables = new Disposables();
  disposables.add(
    onHold(' ', () => {
      if (isOn()) return undefined;
      isHeld = true;
      microphone.enable().catch((error: unknown) => {
        report('microphone', deviceMessage('microphone', error));
      });
      return () => {
        isHeld = false;
        void microphone.disable();
      };
    }),
  );
  disposables.watch(microphone.state.speakingWhileMuted$, (isSpeaking) => {
    hint.hidden = !isSpeaking || isHeld;
  });
  // Without it the call goes on; the microphone may not even be there.
  microphone.enableSpeakingWhileMutedNotification().catch(() => undefined);
  disposables.add(() => void microphone.disableSpeakingWhileMutedNotification());
  return { element: hint, dispose: () => disposables.dispose() };
}
