//! The arguments of a crowd.

use clap::Args;

use super::{
    app::AppArgs,
    error::{ConfigError, CrowdConfigError},
    task::Task,
    url::check_server_url,
};
use crate::crowd::Crowd;

#[derive(Debug, Args)]
#[command(after_help = "\
The participants come from one address and join at once, so the server needs other limits than \
usual: --rate-limit 0 and --app-rate-limit 0 (as with --dev), and --large-call N for a call whose \
participants are all to be introduced to each other. More than some hundreds also need \
--sfu-rate-limit-per-address 0, more than a thousand --sockets-per-address N.")]
pub(super) struct CrowdArgs {
    /// Address of the running server itself, such as http://127.0.0.1:8080.
    #[arg(long, value_name = "URL")]
    url: String,
    /// Call to fill, created when it is missing.
    #[arg(long, value_name = "TYPE:ID", default_value = "default:crowd")]
    call: String,
    /// Participants in all.
    #[arg(long, value_name = "N")]
    participants: usize,
    /// Those of them who speak, one at a time: they send sound over connections of their own.
    #[arg(long, value_name = "K", default_value_t = 0)]
    speakers: usize,
    /// Those of them who send a film of 320×180 and receive all sound and video.
    #[arg(long, value_name = "M", default_value_t = 0)]
    media: usize,
    /// How many of the others leave in a second, each followed by somebody who joins.
    #[arg(long, value_name = "R", default_value_t = 0.0)]
    churn: f64,
    /// Decides who speaks and who leaves when.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    app: AppArgs,
}

impl CrowdArgs {
    pub(super) fn check(self) -> Result<Task, ConfigError> {
        let Self { participants, speakers, media, churn, .. } = self;
        if participants == 0 {
            return Err(CrowdConfigError::Nobody.into());
        }
        for (option, count) in [("speakers", speakers), ("media", media)] {
            if count > participants {
                return Err(CrowdConfigError::TooMany { option, count, participants }.into());
            }
        }
        if !churn.is_finite() || churn < 0.0 {
            return Err(CrowdConfigError::Churn(churn).into());
        }
        if churn > 0.0 && speakers.max(media) == participants {
            return Err(CrowdConfigError::AllStay.into());
        }
        let call = match self.call.split_once(':') {
            Some((kind, id)) if !kind.is_empty() && !id.is_empty() => (kind.into(), id.into()),
            _ => return Err(CrowdConfigError::Call(self.call).into()),
        };
        Ok(Task::Crowd(Crowd {
            url: check_server_url(self.url)?,
            app: self.app.check()?,
            call,
            participants,
            speakers,
            media,
            churn,
            seed: self.seed,
        }))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{super::Cli, *};

    fn parse(args: &str) -> Result<Task, ConfigError> {
        let args = format!("trunkline-server crowd --dev {args}");
        Cli::try_parse_from(args.split_whitespace()).unwrap().into_task()
    }

    #[test]
    fn a_crowd_that_cannot_be_is_refused_with_the_option_that_is_wrong() {
        let url = "--url http://127.0.0.1:1";
        for (args, option) in [
            (format!("{url} --participants 0"), "--participants"),
            (format!("{url} --participants 3 --speakers 4"), "--speakers 4"),
            (format!("{url} --participants 3 --media 4"), "--media 4"),
            (format!("{url} --participants 3 --churn=-1"), "--churn"),
            (format!("{url} --participants 3 --churn NaN"), "--churn"),
            (format!("{url} --participants 3 --speakers 3 --churn 1"), "--churn"),
            (format!("{url} --participants 3 --call crowd"), "--call"),
            ("--url https://example.com --participants 3".into(), "--url"),
        ] {
            let Err(error) = parse(&args) else { panic!("accepted: {args}") };
            assert!(error.to_string().contains(option), "{args}: {error}");
        }
    }

    #[test]
    fn a_crowd_comes_to_a_call_of_a_server() {
        let args = "--url http://127.0.0.1:1/ --participants 9 --speakers 2 --media 3 --churn 0.5";
        let Ok(Task::Crowd(crowd)) = parse(args) else { panic!("no crowd") };
        assert_eq!(crowd.url, "http://127.0.0.1:1");
        assert_eq!(crowd.call, ("default".into(), "crowd".into()));
        assert_eq!((crowd.participants, crowd.speakers, crowd.media), (9, 2, 3));
        assert_eq!(crowd.app.key, "trunkline-dev");
    }
}
