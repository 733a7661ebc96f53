declare global {
  interface SymbolConstructor {
    /** The key by which observable libraries recognise each other's observables. */
    readonly observable: symbol;
    // As every library says it that wants to compile without `lib: ["esnext.disposable"]`, which
    // TypeScript 5.0 and 5.1 do not have.
    /** The key of the method that ends an object. */
    readonly dispose: unique symbol;
    /** The key of the method that ends an object and says when it has. */
    readonly asyncDispose: unique symbol;
  }
}

/** What `subscribe` takes besides a plain function. Values only: state never ends and never fails. */
export interface StateObserver<T> {
  /** Called with the current value on subscribing, then after each change. */
  next?: (value: T) => void;
  /** Never called; accepted so that ordinary observers fit. */
  error?: (error: unknown) => void;
  /** Never called; accepted so that ordinary observers fit. */
  complete?: () => void;
}

/** A subscription; keep it to end it. */
export interface StateSubscription {
  /** Ends the subscription. Further calls do nothing. */
  unsubscribe(): void;
}

/**
 * A value that is current *and* observable.
 *
 * It is understood by `from()` of RxJS, and by anything else that knows `Symbol.observable`:
 *
 * ```ts
 * const names$ = from(call.state.participants$).pipe(map((list) => list.map((p) => p.name)));
 * ```
 */
export interface StateObservable<T> {
  /** The current value. The same reference until it changes. */
  readonly value: T;
  /**
   * Calls back at once with the current value, then after each change.
   * A callback that throws is reported to the console and does not stop the others.
   */
  subscribe(observer: ((value: T) => void) | StateObserver<T>): StateSubscription;
  /** Makes RxJS and others accept this as an observable. */
  [Symbol.observable](): StateObservable<T>;
}

/** A state that can be watched as a whole. */
export interface Subscribable<State> {
  /**
   * Calls back at once, and after each change of anything.
   *
   * @returns ends it
   */
  subscribe(listener: (state: State) => void): () => void;
  /**
   * Calls back at once with what `selector` takes out of the state, and after each change of that.
   *
   * @param equals tells whether nothing has changed; `Object.is` by default
   * @returns ends it
   */
  select<T>(
    selector: (state: State) => T,
    listener: (selected: T) => void,
    equals?: (before: T, after: T) => boolean,
  ): () => void;
  /** All of it as plain JSON, for a look inside. */
  snapshot(): Record<string, unknown>;
}
