//! Declares what a state shows: for each field the getter `x`, the observable `x$`, and their types,
//! from one line.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use indexmap::IndexMap;

use js_sys::{Array, WeakRef};
use wasm_bindgen::{JsCast, JsValue};

use super::{error::to_js, observables::Observables, options::unreadable, parts::Parts};
use crate::web::has_panicked;

/// Declares the fields of an exported state, and with them `subscribe`, `select` and `snapshot`. The
/// struct has a field `observables: WeakObservables`, and is made by [`own`].
///
/// ```text
/// fields! {
///     CallState "CallState": "CallStateFields";
///     /// Who is invited.
///     members: "members", "readonly MemberResponse[]" = |state| state.make_members();
/// }
/// ```
///
/// First the state: its name in Rust, its name for apps, and the name of the type of its fields
/// alone. Then each field: its name in Rust, its name for apps, its type for apps, and how the value
/// is made when somebody reads it after a change. While it is made code of the app may run, so nothing may be borrowed.
/// After a panic it is made only if it never was before.
macro_rules! fields {
    (
        $State:ident $name:tt: $fields:tt;
        $($(#[doc = $doc:tt])* $get:ident: $field:tt, $type:tt = $make:expr;)*
    ) => {
        impl $crate::api::fields::Fields for $State {
            const NAMES: &'static [&'static str] = &[$($field),*];
        }

        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $State {
            $(
                $(#[doc = $doc])*
                #[wasm_bindgen(getter, js_name = $field, skip_typescript)]
                pub fn $get(&self) -> wasm_bindgen::JsValue {
                    let make: fn(&Self) -> wasm_bindgen::JsValue = $make;
                    $crate::api::fields::read(&self.observables, $field, &|| make(self))
                }
            )*

            /// Calls back at once, and after each change of anything. What it returns ends that.
            #[wasm_bindgen(skip_typescript)]
            pub fn subscribe(&self, listener: &wasm_bindgen::JsValue) -> wasm_bindgen::JsValue {
                self.observables.watch_all(listener)
            }

            /// Calls back at once with what `selector` takes out of the state, and after each change
            /// of that. What it returns ends that.
            #[wasm_bindgen(skip_typescript)]
            pub fn select(
                &self,
                selector: &wasm_bindgen::JsValue,
                listener: &wasm_bindgen::JsValue,
                equals: &wasm_bindgen::JsValue,
            ) -> wasm_bindgen::JsValue {
                self.observables.select(selector, listener, equals)
            }

            /// All of it as plain JSON, for a look inside.
            #[wasm_bindgen(skip_typescript)]
            pub fn snapshot(&self) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                self.observables.snapshot(<Self as $crate::api::fields::Fields>::NAMES)
            }
        }

        // TypeScript merges it with the class. wasm-bindgen would garble docs that come from a macro.
        #[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
        const FIELDS: &str = concat!(
            "/** The fields of {@link ", $name, "}. */\n",
            "export interface ", $fields, " {\n",
            $(
                "  /**\n", $("   *", $doc, "\n",)* "   */\n",
                "  readonly ", $field, ": ", $type, ";\n",
            )*
            "}\n",
            // Written out, as editors show no documentation of what a mapped type renames.
            "/** The observables of {@link ", $fields, "}: `x$` for `x`. */\n",
            "export interface ", $name, "Observables {\n",
            $(
                "  /**\n", $("   *", $doc, "\n",)* "   */\n",
                "  readonly ", $field, "$: StateObservable<", $type, ">;\n",
            )*
            "}\n",
            "export interface ", $name,
            " extends ", $fields, ", ", $name, "Observables, Subscribable<", $name, "> {}\n",
        );
    };
}

pub(crate) use fields;

/// A state that [`fields!`] declares.
pub(crate) trait Fields {
    /// What its fields are called by apps.
    const NAMES: &'static [&'static str];
}

/// The observables of an object that apps hold, as Rust may hold them: for as long as the app holds
/// the object.
#[derive(Clone, Default)]
pub(crate) struct WeakObservables(Rc<OnceCell<WeakRef>>);

impl WeakObservables {
    /// The observables; `None` when the app has dropped the object.
    pub(crate) fn upgrade(&self) -> Option<Observables> {
        self.0.get()?.deref().map(JsCast::unchecked_into)
    }

