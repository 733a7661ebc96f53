//! Users, as the server tells of them.

use super::Client;
use crate::core::{
    host::{Document, Host},
    view::Event,
};

impl<H: Host> Client<H> {
    /// Somebody is called otherwise by now, or looks otherwise.
    pub(super) fn on_user_updated(&mut self, event: &Event<H::Document>) {
        let Some(user) = event.fields.user.as_ref().filter(|user| !user.view.id.is_empty()) else {
            return;
        };
        if self.user_id() == Some(&user.view.id)
            && let Some(me) = &mut self.state.connected_user
        {
            *me = me.merged(&user.document);
            self.out.changes.connected_user = true;
        }
        self.each_call(|call, _| call.on_user_updated(user));
    }
}
