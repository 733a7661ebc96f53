import { button, element } from './dom.js';
import { icon } from './icons.js';
import type { IconName } from './icons.js';

/** A page that says what happened and offers what can be done about it. */
export interface ScreenOptions {
  testId: string;
  icon: IconName;
  title: string;
  text: string | HTMLElement;
  /** Whether something went wrong. */
  isError?: boolean;
  /** The stable code of what went wrong, for whoever is asked for help. */
  code?: string;
  /** The first one is what most people want. */
  actions: readonly ScreenAction[];
}

/** Something that can be done. */
export interface ScreenAction {
  label: string;
  testId: string;
  onClick: () => void;
}

/** Makes the page. */
export function screen(options: ScreenOptions): HTMLElement {
  const attributes = options.isError ? { 'data-testid': 'error', 'data-code': options.code } : {};
  const made = element(
    'main',
    { class: 'screen', 'data-testid': options.testId },
    element(
      'span',
      { class: options.isError ? 'screen-icon is-error' : 'screen-icon' },
      icon(options.icon),
    ),
    element('h1', { tabindex: '-1' }, options.title),
    element('p', attributes, options.text),
    element(
      'div',
      { class: 'screen-actions' },
      ...options.actions.map(({ label, testId, onClick }, index) =>
        button(
          { class: index === 0 ? 'button is-primary' : 'button', 'data-testid': testId },
          onClick,
          label,
        ),
      ),
    ),
  );
  if (options.code) made.append(element('p', { class: 'screen-code' }, `Code: ${options.code}`));
  return made;
}

/** The page while a call is being entered. */
export function joiningScreen(callId: string, onCancel: () => void): HTMLElement {
  return element(
    'main',
    { class: 'screen', 'data-testid': 'screen-joining', 'aria-busy': 'true' },
    element('span', { class: 'spinner', 'aria-hidden': 'true' }),
    element('h1', { tabindex: '-1', role: 'status' }, 'Joining…'),
    element('p', {}, callId),
    element(
      'div',
      { class: 'screen-actions' },
      button({ class: 'button', 'data-testid': 'cancel' }, onCancel, 'Cancel'),
    ),
  );
}
