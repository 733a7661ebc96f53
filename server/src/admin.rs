//! Commands that change the data of a server: directly while it is stopped, or through its own API
//! while it runs.

use std::{fs, io, path::Path};

use trunkline_protocol::coordinator::{ErrorCode, UpdateUsersRequest};
use uuid::Uuid;

use crate::{
    auth::App,
    coordinator::{Refusal, update_users_while_stopped},
    metrics::Registry,
    operator::{self, AdminError, Answer, Order},
    store::{BackupError, Done, Store, StoreError, apps},
};

/// Has something done in a data directory, by the server that uses it if there is one.
pub async fn order(data: &Path, order: Order) -> Result<Answer, AdminError> {
    let asked = match &order {
        Order::BackUp(to) => back_up_running(data, to)?,
        order => operator::ask(data, order)?,
    };
    if let Some(answer) = asked {
        return Ok(answer);
    }
    let store = open(data)?;
    let result = operator::carry_out(order, &store, None).await;
    store.close().await;
    result
}

/// Has the running server write a copy. It writes into its own directory, as it may be kept from writing
/// anywhere else; from there the copy is brought to its place.
fn back_up_running(data: &Path, to: &Path) -> Result<Option<Answer>, AdminError> {
    let failed = |error| BackupError::File { path: to.into(), error };
    if to.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()).into());
    }
    let name = format!("backup-{}.db", Uuid::new_v4().simple());
    let here = fs::canonicalize(data).unwrap_or_else(|_| data.into()).join(name);
    let answer = operator::ask(data, &Order::BackUp(here.clone()))?;
    if answer.is_some() {
        // Another file system takes it as a copy alone.
        let moved = fs::rename(&here, to).or_else(|_| {
            let copied = fs::copy(&here, to).map(drop);
            fs::remove_file(&here).and(copied)
        });
        moved.map_err(failed)?;
    }
    Ok(answer)
}

/// Creates an app in a data directory, or gives it this secret and name.
pub async fn put_app(data: &Path, app: App, name: Option<String>) -> Result<(), AdminError> {
    let App { key, secret } = app;
    order(data, Order::PutApp { key, secret, name }).await.map(drop)
}

/// Creates or changes users in a data directory.
pub async fn put_users(
    data: &Path,
    app: &App,
    users: UpdateUsersRequest,
) -> Result<(), AdminError> {
    let store = open(data)?;
    let key = app.key.clone();
    let found = store
        .transact(move |db| {
            let mut apps = apps::list(db)?.into_iter();
            let id = apps.find(|app| app.key == key).map(|app| app.id);
            Ok::<_, StoreError>(Done::quietly(id))
        })
        .await?;
    let id = found.ok_or_else(|| AdminError::NoApp(app.key.clone()))?;
    update_users_while_stopped(&store, id, users).await.map_err(AdminError::Refused)?;
    store.close().await;
    Ok(())
}

/// Creates or changes users through a running server.
pub fn put_users_at(url: &str, app: &App, users: &UpdateUsersRequest) -> Result<(), AdminError> {
    let token = app.server_token(Some(TOKEN_SECONDS)).map_err(AdminError::Refused)?;
    let body = serde_json::to_vec(users)
        .map_err(|error| AdminError::Refused(Refusal::new(ErrorCode::Input, error.to_string())))?;
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let unreachable = |error| AdminError::Unreachable { url: url.into(), error };
    let mut response = agent
        .post(format!("{url}/api/v2/users"))
        .query("api_key", &app.key)
        .header("authorization", token)
        .header("content-type", "application/json")
        .send(&body)
        .map_err(unreachable)?;
    let text = response.body_mut().read_to_string().map_err(unreachable)?;
    if response.status().is_success() {
        return Ok(());
    }
    let message = serde_json::from_str::<serde_json::Value>(&text).ok();
    let message = message.as_ref().and_then(|body| body["message"].as_str());
    Err(AdminError::Answer(message.map_or_else(|| response.status().to_string(), Into::into)))
}

fn open(data: &Path) -> Result<Store, AdminError> {
    Store::open(data, &Registry::default()).map_err(|error| match error {
        StoreError::InUse => AdminError::Running,
        other => other.into(),
    })
}

const TOKEN_SECONDS: u32 = 60;
