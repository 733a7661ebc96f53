//! What whoever runs the server may want of it while it runs: a socket in its data directory, which
//! nobody but the owner of the directory can open. An order is a line of JSON, and so is its answer.

mod error;

use std::{
    fmt,
    io::{self, BufRead, BufReader, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader as AsyncBufReader},
    net::{UnixListener, UnixStream as AsyncUnixStream},
    time::{sleep, timeout},
};

use crate::{
    app::AppId,
    auth::Apps,
    clock,
    coordinator::Coordinator,
    store::{Done, Store, StoreError, apps},
};

pub use error::AdminError;

/// Something that is to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Write a copy of the store to this file.
    BackUp(PathBuf),
    /// Say which apps there are.
    ListApps,
    /// Create the app, or give it this secret at once.
    PutApp {
        /// Names it.
        key: String,
        /// Signs its tokens.
        secret: String,
        /// What people call it; stays when not given.
        name: Option<String>,
    },
    /// Let nobody use the app, or everybody again.
    SetAppDisabled {
        /// Names it.
        key: String,
        /// False: it may be used.
        disabled: bool,
    },
    /// Delete the app with all that it has.
    RemoveApp {
        /// Names it.
        key: String,
    },
    /// Give the app another secret, while tokens by the one of now stay good for a while.
    RotateSecret {
        /// Names it.
        key: String,
        /// Signs its tokens from now on.
        secret: String,
        /// How long the secret of now is still good.
        overlap_seconds: u32,
    },
}

/// What comes of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is done.
    Done,
    /// All apps.
    Apps(Vec<ListedApp>),
}

/// An app, without its secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedApp {
    /// Names it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Whether nobody may use it.
    pub disabled: bool,
    /// Until when tokens by the secret of before are good.
    pub previous_secret_until: Option<String>,
}

impl fmt::Display for ListedApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.disabled { "disabled" } else { "enabled" };
        write!(f, "{}\t{state}\t{}", self.key, self.name)?;
        match &self.previous_secret_until {
            Some(until) => write!(f, "\tprevious secret good until {until}"),
            None => Ok(()),
        }
    }
}

/// The running server, as far as orders concern it.
pub(crate) struct Running {
    pub coordinator: Coordinator,
    pub apps: Arc<Apps>,
    pub store: Store,
    /// Key of the app that the server was started with.
    pub own_key: String,
}

/// Takes orders until it is dropped, and takes its socket away then.
pub(crate) struct Desk {
    listener: UnixListener,
    path: PathBuf,
}

impl Desk {
    /// Opens the socket. Nobody else uses the directory: what is there is left from a crash.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let path = directory.join(SOCKET);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => (),
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Carries out one order after the other.
    pub async fn serve(self, running: Running) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    if let Err(error) = answer(stream, &running).await {
                        tracing::debug!(%error, "an order got no answer");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "no orders can be taken for a moment");
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The next start takes it away otherwise.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn answer(mut stream: AsyncUnixStream, running: &Running) -> io::Result<()> {
    let mut line = String::new();
    let (read, mut write) = stream.split();
    let mut read = AsyncBufReader::new(read.take(MAX_ORDER));
    timeout(PATIENCE, read.read_line(&mut line)).await??;
    let result = match serde_json::from_str::<Order>(&line) {
        Ok(order) => {
            carry_out(order, &running.store, Some(running)).await.map_err(|error| error.to_string())
        }
        Err(error) => Err(format!("the order cannot be read: {error}")),
    };
    let mut text = serde_json::to_vec(&result)?;
    text.push(b'\n');
    write.write_all(&text).await
}

/// Has the server of this directory carry out the order. `None`: none is running.
pub(crate) fn ask(directory: &Path, order: &Order) -> Result<Option<Answer>, AdminError> {
    let mut stream = match UnixStream::connect(directory.join(SOCKET)) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(AdminError::Operator(error)),
    };
    let mut exchange = || {
        let mut text = serde_json::to_vec(order)?;
        text.push(b'\n');
        stream.write_all(&text)?;
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line)?;
        Ok(serde_json::from_str::<Result<Answer, String>>(&line)?)
    };
    exchange().map_err(AdminError::Operator)?.map(Some).map_err(AdminError::Answer)
}

