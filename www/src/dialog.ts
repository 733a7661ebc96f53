import { button, element } from './dom.js';

/** What a dialog asks or tells. */
export interface DialogOptions {
  title: string;
  text: string;
  /** Something to show below the text. */
  content?: HTMLElement;
  /** The action that the dialog asks about; without one it can only be closed. */
  confirm?: { label: string; testId: string; onConfirm: () => void };
  /** Label of the button that changes nothing. */
  cancel: string;
}

/** Opens a dialog. It holds the focus, Escape closes it, and the focus returns where it was. */
export function openDialog(options: DialogOptions): void {
  const { title, text, content, confirm, cancel } = options;
  const heading = element('h2', { id: 'dialog-title' }, title);
  const dialog = element(
    'dialog',
    { 'aria-labelledby': heading.id },
    heading,
    element('p', {}, text),
  );
  if (content) dialog.append(content);
  const actions = element(
    'div',
    { class: 'dialog-actions' },
    button({ class: 'button' }, () => dialog.close(), cancel),
  );
  if (confirm) {
    const run = (): void => {
      dialog.close();
      confirm.onConfirm();
    };
    actions.append(
      button({ class: 'button is-danger', 'data-testid': confirm.testId }, run, confirm.label),
    );
  }
  dialog.append(actions);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    // Only the backdrop is outside of the dialog's children and still the dialog.
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Closes whatever is open, because what it was about is over. */
export function closeDialogs(): void {
  document.querySelectorAll('dialog[open]').forEach((dialog) => {
    if (dialog instanceof HTMLDialogElement) dialog.close();
  });
}
