//! Declares an object that apps get: its fields, their types, and how they are made from what the core
//! knows, in one line each.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

/// Declares an object that apps get, without a way to make it: its setters, and its type for apps.
macro_rules! declare {
    (
        $(#[doc = $doc:tt])*
        $Record:ident $name:tt;
        $(
            $(#[doc = $field_doc:tt])*
            $setter:ident $field:tt $($optional:literal)?: $type:tt, $Value:ty;
        )*
    ) => {
        #[wasm_bindgen::prelude::wasm_bindgen]
        extern "C" {
            type $Record;
            $(
                #[wasm_bindgen(method, setter, structural, js_name = $field)]
                fn $setter(this: &$Record, value: $Value);
            )*
        }

        #[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
        const _: &str = concat!(
            "/**\n", $(" *", $doc, "\n",)* " */\n",
            "export interface ", $name, " {\n",
            $(
                "  /**\n", $("   *", $field_doc, "\n",)* "   */\n",
                "  readonly ", $field, $($optional,)? ": ", $type, ";\n",
            )*
            "}\n",
        );
    };
}

/// Declares a record and the function that makes it.
///
/// ```text
/// record! {
///     /// Somebody present.
///     Participant "StreamVideoParticipant" = participant(from: &core::Participant, media: &MediaTable);
///     /// Who.
///     set_user_id "userId": "string", &str = &from.user_id;
///     /// Since when.
///     set_joined_at "joinedAt" "?": "Date", JsValue = date(from.joined_at);
/// }
/// ```
///
/// That is: a setter in Rust, the name for apps, `"?"` if it may be missing, the type for apps, the
/// type that crosses, and the value. Each field is set by a function of its own, which is quick and
/// gives all objects the same shape. The object is frozen; what is inside freezes itself.
macro_rules! record {
    (
        $(#[doc = $doc:tt])*
        $Record:ident $name:tt = $make:ident($($argument:ident: $Argument:ty),*);
        $(
            $(#[doc = $field_doc:tt])*
            $setter:ident $field:tt $($optional:literal)?: $type:tt, $Value:ty = $value:expr;
        )*
    ) => {
        $crate::api::record::declare! {
            $(#[doc = $doc])*
            $Record $name;
            $(
                $(#[doc = $field_doc])*
                $setter $field $($optional)?: $type, $Value;
            )*
        }

        $(#[doc = $doc])*
        pub(crate) fn $make($($argument: $Argument),*) -> wasm_bindgen::JsValue {
            let object = js_sys::Object::new();
            let record: &$Record = wasm_bindgen::JsCast::unchecked_ref(&object);
            $(record.$setter($value);)*
            js_sys::Object::freeze(&object).into()
        }
    };
}

pub(crate) use {declare, record};

/// A list that nobody can change.
pub(crate) fn list(items: impl Iterator<Item = JsValue>) -> JsValue {
    Object::freeze(&items.collect::<Array>()).into()
}

/// The same of texts.
pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> JsValue {
    list(texts.into_iter().map(JsValue::from))
}

/// A date, of ms since the epoch, or `undefined`.
pub(crate) fn date(ms: Option<f64>) -> JsValue {
    ms.map(|ms| js_sys::Date::new(&ms.into()).into()).unwrap_or_default()
}
