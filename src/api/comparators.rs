//! In which order participants are shown, as the app says it with comparators of `comparators.js` and
//! its own.

use crate::web::Error;
use serde::Deserialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::options::invalid;
use crate::core::{Criterion, ParticipantOrder, SortStep, TrackType, Visibility};

/// A comparator: how the core compares, and what it has to ask the app.
pub(crate) struct Comparator {
    pub(crate) order: ParticipantOrder,
    /// The app's own comparators and conditions, by the numbers in the steps.
    pub(crate) functions: JsValue,
}

/// Reads a comparator that an app gave.
///
/// # Errors
///
/// `invalid-argument` for something that is no comparator; `what` begins the message.
pub(crate) fn read(comparator: &JsValue, what: &str) -> Result<Comparator, Error> {
    if !comparator.is_function() {
        return Err(invalid(&format!("{what}: no comparator")));
    }
    let description = describe(comparator);
    let steps: Vec<Step> = serde_wasm_bindgen::from_value(description.steps())
        .map_err(|error| invalid(&format!("{what}: {error}")))?;
    let steps = steps.into_iter().map(SortStep::from).collect();
    let order = ParticipantOrder::new(steps)
        .ok_or_else(|| invalid(&format!("{what}: more than 64 comparators and conditions")))?;
    Ok(Comparator { order, functions: description.functions() })
}

/// A step of a comparator, as `comparators.js` describes it.
#[derive(Deserialize)]
struct Step {
    by: By,
    /// Whether the two change places before they are compared.
    swapped: bool,
    /// The app's function.
    #[serde(default)]
    function: u32,
    /// How many of the steps that follow a condition is about.
    #[serde(default)]
    covers: usize,
    #[serde(default)]
    track: Track,
    /// A type of reaction, or roles.
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    sources: Vec<f64>,
    #[serde(default)]
    tiles: Vec<Tile>,
}

/// What a step compares.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    Custom,
    If,
    IfTile,
    DominantSpeaker,
    Speaking,
    Publishing,
    Pinned,
    Name,
    Reaction,
    Role,
    Source,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Track {
    Audio,
    #[default]
    Video,
    ScreenShare,
}

/// As the enum `VisibilityState` of the package.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Tile {
    Unknown,
    Visible,
    Invisible,
}

impl From<Step> for SortStep {
    fn from(step: Step) -> Self {
        let Step { by, swapped, function, covers, track, names, sources, tiles } = step;
        let criterion = match by {
            By::Custom => Criterion::Custom(function),
            By::If => Criterion::If { condition: function, skip: covers },
            By::IfTile => Criterion::IfTile { states: tile_states(&tiles), skip: covers },
            By::DominantSpeaker => Criterion::Dominant,
            By::Speaking => Criterion::Speaking,
            By::Publishing => Criterion::Publishing(match track {
                Track::Audio => TrackType::Audio,
                Track::Video => TrackType::Video,
                Track::ScreenShare => TrackType::ScreenShare,
            }),
            By::Pinned => Criterion::Pinned,
            By::Name => Criterion::Name,
            By::Reaction => Criterion::Reaction(names.into_iter().next().unwrap_or_default()),
            By::Role => Criterion::Role(names),
            By::Source => Criterion::Source(source_set(&sources)),
        };
        Self { criterion, swapped }
    }
}

fn tile_states(tiles: &[Tile]) -> u32 {
    let number = |tile: &Tile| match tile {
        Tile::Unknown => Visibility::Unknown as u32,
        Tile::Visible => Visibility::Visible as u32,
        Tile::Invisible => Visibility::Invisible as u32,
    };
    tiles.iter().fold(0, |set, tile| set | 1 << number(tile))
}

/// What is no source of the protocol is nobody's.
fn source_set(sources: &[f64]) -> u32 {
    let is_named = |number: &u32| sources.contains(&f64::from(*number));
    (0..u32::BITS).filter(is_named).fold(0, |set, number| set | 1 << number)
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    type Description;
    #[wasm_bindgen(method, getter)]
    fn steps(this: &Description) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn functions(this: &Description) -> JsValue;

    fn describe(comparator: &JsValue) -> Description;
    /// Asks one of the app's functions; `None` when it throws. Runs code of the app.
    pub(crate) fn ask(functions: &JsValue, which: u32, a: &JsValue, b: &JsValue) -> Option<f64>;
    /// The comparator for calls of that type.
    #[wasm_bindgen(js_name = comparatorFor)]
    pub(crate) fn comparator_for(call_type: &str) -> JsValue;
}
