//! The app that a command is about.

use std::path::PathBuf;

use clap::Args;

use super::{error::ConfigError, secrets};
use crate::auth::{App, DEV_SECRET};

#[derive(Debug, Args)]
pub(super) struct AppArgs {
    /// Key that clients name the app by.
    #[arg(long, env = "TRUNKLINE_API_KEY")]
    pub api_key: Option<String>,
    /// Secret that user tokens are signed with.
    #[arg(long, env = "TRUNKLINE_API_SECRET", hide_env_values = true)]
    api_secret: Option<String>,
    /// File with the secret that user tokens are signed with.
    #[arg(
        long,
        value_name = "FILE",
        env = "TRUNKLINE_API_SECRET_FILE",
        conflicts_with = "api_secret"
    )]
    api_secret_file: Option<PathBuf>,
    /// Development: well-known key and secret, tokens for everybody; loopback only.
    #[arg(long)]
    pub dev: bool,
}

impl AppArgs {
    pub fn check(self) -> Result<App, ConfigError> {
        let fill = |given: Option<String>, well_known: &str| {
            given
                .filter(|text| !text.is_empty())
                .or_else(|| self.dev.then(|| well_known.to_owned()))
                .ok_or(ConfigError::NoCredentials)
        };
        let secret = secrets::read(self.api_secret, self.api_secret_file.as_deref())?;
        Ok(App { key: fill(self.api_key, DEV_KEY)?, secret: fill(secret, DEV_SECRET)? })
    }
}

pub(super) const DEV_KEY: &str = "trunkline-dev";
