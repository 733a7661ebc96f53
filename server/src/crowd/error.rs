//! Why a crowd cannot be.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{coordinator::Refusal, native::HttpError};

/// A crowd does not come, or not any more.
#[derive(Debug, thiserror::Error)]
pub enum CrowdError {
    /// Nobody answers there.
    #[error("cannot reach {url}: {error}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// Why not.
        error: String,
    },
    /// The server says no.
    #[error("{who} was refused ({code}): {reason}{}", hint(*.code, .reason))]
    Refused {
        /// Whose request, and which.
        who: String,
        /// HTTP status, or the code of an SFU error.
        code: i32,
        /// In the words of the server.
        reason: String,
    },
    /// The server cannot be understood.
    #[error("{url} answered with something else than this server does: {reason}")]
    NotOurs {
        /// Where.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server names an address that cannot be spoken to.
    #[error(
        "the server says that its SFU is at {0}, and a crowd speaks no TLS: start the server without \
         --public-url"
    )]
    Tls(String),
    /// A participant's media cannot be set up.
    #[error("{who} cannot send or receive: {reason}")]
    Media {
        /// Who.
        who: String,
        /// Why not.
        reason: String,
    },
    /// There is nobody left.
    #[error("everybody was put out of the call: {0}")]
    AllPutOut(String),
    /// The system does not let this process open so many sockets.
    #[error(
        "so many participants need {needed} open files and this process may open {allowed}: raise \
         `ulimit -n`, also that of the server"
    )]
    OpenFiles {
        /// Sockets and files.
        needed: u64,
        /// The hard limit.
        allowed: u64,
    },
    /// The tokens cannot be signed.
    #[error("cannot sign a token: {}", .0.detail)]
    Token(Refusal),
    /// Something that should not be.
    #[error("internal error: {0}")]
    Fault(String),
}

impl CrowdError {
    /// The request to this URL was not answered.
    pub fn unreachable(url: &str, error: &HttpError) -> Self {
        Self::Unreachable { url: url.into(), error: error.to_string() }
    }
}

/// Which setting a refusal comes from.
fn hint(code: i32, reason: &str) -> &'static str {
    if code == 429 {
        "\na crowd asks for more than is usual: start the server with --app-rate-limit 0 and \
         --address-rate-limit 0, or with more than it says"
    } else if code == 401 || reason.contains("api_key") {
        "\nkey and secret are those of an app of the server: --api-key and TRUNKLINE_API_SECRET, or \
         --dev for a server that was started with --dev"
    } else if reason.contains("the call is full") {
        "\nit is a setting of the call, limits.max_participants"
    } else {
        ""
    }
}

/// Lets this process open so many files, if the system does.
pub fn allow_open_files(needed: usize) -> Result<(), CrowdError> {
    let needed = u64::try_from(needed).unwrap_or(u64::MAX);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(needed), maximum };
    setrlimit(Resource::Nofile, raised)
        .map_err(|_| CrowdError::OpenFiles { needed, allowed: maximum.unwrap_or(u64::MAX) })
}
