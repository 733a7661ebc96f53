//! What str0m makes up: the names and passwords by which the ends of a peer connection know each other.

/// Has what str0m makes up next on this thread follow from nothing that anybody knows.
///
/// It comes from a generator (fastrand) whose numbers can be told from those before, and every client
/// gets to see some. ICE wants passwords that nobody guesses (RFC 8445, 5.3).
pub fn reseed() {
    let mut seed = [0; 8];
    match aws_lc_rs::rand::fill(&mut seed) {
        Ok(()) => fastrand::seed(u64::from_ne_bytes(seed)),
        Err(error) => tracing::error!(%error, "the system has no random numbers"),
    }
}
