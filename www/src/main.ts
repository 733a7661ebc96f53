import { CallingState } from 'trunkline';
import type { Call } from 'trunkline';

import { Announcer } from './announcer.js';
import { callView } from './call-view.js';
import { closeDialogs } from './dialog.js';
import { Disposables, element } from './dom.js';
import type { Dispose } from './dom.js';
import { inviteLink, invitedTo, randomCallId, rememberedName, rememberName } from './identity.js';
import { lobby } from './lobby.js';
import { codeOf, failureText, joinFailure } from './messages.js';
import type { Failure } from './messages.js';
import { joiningScreen, screen } from './screens.js';
import type { ScreenAction, ScreenOptions } from './screens.js';
import { Session, SetupError, wasAborted } from './session.js';

/** The page: one view at a time, and the one session behind them. */
class App {
  readonly #root: HTMLElement;
  readonly #view = element('div', { class: 'view' });
  readonly #announcer = new Announcer();
  #session: Session | undefined;
  #endView: Dispose = () => undefined;
  #endFollowing: Dispose = () => undefined;
  #name = rememberedName();
  #isShowingCall = false;

  constructor(root: HTMLElement) {
    this.#root = root;
    root.append(this.#view, this.#announcer.element);
  }

  /** Shows the lobby and begins the preview. */
  showLobby(): void {
    const invitation = invitedTo();
    const callId = invitation ?? this.#session?.call.id ?? randomCallId();
    const page = lobby({
      name: this.#name,
      callId,
      invited: invitation !== undefined,
      onCallId: (id) => this.#chooseCall(id),
      onJoin: (name) => {
        this.#name = name;
        rememberName(name);
        void this.#join(invitation === undefined);
      },
      onNewCall: () => this.#newCall(),
    });
    const disposables = new Disposables();
    disposables.add(page.dispose);
    this.#show(page.element, () => disposables.dispose());
    document.title = 'trunkline';
    if (!this.#name) page.element.querySelector('input')?.focus();

    const open = async (): Promise<void> => {
      try {
        const session = this.#session ?? (await this.#openSession(callId));
        disposables.add(session.onCall((call) => page.setCall(call)));
        session.startDevices();
      } catch (error) {
        page.showProblem(setupText(error), () => void open());
      }
    };
    void open();
  }

  async #openSession(callId: string): Promise<Session> {
    const session = await Session.open(callId);
    this.#session = session;
    session.onCall((call) => this.#follow(call));
    return session;
  }

  /** Shows the end of a call, whoever brought it about. */
  #follow(call: Call): void {
    this.#endFollowing();
    const disposables = new Disposables();
    this.#endFollowing = () => disposables.dispose();
    disposables.watch(call.state.callingState$, (state) => {
      this.#root.dataset['callingState'] = state;
      if (state === CallingState.JOINED && !this.#isShowingCall) this.#showCall(call);
      if (state === CallingState.RECONNECTING_FAILED) this.#showConnectionLost();
    });
    disposables.add(
      call.on('call.left', ({ reason }) => {
        if (this.#isShowingCall) this.#showLeft(call, reason);
      }),
    );
  }

  async #chooseCall(callId: string): Promise<string | undefined> {
    if (!CALL_ID.test(callId)) return 'Use letters, digits, hyphens and underscores.';
    try {
      await this.#session?.chooseCall(callId);
      return undefined;
    } catch (error) {
      return failureText(error);
    }
  }

  async #join(create: boolean): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const { call } = session;
    this.#announcer.clear();
    this.#show(joiningScreen(call.id, () => void this.#backToLobby()));
    try {
      await session.join(this.#name, create);
    } catch (error) {
      if (!wasAborted(error) && session.call === call) this.#showFailure(call, error);
      return;
    }
    // Reloading the page, or sending its address on, shall lead back into this call.
    history.replaceState(null, '', inviteLink(call.id));
  }

  #showCall(call: Call): void {
    const page = callView(call, {
      announcer: this.#announcer,
      onLeave: () => void this.#session?.leave(),
      onEnd: () => void this.#end(),
    });
    this.#show(page.element, page.dispose);
    this.#isShowingCall = true;
    document.title = `${call.id} · trunkline`;
    this.#announcer.say('You are in the call.');
  }

  async #end(): Promise<void> {
    try {
      await this.#session?.end();
    } catch (error) {
      this.#announcer.error(failureText(error));
    }
  }

