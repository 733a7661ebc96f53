//! How often a join is tried, and how long its steps may take.

use crate::core::{command::JoinOptions, time::Duration};

const DEFAULT_ATTEMPTS: u32 = 3;
const DEFAULT_TIMEOUT_MS: u64 = 5000;

/// Limits that the app may set.
#[derive(Clone, Copy, Debug)]
pub(in crate::core::call) struct Limits {
    pub(super) attempts: u32,
    pub(super) response: Duration,
    pub(in crate::core::call) rpc: Duration,
}

impl Limits {
    pub(super) fn new(options: &JoinOptions) -> Self {
        let millis = |given: Option<u64>| {
            Duration::from_millis(given.filter(|ms| *ms > 0).unwrap_or(DEFAULT_TIMEOUT_MS))
        };
        Self {
            attempts: options.max_join_retries.unwrap_or(DEFAULT_ATTEMPTS).max(1),
            response: millis(options.join_response_timeout),
            rpc: millis(options.rpc_request_timeout),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(&JoinOptions::default())
    }
}
