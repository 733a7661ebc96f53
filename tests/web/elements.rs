//! What observes elements: real elements, with observers that are played where time or scrolling
//! would decide.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Patch, call, eval, get, microtask, object};

#[wasm_bindgen_test]
async fn an_element_shows_what_it_is_told_until_it_is_ended() {
    let (elements, log) = (Elements::fresh(), Log::new());
    let element = element("audio", "Promise.resolve()");
    let end = elements.bind(1, &element, &log.0);
    assert_eq!(get(&element, "autoplay"), true);

    let stream = eval("return new MediaStream()", &JsValue::NULL);
    elements.show(1, &stream);
    elements.play(1);
    microtask().await;
    assert_eq!(get(&element, "srcObject"), stream);
    assert_eq!(log.take(), "played()");

    fire(&element, "playing");
    fire(&element, "pause");
    fire(&element, "suspend");
    assert_eq!(log.take(), "playing() stopped(false) stopped(false)");
    // An active stream has a track that lives.
    let live = eval(
        "return document.createElement('canvas').getContext('2d').canvas.captureStream()",
        &JsValue::NULL,
    );
    elements.show(1, &live);
    fire(&element, "pause");
    assert_eq!(log.take(), "stopped(true)");

    let ended = Log::new();
    elements.on_end(1, &get(&ended.0, "ran"));
    elements.play(1);
    run(&end);
    run(&end);
    fire(&element, "playing");
    elements.show(1, &stream);
    microtask().await;
    assert_eq!(get(&element, "srcObject"), JsValue::NULL);
    assert_eq!(log.take(), "unbound()", "once, and nothing after it");
    assert_eq!(ended.take(), "ran()");
}

#[wasm_bindgen_test]
async fn it_is_told_whether_the_browser_forbids_to_play() {
    let cases = [("NotAllowedError", "notPlayed(true)"), ("AbortError", "notPlayed(false)")];
    for (name, expected) in cases {
        let (elements, log) = (Elements::fresh(), Log::new());
        let play = format!("Promise.reject(new DOMException('', '{name}'))");
        let element = element("audio", &play);
        let _end = elements.bind(1, &element, &log.0);
        elements.play(1);
        microtask().await;
        microtask().await;
        assert_eq!(log.take(), expected);
    }
    let (elements, log) = (Elements::fresh(), Log::new());
    let element = element("audio", "(() => { throw null })()");
    let _end = elements.bind(1, &element, &log.0);
    elements.play(1);
    microtask().await;
    assert_eq!(log.take(), "notPlayed(false)");
}

#[wasm_bindgen_test]
fn a_video_reports_its_size_and_whether_the_page_shows_it() {
    let _resize = fake_observer("ResizeObserver");
    let _intersection = fake_observer("IntersectionObserver");
    let (elements, log) = (Elements::fresh(), Log::new());
    let video = element("video", "Promise.resolve()");
    let end = elements.bind(1, &video, &log.0);
    elements.observe(1);
    assert_eq!(options("IntersectionObserver"), r#"{"rootMargin":"100%"}"#);
    tell("ResizeObserver", &JsValue::UNDEFINED);
    assert_eq!(log.take(), "resized(VIDEO)");
    // The picture in it may change without it: that is told when the page is laid out.
    let before = observer("ResizeObserver");
    fire(&video, "resize");
    assert_eq!(log.take(), "");
    assert_ne!(observer("ResizeObserver"), before);
    assert_eq!(targets("ResizeObserver") + targets("IntersectionObserver"), 2);
    tell("ResizeObserver", &JsValue::UNDEFINED);
    assert_eq!(log.take(), "resized(VIDEO)");
    {
        let _hidden = Patch::new("document", "hidden", "return true");
        fire(&video, "loadedmetadata");
        assert_eq!(log.take(), "resized(VIDEO)", "a hidden page is not laid out");
    }

    let scroll = |is_intersecting: bool, width: u32| {
        let script = format!(
            "return [{{ isIntersecting: {is_intersecting},
                boundingClientRect: {{ width: {width}, height: 300 }} }}]"
        );
        tell("IntersectionObserver", &eval(&script, &JsValue::NULL));
        log.take()
    };
    assert_eq!(scroll(true, 400), "scrolled(true)");
    assert_eq!(scroll(false, 400), "scrolled(false)");
    assert_eq!(scroll(false, 0), "scrolled(true)", "it is hidden, not far away");
    for place in ["pictureInPictureElement", "fullscreenElement"] {
        let video = keep(&video);
        let _patch = Patch::new("document", place, &format!("return {video}"));
        assert_eq!(scroll(false, 400), "scrolled(true)", "{place}");
    }
    run(&end);
    assert_eq!(targets("ResizeObserver") + targets("IntersectionObserver"), 0);
}