  #showLeft(call: Call, reason: string): void {
    switch (reason) {
      case 'call_ended':
        return this.#showEnded(call);
      case 'kicked':
        return this.#showScreen({
          testId: 'screen-removed',
          icon: 'lock',
          title: 'You were removed from the call',
          text: 'Somebody who moderates the call put you out.',
          actions: [this.#lobbyAction()],
        });
      case 'rejoin_attempt_limit_exceeded':
        return this.#showConnectionLost();
      default:
        return this.#showScreen({
          testId: 'screen-left',
          icon: 'leave',
          title: 'You left the call',
          text: 'The others can go on without you. You can come back while the call lasts.',
          actions: [this.#rejoinAction('Join again'), this.#lobbyAction()],
        });
    }
  }

  #showEnded(call: Call): void {
    const text = element('span');
    // The word that the call has ended can come before the word about who ended it.
    const subscription = call.state.endedBy$.subscribe((user) => {
      if (!user) text.textContent = 'It is over for everyone.';
      else if (user.id === call.currentUserId) text.textContent = 'You ended it for everyone.';
      else text.textContent = `${user.name || user.id} ended it for everyone.`;
    });
    this.#showScreen(
      {
        testId: 'screen-ended',
        icon: 'end',
        title: 'The call has ended',
        text,
        actions: [this.#newCallAction()],
      },
      () => subscription.unsubscribe(),
    );
  }

  #showConnectionLost(): void {
    this.#showScreen({
      testId: 'screen-failed',
      icon: 'offline',
      title: 'The connection was lost',
      text: 'The call could not be reached again. Check your connection, then join again.',
      isError: true,
      actions: [this.#rejoinAction('Join again'), this.#lobbyAction()],
    });
  }

  #showFailure(call: Call, error: unknown): void {
    const failure: Failure =
      error instanceof SetupError
        ? {
            kind: 'failed',
            title: 'The server cannot be reached',
            text: error.message,
            code: 'setup',
          }
        : joinFailure(error);
    if (failure.kind !== 'not-found' && call.state.endedAt) return this.#showEnded(call);
    const { title, text, code } = failure;
    const common = { title, text, code, isError: true };
    switch (failure.kind) {
      case 'not-found':
        return this.#showScreen({
          ...common,
          testId: 'screen-not-found',
          icon: 'search',
          actions: [
            { label: 'Create it', testId: 'create', onClick: () => void this.#join(true) },
            this.#lobbyAction(),
          ],
        });
      case 'not-allowed':
        return this.#showScreen({
          ...common,
          testId: 'screen-not-allowed',
          icon: 'lock',
          actions: [this.#rejoinAction('Try again'), this.#newCallAction()],
        });
      case 'failed':
        return this.#showScreen({
          ...common,
          testId: 'screen-failed',
          icon: 'warning',
          actions: [this.#rejoinAction('Try again'), this.#lobbyAction()],
        });
    }
  }

  #rejoinAction(label: string): ScreenAction {
    // A call that was to be created may not exist yet; one that an invite link named must.
    return { label, testId: 'rejoin', onClick: () => void this.#join(invitedTo() === undefined) };
  }

  #lobbyAction(): ScreenAction {
    return { label: 'Back to the lobby', testId: 'lobby', onClick: () => void this.#backToLobby() };
  }

  #newCallAction(): ScreenAction {
    return { label: 'New call', testId: 'new-call', onClick: () => this.#newCall() };
  }

  #newCall(): void {
    history.replaceState(null, '', location.pathname);
    void this.#backToLobby(randomCallId());
  }

  async #backToLobby(callId = this.#session?.call.id): Promise<void> {
    if (callId !== undefined) await this.#session?.reset(callId);
    this.showLobby();
  }

  #showScreen(options: ScreenOptions, dispose?: Dispose): void {
    this.#show(screen(options), dispose);
  }

  #show(page: HTMLElement, dispose: Dispose = () => undefined): void {
    closeDialogs();
    this.#endView();
    this.#endView = dispose;
    this.#isShowingCall = false;
    this.#view.replaceChildren(page);
    // Whoever does not see the change hears it: the heading names the new page. With the next frame,
    // as the browser lays the page out for it.
    requestAnimationFrame(() => {
      if (page.contains(document.activeElement)) return;
      page.querySelector<HTMLElement>('h1[tabindex]')?.focus({ preventScroll: true });
    });
  }
}

function setupText(error: unknown): string {
  if (error instanceof SetupError) return error.message;
  return codeOf(error) === 'invalid-argument'
    ? 'The invite link does not name a call that can exist. Ask for a new one.'
    : failureText(error);
}

const CALL_ID = /^[A-Za-z0-9_-]{1,64}$/;

const root = document.querySelector<HTMLElement>('#app');
if (root) new App(root).showLobby();
