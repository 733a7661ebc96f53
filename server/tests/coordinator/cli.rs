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
    let refused = |args: &[&str], hint: &str| {
        let text = put_user(args).unwrap_err();
        assert!(text.contains(hint), "{text}");
        assert!(!text.contains(OTHER_SECRET), "{text}");
    };
    refused(&["--id", "alice", "--data", directory], "no app with the key 'other'");
    add_app(data.path(), OTHER_SECRET);
    refused(&["--id", "!anon", "--data", directory], "user id");
    refused(&["--id", "alice", "--role", "a b", "--data", directory], "role");
    refused(&["--id", "alice", "--url", "https://example.com"], "http://");
    refused(&["--id", "alice", "--url", "http://127.0.0.1:1"], "cannot reach");

    let process = Process::start_with(data.path(), &["--dev"], Stdio::null());
    refused(&["--id", "alice", "--data", directory], "--url");
    refused(&["--id", "!anon", "--url", &process.base], "user id");
    let output = run(&["app", "--key", "k", "--secret", FIRST_SECRET, "--data", directory]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("stop it"));
    let output = run(&["app", "--key", "k", "--secret", "", "--data", directory]);
    assert_eq!(output.status.code(), Some(2));
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
