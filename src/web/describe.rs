use js_sys::Array;
use wasm_bindgen::JsCast;

use super::{browser::describe_codecs, report::Reporter, task::when};
use crate::core::{Cause, DescribeId, Input};

/// Makes two throw-away offers that tell what this browser can receive and send.
pub fn describe(request: DescribeId, reporter: Reporter) {
    when(&describe_codecs(), move |described| {
        let result = described.map_err(Cause::new).map(|offers| {
            let offers: Array = offers.unchecked_into();
            let text = |place| offers.get(place).as_string().unwrap_or_default();
            (text(0), text(1))
        });
        reporter.report(Input::Described { request, result });
    });
}
