//! Who is told what, in virtual time.

mod joining;
mod large_calls;
mod leaving;
mod moderation;
mod reconnecting;
mod returning;
mod seats;
mod speakers;
mod stand_ins;
mod tracks;
mod upkeep;
mod world;
