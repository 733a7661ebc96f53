//! The command line.

mod app;
mod crowd;
mod error;
mod file;
mod limits;
mod operation;
mod secrets;
mod task;
mod turn;
mod upkeep;
mod url;

use std::{
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    sync::Arc,
    thread,
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use trunkline_protocol::coordinator::{FullUserRequest, UpdateUsersRequest};

use crate::{
    address::{Cidr, TrustedProxies},
    coordinator::RoleGrants,
};
use app::{AppArgs, DEV_KEY};
use url::{check_server_url, check_url};

pub use error::{ConfigError, CrowdConfigError, FileError};
pub use operation::Operation;
pub use task::{Config, Place, Task};

/// Self-hosted backend for trunkline: coordinator and SFU in one process.
#[derive(Debug, Parser)]
#[command(name = "trunkline-server", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// File with options, as 'init' writes one.
    #[arg(long, value_name = "FILE", env = "TRUNKLINE_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a configuration file with every option, explained, and a fresh secret.
    Init(InitArgs),
    /// Print a token for one user, or for a backend.
    Token(TokenArgs),
    /// Add an app to a data directory, or give it another secret at once.
    App(upkeep::PutAppArgs),
    /// List, disable, remove apps, or change their secrets without a break.
    Apps(upkeep::AppsArgs),
    /// Write a copy of the data, while a server uses them or not.
    Backup(upkeep::BackUpArgs),
    /// Make a data directory of a copy; no server may be using it.
    Restore(upkeep::RestoreArgs),
    /// Create a user, or change role and teams of one.
    User(UserArgs),
    /// Fill a call of a running server with participants without browsers, until Ctrl-C.
    Crowd(crowd::CrowdArgs),
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Address for HTTP and WebSockets.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Directory of the data, created when missing.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    #[command(flatten)]
    app: AppArgs,
    /// URL under which clients reach this server, when they do not do so directly.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Reverse proxy whose X-Forwarded-For is believed, by address or block such as 10.0.0.0/8; may
    /// be repeated, or a list with commas. Without it every client behind a proxy counts as one.
    #[arg(
        long = "trusted-proxy",
        value_name = "CIDR",
        env = "TRUNKLINE_TRUSTED_PROXY",
        value_delimiter = ','
    )]
    trusted_proxies: Vec<Cidr>,
    /// Directory of static files to serve, such as the demo.
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,
    /// Address for media; the same as --listen when not given (UDP has ports of its own).
    #[arg(long, value_name = "ADDR")]
    udp: Option<SocketAddr>,
    /// IP address to tell clients for media, when it is not that of --udp.
    #[arg(long, value_name = "IP")]
    public_ip: Option<IpAddr>,
    /// TURN server for clients whose network blocks UDP: URL,USER,PASS, or with --turn-secret the URL
    /// alone; may be repeated, in the variable with spaces between.
    #[arg(
        long = "turn",
        value_name = "URL,USER,PASS",
        env = "TRUNKLINE_TURN",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    turn: Vec<turn::Turn>,
    /// Secret of the TURN servers (coturn: static-auth-secret), which signs a user and a password for
    /// each participant.
    #[arg(long, value_name = "SECRET", env = "TRUNKLINE_TURN_SECRET", hide_env_values = true)]
    turn_secret: Option<String>,
    /// File with the secret of the TURN servers.
    #[arg(
        long,
        value_name = "FILE",
        env = "TRUNKLINE_TURN_SECRET_FILE",
        conflicts_with = "turn_secret"
    )]
    turn_secret_file: Option<PathBuf>,
    /// What a role may do in calls of a type, instead of what is built in, such as
    /// livestream:guest=join-call,read-call; may be repeated, in the variable with spaces between. The
    /// role owner is what the creator of a call may do beyond a user.
    #[arg(
        long = "grants",
        value_name = "TYPE:ROLE=PERMISSIONS",
        env = "TRUNKLINE_GRANTS",
        value_delimiter = ' '
    )]
    grants: Vec<RoleGrants>,
    /// Threads among which the calls are divided, each call on one of them: for its media and for
    /// what its participants are told [default: as many as there are cores].
    #[arg(long, value_name = "N", env = "TRUNKLINE_MEDIA_WORKERS")]
    media_workers: Option<NonZeroUsize>,
    #[command(flatten)]
    limits: limits::LimitArgs,
    #[command(flatten)]
    operation: operation::OperationArgs,
    /// Write the log as JSON, one object a line.
    #[arg(long)]
    log_json: bool,
}

#[derive(Debug, Args)]
struct InitArgs {
    /// Where; what is there already stays.
    #[arg(value_name = "FILE", default_value = "trunkline.toml")]
    path: PathBuf,
}

