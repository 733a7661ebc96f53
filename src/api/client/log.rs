//! Messages for the app's log.

use std::cell::RefCell;

use js_sys::{Array, Function, global};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::args::LogArgs;
use crate::{
    api::{notes::Notes, parts::Parts},
    web::field,
};

/// How urgent a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// The part of the SDK that a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogScope {
    /// Options, users.
    Client,
    /// Calls and their connections.
    Core,
    Devices,
    /// Elements.
    Rendering,
}

impl LogScope {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Core => "core",
            Self::Devices => "devices",
            Self::Rendering => "rendering",
        }
    }

    /// What the app's function for it is called among the parts of the client.
    fn part(self) -> String {
        ["log/", self.as_str()].concat()
    }
}

/// What everything is called that has no function of its own.
const LOGGER: &str = "log";

/// Which messages the app wants, and those that a report of a problem will hold. The app's functions
/// are among the parts of the client.
pub(crate) struct Log {
    least: Level,
    scopes: Vec<(LogScope, Level)>,
    notes: RefCell<Notes<Warning>>,
}

/// A message that was urgent.
#[derive(Clone, serde::Serialize)]
pub(crate) struct Warning {
    level: &'static str,
    message: String,
}

impl Log {
    /// Puts the app's functions among `parts`.
    pub(crate) fn new(args: LogArgs, parts: &Parts) -> Self {
        let set = |name: &str, sink: Option<Function>| {
            if let Some(sink) = sink {
                parts.set(name, &sink);
            }
        };
        set(LOGGER, args.logger);
        let mut scopes = Vec::new();
        for (scope, options) in args.scopes {
            scopes.extend(options.level.map(|level| (scope, level)));
            set(&scope.part(), options.sink);
        }
        Self { least: args.level.unwrap_or(Level::Warn), scopes, notes: RefCell::default() }
    }

    /// Hands a message to the app, or to the console. `parts` are those of the client.
    pub(crate) fn write(
        &self,
        parts: &Parts,
        scope: LogScope,
        level: Level,
        message: &str,
        details: &[JsValue],
    ) {
        if level >= Level::Warn
            && let Ok(mut notes) = self.notes.try_borrow_mut()
        {
            notes.add(Warning { level: level.as_str(), message: message.to_owned() });
        }
        let own = self.scopes.iter().find(|(known, _)| *known == scope);
        if level < own.map_or(self.least, |(_, least)| *least) {
            return;
        }
        let given = [scope.part().as_str(), LOGGER].map(|name| parts.get(name));
        let sink = given.into_iter().find_map(|sink| sink.dyn_into::<Function>().ok());
        let line = Array::new();
        match &sink {
            Some(_) => {
                line.push(&level.as_str().into());
                line.push(&message.into());
            }
            None => {
                line.push(&["trunkline: ", message].concat().into());
            }
        }
        for detail in details {
            line.push(detail);
        }
        let sink =
            sink.or_else(|| field(&field(&global(), "console"), level.as_str()).dyn_into().ok());
        if let Some(sink) = sink {
            run_isolated("logger", &sink, &line);
        }
    }

    /// The last warnings.
    pub(crate) fn warnings(&self) -> Vec<(String, Warning)> {
        self.notes.try_borrow().map(|notes| notes.kept()).unwrap_or_default()
    }
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// Calls a function of the app, which `what` names. What it throws is reported on the console.
    #[wasm_bindgen(js_name = callIsolated)]
    pub(crate) fn run_isolated(what: &str, function: &Function, arguments: &Array);
}