#[wasm_bindgen_test]
fn the_window_looks_at_an_element_in_which_it_is_by_now() {
    let _resize = fake_observer("ResizeObserver");
    let _intersection = fake_observer("IntersectionObserver");
    let (elements, log) = (Elements::fresh(), Log::new());
    let video = element("video", "Promise.resolve()");
    let end = elements.bind(1, &video, &log.0);
    elements.observe(1);
    assert_eq!(targets("ResizeObserver") + targets("IntersectionObserver"), 2);

    let other = eval(
        "const frame = document.createElement('iframe');
         document.body.append(frame);
         for (const name of ['ResizeObserver', 'IntersectionObserver']) {
           frame.contentWindow[name] = class {
             constructor(tell) { this.tell = tell; }
             observe(target) { (frame.targets ??= []).push(target); }
             disconnect() { frame.targets.pop(); }
           };
         }
         frame.contentDocument.body.append(it);
         return frame",
        &video,
    );
    fire(&video, "emptied");
    assert_eq!(log.take(), "", "the observers of the other window tell");
    assert_eq!(targets("ResizeObserver") + targets("IntersectionObserver"), 0);
    assert_eq!(get(&get(&other, "targets"), "length"), 2);

    // It comes back before anything happens to it in the other window, which is closed.
    eval("document.body.append(it)", &video);
    fire(&video, "emptied");
    assert_eq!(get(&get(&other, "targets"), "length"), 0);
    assert_eq!(targets("ResizeObserver") + targets("IntersectionObserver"), 2);
    run(&end);
    fire(&video, "emptied");
    assert_eq!(targets("ResizeObserver") + targets("IntersectionObserver"), 0);
    eval("it.remove()", &other);
    eval("it.remove()", &video);
}

#[wasm_bindgen_test]
fn without_observers_an_element_is_bound_all_the_same() {
    let _resize = Patch::new("globalThis", "ResizeObserver", "return undefined");
    let _intersection = Patch::new("globalThis", "IntersectionObserver", "return undefined");
    let (elements, log) = (Elements::fresh(), Log::new());
    let video = element("video", "Promise.resolve()");
    let _end = elements.bind(1, &video, &log.0);
    elements.observe(1);
    assert_eq!(log.take(), "");
    fire(&video, "resize");
    assert_eq!(log.take(), "resized(VIDEO)");
}

#[wasm_bindgen_test]
fn elements_for_sound_are_made_inside_another_one_and_go_with_it() {
    let (elements, log) = (Elements::fresh(), Log::new());
    let container = eval("return document.createElement('div')", &JsValue::NULL);
    let end = elements.contain(1, &container, &log.0);
    let made = elements.make(2, 1, &log.0);
    let other = elements.make(3, 1, &log.0);
    assert_eq!(get(&made, "tagName"), "AUDIO");
    assert_eq!(get(&made, "hidden"), true);
    assert_eq!(get(&other, "parentNode"), container);

    elements.end(2);
    elements.end(2);
    assert_eq!(get(&container, "childElementCount"), 1);
    run(&end);
    run(&end);
    assert_eq!(get(&container, "childElementCount"), 0);
    assert_eq!(log.take(), "detached()");
    assert!(elements.make(4, 1, &log.0).is_undefined(), "there is no place any more");
}

#[wasm_bindgen_test]
fn tiles_tracked_before_and_after_there_is_a_viewport_tell_whether_they_are_seen() {
    let _observer = fake_observer("IntersectionObserver");
    let viewport = Viewport::fresh();
    let tile = || eval("return document.createElement('div')", &JsValue::NULL);
    let (early, late, root) = (tile(), tile(), tile());
    let (early_log, late_log, second_log) = (Log::new(), Log::new(), Log::new());
    let untrack = viewport.track(&early, &early_log.0);
    let end = viewport.set(&root);
    let _late = viewport.track(&late, &late_log.0);
    let seen_in = get(&get(&observer("IntersectionObserver"), "options"), "root");
    assert_eq!(seen_in, root);
    let threshold = get(&get(&observer("IntersectionObserver"), "options"), "threshold");
    assert_eq!(threshold, 0.35);
    assert_eq!(targets("IntersectionObserver"), 2);

    let see = |tile: &JsValue, is_intersecting: bool| {
        let entry = object(&[("target", tile), ("isIntersecting", &is_intersecting.into())]);
        tell("IntersectionObserver", &eval("return [it]", &entry));
    };
    see(&early, false);
    assert_eq!(early_log.take(), "seen(false)");
    let second = viewport.track(&early, &second_log.0);
    assert_eq!(second_log.take(), "seen(false)", "the observer tells changes only");
    {
        let early = keep(&early);
        let _patch = Patch::new("document", "fullscreenElement", &format!("return {early}"));
        see(&get(&eval("return globalThis", &JsValue::NULL), "kept"), false);
    }
    assert_eq!(early_log.take(), "seen(true)");
    assert_eq!(second_log.take(), "seen(true)");

    run(&untrack);
    run(&untrack);
    assert_eq!(early_log.take(), "untracked()");
    assert_eq!(targets("IntersectionObserver"), 2, "somebody tracks it still");
    run(&second);
    assert_eq!(targets("IntersectionObserver"), 1);
    see(&early, true);
    assert_eq!(early_log.take() + &late_log.take(), "");

    run(&end);
    assert_eq!(targets("IntersectionObserver"), 0);
    let _later = viewport.track(&early, &early_log.0);
    assert_eq!(targets("IntersectionObserver"), 0, "there is no viewport any more");
}

