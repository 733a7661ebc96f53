//! What a crowd is to be.

use crate::auth::App;

/// Who comes to which call.
#[derive(Clone)]
pub struct Crowd {
    /// Of the running server, without a slash at the end.
    pub url: String,
    /// Signs the tokens.
    pub app: App,
    /// Type and id; the call is created when it is missing.
    pub call: (String, String),
    /// In all.
    pub participants: usize,
    /// Those of them who speak, in turns.
    pub speakers: usize,
    /// Those of them who send video and receive what is sent.
    pub media: usize,
    /// How many of the others leave in a second, each followed by somebody who comes.
    pub churn: f64,
    /// Decides who speaks and who leaves when.
    pub seed: u64,
}

/// Those who join at the same time.
pub(super) const JOINING: usize = 16;
