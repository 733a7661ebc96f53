//! What an app does with what is captured: filters, and devices whose streams it makes.

use js_sys::{Array, Function, Reflect, Set, WeakRef};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

use super::{Opening, Setup, stop_tracks};
use crate::web::{
    foreign::{call_method, complain, settled},
    object::is_list,
};

/// Objects of the app to be told when a capture ends. They hang where the app's objects hang, as the
/// app can be reached through them; here is only the way to them.
pub(super) struct Enders {
    list: WeakRef<Array>,
    home: WeakRef<Set>,
}

impl Enders {
    /// None yet. They are going to be kept in `home`.
    pub(super) fn new(home: &Set) -> Self {
        let list = Array::new();
        home.add(&list);
        Self { list: WeakRef::new(&list), home: WeakRef::new(home) }
    }

    /// Has the method `stop` of `object` called at the end, if it has one; the last one first.
    pub(super) fn add(&self, object: &JsValue) {
        if let Some(list) = self.list.deref().filter(|_| object.is_object()) {
            list.push(object);
        }
    }
}

impl Drop for Enders {
    fn drop(&mut self) {
        let Some(list) = self.list.deref() else { return };
        if let Some(home) = self.home.deref() {
            home.delete(&list);
        }
        while list.length() > 0 {
            if let Err(thrown) = call_method(&list.pop(), "stop", &JsValue::UNDEFINED) {
                complain("trunkline: a filter or device could not be stopped", &thrown);
            }
        }
    }
}

/// The filters that a capture goes through.
#[derive(Default)]
pub(super) struct Filters {
    enders: Option<Enders>,
    outputs: Vec<MediaStream>,
}

impl Filters {
    /// Sends `root` through the filters of the app. One that fails is left out.
    pub(super) async fn run(setup: &Setup, root: &MediaStream, opening: &Opening) -> Self {
        let mut filters = Self::default();
        let Some(home) = setup.home.as_ref().filter(|_| !setup.filters.is_empty()) else {
            return filters;
        };
        let enders = filters.enders.insert(Enders::new(home));
        for filter in &setup.filters {
            if opening.is_given_up() {
                break;
            }
            let input = filters.outputs.last().unwrap_or(root);
            match apply(filter, input, enders).await {
                Ok(output) => filters.outputs.push(output),
                Err(thrown) => setup.warn("a filter failed and is left out", &thrown),
            }
        }
        filters
    }

    /// What the last one delivers.
    pub(super) fn output(&self) -> Option<&MediaStream> {
        self.outputs.last()
    }
}

impl Drop for Filters {
    fn drop(&mut self) {
        self.enders = None;
        self.outputs.iter().for_each(stop_tracks);
    }
}

async fn apply(
    filter: &Function,
    input: &MediaStream,
    enders: &Enders,
) -> Result<MediaStream, JsValue> {
    let filtered = settled(&filter.call1(&JsValue::UNDEFINED, input)?).await?;
    // Even if it gives no stream, what it has begun has to end.
    enders.add(&filtered);
    let output = Reflect::get(&filtered, &JsValue::from_str("output"))?;
    as_stream(&settled(&output).await?, "the filter")
}

/// A stream of the app.
///
/// # Errors
///
/// A `TypeError` for anything else.
pub(crate) fn as_stream(value: &JsValue, giver: &str) -> Result<MediaStream, JsValue> {
    // One that comes from another window is of another class, but the browser knows it.
    let is_known = || MediaStream::new_with_stream(value.unchecked_ref()).is_ok();
    let is_stream =
        value.is_instance_of::<MediaStream>() || value.is_object() && !is_list(value) && is_known();
    if is_stream {
        return Ok(value.clone().unchecked_into());
    }
    Err(js_sys::TypeError::new(&format!("{giver} gave no stream")).into())
}