    /// See [`Observables::keep_list`].
    pub(crate) fn keep_list(&self, name: &str, list: Array) -> JsValue {
        match self.upgrade() {
            Some(observables) => observables.keep_list(name, &list),
            None => list.into(),
        }
    }

    /// See [`Observables::watch_all`].
    pub(crate) fn watch_all(&self, listener: &JsValue) -> JsValue {
        self.upgrade().map(|kept| kept.watch_all(listener)).unwrap_or_default()
    }

    /// See [`Observables::select`].
    pub(crate) fn select(
        &self,
        selector: &JsValue,
        listener: &JsValue,
        equals: &JsValue,
    ) -> JsValue {
        self.upgrade().map(|kept| kept.select(selector, listener, equals)).unwrap_or_default()
    }

    /// See [`Observables::snapshot`].
    pub(crate) fn snapshot(&self, names: &[&str]) -> Result<JsValue, JsValue> {
        let Some(kept) = self.upgrade() else { return Ok(JsValue::UNDEFINED) };
        kept.snapshot(&list(names)).map_err(|thrown| to_js(&unreadable("snapshot", thrown)))
    }
}

/// Makes the object that apps hold of a state, once per call or client. It is one of the `parts`
/// under `name`, and its observables go with it as `name/observables`. `on_watched` is called with
/// the name of a field and whether it is watched, or is `undefined`.
pub(crate) fn own<S: Fields>(
    parts: &Parts,
    name: &str,
    on_watched: &JsValue,
    make: impl FnOnce(WeakObservables) -> S,
) -> JsValue
where
    JsValue: From<S>,
{
    let weak = WeakObservables::default();
    let object = JsValue::from(make(weak.clone()));
    hang(parts, name, &object, on_watched, S::NAMES, &weak);
    object
}

fn hang(
    parts: &Parts,
    name: &str,
    object: &JsValue,
    on_watched: &JsValue,
    names: &[&str],
    weak: &WeakObservables,
) {
    parts.own(name, object);
    let observables = observe(parts, name, object, on_watched);
    Observables::define(object, &list(names));
    let _ = weak.0.set(WeakRef::new(observables.unchecked_ref()));
}

/// Makes what is behind the observables of an object that is one of the `parts`, see [`own`].
pub(crate) fn observe(
    parts: &Parts,
    name: &str,
    object: &JsValue,
    on_watched: &JsValue,
) -> Observables {
    let observables = Observables::new(object, on_watched);
    parts.set(&observables_of(name), &observables);
    observables
}

/// The observables of the part with that name; `None` when there are none.
pub(crate) fn observables(parts: &Parts, name: &str) -> Option<Observables> {
    let known = KEYS.with_borrow(|keys| keys.get(name).cloned());
    let key = known.unwrap_or_else(|| {
        let key = JsValue::from(observables_of(name));
        KEYS.with_borrow_mut(|keys| keys.insert(name.to_owned(), key.clone()));
        key
    });
    let kept = parts.get_known(&key);
    (!kept.is_undefined()).then(|| kept.unchecked_into())
}

/// A text that has crossed the boundary before, as each one that crosses is decoded anew.
pub(crate) fn known_text(text: &'static str) -> JsValue {
    let known = TEXTS.with_borrow(|texts| texts.get(text).cloned());
    known.unwrap_or_else(|| {
        let crossed = JsValue::from_str(text);
        TEXTS.with_borrow_mut(|texts| texts.insert(text, crossed.clone()));
        crossed
    })
}

thread_local! {
    /// What observables are called among the parts, by the name of their object.
    static KEYS: RefCell<IndexMap<String, JsValue>> = RefCell::default();
    static TEXTS: RefCell<IndexMap<&'static str, JsValue>> = RefCell::default();
}

fn observables_of(name: &str) -> String {
    [name, "/observables"].concat()
}

/// The value of a field, made by `make` unless it is known. After a panic the last one that was
/// known.
pub(crate) fn read(weak: &WeakObservables, name: &str, make: &dyn Fn() -> JsValue) -> JsValue {
    let Some(observables) = weak.upgrade() else {
        return make();
    };
    if has_panicked() {
        let last = observables.last(name);
        return if last.is_undefined() { make() } else { last };
    }
    observables.value(name, make)
}

pub(crate) fn list(names: &[&str]) -> Array {
    names.iter().map(|name| JsValue::from_str(name)).collect()
}
