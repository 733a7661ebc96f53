//! The configuration file: TOML, with the options of the command line by their names.
//!
//! A value of the file takes the place of the option's default, so that the environment and the
//! command line are stronger. Nothing here names an option: whatever the command line has, the file,
//! the environment and the example have, too.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use clap::{Arg, ArgAction, Command, builder::ValueParser};
use toml::{Table, Value};

use super::{error::FileError, secrets::fresh_secret};

/// The command line, with a variable of the environment for each option, and flags that can be
/// taken back: `--dev=false`.
pub(super) fn with_environment(command: Command) -> Command {
    command.mut_args(|arg| {
        let Some(key) = key(&arg) else {
            return arg;
        };
        let arg = arg.env(format!("TRUNKLINE_{}", key.to_ascii_uppercase()));
        if !matches!(arg.get_action(), ArgAction::SetTrue) {
            return arg;
        }
        arg.action(ArgAction::Set)
            .value_parser(ValueParser::bool())
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .default_value("false")
            .hide_possible_values(true)
            .hide_default_value(true)
    })
}

/// The command line whose defaults are those of the file.
pub(super) fn with_file(command: Command, path: &Path) -> Result<Command, FileError> {
    let failed = |error| FileError::Read { path: path.into(), error };
    let text = fs::read_to_string(path).map_err(failed)?;
    let table: Table =
        text.parse().map_err(|error| FileError::Syntax { path: path.into(), error })?;
    let keys: Vec<String> = command.get_arguments().filter_map(file_key).collect();
    if let Some(unknown) = table.keys().find(|name| !keys.contains(name)) {
        let likeness = |key: &String| strsim::jaro_winkler(unknown, key);
        let nearest = keys.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        return Err(FileError::UnknownKey {
            path: path.into(),
            key: unknown.clone(),
            nearest: nearest.cloned().unwrap_or_default(),
        });
    }
    let mut wrong = None;
    let mut set = |arg: Arg| {
        let value = key(&arg).and_then(|key| Some((key.clone(), table.get(&key)?)));
        let Some((key, value)) = value else {
            return arg;
        };
        let texts = match (value, arg.get_action()) {
            (Value::Array(items), ArgAction::Append) => items.iter().map(text_of).collect(),
            (value, _) => text_of(value).map(|text| vec![text]),
        };
        match texts {
            Some(texts) => arg.default_values(texts),
            None => {
                wrong = Some(format!("'{key}' cannot be {}", value.type_str()));
                arg
            }
        }
    };
    let command = command.mut_args(&mut set);
    let commands: Vec<String> =
        command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let command = commands.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| {
            command.mut_args(|arg| {
                let shared = key(&arg).is_some_and(|key| SHARED.contains(&key.as_str()));
                if shared { set(arg) } else { arg }
            })
        })
    });
    match wrong {
        None => Ok(command),
        Some(reason) => Err(FileError::Value { path: path.into(), reason }),
    }
}

