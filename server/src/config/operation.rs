//! Options for whoever runs the server: TLS, how it ends, what it keeps, what it logs.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::error::ConfigError;
use crate::{http::TlsFiles, store::Retention};

#[derive(Debug, Args)]
pub(super) struct OperationArgs {
    /// Certificates for HTTPS, the server's own first (PEM). Read again on SIGHUP, and when the file
    /// has changed. Without it the server speaks plain HTTP, for a proxy in front of it.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The private key that belongs to the first of the certificates (PEM).
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Seconds for which calls may go on after SIGTERM or Ctrl-C, while nobody new gets in; a second
    /// signal ends them at once [default: 30, or 0 with --dev].
    #[arg(long, value_name = "SECONDS")]
    drain: Option<u32>,
    /// Days for which sessions are kept that have ended, 0 for ever.
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    keep_sessions: u32,
    /// Days for which calls are kept that were ended, with all that belongs to them, 0 for ever.
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    keep_ended_calls: u32,
    /// Days for which feedback of users is kept, 0 for ever.
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    keep_feedback: u32,
    /// Write each request to the log: route, status, time, request id.
    #[arg(long)]
    access_log: bool,
}

/// How the server is run.
#[derive(Clone)]
pub struct Operation {
    /// Certificates and key, for HTTPS.
    pub tls: Option<TlsFiles>,
    /// How long calls may go on when the server is to end.
    pub drain: Duration,
    /// What is not kept for ever.
    pub retention: Retention,
    /// Write each request to the log.
    pub access_log: bool,
}

impl OperationArgs {
    pub(super) fn check(self, dev: bool) -> Result<Operation, ConfigError> {
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(certificates), Some(key)) => Some(TlsFiles { certificates, key }),
            (None, None) => None,
            _ => return Err(ConfigError::HalfTls),
        };
        let drain = self.drain.unwrap_or(if dev { 0 } else { DRAIN_SECONDS });
        Ok(Operation {
            tls,
            drain: Duration::from_secs(drain.into()),
            retention: Retention {
                sessions: days(self.keep_sessions),
                ended_calls: days(self.keep_ended_calls),
                feedback: days(self.keep_feedback),
            },
            access_log: self.access_log,
        })
    }
}

fn days(count: u32) -> Option<Duration> {
    (count > 0).then(|| Duration::from_secs(u64::from(count) * 24 * 60 * 60))
}

const DRAIN_SECONDS: u32 = 30;
