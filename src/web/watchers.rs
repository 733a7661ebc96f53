//! Lists of the page's own: they hold nothing, so that what is in them can go.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use super::failure::has_panicked;

/// Who is told of something that happens to the page.
#[derive(Default)]
pub(crate) struct Watchers(RefCell<Vec<Weak<dyn Fn()>>>);

impl Watchers {
    /// Calls `tell` each time, until the watch is dropped.
    pub(crate) fn watch(self: &Rc<Self>, tell: impl Fn() + 'static) -> Watch {
        let tell: Rc<dyn Fn()> = Rc::new(tell);
        self.0.borrow_mut().push(Rc::downgrade(&tell));
        Watch { tell: Some(tell), list: Rc::downgrade(self) }
    }

    /// Tells all of them.
    pub(crate) fn tell(&self) {
        let watchers: Vec<_> = self.0.borrow().iter().filter_map(Weak::upgrade).collect();
        for tell in watchers {
            if !has_panicked() {
                tell();
            }
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().iter().all(|watcher| watcher.strong_count() == 0)
    }
}

/// A place in a list of `Watchers`, for as long as it lives.
pub struct Watch {
    tell: Option<Rc<dyn Fn()>>,
    list: Weak<Watchers>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.tell = None;
        if let Some(list) = self.list.upgrade() {
            list.0.borrow_mut().retain(|watcher| watcher.strong_count() > 0);
        }
    }
}
