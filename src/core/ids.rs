//! Names for what the host holds on behalf of the core.
//!
//! A handle says which call it belongs to, so that whatever the host reports finds its owner, and
//! it is never used twice, so that a late report about something given up finds nobody.

use serde::{Deserialize, Serialize};

/// One `Call` object of the app. Two objects may stand for the same cid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallKey(u32);

impl CallKey {
    /// The same as a number, for hosts that keep such; never 0.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// A promise that the host handed to the app and the core will settle exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PromiseId(pub u64);

impl PromiseId {
    /// The same as a signed number, for hosts that keep such.
    pub fn number(self) -> i64 {
        self.0.cast_signed()
    }
}

/// A received track; the host numbers them, since it sees them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RemoteTrackId(pub u32);

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(u64);

        impl $name {
            /// The call it was made for; `None` for those of the client itself.
            pub fn owner(self) -> Option<CallKey> {
                match u32::try_from(self.0 >> 32) {
                    Ok(0) | Err(_) => None,
                    Ok(call) => Some(CallKey(call)),
                }
            }

            /// The same as one positive number, for hosts that keep such.
            pub fn number(self) -> i64 {
                self.0.cast_signed()
            }

            /// The handle whose number it is.
            pub fn from_number(number: i64) -> Self {
                Self(number.cast_unsigned())
            }
        }

        impl From<(Option<CallKey>, u32)> for $name {
            fn from((owner, serial): (Option<CallKey>, u32)) -> Self {
                let owner = owner.map_or(0, |call| call.0);
                Self(u64::from(owner) << 32 | u64::from(serial))
            }
        }
    )*};
}

handles! {
    /// A request over HTTP.
    RequestId
    /// A WebSocket.
    SocketId
    /// A peer connection.
    PeerId
    /// A transceiver of a publisher peer connection.
    TransceiverId
    /// A running capture of a device.
    CaptureId
    /// A microphone that is listened to.
    ListenId
    /// A request for the SDP that tells what this browser can send and receive.
    DescribeId
    /// A search for addresses, before there is a call.
    GatherId
    /// An element with which the app shows or plays a participant.
    ElementId
    /// A question to the app's token provider.
    TokenRequestId
}

/// Gives out handles, each once.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    last: u32,
}

impl Ids {
    pub(crate) fn next<T: From<(Option<CallKey>, u32)>>(&mut self, owner: Option<CallKey>) -> T {
        T::from((owner, self.turn()))
    }

    pub(crate) fn next_call(&mut self) -> CallKey {
        CallKey(self.turn())
    }

    pub(crate) fn turn(&mut self) -> u32 {
        self.last = self.last.wrapping_add(1);
        self.last
    }
}
