//! Apps and users on the command line, and what survives of them.

use std::{path::Path, process::Stdio};

use serde_json::{Value, json};
use trunkline_server::auth::App;

use crate::{
    process::{Process, run},
    support::{Client, TestServer},
};

/// As long as a secret has to be.
const OTHER_SECRET: &str = "the secret of the other app, 32+ bytes";

const FIRST_SECRET: &str = "the secret that came before the other";

fn other() -> App {
    App { key: "other".into(), secret: OTHER_SECRET.into() }
}

fn add_app(data: &Path, secret: &str) {
    let data = data.to_str().unwrap();
    let output =
        run(&["app", "--key", "other", "--secret", secret, "--name", "Other", "--data", data]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn put_user(args: &[&str]) -> Result<(), String> {
    let mut all = vec!["user", "--api-key", "other", "--api-secret", OTHER_SECRET];
    all.extend(args);
    let output = run(&all);
    let text = String::from_utf8(output.stderr).unwrap();
    if output.status.success() { Ok(()) } else { Err(text) }
}

/// Somebody of the other app at another process.
fn client(lender: &TestServer, base: &str, user_id: &str) -> Client {
    Client { base: base.into(), ..lender.stranger_in(&other(), user_id) }
}

#[tokio::test]
async fn apps_and_users_that_were_acknowledged_survive_kill_9() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    add_app(data.path(), OTHER_SECRET);
    let directory = data.path().to_str().unwrap();
    put_user(&["--id", "alice", "--role", "admin", "--team", "red", "--data", directory]).unwrap();
    for round in 0..3 {
        let process = Process::start(data.path());
        let alice = client(&lender, &process.base, "alice");
        let body = json!({ "data": { "team": "red" } });
        let call = alice.post(&format!("/call/livestream/{round}"), body).await.ok(201);
        assert_eq!(call["call"]["created_by"]["role"], "admin");
        let token = other().server_token(None).unwrap();
        let backend = Client { user_id: String::new(), token, ..alice };
        let users = json!({ "users": { (format!("u{round}")): { "role": "host" } } });
        backend.post("/users", users).await.ok(201);
        process.kill();
        let process = Process::start(data.path());
        let user = client(&lender, &process.base, &format!("u{round}"));
        let call = user.post(&format!("/call/default/u{round}"), json!({})).await.ok(201);
        assert_eq!(call["call"]["created_by"]["role"], "host");
        process.kill();
    }
}

#[tokio::test]
async fn a_new_secret_takes_the_place_of_the_old_one() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    add_app(data.path(), FIRST_SECRET);
    add_app(data.path(), OTHER_SECRET);
    let process = Process::start(data.path());
    let nobody = client(&lender, &process.base, "nobody");
    nobody.get("/call/default/a").await.refused(404, 16);
    let token = App { secret: FIRST_SECRET.into(), ..other() }
        .token_for("nobody", None, None, None)
        .unwrap();
    Client { token, ..nobody }.get("/call/default/a").await.refused(401, 43);
}

#[tokio::test]
async fn users_of_a_running_server_are_changed_through_it() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    add_app(data.path(), OTHER_SECRET);
    let process = Process::start(data.path());
    let url = process.base.clone();
    put_user(&["--id", "alice", "--role", "guest", "--team", "red", "--url", &url]).unwrap();
    let alice = client(&lender, &url, "alice");
    let team = |team: &str| json!({ "data": { "team": team } });
    alice.post("/call/default/a", team("red")).await.refused(403, 17);
    // What is not said stays.
    put_user(&["--id", "alice", "--role", "user", "--url", &url]).unwrap();
    alice.post("/call/default/a", team("blue")).await.refused(403, 17);
    let call = alice.post("/call/default/a", team("red")).await.ok(201);
    assert_eq!(call["call"]["created_by"]["teams"], json!(["red"]));
    put_user(&["--id", "alice", "--no-teams", "--url", &url]).unwrap();
    let call = alice.post("/call/default/b", json!({})).await.ok(201);
    assert_eq!(call["call"]["team"], Value::Null);
}

#[tokio::test]
async fn what_the_commands_cannot_do_they_say() {
    let data = tempfile::tempdir().unwrap();
    let directory = data.path().to_str().unwrap();
    let refuses = |args: &[&str], hint: &str| {
        let text = put_user(args).unwrap_err();
        assert!(text.contains(hint), "{text}");
        assert!(!text.contains(OTHER_SECRET), "{text}");
    };
    refuses(&["--id", "alice", "--data", directory], "no app with the key 'other'");
    add_app(data.path(), OTHER_SECRET);
    refuses(&["--id", "!anon", "--data", directory], "user id");
    refuses(&["--id", "alice", "--role", "a b", "--data", directory], "role");
    refuses(&["--id", "alice", "--url", "https://example.com"], "http://");
    refuses(&["--id", "alice", "--url", "http://127.0.0.1:1"], "cannot reach");

    let process = Process::start_with(data.path(), &["--dev"], Stdio::null());
    refuses(&["--id", "alice", "--data", directory], "--url");
    refuses(&["--id", "!anon", "--url", &process.base], "user id");
    let output = run(&["app", "--key", "k", "--secret", "", "--data", directory]);
    assert_eq!(output.status.code(), Some(2));
}

