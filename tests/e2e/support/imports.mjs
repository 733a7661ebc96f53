// What the module imports that cannot throw, and why not.

/**
 * By what the glue does for them, after `wasm-bindgen`'s name of it. Names of imports alone tell too
 * little: there are dozens called `new`.
 *
 * @type {readonly { why: string, which: readonly RegExp[] }[]}
 */
export const CANNOT_THROW = [
  {
    why: 'wasm-bindgen’s own: it asks for the type of a value, converts a number or text, makes a closure, or throws on purpose',
    which: [
      /^__wbg___wbindgen_(bigint|boolean|number|string)_get/,
      /^__wbg___wbindgen_is_/,
      /^__wbg___wbindgen_jsval_/,
      /^__wbg___wbindgen_throw:/,
      /^__wbg__wbg_cb_unref:/,
      /^__wbindgen_(generic|init_externref_table)/,
    ],
  },
  {
    why: 'the glue catches what the class says to `instanceof`',
    which: [/^__wbg_instanceof_/],
  },
  {
    why: 'an object of a class of ours around what Rust gave for it',
    which: [/: \w+\.__wrap\(arg0\)$/],
  },
  {
    why: 'a name of the page, or `undefined` where there is none',
    which: [/^__wbg_static_accessor_\w+: typeof /],
  },
  {
    why: 'sets a plain property of an object that was made for it: a record of ours, an `Error`, or the parameters of a browser’s method',
    which: [/^__wbg_set_\w+: arg0\.\w+ = /],
  },
  {
    why: 'reads a plain property of what the browser copied for us: `getParameters()` gives an object without a class',
    which: [
      /: arg\d\.(active|degradationPreference|encodings|maxBitrate|maxFramerate|rid|scalabilityMode|scaleResolutionDownBy)$/,
    ],
  },
  {
    why: 'makes a value of the language out of nothing, of text of ours, of bytes of ours or of a number',
    which: [
      /: new (Array|Map|Object)\(\)$/,
      /: (new (Error|TypeError)|Error|encodeURIComponent|Date\.parse)\(getStringFromWasm0\(/,
      /: new Uint8Array\(getArrayU8FromWasm0\(/,
      /: new Date\(arg0\)$/,
      /: Array\.of\(/,
    ],
  },
  {
    why: 'js-sys’s set of nothing, kept by us, and a weak reference to an object of ours',
    which: [/: new (Set|WeakRef)\(arg0\)$/, /: arg0\.deref\(\)$/, /: arg0\.add\(arg1\)$/],
  },
  {
    why: 'an array, a map or a set that we made',
    which: [
      /: arg0\[arg1 >>> 0\]( = arg2)?$/,
      /: arg0\[arg1\] = arg2$/,
      /: arg0\.(pop|push|get|set|delete)\((arg1(, arg2)?)?\)$/,
      /: arg0\.(length|size)$/,
      /: arg1\.slice\(\)$/,
      /^__wbg_forEach: /,
    ],
  },
  {
    why: 'what `JSON.parse` gave, or a copy of ours, which has neither getters nor a class',
    which: [
      /: Object\.(assign|entries|freeze|getPrototypeOf|hasOwn|isFrozen|keys|values)\(/,
      /: Object\.is\(arg0, arg1\)$/,
    ],
  },
  {
    why: 'bytes of ours; those of others were read by a constructor that is caught',
    which: [/: Uint8Array\.prototype\.set\.call\(/],
  },
  {
    why: 'a promise of ours, whatever it resolves with: the executor catches, and so do `race` and `all`',
    which: [
      /^__wbg_new(_typed)?: try \{ var state0/,
      /: Promise\.(all|race|reject|resolve)\(arg0\)$/,
      /: arg0\.(then\(arg1(, arg2)?\)|catch\(arg1\))$/,
    ],
  },
  {
    why: 'HTML and ECMAScript let it not fail, and it takes nothing from an app',
    which: [
      /: (Date|arg0)\.now\(\)$/,
      /: new Date\(\)$/,
      /: arg0\.toISOString\(\)$/,
      /: queueMicrotask\(arg0\)$/,
      /: arg0\.queueMicrotask$/,
      /: Symbol\.iterator$/,
    ],
  },
  {
    why: 'serde-wasm-bindgen reads a document or a copy of ours, or below a frame that catches (`options::read_copy`)',
    which: [
      /: Array\.isArray\(arg0\)$/,
      /: Number\.isSafeInteger\(arg0\)$/,
      /^__wbg_Number: Number\(arg0\)$/,
      /^__wbg_get_with_ref_key: /,
      /^__wbg___wbindgen_in: /,
      /^__wbg_(next|done|value): arg0\.\w+$/,
      /: new Uint8Array\(arg0\)$/,
    ],
  },
  {
    why: 'gloo-net makes a request, below a frame that catches (`guard::catching`), and reads what it has just made',
    which: [
      /^__wbg_(url|headers|search|name|message): arg\d\.\w+$/,
      /^__wbg_toString: arg0\.toString\(\)$/,
    ],
  },
  {
    why: 'our JavaScript: it calls what an app gave only where it catches what that throws',
    which: [
      /: new (Elements|Observables|Parts|ShownPeople|Viewport)\(/,
      /: arg0\.(answer|emit|expire|flush|fresh|get|keep|keepList|last|mark|markAnswer|markAnswerLater|markLate|markLater|observable|off|on|onEnd|own|play|select|set|tell|tellLast|watchAll)\((getString|\.\.\.|arg|\))/,
      /: arg0\.(functions|isEmpty|listeners|steps)$/,
      /: (Observables\.define|ask|callIsolated|comparatorFor|makeError)\(/,
      /^(describe|loadDiagnostics|makeIncomingVideoSettings): function /,
      // They copy objects that were made and frozen here.
      /^copyParticipant: \(participant/,
      /^__wbg_(at|list|put|update): arg0\.\w+\((arg1|getArrayU32)/,
    ],
  },
];

/**
 * What is caught, and never called: serde-wasm-bindgen goes through a list that is no array, but only
 * documents of the server have lists, and JSON knows no others. Or not at a time that could be foreseen:
 * a frame is asked for when sound is heard, and taken back when it does not come; `tests/web/frames.rs`
 * has pages where that throws.
 */
export const NEVER_CALLED = [
  /^__wbg_next: arg0\.next\(\)$/,
  /^__wbg_(request|cancel)AnimationFrame: /,
];

/**
 * Constructors that gloo-net calls: it panics on what is no `Error`. Browsers throw nothing else there,
 * and apps do not replace them.
 */
export const THROWS_ERRORS_ONLY = [/: new Request\(/, /: new URL\(/];
