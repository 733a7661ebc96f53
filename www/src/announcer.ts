import { button, element, setText } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';

/** Tells the user something: aloud by a screen reader, or aloud and in sight. */
export class Announcer {
  /** What to put into the page, once. */
  readonly element: HTMLElement;
  readonly #spoken = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  readonly #toasts = element('div', { class: 'toasts' });
  #endToast: Dispose = () => undefined;

  constructor() {
    this.element = element('div', {}, this.#spoken, this.#toasts);
  }

  /** Has a screen reader say it when it is done with what it says now. */
  say(text: string): void {
    // The same text twice is no change, and would stay unsaid.
    setText(this.#spoken, this.#spoken.textContent === text ? `${text}\u00a0` : text);
  }

  /** Shows it for a while. */
  toast(text: string): void {
    this.#show(element('p', { class: 'toast' }, icon('check'), text));
    this.say(text);
  }

  /** Shows what went wrong, until it is dismissed or something else is shown. */
  error(text: string): void {
    const dismiss = button(
      { class: 'toast-close', 'aria-label': 'Dismiss' },
      () => this.clear(),
      icon('close'),
    );
    const message = element('span', { 'data-testid': 'error' }, text);
    this.#show(
      element('div', { class: 'toast is-error', role: 'alert' }, icon('warning'), message, dismiss),
      false,
    );
  }

  /** Removes what is shown. */
  clear(): void {
    this.#endToast();
  }

  #show(toast: HTMLElement, passes = true): void {
    this.#endToast();
    this.#toasts.append(toast);
    const timer = passes ? setTimeout(() => toast.remove(), TOAST_TIME) : undefined;
    this.#endToast = () => {
      clearTimeout(timer);
      toast.remove();
    };
  }
}

// ms; long enough to be read.
const TOAST_TIME = 4000;
