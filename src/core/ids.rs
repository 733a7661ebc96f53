//! Names for what the host holds on behalf of the core.
//!
//! A handle says which call it belongs to, so that whatever the host reports finds its owner, and
//! it is never used twice, so that a late report about something given up finds nobody.

/// One `Call` object of the app. Two objects may stand for the same cid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallKey(u32);

/// A promise that the host handed to the app and the core will settle exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PromiseId(pub u64);

/// A received track; the host numbers them, since it sees them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteTrackId(pub u64);

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name {
            owner: Option<CallKey>,
            serial: u32,
        }

        impl $name {
            /// The call it was made for; `None` for those of the client itself.
            pub fn owner(self) -> Option<CallKey> {
                self.owner
            }
        }

        impl From<(Option<CallKey>, u32)> for $name {
            fn from((owner, serial): (Option<CallKey>, u32)) -> Self {
                Self { owner, serial }
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
    /// A request for the SDP that tells what this browser can send and receive.
    DescribeId
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
