//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as the system lets this process, and returns it.
pub fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            current
        }
    };
    allowed.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
}

/// What is left for connections. The rest is for the store, static files, media, and the unforeseen.
pub fn for_connections(limit: usize) -> usize {
    limit.saturating_sub(RESERVED).max(limit / 2)
}

const RESERVED: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_and_some_of_it_reserved() {
        let limit = raise();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!(current, maximum);
        assert_eq!(current.map_or(usize::MAX, |most| usize::try_from(most).unwrap()), limit);
        assert_eq!([1024, 300, 100_000].map(for_connections), [768, 150, 99_744]);
    }
}
