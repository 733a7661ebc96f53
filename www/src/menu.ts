import { button, element } from './dom.js';
import { icon } from './icons.js';
import type { IconName } from './icons.js';

/** Something that can be chosen in a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  /** For one of several, of which one is in effect. */
  checked?: boolean;
  isDanger?: boolean;
  testId?: string;
  onChoose: () => void;
}

/** Items that belong together. */
export interface MenuGroup {
  /** What they are about, where that does not go without saying. */
  label?: string;
  items: readonly MenuItem[];
}

/**
 * Lets a button open a menu, whose items are made when it opens. Escape and a click elsewhere close
 * it, arrow keys walk through it, and the focus returns to the button.
 */
export function attachMenu(
  anchor: HTMLButtonElement,
  label: string,
  groups: () => readonly MenuGroup[] | Promise<readonly MenuGroup[]>,
): void {
  anchor.setAttribute('aria-haspopup', 'menu');
  anchor.setAttribute('aria-expanded', 'false');
  let isOpen = false;
  // A press on the button closes an open menu; the click that follows must not open it again.
  let wasOpen = false;
  anchor.addEventListener('pointerdown', () => (wasOpen = isOpen));
  anchor.addEventListener('click', () => {
    if (wasOpen) wasOpen = false;
    else void open();
  });

  const open = async (): Promise<void> => {
    const shown = await groups();
    if (isOpen || !anchor.isConnected) return;
    isOpen = true;
    const menu = element('div', { class: 'menu', role: 'menu', 'aria-label': label });
    menu.popover = 'auto';
    for (const group of shown) menu.append(section(group, () => menu.hidePopover()));
    menu.addEventListener('keydown', (event) => walk(menu, event));
    menu.addEventListener('toggle', (event) => {
      if ((event as ToggleEvent).newState === 'open') return;
      isOpen = false;
      anchor.setAttribute('aria-expanded', 'false');
      if (menu.contains(document.activeElement)) anchor.focus();
      menu.remove();
    });
    document.body.append(menu);
    menu.showPopover();
    anchor.setAttribute('aria-expanded', 'true');
    place(menu, anchor);
    const items = itemsOf(menu);
    (items.find((item) => item.getAttribute('aria-checked') === 'true') ?? items[0])?.focus();
  };
}

function section({ label, items }: MenuGroup, close: () => void): HTMLElement {
  const made = element('div', { role: 'group', 'aria-label': label });
  if (label) made.append(element('p', { class: 'menu-heading', 'aria-hidden': 'true' }, label));
  for (const item of items) {
    const isChoice = item.checked !== undefined;
    const choose = (): void => {
      close();
      item.onChoose();
    };
    const mark = isChoice ? (item.checked ? 'check' : undefined) : item.icon;
    made.append(
      button(
        {
          class: item.isDanger ? 'menu-item is-danger' : 'menu-item',
          role: isChoice ? 'menuitemradio' : 'menuitem',
          'aria-checked': isChoice ? String(item.checked) : undefined,
          'data-testid': item.testId,
          tabindex: '-1',
        },
        choose,
        mark ? icon(mark) : element('span', { class: 'icon' }),
        element('span', { class: 'menu-label' }, item.label),
      ),
    );
  }
  return made;
}

function walk(menu: HTMLElement, event: KeyboardEvent): void {
  const items = itemsOf(menu);
  const at = items.findIndex((item) => item === document.activeElement);
  const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Tab') menu.hidePopover();
  // Letters are no shortcuts of the page here.
  event.stopPropagation();
  if (step === undefined) return;
  event.preventDefault();
  items.at(step % items.length)?.focus();
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('.menu-item')];
}

/** Puts a menu next to what opened it, on the side that has room. */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  const from = (anchor.closest('.device') ?? anchor).getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const above = from.top - GAP - size.height;
  const below = Math.min(from.bottom + GAP, innerHeight - size.height - GAP);
  const left = from.left + from.width / 2 - size.width / 2;
  menu.style.top = `${Math.max(GAP, above >= GAP ? above : below)}px`;
  menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - size.width - GAP))}px`;
}

// px
const GAP = 8;
