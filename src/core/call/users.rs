//! Users who are called otherwise by now, or look otherwise.

use serde::Deserialize;

use super::visible::{Visible, put};
use crate::core::{
    changes::{Aspects, Slice},
    host::{Document, Host},
    roster::Slot,
    view::{User, Viewed},
};

/// What tells of a user besides other things.
#[derive(Default, Deserialize)]
#[serde(default, bound = "D: Document")]
struct OfUser<D> {
    user: Option<D>,
}

/// A document that tells of a user as they are by now.
fn renew<D: Document>(document: &mut D, user: &D) {
    let OfUser { user: known } = document.view().unwrap_or_default();
    let user = known.map_or_else(|| user.clone(), |known: D| known.merged(user));
    *document = document.with("user", &user);
}

impl<H: Host> Visible<H> {
    /// Has everything that shows a user show them as they are by now.
    pub(crate) fn apply_user(&mut self, user: &Viewed<User, H::Document>) {
        let Viewed { view, document } = user;
        let participants = &self.state().participants;
        let is_theirs = |slot: &Slot| participants.get(*slot).is_some_and(|p| p.user_id == view.id);
        for slot in participants.slots().filter(is_theirs).collect::<Vec<_>>() {
            self.edit_slot(slot, Aspects::IDENTITY, |known| {
                let name = view.name.clone().unwrap_or_else(|| known.name.clone());
                let image = view.image.clone().unwrap_or_else(|| known.image.clone());
                // Both, whatever one of them finds.
                [put(&mut known.name, name), put(&mut known.image, image)].contains(&true)
            });
        }
        self.news.apply_user(&view.id, |of| renew(of, document));
        if self.state().members.iter().any(|member| member.view.user_id == view.id) {
            self.edit(Slice::Members, |state| {
                let members = state.members.iter_mut();
                for member in members.filter(|member| member.view.user_id == view.id) {
                    renew(&mut member.document, document);
                }
            });
        }
        let of_user = |known: Option<&User>| known.is_some_and(|known| known.id == view.id);
        let session = self.state().session.as_ref();
        if session.is_some_and(|s| s.participants.iter().any(|p| of_user(p.view.user.as_ref()))) {
            self.edit(Slice::Session, |state| {
                let session = state.session.iter_mut().flat_map(|s| &mut s.participants);
                for participant in session.filter(|p| of_user(p.view.user.as_ref())) {
                    renew(&mut participant.document, document);
                }
            });
        }
        if self.state().creator_id() == view.id {
            self.edit(Slice::CreatedBy, |state| {
                let call = state.document.as_mut();
                if let Some(creator) = call.and_then(|call| call.created_by.as_mut()) {
                    creator.document = creator.document.merged(document);
                }
            });
        }
        let ended_by: Option<User> = self.state().ended_by.as_ref().and_then(Document::view);
        if of_user(ended_by.as_ref()) {
            self.edit(Slice::EndedBy, |state| {
                state.ended_by = state.ended_by.as_ref().map(|known| known.merged(document));
            });
        }
    }
}
