use std::cell::Cell;

use web_sys::{MediaStream, MediaStreamTrack};

use super::{browser::Capture, listener::Listener, table::Table};
use crate::core::{CaptureId, Media, PeerId, RemoteTrackId, TrackType};

/// The streams behind the names that the core gives them.
#[derive(Default)]
pub struct MediaTable {
    captures: Table<CaptureId, Capture>,
    remote: Table<RemoteTrackId, Remote>,
    last_remote: Cell<u64>,
}

struct Remote {
    peer: PeerId,
    stream: MediaStream,
    track: MediaStreamTrack,
    _ended: Listener,
}

impl MediaTable {
    /// The stream of a track that a participant publishes.
    pub fn stream(&self, media: Media) -> Option<MediaStream> {
        match media {
            Media::Local(capture) => self.capture(capture),
            // The method of that name would be the browser's, which makes another stream.
            Media::Remote(track) => self.remote.read(track, |remote| Clone::clone(&remote.stream)),
        }
    }

    /// The stream of a capture.
    pub fn capture(&self, capture: CaptureId) -> Option<MediaStream> {
        self.captured(capture).map(|capture| capture.stream())
    }

    /// The stream of a capture before its filters.
    pub fn capture_root(&self, capture: CaptureId) -> Option<MediaStream> {
        self.captured(capture).map(|capture| capture.root())
    }

    /// What a capture publishes as `track_type`.
    pub fn captured_track(
        &self,
        capture: CaptureId,
        track_type: TrackType,
    ) -> Option<MediaStreamTrack> {
        self.captured(capture)?.track(track_type == TrackType::ScreenShareAudio)
    }

    pub(crate) fn captured(&self, capture: CaptureId) -> Option<Capture> {
        self.captures.read(capture, Clone::clone)
    }

    pub(crate) fn add_capture(&self, id: CaptureId, capture: Capture) {
        self.captures.insert(id, capture);
    }

    pub(crate) fn remove_capture(&self, id: CaptureId) -> Option<Capture> {
        self.captures.remove(id)
    }

    /// Takes in a received track and names it; a track that is known keeps its name. `on_ended` is
    /// called when it ends.
    pub(crate) fn add_remote(
        &self,
        peer: PeerId,
        stream: MediaStream,
        track: MediaStreamTrack,
        on_ended: impl Fn(RemoteTrackId) + 'static,
    ) -> RemoteTrackId {
        // A track that is paused and resumed by the server comes in a second event.
        if let Some(id) = self.remote.find(|known| known.track == track) {
            self.remote.change(id, |known| known.stream = stream);
            return id;
        }
        let id = RemoteTrackId(self.last_remote.get() + 1);
        self.last_remote.set(id.0);
        let ended = Listener::new(&track, "ended", move |_| on_ended(id));
        self.remote.insert(id, Remote { peer, stream, track, _ended: ended });
        id
    }

    pub(crate) fn remove_remote(&self, track: RemoteTrackId) {
        self.remote.remove(track);
    }

    /// Forgets what came through a peer connection.
    pub(crate) fn remove_peer(&self, peer: PeerId) {
        while let Some(track) = self.remote.find(|remote| remote.peer == peer) {
            self.remote.remove(track);
        }
    }
}
