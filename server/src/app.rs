//! How the server names the apps that it serves.

/// Number of an app in this data directory. Clients name an app by its key instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(pub i64);
