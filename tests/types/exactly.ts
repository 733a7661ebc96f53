/** Whether two types are the same, `any` and `readonly` included. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * `exactly<Expected>()(value)` compiles only when the type of `value` is `Expected`, and nothing that
 * merely fits it, such as `any`.
 */
export declare function exactly<Expected>(): <Actual>(
  value: Actual,
  ...same: Same<Actual, Expected> extends true ? [] : [wrong: Expected]
) => void;
