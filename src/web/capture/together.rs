//! A camera and a microphone that are wanted at once: the browser is asked for both together, so that
//! the user is asked once.

use std::{
    cell::RefCell,
    future::poll_fn,
    mem,
    rc::Rc,
    task::{Poll, Waker},
};

use js_sys::{Array, Object};
use web_sys::MediaStream;

use super::{
    Opening,
    constraints::{Attempts, under},
    failure::Failure,
    get_user_media,
    permissions::{Permission, PermissionState},
    tracks::{audio_tracks, video_tracks},
};
use crate::core::DeviceKind;

/// What was wanted since the browser was asked last.
#[derive(Clone, Default)]
pub(crate) struct Together(Rc<RefCell<Vec<Rc<Wish>>>>);

/// One device that is wanted.
pub(crate) struct Wish {
    kind: DeviceKind,
    /// What the browser would be asked for this one alone.
    constraints: Object,
    opening: Rc<Opening>,
    others: Together,
    state: RefCell<State>,
}

/// What the browser gave; `None` when it is to be asked for this one alone.
pub(crate) type Answer = Option<Result<MediaStream, Failure>>;

enum State {
    Waiting,
    /// Another wish asks for both.
    Shared(Option<Waker>),
    Answered(Answer),
}

impl Together {
    /// Takes in a wish. It is asked for once all that happens now is done, see [`Wish::open`].
    pub(super) fn add(
        &self,
        kind: DeviceKind,
        attempts: &Attempts,
        opening: &Rc<Opening>,
    ) -> Rc<Wish> {
        let wish = Rc::new(Wish {
            kind,
            constraints: attempts.current(),
            opening: opening.clone(),
            others: self.clone(),
            state: RefCell::new(State::Waiting),
        });
        self.0.borrow_mut().push(wish.clone());
        wish
    }
}

impl Wish {
    /// Asks for this wish and another one, if there is another.
    pub(super) async fn open(self: Rc<Self>) -> Answer {
        let list = &self.others.0;
        list.borrow_mut().retain(|wish| !Rc::ptr_eq(wish, &self));
        if !matches!(*self.state.borrow(), State::Waiting) {
            return self.answer().await;
        }
        let is_fit = |wish: &Rc<Self>| wish.kind != self.kind && !wish.opening.is_given_up();
        let place = list.borrow().iter().position(is_fit)?;
        let other = list.borrow_mut().remove(place);
        *other.state.borrow_mut() = State::Shared(None);
        let (mine, theirs) = self.ask_with(&other).await;
        other.tell(theirs);
        mine
    }

    async fn ask_with(&self, other: &Self) -> (Answer, Answer) {
        let (Some(mine), Some(theirs)) = (Permission::of(self.kind), Permission::of(other.kind))
        else {
            return (None, None);
        };
        let permission = mine.query().await;
        // What the user has decided for one of them is not to be asked, or refused, for its sake again.
        if permission != theirs.query().await
            || permission == PermissionState::Denied
            || self.opening.is_given_up()
            || other.opening.is_given_up()
        {
            return (None, None);
        }
        let both = under(&under(&Object::new(), Some(&self.constraints)), Some(&other.constraints));
        match theirs.ask(get_user_media(self.kind, &both)).await {
            Ok(stream) => (part(&stream, self.kind), part(&stream, other.kind)),
            Err(failure) if permission == PermissionState::Prompt && failure.is_refusal() => {
                (Some(Err(failure.clone())), Some(Err(failure)))
            }
            // One of them fails; each may find out what there is in its place.
            Err(_) => (None, None),
        }
    }

    fn tell(&self, answer: Answer) {
        let before = mem::replace(&mut *self.state.borrow_mut(), State::Answered(answer));
        if let State::Shared(Some(waker)) = before {
            waker.wake();
        }
    }

    async fn answer(&self) -> Answer {
        poll_fn(|context| match &mut *self.state.borrow_mut() {
            State::Waiting => Poll::Ready(None),
            State::Shared(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            State::Answered(answer) => Poll::Ready(answer.take()),
        })
        .await
    }
}

/// What is of one kind in a stream of both.
fn part(stream: &MediaStream, kind: DeviceKind) -> Answer {
    let tracks = match kind {
        DeviceKind::Microphone => audio_tracks(stream),
        DeviceKind::Camera | DeviceKind::ScreenShare => video_tracks(stream),
    };
    if tracks.is_empty() {
        return None;
    }
    let tracks: Array = tracks.into_iter().collect();
    Some(MediaStream::new_with_tracks(&tracks).map_err(Failure::of_device))
}
