//! The arguments of commands about apps and about copies of the data.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    error::ConfigError,
    secrets::{self, fresh_secret},
    task::Task,
};
use crate::operator::Order;

#[derive(Debug, Args)]
pub(super) struct PutAppArgs {
    /// Key that clients name the app by.
    #[arg(long)]
    key: String,
    /// Secret that its user tokens are signed with.
    #[arg(
        long,
        env = "TRUNKLINE_APP_SECRET",
        hide_env_values = true,
        required_unless_present = "secret_file"
    )]
    secret: Option<String>,
    /// File with the secret that its user tokens are signed with.
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_APP_SECRET_FILE", conflicts_with = "secret")]
    secret_file: Option<PathBuf>,
    /// What people call the app.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct AppsArgs {
    #[command(subcommand)]
    command: AppsCommand,
}

#[derive(Debug, Subcommand)]
enum AppsCommand {
    /// List the apps, without their secrets.
    List(PlaceArgs),
    /// Let nobody use an app any more: its calls end.
    Disable(OneAppArgs),
    /// Let an app be used again.
    Enable(OneAppArgs),
    /// Delete an app with its users, its calls and everything else.
    Remove(RemoveArgs),
    /// Give an app another secret, while tokens signed with the one of now stay good for a while.
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
struct OneAppArgs {
    /// Key of the app.
    #[arg(long)]
    key: String,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct RemoveArgs {
    #[command(flatten)]
    app: OneAppArgs,
    /// Say that all of it may go.
    #[arg(long, required = true)]
    yes: bool,
}

#[derive(Debug, Args)]
struct RotateArgs {
    #[command(flatten)]
    app: OneAppArgs,
    /// The other secret; one is made, and printed, when it is not given.
    #[arg(long, env = "TRUNKLINE_APP_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// Seconds for which the secret of now stays good.
    #[arg(long, value_name = "SECONDS", default_value_t = 24 * 60 * 60)]
    overlap: u32,
}

#[derive(Debug, Args)]
pub(super) struct BackUpArgs {
    /// File to write, which must not exist.
    #[arg(value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// File that 'backup' wrote.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
    /// Take the place of data that are there; they are set aside as trunkline.db.replaced.
    #[arg(long)]
    replace: bool,
}

#[derive(Debug, Args)]
struct PlaceArgs {
    /// Directory of the data, whether or not a server uses it now.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

impl PutAppArgs {
    pub(super) fn check(self) -> Result<Task, ConfigError> {
        let Self { key, secret, secret_file, name, place } = self;
        let secret = secrets::read(secret, secret_file.as_deref())?.unwrap_or_default();
        if key.is_empty() || secret.is_empty() {
            return Err(ConfigError::EmptyApp);
        }
        secrets::check(&secret)?;
        Ok(Task::Order { data: place.data, order: Order::PutApp { key, secret, name } })
    }
}

impl AppsArgs {
    pub(super) fn check(self) -> Result<Task, ConfigError> {
        let (data, order) = match self.command {
            AppsCommand::List(place) => (place.data, Order::ListApps),
            AppsCommand::Disable(OneAppArgs { key, place }) => {
                (place.data, Order::SetAppDisabled { key, disabled: true })
            }
            AppsCommand::Enable(OneAppArgs { key, place }) => {
                (place.data, Order::SetAppDisabled { key, disabled: false })
            }
            AppsCommand::Remove(RemoveArgs { app, yes: _ }) => {
                (app.place.data, Order::RemoveApp { key: app.key })
            }
            AppsCommand::Rotate(RotateArgs { app, secret, overlap: overlap_seconds }) => {
                let secret = match secret {
                    Some(secret) => {
                        secrets::check(&secret)?;
                        secret
                    }
                    None => fresh_secret(),
                };
                (app.place.data, Order::RotateSecret { key: app.key, secret, overlap_seconds })
            }
        };
        Ok(Task::Order { data, order })
    }
}

impl BackUpArgs {
    pub(super) fn check(self) -> Task {
        // The server has a directory of its own.
        let to = std::path::absolute(&self.to).unwrap_or(self.to);
        Task::Order { data: self.place.data, order: Order::BackUp(to) }
    }
}

impl RestoreArgs {
    pub(super) fn check(self) -> Task {
        let Self { from, place, replace } = self;
        Task::Restore { from, data: place.data, replace }
    }
}