/// Does what is to be done, in a directory that is open here.
pub(crate) async fn carry_out(
    order: Order,
    store: &Store,
    running: Option<&Running>,
) -> Result<Answer, AdminError> {
    match order {
        Order::BackUp(to) => store.back_up(to).await?,
        Order::ListApps => return list(store).await.map(Answer::Apps),
        Order::PutApp { key, secret, name } => {
            let put = move |db: &_| {
                let id = apps::put(db, &key, &secret, name.as_deref(), clock::now())?;
                apps::set_by_start(db, id, false)?;
                Ok::<_, StoreError>(Done::quietly(()))
            };
            store.transact(put).await?;
        }
        Order::SetAppDisabled { key, disabled } => {
            let id = find(store, &key).await?;
            set_disabled(store, id, disabled).await?;
        }
        Order::RemoveApp { key } => {
            if running.is_some_and(|running| running.own_key == key) {
                return Err(AdminError::OwnApp(key));
            }
            let id = find(store, &key).await?;
            // Nobody adds to it while it goes.
            set_disabled(store, id, true).await?;
            tell(running, store).await?;
            remove(store, id).await?;
        }
        Order::RotateSecret { key, secret, overlap_seconds } => {
            let id = find(store, &key).await?;
            let until = clock::now().plus_seconds(overlap_seconds.into());
            let rotate = move |db: &_| {
                apps::rotate(db, id, &secret, until, clock::now())?;
                Ok::<_, StoreError>(Done::quietly(()))
            };
            store.transact(rotate).await?;
        }
    }
    tell(running, store).await?;
    Ok(Answer::Done)
}

/// From now on the server goes by what is stored of apps.
async fn tell(running: Option<&Running>, store: &Store) -> Result<(), AdminError> {
    let Some(running) = running else {
        return Ok(());
    };
    let records = store.transact(|db| Ok::<_, StoreError>(Done::quietly(apps::list(db)?))).await?;
    let disabled: Vec<AppId> =
        records.iter().filter(|app| app.disabled).map(|app| app.id).collect();
    running.apps.replace(records);
    for app in disabled {
        running.coordinator.suspend(app).await.map_err(AdminError::Refused)?;
    }
    Ok(())
}

async fn list(store: &Store) -> Result<Vec<ListedApp>, AdminError> {
    let records = store.transact(|db| Ok::<_, StoreError>(Done::quietly(apps::list(db)?))).await?;
    let now = clock::now();
    let listed = records.into_iter().map(|record| {
        let until = record.previous.map(|(_, until)| until).filter(|until| *until > now);
        ListedApp {
            key: record.key,
            name: record.name,
            disabled: record.disabled,
            previous_secret_until: until.and_then(|until| until.to_rfc3339().ok()),
        }
    });
    Ok(listed.collect())
}

async fn find(store: &Store, key: &str) -> Result<AppId, AdminError> {
    let wanted = key.to_owned();
    let find = move |db: &_| {
        let mut apps = apps::list(db)?.into_iter();
        let id = apps.find(|app| app.key == wanted).map(|app| app.id);
        Ok::<_, StoreError>(Done::quietly(id))
    };
    store.transact(find).await?.ok_or_else(|| AdminError::NoApp(key.into()))
}

async fn set_disabled(store: &Store, app: AppId, disabled: bool) -> Result<(), StoreError> {
    let set = move |db: &_| {
        apps::set_disabled(db, app, disabled.then(clock::now))?;
        // From now on it is disabled when somebody says so.
        apps::set_by_start(db, app, false)?;
        Ok(Done::quietly(()))
    };
    store.transact(set).await
}

/// Step by step, so that the other apps do not wait.
async fn remove(store: &Store, app: AppId) -> Result<(), StoreError> {
    let step = move |db: &_| Ok::<_, StoreError>(Done::quietly(apps::clear(db, app, STEP)?));
    while store.transact(step).await? > 0 {}
    let delete = move |db: &_| {
        apps::delete(db, app)?;
        Ok(Done::quietly(()))
    };
    store.transact(delete).await
}

const SOCKET: &str = "operator.sock";
/// Bytes.
const MAX_ORDER: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_secs(1);
/// Rows that are deleted in one go.
const STEP: usize = 500;
