//! How calls ended.

use super::Host;
use crate::core::{LocalEvent, tests::native::Error};

impl Host {
    /// The calls that were left, and why; once for each listener.
    pub(in crate::core::tests) fn lefts(&self) -> Vec<(&str, &'static str)> {
        let local = self.events.iter().filter_map(|(name, event)| match event {
            Some(LocalEvent::Left { cid, reason }) if name == "call.left" => {
                Some((cid.as_str(), *reason))
            }
            _ => None,
        });
        local.collect()
    }

    /// The calls that were lost, and with which code; once for each listener.
    pub(in crate::core::tests) fn losses(&self) -> Vec<(&str, &'static str)> {
        self.lost.iter().map(|(cid, error)| (cid.as_str(), error.code.as_str())).collect()
    }

    /// Why the last one was.
    pub(in crate::core::tests) fn last_loss(&self) -> &Error {
        &self.lost.last().unwrap().1
    }
}
