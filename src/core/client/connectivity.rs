//! Tests whether a call would work.

use super::Client;
use crate::core::{
    call::call_path,
    connectivity::{ConnectivityStep, ConnectivityTest},
    effect::Outcome,
    error::{Category, Code, Error},
    host::Host,
    ids::{GatherId, PromiseId, SocketId},
    input::GatherNews,
    view::AnswerOf,
};

impl<H: Host> Client<H> {
    pub(super) fn test_connectivity(&mut self, promise: PromiseId, call: Option<(String, String)>) {
        let call = call.map(|(call_type, id)| {
            let path = call_path(&call_type, &id)?;
            Ok((path, [&call_type, ":", id.as_str()].concat()))
        });
        let call = match call.transpose() {
            Ok(call) => call,
            Err(error) => return self.out.reject(promise, error),
        };
        let Self { out, rest, config, .. } = self;
        let test = ConnectivityTest::begin(out, rest, config, promise, call);
        self.connectivity_tests.push(test);
    }

    /// The app does not want to know any more.
    pub(super) fn end_connectivity_test(&mut self, promise: PromiseId) {
        let place = self.connectivity_tests.iter().position(|test| test.promise() == promise);
        if let Some(place) = place {
            let test = self.connectivity_tests.swap_remove(place);
            test.abort(&mut self.out, &mut self.rest);
            let message = "the test of the connectivity was aborted";
            let error = Error::new(Code::Aborted, Category::Abort, message)
                .hint("Nothing to do if the app aborted it on purpose.");
            self.out.reject(promise, error);
        }
    }

    pub(super) fn is_of_test(&self, socket: SocketId) -> bool {
        self.connectivity_tests.iter().any(|test| test.owns_socket(socket))
    }

    pub(super) fn on_test_socket_opened(&mut self, socket: SocketId) {
        let Self { connectivity_tests, out, .. } = self;
        if let Some(test) = connectivity_tests.iter_mut().find(|test| test.owns_socket(socket)) {
            test.on_socket_opened(out, socket);
        }
        self.finish_tests();
    }

    pub(super) fn on_test_socket_closed(&mut self, socket: SocketId, code: u16) {
        let Self { connectivity_tests, out, .. } = self;
        if let Some(test) = connectivity_tests.iter_mut().find(|test| test.owns_socket(socket)) {
            test.on_socket_closed(out, socket, code);
        }
        self.finish_tests();
    }

    pub(super) fn on_gathered(&mut self, gathering: GatherId, news: GatherNews<H>) {
        let Self { connectivity_tests, out, .. } = self;
        let is_its = |test: &&mut ConnectivityTest<H>| test.owns_gathering(gathering);
        if let Some(test) = connectivity_tests.iter_mut().find(is_its) {
            test.on_gathered(out, gathering, news);
        }
        self.finish_tests();
    }

    pub(super) fn on_test_answer(
        &mut self,
        promise: PromiseId,
        step: ConnectivityStep,
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        let Self { connectivity_tests, out, rest, config, connection, .. } = self;
        let user_id = connection.as_ref().map_or("", |connection| &connection.user.id);
        let is_it = |test: &&mut ConnectivityTest<H>| test.promise() == promise;
        if let Some(test) = connectivity_tests.iter_mut().find(is_it) {
            test.on_answer(out, rest, config, user_id, step, result);
        }
        self.finish_tests();
    }

    pub(super) fn on_test_timeout(&mut self) {
        for test in &mut self.connectivity_tests {
            test.on_timeout(&mut self.out);
        }
        self.finish_tests();
    }

    /// Tells of those that are over.
    fn finish_tests(&mut self) {
        let tests = std::mem::take(&mut self.connectivity_tests);
        let (over, running): (Vec<_>, Vec<_>) =
            tests.into_iter().partition(ConnectivityTest::is_over);
        self.connectivity_tests = running;
        for test in over {
            let promise = test.promise();
            let report = Box::new(test.into_report());
            self.out.resolve(promise, Outcome::Connectivity(report));
        }
    }
}