/// What a command says when it goes well.
fn told(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(args: &[&str], hint: &str) {
    let output = run(args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains(hint), "{text}");
}

#[tokio::test]
async fn apps_of_a_running_server_are_added_disabled_and_removed() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    let directory = data.path().to_str().unwrap();
    let process = Process::start(data.path());
    add_app(data.path(), OTHER_SECRET);
    let list = || told(&["apps", "list", "--data", directory]);
    assert!(list().contains("other\tenabled\tOther\n"), "{}", list());
    let stranger = client(&lender, &process.base, "alice");
    let (alice, socket) = lender.connect_client(stranger).await;
    alice.post("/call/default/a", json!({})).await.ok(201);

    told(&["apps", "disable", "--key", "other", "--data", directory]);
    assert!(list().contains("other\tdisabled"), "{}", list());
    assert_eq!(socket.close_code().await, Some(1013));
    let alice = Client { connection_id: None, ..alice };
    alice.get("/call/default/a").await.refused(401, 2);
    told(&["apps", "enable", "--key", "other", "--data", directory]);
    alice.get("/call/default/a").await.ok(200);

    told(&["apps", "remove", "--key", "other", "--yes", "--data", directory]);
    alice.get("/call/default/a").await.refused(401, 2);
    assert!(!list().contains("other"), "{}", list());
    refused(&["apps", "remove", "--key", "other", "--yes", "--data", directory], "no app");
    refused(&["apps", "remove", "--key", "trunkline-dev", "--data", directory], "--yes");
    let own = ["apps", "remove", "--key", "trunkline-dev", "--yes", "--data", directory];
    refused(&own, "started with");
    // Nothing of it comes back with another app of this name.
    add_app(data.path(), OTHER_SECRET);
    alice.get("/call/default/a").await.refused(404, 16);
    drop(process);
    assert!(list().contains("other\tenabled"), "as well while no server runs");
}

#[tokio::test]
async fn a_secret_is_changed_without_a_break() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    let directory = data.path().to_str().unwrap();
    add_app(data.path(), OTHER_SECRET);
    let process = Process::start(data.path());
    let old = client(&lender, &process.base, "nobody");
    let rotate = |overlap| {
        told(&["apps", "rotate", "--key", "other", "--overlap", overlap, "--data", directory])
    };
    let secret = rotate("3600").trim().to_owned();
    assert_eq!(secret.len(), 64);
    let token = App { secret, ..other() }.token_for("nobody", None, None, None).unwrap();
    let new = Client { token, ..old.clone() };
    for client in [&old, &new] {
        client.get("/call/default/a").await.refused(404, 16);
    }
    assert!(told(&["apps", "list", "--data", directory]).contains("previous secret good until"));
    rotate("0");
    new.get("/call/default/a").await.refused(401, 43);
}

#[tokio::test]
async fn a_copy_of_a_running_server_becomes_another_one() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    let directory = data.path().to_str().unwrap();
    add_app(data.path(), OTHER_SECRET);
    let process = Process::start(data.path());
    let (alice, _socket) = lender.connect_client(client(&lender, &process.base, "alice")).await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    let elsewhere = tempfile::tempdir().unwrap();
    let place = |name: &str| elsewhere.path().join(name).to_str().unwrap().to_owned();
    told(&["backup", &place("copy"), "--data", directory]);
    let left = std::fs::read_dir(data.path()).unwrap().flatten();
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().contains("backup")));
    refused(&["backup", &place("copy"), "--data", directory], "exists");
    refused(&["restore", &place("copy"), "--replace", "--data", directory], "in use");
    told(&["restore", &place("copy"), "--data", &place("new")]);
    let restored = Process::start(&elsewhere.path().join("new"));
    let there = client(&lender, &restored.base, "alice");
    there.get("/call/default/a").await.ok(200);
    drop(restored);
    refused(&["restore", &place("copy"), "--data", &place("new")], "--replace");
}

#[test]
fn a_backend_gets_its_token_on_the_command_line() {
    let output = run(&["token", "--server", "--api-secret", OTHER_SECRET, "--ttl", "60"]);
    assert!(output.status.success());
    let token = String::from_utf8(output.stdout).unwrap();
    assert!(other().verify(token.trim()).unwrap_err().detail.contains("server-side"));
    assert_eq!(run(&["token", "--server", "--user", "alice", "--dev"]).status.code(), Some(2));
    assert_eq!(run(&["token", "--dev"]).status.code(), Some(2));
}
