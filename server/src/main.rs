//! `trunkline-server`: coordinator and SFU in one process.

use std::{io::Write, path::Path, process::ExitCode, sync::Arc, time::Duration};

use tokio::signal::unix::{SignalKind, signal};
use trunkline_protocol::coordinator::UpdateUsersRequest;
use trunkline_server::{
    admin,
    auth::App,
    config::{Cli, Config, ConfigError, Place, Task},
    control,
    crowd::{self, Crowd},
    log::Log,
    metrics::Registry,
    operator::{AdminError, Answer, Order},
    self_check,
    serve::{Media, Server},
    sfu::{self, Sfu},
    store::restore,
};

fn main() -> ExitCode {
    let task = match Cli::read().and_then(Cli::into_task) {
        Ok(task) => task,
        // Help is no failure, and it knows how to show itself.
        Err(ConfigError::Arguments(error)) => error.exit(),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let result = match task {
        Task::Announce(path) => {
            println!("wrote {}; start with: trunkline-server --config {0}", path.display());
            Ok(())
        }
        Task::PrintToken(token) => {
            println!("{token}");
            Ok(())
        }
        Task::Serve(config) => serve(&config),
        Task::Order { data, order } => carry_out(&data, order).map_err(Into::into),
        Task::Restore { from, data, replace } => restore(&from, &data, replace).map_err(Into::into),
        Task::PutUser { place, app, users } => put_users(place, &app, users).map_err(Into::into),
        Task::Crowd(crowd) => gather(crowd),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn carry_out(data: &Path, order: Order) -> Result<(), AdminError> {
    let told = order.clone();
    match (admin::order(data, order).await?, told) {
        (Answer::Apps(apps), _) => {
            for app in apps {
                println!("{app}");
            }
        }
        (Answer::Done, Order::RotateSecret { secret, .. }) => println!("{secret}"),
        (Answer::Done, Order::BackUp(to)) => println!("wrote {}", to.display()),
        (Answer::Done, _) => (),
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn put_users(place: Place, app: &App, users: UpdateUsersRequest) -> Result<(), AdminError> {
    match place {
        Place::Directory(data) => admin::put_users(&data, app, users).await,
        Place::Server(url) => admin::put_users_at(&url, app, &users),
    }
}

fn gather(crowd: Crowd) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(async {
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let stop = async {
            tokio::select! {
                _ = interrupt.recv() => (),
                _ = terminate.recv() => (),
            }
        };
        // Who reads the figures may have seen enough.
        let tell = |told: crowd::Told| drop(writeln!(std::io::stdout(), "{told}"));
        crowd::run(crowd, stop, tell).await.map_err(Box::<dyn std::error::Error>::from)
    });
    // Requests that nobody waits for any more.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

#[tokio::main]
async fn serve(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    let metrics = Registry::default();
    // Kept until all is said.
    let _log = Log::start(config.log_json, &metrics);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;

    let (notify, notices) = control::notices();
    let sfu = Sfu::start(&config.sfu(), notify, &metrics)?;
    let (routes, limits) = (sfu.clone(), config.sfu_limits);
    let (media_address, told) = sfu.addresses();
    let media = Media {
        control: Arc::new(sfu),
        notices,
        routes: Box::new(move |open, secret| sfu::routes(routes, secret, open, limits)),
        edge_name: "local".into(),
        stun: Some(told),
        metrics,
    };
    let server = Server::start(config, media).await?;
    let http = server.address();
    eprintln!("HTTP and WebSockets on {http}, media on UDP {media_address}");
    let has_tls = config.operation.tls.is_some();
    let last_change = server.last_change();
    let checks =
        self_check::run(http, has_tls, media_address, told.ip(), &config.data, last_change).await;
    for check in checks {
        eprintln!("{check}");
    }
    // One line, for people and for scripts that wait for it.
    writeln!(std::io::stdout(), "trunkline-server is ready on {}", server.url())?;

    loop {
        tokio::select! {
            _ = hangup.recv() => server.reload(),
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
        }
    }
    tracing::info!("shutting down: nobody new gets in, calls may go on for a while");
    tokio::select! {
        () = server.drain() => (),
        _ = interrupt.recv() => (),
        _ = terminate.recv() => (),
    }
    server.shutdown().await;
    Ok(())
}
