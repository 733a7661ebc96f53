//! The attacks. A row is a function in a file of its subject, and a line here.

mod accepted;
mod datagrams;
mod guests;
mod queries;
mod requests;
mod sockets;

use std::pin::Pin;

use crate::{Failure, Found, rig::Rig};

/// One attack.
pub struct Row {
    pub name: &'static str,
    pub attack: fn(&Rig) -> Attack<'_>,
}

pub type Attack<'a> = Pin<Box<dyn Future<Output = Result<Found, Failure>> + 'a>>;

pub const ROWS: &[Row] = &[
    Row { name: "huge SetPublisher", attack: |rig| Box::pin(requests::huge(rig)) },
    Row { name: "worst SetPublisher", attack: |rig| Box::pin(requests::worst(rig)) },
    Row { name: "taken SetPublisher", attack: |rig| Box::pin(accepted::set_publisher(rig)) },
    Row { name: "taken UpdateSubscriptions", attack: |rig| Box::pin(accepted::subscriptions(rig)) },
    Row { name: "taken IceTrickle", attack: |rig| Box::pin(accepted::candidates(rig)) },
    Row { name: "taken UpdateMuteStates", attack: |rig| Box::pin(accepted::mutes(rig)) },
    Row { name: "unreadable SendAnswer", attack: |rig| Box::pin(requests::unreadable(rig)) },
    Row { name: "SendStats", attack: |rig| Box::pin(requests::reports(rig)) },
    Row { name: "bodies that stop", attack: |rig| Box::pin(requests::bodies(rig)) },
    Row { name: "empty frames", attack: |rig| Box::pin(sockets::frames(rig)) },
    Row { name: "announced frames", attack: |rig| Box::pin(sockets::announced(rig)) },
    Row { name: "idle SFU sockets", attack: |rig| Box::pin(sockets::idle(rig, "/sfu/ws")) },
    Row {
        name: "idle coordinator sockets",
        attack: |rig| Box::pin(sockets::idle(rig, "/video/connect?api_key=bench")),
    },
    Row { name: "members", attack: |rig| Box::pin(sockets::members(rig)) },
    Row { name: "guests", attack: |rig| Box::pin(guests::guests(rig)) },
    Row { name: "garbage datagrams", attack: |rig| Box::pin(datagrams::garbage(rig)) },
    Row { name: "QueryCalls", attack: |rig| Box::pin(queries::calls(rig)) },
];
