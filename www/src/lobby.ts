import type { Call } from 'trunkline';

import { deviceButton } from './device-button.js';
import { button, Disposables, element, setText } from './dom.js';
import type { Dispose } from './dom.js';
import { avatarColour, initials, MAX_LENGTH, userId } from './identity.js';
import { deviceMessage } from './messages.js';
import type { DeviceKind } from './messages.js';

/** What the lobby starts with. */
export interface LobbyOptions {
  name: string;
  callId: string;
  /** Whether an invite link brought the user here: the call should exist then. */
  invited: boolean;
  /** Another call id was typed. Returns what is wrong with it, if anything is. */
  onCallId(callId: string): Promise<string | undefined>;
  onJoin(name: string): void;
  /** The user wants a call of their own instead of the one they were invited to. */
  onNewCall(): void;
}

/** The page before the call: who you are, which call, and how you look. */
export interface Lobby {
  element: HTMLElement;
  /** Previews the camera and microphone of this call from now on. */
  setCall(call: Call): void;
  /** Says why nothing works at all, with the way to try again. */
  showProblem(text: string, retry: () => void): void;
  dispose: Dispose;
}

/** Makes the lobby. Its preview is empty until it gets a call. */
export function lobby(options: LobbyOptions): Lobby {
  const preview = devicePreview();
  const name = field('name', 'Your name', options.name, {
    autocomplete: 'name',
    placeholder: 'How others see you',
  });
  const callId = field('call-id', 'Call ID', options.callId, {
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  });
  const join = element(
    'button',
    { type: 'submit', class: 'button is-primary', 'data-testid': 'join', disabled: true },
    options.invited ? 'Join call' : 'Start call',
  );
  const problem = element('div', { class: 'notice is-error', role: 'alert', hidden: true });

  const showInitials = (): void => preview.setName(name.input.value);
  name.input.addEventListener('input', () => {
    name.setProblem(undefined);
    showInitials();
  });
  showInitials();

  const chooseCall = async (): Promise<boolean> => {
    const wrong = await options.onCallId(callId.input.value.trim());
    callId.setProblem(wrong);
    return wrong === undefined;
  };
  callId.input.addEventListener('change', () => void chooseCall());
  // Not only with the change, which comes when the pointer goes down on a button below: that would
  // move away before the pointer goes up.
  callId.input.addEventListener('input', () => callId.setProblem(undefined));

  const form = element(
    'form',
    { class: 'lobby-form', novalidate: true },
    element(
      'h1',
      { tabindex: '-1' },
      options.invited ? 'You are invited to a call' : 'Start a video call',
    ),
    element(
      'p',
      { class: 'lead' },
      options.invited
        ? 'Check how you look and sound, then come in.'
        : 'Pick a name, check how you look, and send the link to others once you are in.',
    ),
    problem,
    name.element,
    callId.element,
    join,
  );
  if (options.invited) {
    form.append(
      button({ class: 'button is-quiet' }, options.onNewCall, 'Start a new call instead'),
    );
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = name.input.value.trim();
    // What is wrong takes the focus now; before, while people are on their way, it must not.
    if (!chosen) {
      name.setProblem('Enter a name, so that others know who you are.');
      return name.input.focus();
    }
    // Pressing Enter in the field submits before the field reports its change.
    void chooseCall().then((isRight) => {
      if (isRight) options.onJoin(chosen);
      else callId.input.focus();
    });
  });

  const brand = element(
    'header',
    { class: 'brand' },
    element('span', { class: 'brand-mark', 'aria-hidden': 'true' }),
    'trunkline',
  );
  return {
    element: element(
      'main',
      { class: 'lobby' },
      brand,
      element('div', { class: 'lobby-columns' }, preview.element, form),
    ),
    setCall(call) {
      problem.hidden = true;
      join.disabled = false;
      preview.setCall(call);
    },
    showProblem(text, retry) {
      join.disabled = true;
      problem.replaceChildren(
        element('span', { 'data-testid': 'error' }, text),
        button({ class: 'button' }, retry, 'Try again'),
      );
      problem.hidden = false;
    },
    dispose: () => preview.dispose(),
  };
}

function field(id: string, label: string, value: string, attributes: Record<string, string>) {
  const problem = element('p', {
    class: 'field-problem',
    id: `${id}-problem`,
    role: 'alert',
    hidden: true,
  });
  const input = element('input', {
    id,
    'data-testid': id,
    value,
    maxlength: String(MAX_LENGTH),
    'aria-describedby': problem.id,
    ...attributes,
  });
  return {
    element: element(
      'div',
      { class: 'field' },
      element('label', { for: id }, label),
      input,
      problem,
    ),
    input,
    setProblem(text: string | undefined): void {
      showProblem(problem, text);
      input.setAttribute('aria-invalid', String(text !== undefined));
    },
  };
}

function devicePreview() {
  const video = element('video', {
    autoplay: true,
    playsinline: true,
    muted: true,
    class: 'is-mirrored',
    hidden: true,
    'aria-label': 'Your camera',
  });
  // The attribute alone does not mute an element that a script made.
  video.muted = true;
  const avatar = element('span', {
    class: 'avatar',
    'data-colour': avatarColour(userId()),
    'aria-hidden': 'true',
  });
  const status = element('p', { class: 'preview-status', role: 'status' });
  const buttons = element('div', { class: 'preview-buttons' });
  const problems = { camera: deviceProblem(), microphone: deviceProblem() };
  const report = (kind: DeviceKind, text: string | undefined): void => {
    showProblem(problems[kind], text);
  };
  const current = new Disposables();

  return {
    element: element(
      'section',
      { class: 'preview', 'aria-label': 'Preview' },
      element(
        'div',
        { class: 'preview-stage', 'data-testid': 'lobby-preview' },
        avatar,
        video,
        status,
        buttons,
      ),
      problems.camera,
      problems.microphone,
    ),
    setName: (name: string): void => setText(avatar, name.trim() ? initials(name) : '…'),
    setCall(call: Call): void {
      current.dispose();
      const microphone = deviceButton(call, 'microphone', report);
      const camera = deviceButton(call, 'camera', report);
      buttons.replaceChildren(microphone.element, camera.element);
      current.add(microphone.dispose);
      current.add(camera.dispose);
      current.watch(call.camera.state.mediaStream$, (stream) => {
        video.srcObject = stream ?? null;
        video.hidden = !stream;
      });
      const showStatus = (): void => {
        const isOn = call.camera.state.optimisticStatus === 'enabled';
        setText(
          status,
          isOn
            ? call.camera.state.mediaStream
              ? ''
              : 'Your camera is starting…'
            : 'Your camera is off',
        );
      };
      current.watch(call.camera.state.mediaStream$, showStatus);
      current.watch(call.camera.state.optimisticStatus$, showStatus);
      for (const kind of ['camera', 'microphone'] as const) {
        current.watch(call[kind].state.error$, (error) =>
          report(kind, error && deviceMessage(kind, error)),
        );
      }
    },
    dispose: (): void => {
      current.dispose();
      video.srcObject = null;
    },
  };
}

function deviceProblem(): HTMLElement {
  return element('p', { class: 'notice is-warning', role: 'alert', hidden: true });
}

// The place of a message is in the page before the message: only then is it read out.
function showProblem(place: HTMLElement, text: string | undefined): void {
  place.hidden = text === undefined;
  setText(place, text ?? '');
  if (text === undefined) place.removeAttribute('data-testid');
  else place.setAttribute('data-testid', 'error');
}
