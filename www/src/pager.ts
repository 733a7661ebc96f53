import { button, element, setText } from './dom.js';
import { icon } from './icons.js';

/** Buttons to go through pages, and which one is shown. */
export interface Pager {
  element: HTMLElement;
  /** Counted from 0. */
  page: number;
  /** Shows so many pages; there are no buttons for one. Stays on the last when there are fewer. */
  setCount(count: number): void;
}

/** Makes the buttons. Going to another page calls back. */
export function pager(onTurn: () => void): Pager {
  let page = 0;
  let last = 0;
  const text = element('p', { class: 'pager-text', role: 'status' });
  const turn = (by: number) => (): void => {
    page += by;
    show();
    onTurn();
    // A button that is off keeps no focus.
    if (page === 0) next.focus();
    else if (page === last) previous.focus();
  };
  const previous = button(
    { class: 'icon-button', 'aria-label': 'Previous page', title: 'Previous page' },
    turn(-1),
    icon('previous'),
  );
  const next = button(
    { class: 'icon-button', 'aria-label': 'Next page', title: 'Next page' },
    turn(1),
    icon('next'),
  );
  const made = element(
    'nav',
    { class: 'pager', 'aria-label': 'Pages of participants', hidden: true },
    previous,
    text,
    next,
  );
  const show = (): void => {
    made.hidden = last === 0;
    previous.disabled = page === 0;
    next.disabled = page === last;
    setText(text, `Page ${page + 1} of ${last + 1}`);
  };
  return {
    element: made,
    get page() {
      return page;
    },
    setCount(count) {
      last = Math.max(count - 1, 0);
      page = Math.min(page, last);
      show();
    },
  };
}