/// Writes an example, which is a configuration that works: with a key and a fresh secret. What is
/// there already stays.
pub(super) fn write_example(command: &Command, path: &Path) -> Result<(), FileError> {
    let failed = |error| FileError::Write { path: path.into(), error };
    let secret = fresh_secret();
    let mut text = example(command);
    for (key, value) in [("api_key", "my-app"), ("api_secret", secret.as_str())] {
        let line = format!("\n#{key} = ");
        if let Some((before, after)) = text.split_once(&line) {
            let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
            text = format!("{before}\n{key} = {}\n{rest}", Value::from(value));
        }
    }
    // It has a secret.
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// Every option with what it does, and its default, as a comment.
fn example(command: &Command) -> String {
    let mut text = HEAD.to_owned();
    for arg in command.get_arguments() {
        let Some(key) = file_key(arg) else {
            continue;
        };
        text.push('\n');
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
        for line in help.unwrap_or_default().lines() {
            comment(line, &mut text);
        }
        let values: Vec<_> =
            arg.get_default_values().iter().filter_map(|value| value.to_str()).collect();
        let list = matches!(arg.get_action(), ArgAction::Append);
        let value = match (values.as_slice(), list) {
            ([], _) => {
                let names = arg.get_value_names().and_then(<[_]>::first);
                let name = format!("<{}>", names.map_or("VALUE", |name| name.as_str()));
                if list { format!("[{name}, …]") } else { name }
            }
            ([value], false) => written(value).to_string(),
            (values, _) => {
                Value::Array(values.iter().map(|value| written(value)).collect()).to_string()
            }
        };
        text.extend(["#", &key, " = ", &value, "\n"]);
    }
    text
}

fn comment(line: &str, text: &mut String) {
    let mut width = 0;
    for word in line.split_whitespace() {
        if width == 0 || width + 1 + word.len() > WIDTH {
            if width > 0 {
                text.push('\n');
            }
            text.push('#');
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + word.len();
    }
    text.push('\n');
}

/// As TOML has it.
fn written(value: &str) -> Value {
    let number = value.parse().map(Value::Integer).ok();
    let flag = value.parse().map(Value::Boolean).ok();
    number.or(flag).unwrap_or_else(|| value.into())
}

/// As the command line has it.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// `--api-key` is `api_key` in the file.
fn key(arg: &Arg) -> Option<String> {
    arg.get_long().map(|name| name.replace('-', "_"))
}

/// A file does not name another one.
fn file_key(arg: &Arg) -> Option<String> {
    key(arg).filter(|key| key != "config")
}

/// What commands about a server share with it.
const SHARED: [&str; 5] = ["api_key", "api_secret", "api_secret_file", "data", "dev"];
/// Columns of a comment.
const WIDTH: usize = 98;
const HEAD: &str = "\
# Configuration of trunkline-server: trunkline-server --config FILE
#
# Every option of the command line is here by its name, with '_' for '-', and its default. Take away
# the '#' in front of an option to set it. What the environment says (TRUNKLINE_API_KEY for api_key)
# is stronger, and what the command line says is stronger than both.
";

#[cfg(test)]
mod tests {
    use super::super::{Cli, Task};
    use super::*;

    /// What becomes of a file with this text.
    fn read(text: &str, args: &str) -> Result<String, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("trunkline.toml");
        fs::write(&path, text).unwrap();
        let args = format!("trunkline-server {args} --config {}", path.display());
        let cli = Cli::read_from(args.split_whitespace()).map_err(|error| error.to_string())?;
        Ok(format!("{:?}", cli.serve))
    }

    #[test]
    fn the_command_line_is_stronger_than_the_file_and_the_file_than_the_defaults() {
        let file = "api_key = 'k'\napi_secret = '0123456789abcdef0123456789abcdef'\nrate_limit = 7\nlog_json = true\n\
            turn = ['turn:a,u,p', 'turn:b,u,p']";
        let read = |args| read(file, args).unwrap();
        for expected in ["Some(\"k\")", " rate_limit: 7", "log_json: true", "127.0.0.1:8080"] {
            assert!(read("").contains(expected), "{expected} in {}", read(""));
        }
        assert_eq!(read("").matches("turn:").count(), 2 + 1, "{}", read(""));
        let other = read("--api-key x --rate-limit 8 --log-json=false --listen [::1]:1");
        for expected in ["Some(\"x\")", " rate_limit: 8", "log_json: false", "[::1]:1"] {
            assert!(other.contains(expected), "{expected} in {other}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_by_name() {
        for (text, parts) in [
            ("api_kye = 'k'", ["'api_kye'", "'api_key'"]),
            ("api-secret = 's'", ["'api-secret'", "'api_secret'"]),
            ("sockets_per_usr = 1", ["'sockets_per_usr'", "'sockets_per_user'"]),
            ("listen = 'nowhere'", ["trunkline.toml", "listen"]),
            ("rate_limit = -1", ["trunkline.toml", "rate-limit"]),
            ("listen = 1979-05-27", ["'listen'", "datetime"]),
            ("[listen]\nport = 1", ["'listen'", "table"]),
            ("listen = ['127.0.0.1:1', '127.0.0.1:2']", ["'listen'", "array"]),
            ("config = 'x'", ["'config'", "did you mean"]),
            ("api_key = ", ["trunkline.toml", "line 1"]),
        ] {
            let error = read(text, "").unwrap_err();
            assert!(parts.iter().all(|part| error.contains(part)), "{text}: {error}");
        }
        let error = Cli::read_from(["trunkline-server", "--config", "/does/not/exist"]);
        assert!(error.unwrap_err().to_string().contains("/does/not/exist"));
    }

    #[test]
    fn commands_take_the_app_from_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("trunkline.toml");
        fs::write(
            &path,
            "api_secret = 'the secret that is in the file of options'\nlisten = '[::1]:1'",
        )
        .unwrap();
        let path = path.to_str().unwrap();
        let args = ["trunkline-server", "token", "--user", "alice", "--config", path];
        let Ok(Task::PrintToken(token)) = Cli::read_from(args).unwrap().into_task() else {
            panic!("no token")
        };
        let app = crate::auth::App {
            key: String::new(),
            secret: "the secret that is in the file of options".into(),
        };
        assert_eq!(app.verify(&token).unwrap().user_id.as_deref(), Some("alice"));
    }

    #[test]
    fn the_example_has_every_option_with_its_default() {
        let command = Cli::options();
        let example = example(&command);
        let set: Vec<_> = example
            .lines()
            .filter_map(|line| line.strip_prefix('#').filter(|line| !line.starts_with(' ')))
            .filter(|line| !line.is_empty())
            .collect();
        let options = command.get_arguments().filter_map(file_key);
        let keys: Vec<_> = set.iter().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
        assert_eq!(keys, options.collect::<Vec<_>>());
        let has_default = |line: &&&str| !line.contains(" = <") && !line.contains(" = [<");
        let defaults: Vec<_> = set.iter().filter(has_default).copied().collect();
        assert!(defaults.len() > 5, "{defaults:?}");
        let bare = format!("{:?}", Cli::read_from(["trunkline-server"]).unwrap().serve);
        assert_eq!(read(&defaults.join("\n"), "").unwrap(), bare);
        assert!(example.lines().all(|line| line.chars().count() <= 100), "{example}");
    }

    #[test]
    fn an_example_that_was_written_is_a_configuration_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("trunkline.toml");
        write_example(&Cli::options(), &path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let args = ["trunkline-server", "--config", path.to_str().unwrap()];
        let Ok(Task::Serve(config)) = Cli::read_from(args).unwrap().into_task() else {
            panic!("no server")
        };
        assert_eq!((config.app.key.as_str(), config.app.secret.len()), ("my-app", 64));
        let again = write_example(&Cli::options(), &path).unwrap_err();
        assert!(again.to_string().contains("cannot write"), "{again}");
    }
}
