//! Whether the user lets this page use cameras and microphones.

use crate::web::task::{detach, to_promise};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::EventTarget;

use crate::{
    core::DeviceKind,
    web::{
        foreign::{call_method, settled},
        listener::Listener,
        object::{field, object},
        watchers::{Watch, Watchers},
    },
};

/// Whether the user lets this page use a kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermissionState {
    /// They do.
    Granted,
    /// They do not.
    Denied,
    /// They are going to be asked; or nobody can tell.
    Prompt,
    /// They are being asked.
    Prompting,
}

impl PermissionState {
    /// The value apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Prompt => "prompt",
            Self::Prompting => "prompting",
        }
    }
}

/// The permission for one kind of device.
pub struct Permission {
    name: &'static str,
    /// What the browser answers to the question; later ones share it.
    answer: RefCell<Option<Promise>>,
    /// What the browser says; none where it cannot be asked.
    status: RefCell<Option<(JsValue, Listener)>>,
    /// How many questions to the user may be open.
    asking: Cell<u32>,
    told: Cell<PermissionState>,
    watchers: Rc<Watchers>,
}

thread_local! {
    // They are the page's, so there is one of each.
    static CAMERA: Rc<Permission> = Permission::new("camera");
    static MICROPHONE: Rc<Permission> = Permission::new("microphone");
}

impl Permission {
    /// That for cameras or microphones. There is none for screens: the user is asked each time.
    pub fn of(kind: DeviceKind) -> Option<Rc<Self>> {
        match kind {
            DeviceKind::Camera => Some(CAMERA.with(Rc::clone)),
            DeviceKind::Microphone => Some(MICROPHONE.with(Rc::clone)),
            DeviceKind::ScreenShare => None,
        }
    }

    /// One that is not the page's.
    pub fn new(name: &'static str) -> Rc<Self> {
        Rc::new(Self {
            name,
            answer: RefCell::default(),
            status: RefCell::default(),
            asking: Cell::new(0),
            told: Cell::new(PermissionState::Prompt),
            watchers: Rc::default(),
        })
    }

    /// What is known so far; the browser is asked if it was not yet.
    pub fn state(self: &Rc<Self>) -> PermissionState {
        let _ = self.follow();
        self.told.get()
    }

    /// As the browser has it.
    pub async fn query(self: &Rc<Self>) -> PermissionState {
        let _ = JsFuture::from(self.follow()).await;
        self.browsers()
    }

    /// Runs what may ask the user.
    pub async fn ask<T>(&self, run: impl Future<Output = T>) -> T {
        self.asking.set(self.asking.get() + 1);
        self.tell();
        let result = run.await;
        self.asking.set(self.asking.get() - 1);
        self.tell();
        result
    }

    /// Calls `tell` after each change, until the watch is dropped.
    pub fn watch(self: &Rc<Self>, tell: impl Fn() + 'static) -> Watch {
        let _ = self.follow();
        self.watchers.watch(tell)
    }

    /// Asks the browser, once, and hears of changes from then on.
    fn follow(self: &Rc<Self>) -> Promise {
        if let Some(answer) = self.answer.borrow().as_ref() {
            return answer.clone();
        }
        let this = Rc::downgrade(self);
        let name = self.name;
        let answer = to_promise(async move {
            // Not every browser can be asked about devices.
            let status = query(name).await?;
            if let Some(permission) = this.upgrade() {
                permission.take(status);
            }
            Ok(JsValue::UNDEFINED)
        });
        // Where it cannot be asked nobody needs to hear of it.
        let heard = answer.clone();
        detach(async move { drop(JsFuture::from(heard).await) });
        *self.answer.borrow_mut() = Some(answer.clone());
        answer
    }

    fn take(self: &Rc<Self>, status: JsValue) {
        if let Some(target) = status.dyn_ref::<EventTarget>() {
            let this: Weak<Self> = Rc::downgrade(self);
            let listener = Listener::new(target, "change", move |_| {
                if let Some(permission) = this.upgrade() {
                    permission.tell();
                }
            });
            *self.status.borrow_mut() = Some((status, listener));
            self.tell();
        }
    }

    fn browsers(&self) -> PermissionState {
        let status = self.status.borrow().as_ref().map(|(status, _)| status.clone());
        match status.and_then(|status| field(&status, "state").as_string()).as_deref() {
            Some("granted") => PermissionState::Granted,
            Some("denied") => PermissionState::Denied,
            _ => PermissionState::Prompt,
        }
    }

    fn tell(&self) {
        let now = match self.browsers() {
            PermissionState::Prompt if self.asking.get() > 0 => PermissionState::Prompting,
            other => other,
        };
        if self.told.replace(now) != now {
            self.watchers.tell();
        }
    }
}

async fn query(name: &str) -> Result<JsValue, JsValue> {
    let navigator = field(&js_sys::global(), "navigator");
    let permissions = Reflect::get(&navigator, &JsValue::from_str("permissions"))?;
    let wanted = object(&[("name", name.into())]);
    settled(&call_method(&permissions, "query", &wanted)?).await
}