#[wasm_bindgen_test]
fn another_viewport_takes_the_tiles_over() {
    let _observer = fake_observer("IntersectionObserver");
    let viewport = Viewport::fresh();
    let div = || eval("return document.createElement('div')", &JsValue::NULL);
    let end_first = viewport.set(&div());
    let log = Log::new();
    let _end = viewport.track(&div(), &log.0);
    let first = observer("IntersectionObserver");
    let _second = viewport.set(&div());
    assert_eq!(get(&get(&first, "targets"), "size"), 0);
    run(&end_first);
    assert_eq!(targets("IntersectionObserver"), 1);
}

/// Stands in for what Rust gives to elements: notes what is reported.
struct Log(JsValue);

impl Log {
    fn new() -> Self {
        let script = "
            const log = [];
            const show = (value) => value?.tagName ?? String(value);
            const take = () => log.splice(0).join(' ');
            const noting = { get: (_, name) => name === 'take'
                ? take : (...args) => log.push(`${name}(${args.map(show)})`) };
            return new Proxy({}, noting);";
        Self(eval(script, &JsValue::NULL))
    }

    fn take(&self) -> String {
        call(&self.0, "take", &[]).as_string().unwrap()
    }
}

/// An element whose `play()` gives that.
fn element(tag: &str, play: &str) -> JsValue {
    let script = format!(
        "const element = document.createElement('{tag}');
         element.play = () => {play};
         return element;"
    );
    eval(&script, &JsValue::NULL)
}

/// Makes a value one that scripts can name.
fn keep(value: &JsValue) -> &'static str {
    eval("globalThis.kept = it", value);
    "globalThis.kept"
}

fn fire(element: &JsValue, name: &str) {
    call(element, "dispatchEvent", &[eval("return new Event(it)", &name.into())]);
}

fn run(function: &JsValue) {
    eval("it()", function);
}

/// Observers do nothing by themselves; the newest of each kind is in `globalThis.observers`.
fn fake_observer(name: &'static str) -> Patch {
    let script = format!(
        "globalThis.observers ??= {{}};
         return class {{
           targets = new Set();
           constructor(tell, options) {{
             Object.assign(this, {{ tell, options }});
             globalThis.observers.{name} = this;
           }}
           observe(target) {{ this.targets.add(target); }}
           unobserve(target) {{ this.targets.delete(target); }}
           disconnect() {{ this.targets.clear(); }}
         }};"
    );
    Patch::new("globalThis", name, &script)
}

fn observer(name: &str) -> JsValue {
    eval("return globalThis.observers[it]", &name.into())
}

fn tell(name: &str, entries: &JsValue) {
    call(&observer(name), "tell", std::slice::from_ref(entries));
}

fn targets(name: &str) -> u32 {
    let size = get(&get(&observer(name), "targets"), "size");
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a handful
    let size = size.as_f64().unwrap() as u32;
    size
}

fn options(name: &str) -> String {
    eval("return JSON.stringify(it)", &get(&observer(name), "options")).as_string().unwrap()
}

// Unlike the SDK's own declarations in the names, as the linker finds the same ones twice.
#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    type Elements;

    #[wasm_bindgen(constructor)]
    fn fresh() -> Elements;
    #[wasm_bindgen(method)]
    fn bind(this: &Elements, bound: i64, element: &JsValue, reporter: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn observe(this: &Elements, bound: i64);
    #[wasm_bindgen(method, js_name = onEnd)]
    fn on_end(this: &Elements, bound: i64, then: &JsValue);
    #[wasm_bindgen(method)]
    fn show(this: &Elements, bound: i64, stream: &JsValue);
    #[wasm_bindgen(method)]
    fn play(this: &Elements, bound: i64);
    #[wasm_bindgen(method)]
    fn contain(this: &Elements, bound: i64, container: &JsValue, reporter: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn make(this: &Elements, bound: i64, container: i64, reporter: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn end(this: &Elements, bound: i64);
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    type Viewport;

    #[wasm_bindgen(constructor)]
    fn fresh() -> Viewport;
    #[wasm_bindgen(method)]
    fn set(this: &Viewport, element: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn track(this: &Viewport, tile: &JsValue, reporter: &JsValue) -> JsValue;
}
