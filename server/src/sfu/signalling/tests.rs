//! Who is told what, in virtual time.

mod joining;
mod leaving;
mod moderation;
mod reconnecting;
mod tracks;
mod upkeep;
mod world;
