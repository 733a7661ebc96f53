type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** Ends something: a subscription, a listener, a view. */
export type Dispose = () => void;

/**
 * Makes an element. Children that are strings become text, never markup. An attribute that is
 * `true` is set without a value; one that is `false` or `undefined` is left out.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (typeof value === 'string') made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Makes a button that does not submit forms. */
export function button(
  attributes: Attributes,
  onClick: () => void,
  ...children: (Node | string)[]
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, ...children);
  made.addEventListener('click', onClick);
  return made;
}

/** Sets the text only when it differs, so that screen readers do not read it anew. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Sets an attribute only when it differs. */
export function setAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/**
 * Listens to a single key, without modifiers, anywhere in the page. Keys that are typed into a
 * field, and all keys while a dialog is open, are left alone.
 */
export function onShortcut(key: string, action: () => void): Dispose {
  const listener = (event: KeyboardEvent): void => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() !== key || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    event.preventDefault();
    action();
  };
  document.addEventListener('keydown', listener);
  return () => document.removeEventListener('keydown', listener);
}

/**
 * Calls `begin` when a key is pressed, and what that returns when it is let go, or when the page can
 * no longer see that it is. Keys that something else in the page takes are left alone.
 */
export function onHold(key: string, begin: () => Dispose | undefined): Dispose {
  let end: Dispose | undefined;
  const release = (): void => {
    end?.();
    end = undefined;
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey) return;
    const isTaken = event.target instanceof Element && event.target.matches(TAKES_KEYS);
    if (isTyping(event.target) || isTaken || document.querySelector('dialog[open]')) return;
    // The page would scroll.
    event.preventDefault();
    if (!event.repeat && !end) end = begin();
  };
  const lift = (event: KeyboardEvent): void => {
    if (event.key === key) release();
  };
  document.addEventListener('keydown', press);
  document.addEventListener('keyup', lift);
  window.addEventListener('blur', release);
  return () => {
    release();
    document.removeEventListener('keydown', press);
    document.removeEventListener('keyup', lift);
    window.removeEventListener('blur', release);
  };
}

/** Calls `run` with the next frame, or soon in a page that is hidden, as it has none. */
export function soon(run: () => void): Dispose {
  if (document.hidden) {
    const timer = setTimeout(run);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
}

// The space bar presses what is focused.
const TAKES_KEYS = 'button, a, summary, [role=menu]';

/** Collects what is to be ended together. */
export class Disposables {
  readonly #all: Dispose[] = [];

  /** Adds a function to be called at the end. */
  add(dispose: Dispose): void {
    this.#all.push(dispose);
  }

  /** Adds the subscription of an observable. */
  watch<T>(
    observable: { subscribe(next: (value: T) => void): { unsubscribe(): void } },
    next: (value: T) => void,
  ): void {
    const subscription = observable.subscribe(next);
    this.add(() => subscription.unsubscribe());
  }

  /** Ends everything, last added first. */
  dispose(): void {
    for (const dispose of this.#all.splice(0).reverse()) dispose();
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  );
}
