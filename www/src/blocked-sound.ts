import type { Call } from 'trunkline';

import { button, Disposables, element } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';

/** Makes the line that lets users hear the others where the browser waits for a click. */
export function blockedSound(call: Call): { element: HTMLElement; dispose: Dispose } {
  const made = element(
    'div',
    { class: 'blocked-sound', role: 'alert', 'data-testid': 'blocked-sound', hidden: true },
    icon('sound'),
    element('span', {}, 'Your browser keeps this page silent.'),
    button({ class: 'button is-primary' }, () => void call.resumeAudio(), 'Turn sound on'),
  );
  const disposables = new Disposables();
  disposables.watch(call.blockedAudioTracker.autoplayBlocked$, (isBlocked) => {
    made.hidden = !isBlocked;
  });
  return { element: made, dispose: () => disposables.dispose() };
}