#[derive(Debug, Args)]
struct TokenArgs {
    /// Whose token.
    #[arg(long, value_name = "ID", required_unless_present = "server")]
    user: Option<String>,
    /// A server-side token, which speaks for the app and for no user.
    #[arg(long, conflicts_with_all = ["user", "role", "teams"])]
    server: bool,
    /// Role of the user.
    #[arg(long)]
    role: Option<String>,
    /// Team of the user; may be repeated.
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// Seconds until the token expires; it does not when not given.
    #[arg(long, value_name = "SECONDS")]
    ttl: Option<u32>,
    #[command(flatten)]
    app: AppArgs,
}

#[derive(Debug, Args)]
struct UserArgs {
    /// Who.
    #[arg(long)]
    id: String,
    /// Role of the user; stays as it is when not given.
    #[arg(long)]
    role: Option<String>,
    /// Team of the user; may be repeated. The teams stay as they are when none is given.
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// Takes the user out of all teams.
    #[arg(long, conflicts_with = "teams")]
    no_teams: bool,
    /// Name shown to others.
    #[arg(long)]
    name: Option<String>,
    /// Directory of the data, while the server is not running.
    #[arg(long, value_name = "DIR", default_value = "data", conflicts_with = "url")]
    data: PathBuf,
    /// Address of the running server itself, such as http://127.0.0.1:8080.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    app: AppArgs,
}

impl Cli {
    /// Reads the command line, the environment and the configuration file.
    pub fn read() -> Result<Self, ConfigError> {
        Self::read_from(std::env::args_os())
    }

    /// Reads this command line, the environment and the configuration file.
    pub fn read_from<T: Into<OsString> + Clone>(
        args: impl IntoIterator<Item = T>,
    ) -> Result<Self, ConfigError> {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let matches = Self::options().try_get_matches_from(&args)?;
        let cli = Self::from_arg_matches(&matches)?;
        let Some(path) = cli.config else {
            return Ok(cli);
        };
        let command = file::with_file(Self::options(), &path)?;
        // The command line alone was right.
        let matches = command.try_get_matches_from(&args).map_err(|error| {
            let text = error.to_string();
            let reason = text.lines().next().unwrap_or_default();
            FileError::Value { path, reason: reason.trim_start_matches("error: ").into() }
        })?;
        Ok(Self::from_arg_matches(&matches)?)
    }

    fn options() -> clap::Command {
        file::with_environment(Self::command())
    }

    /// Checks the arguments.
    pub fn into_task(self) -> Result<Task, ConfigError> {
        match self.command {
            Some(Command::Init(args)) => {
                file::write_example(&Self::options(), &args.path)?;
                Ok(Task::Announce(args.path))
            }
            Some(Command::Token(args)) => args.print().map(Task::PrintToken),
            Some(Command::App(args)) => args.check(),
            Some(Command::Apps(args)) => args.check(),
            Some(Command::Backup(args)) => Ok(args.check()),
            Some(Command::Restore(args)) => Ok(args.check()),
            Some(Command::User(args)) => args.check(),
            Some(Command::Crowd(args)) => args.check(),
            None => self.serve.check().map(Task::Serve),
        }
    }
}

impl ServeArgs {
    fn check(self) -> Result<Config, ConfigError> {
        let dev = self.app.dev;
        if self.listen.port() == 3030 {
            return Err(ConfigError::Port3030);
        }
        let udp = self.udp.unwrap_or(self.listen);
        for address in [self.listen, udp] {
            if dev && !address.ip().is_loopback() {
                return Err(ConfigError::DevInPublic(address));
            }
        }
        if let Some(www) = self.www.as_ref().filter(|www| !www.is_dir()) {
            return Err(ConfigError::Www(www.clone()));
        }
        let app = self.app.check()?;
        if !dev {
            secrets::check(&app.secret)?;
        }
        let turn_secret = secrets::read(self.turn_secret, self.turn_secret_file.as_deref())?;
        Ok(Config {
            listen: self.listen,
            data: self.data,
            app,
            dev,
            public_url: self.public_url.map(check_url).transpose()?,
            proxies: TrustedProxies::new(self.trusted_proxies),
            www: self.www,
            udp,
            public_ip: self.public_ip,
            turn: Arc::new(turn::servers(self.turn, turn_secret)?),
            grants: self.grants,
            budgets: self.limits.budgets(),
            guests: self.limits.guests(),
            guest_expiry: self.limits.guest_expiry(),
            sockets: self.limits.sockets(),
            connections: self.limits.connections(),
            sessions_per_user: self.limits.sessions_per_user(),
            sizes: self.limits.sizes(),
            media_workers: self
                .media_workers
                .or_else(|| thread::available_parallelism().ok())
                .map_or(1, NonZeroUsize::get),
            sfu_limits: self.limits.sfu(),
            log_json: self.log_json,
            operation: self.operation.check(dev)?,
        })
    }
}

