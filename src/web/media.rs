use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use indexmap::IndexMap;

use web_sys::{MediaStream, MediaStreamTrack};

use super::{
    capture::{Capture, same},
    listener::Listener,
};
use crate::core::{CaptureId, Media, PeerId, RemoteTrackId, TrackType};

/// The streams behind the names that the core gives them, cheap to clone. Received tracks get their
/// names here.
#[derive(Clone, Default)]
pub struct MediaTable(Rc<Tables>);

#[derive(Default)]
struct Tables {
    captures: RefCell<IndexMap<CaptureId, Rc<Capture>>>,
    received: RefCell<IndexMap<RemoteTrackId, Received>>,
    last_received: Cell<u32>,
}

struct Received {
    peer: PeerId,
    stream: MediaStream,
    track: MediaStreamTrack,
    _ended: Listener,
}

impl Tables {
    fn end(&self, id: RemoteTrackId, on_ended: &dyn Fn(RemoteTrackId)) {
        on_ended(id);
        let ended = self.received.borrow_mut().shift_remove(&id);
        // The table is not borrowed while its listener ends.
        drop(ended);
    }
}

impl MediaTable {
    /// The stream of a track that a participant publishes.
    pub fn stream(&self, media: Media) -> Option<MediaStream> {
        match media {
            Media::Local(capture) => self.capture(capture).map(|capture| same(capture.stream())),
            Media::Remote(track) => {
                let received = self.0.received.borrow();
                received.get(&track).map(|received| same(&received.stream))
            }
        }
    }

    /// The stream of a capture before its filters.
    pub fn root(&self, capture: CaptureId) -> Option<MediaStream> {
        self.capture(capture).map(|capture| same(capture.root()))
    }

    /// What a capture publishes as `track_type`: its track, or the sound that came with a screen.
    pub fn captured_track(
        &self,
        capture: CaptureId,
        track_type: TrackType,
    ) -> Option<MediaStreamTrack> {
        let is_sound = track_type == TrackType::ScreenShareAudio;
        self.capture(capture)?.track(is_sound)
    }

    pub(crate) fn capture(&self, id: CaptureId) -> Option<Rc<Capture>> {
        self.0.captures.borrow().get(&id).cloned()
    }

    pub(crate) fn add_capture(&self, id: CaptureId, capture: Rc<Capture>) {
        self.0.captures.borrow_mut().insert(id, capture);
    }

    pub(crate) fn remove_capture(&self, id: CaptureId) {
        let removed = self.0.captures.borrow_mut().shift_remove(&id);
        // The table is not borrowed while the capture ends.
        drop(removed);
    }

    /// Takes in a received track and names it. What is known by that name is this track in this
    /// stream: another stream, which may be somebody else's, is another name. `on_ended` is called when
    /// that is over.
    pub(crate) fn add_received(
        &self,
        peer: PeerId,
        stream: MediaStream,
        track: MediaStreamTrack,
        on_ended: impl Fn(RemoteTrackId) + 'static,
    ) -> RemoteTrackId {
        let received = self.0.received.borrow();
        let known = received.iter().find(|(_, known)| known.track == track);
        let known = known.map(|(id, known)| (*id, known.stream == stream));
        drop(received);
        match known {
            Some((id, true)) => return id,
            Some((id, false)) => self.0.end(id, &on_ended),
            None => {}
        }
        let id = RemoteTrackId(self.0.last_received.get() + 1);
        self.0.last_received.set(id.0);
        let table = Rc::downgrade(&self.0);
        let ended = Listener::new(&track, "ended", move |_| {
            if let Some(table) = table.upgrade() {
                table.end(id, &on_ended);
            }
        });
        let added = Received { peer, stream, track, _ended: ended };
        self.0.received.borrow_mut().insert(id, added);
        id
    }

    /// Forgets what came through a peer connection.
    pub(crate) fn remove_peer(&self, peer: PeerId) {
        let is_gone =
            |(id, received): (&RemoteTrackId, &Received)| (received.peer == peer).then_some(*id);
        let gone: Vec<_> = self.0.received.borrow().iter().filter_map(is_gone).collect();
        for id in gone {
            let received = self.0.received.borrow_mut().shift_remove(&id);
            // The table is not borrowed while its listener ends.
            drop(received);
        }
    }
}