impl TokenArgs {
    fn print(self) -> Result<String, ConfigError> {
        let mut app = self.app;
        // A token does not name the app.
        app.api_key.get_or_insert_with(|| DEV_KEY.into());
        let app = app.check()?;
        let teams = Some(self.teams).filter(|teams| !teams.is_empty());
        let token = match self.user {
            Some(user) => app.token_for(&user, self.role, teams, self.ttl),
            None => app.server_token(self.ttl),
        };
        token.map_err(|refusal| ConfigError::Token(refusal.detail))
    }
}

impl UserArgs {
    fn check(self) -> Result<Task, ConfigError> {
        let app = self.app.check()?;
        let place = match self.url {
            None => Place::Directory(self.data),
            Some(url) => Place::Server(check_server_url(url)?),
        };
        let teams = (self.no_teams || !self.teams.is_empty()).then_some(self.teams);
        let user = FullUserRequest {
            id: Some(self.id.clone()),
            role: self.role,
            teams,
            name: self.name,
            ..FullUserRequest::default()
        };
        let users = UpdateUsersRequest { users: [(self.id, user)].into() };
        Ok(Task::PutUser { place, app, users })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::App;

    pub(super) const OWN_APP: &str = "--api-key k --api-secret 0123456789abcdef0123456789abcdef";

    pub(super) fn parse(args: &str) -> Result<Task, ConfigError> {
        let args = ["trunkline-server"].into_iter().chain(args.split_whitespace());
        Cli::try_parse_from(args).unwrap().into_task()
    }

    pub(super) fn serve(args: &str) -> Config {
        match parse(args) {
            Ok(Task::Serve(config)) => config,
            Ok(_) => panic!("not a server"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn dev_has_known_credentials_and_stays_on_loopback() {
        let config = serve("--dev --listen [::1]:0");
        assert_eq!((config.app.key.as_str(), config.dev), ("trunkline-dev", true));
        for args in ["--dev --listen 0.0.0.0:80", "--dev --udp 10.0.0.1:80"] {
            assert!(matches!(parse(args), Err(ConfigError::DevInPublic(_))), "{args}");
        }
    }

    #[test]
    fn without_dev_key_and_secret_are_required() {
        assert!(matches!(parse("--api-key k"), Err(ConfigError::NoCredentials)));
        let config = serve(&format!("{OWN_APP} --listen 0.0.0.0:8080"));
        assert_eq!(config.app.secret.len(), 32);
        assert_eq!(config.udp, config.listen);
    }

    #[test]
    fn the_secret_of_development_is_for_development_only() {
        for args in [
            "--api-key k --api-secret trunkline-dev-secret",
            "app --key k --secret trunkline-dev-secret",
        ] {
            assert!(matches!(parse(args), Err(ConfigError::WellKnownSecret)), "{args}");
        }
        assert!(parse("--dev --api-secret trunkline-dev-secret").is_ok());
    }

    #[test]
    fn a_user_is_sent_to_a_directory_or_to_a_server() {
        let user = |args: &str| match parse(&format!("user --dev --id alice {args}")) {
            Ok(Task::PutUser { place: Place::Directory(data), .. }) => data.display().to_string(),
            Ok(Task::PutUser { place: Place::Server(url), .. }) => url,
            Ok(_) => panic!("another task"),
            Err(error) => error.to_string(),
        };
        assert_eq!(user(""), "data");
        assert_eq!(user("--url http://127.0.0.1:8080/"), "http://127.0.0.1:8080");
        assert!(user("--url https://example.com").contains("http://"));
    }

    #[test]
    fn port_3030_is_refused_with_the_reason() {
        let Err(error) = parse("--dev --listen 127.0.0.1:3030") else { panic!("accepted") };
        assert!(error.to_string().contains("8800"), "{error}");
    }

    #[test]
    fn a_public_url_is_a_base_for_paths() {
        let config = serve("--dev --public-url https://calls.example.com/");
        assert_eq!(config.public_url.as_deref(), Some("https://calls.example.com"));
        for url in ["calls.example.com", "ftp://x", "https://", "http://x/?y"] {
            let args = format!("--dev --public-url {url}");
            assert!(matches!(parse(&args), Err(ConfigError::PublicUrl(_))), "{url}");
        }
    }

    #[test]
    fn a_token_is_signed_with_the_secret_given() {
        let Ok(Task::PrintToken(token)) =
            parse("token --user alice --api-secret s --ttl 60 --role host --team red")
        else {
            panic!("no token")
        };
        let app = App { key: String::new(), secret: "s".into() };
        let claims = app.verify(&token).unwrap();
        assert_eq!(claims.user_id.as_deref(), Some("alice"));
        assert_eq!(claims.role.as_deref(), Some("host"));
        assert_eq!(claims.teams, Some(vec!["red".into()]));
        let seconds = |time: Option<serde_json::Number>| time.unwrap().as_u64().unwrap();
        assert_eq!(seconds(claims.exp), seconds(claims.iat) + 60);
    }
}
