//! Who speaks how loud, from the levels that audio packets carry (RFC 6464).

use std::collections::HashMap;

use crate::sfu::ids::SessionKey;

/// Levels of one call, measured in windows.
#[derive(Default)]
pub struct AudioLevels {
    windows: HashMap<SessionKey, Window>,
    spoken: HashMap<SessionKey, Spoken>,
    dominant: Option<SessionKey>,
}

/// What one window changed.
#[derive(Debug, Default, PartialEq)]
pub struct LevelChanges {
    /// Sessions whose level or speaking state differs from what was last told.
    pub levels: Vec<Level>,
    /// Set when another session became the dominant speaker.
    pub dominant: Option<SessionKey>,
}

/// Loudness of one session.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::struct_field_names)] // a level has a level
pub struct Level {
    pub session: SessionKey,
    /// 0 (silent) to 1, linear in decibels: equal steps sound equal.
    pub level: f32,
    pub speaking: bool,
}

#[derive(Default)]
struct Window {
    packets: u32,
    loud: u32,
    peak: Option<i8>,
}

/// What participants were last told, and for how many windows a session has spoken. There is none of
/// a session that was last told to be silent: in a large call that is nearly everybody.
#[derive(Default, PartialEq)]
struct Spoken {
    level: f32,
    speaking: bool,
    windows: u32,
}

impl AudioLevels {
    /// Notes the level of one packet in dBov, from −127 (silence) to 0.
    pub fn observe(&mut self, session: SessionKey, dbov: i8) {
        let window = self.windows.entry(session).or_default();
        window.packets += 1;
        window.loud += u32::from(dbov >= LOUD_DBOV);
        window.peak = Some(window.peak.map_or(dbov, |peak| peak.max(dbov)));
    }

    /// Ends the window. A session without packets counts as silent.
    pub fn close_window(&mut self) -> LevelChanges {
        for session in self.windows.keys() {
            self.spoken.entry(*session).or_default();
        }

        let mut changes = LevelChanges::default();
        for (session, spoken) in &mut self.spoken {
            let window = self.windows.remove(session).unwrap_or_default();
            let (level, speaking) = (window.level(), window.is_speech());
            spoken.windows = if speaking { spoken.windows + 1 } else { 0 };

            let silenced = level == 0.0 && spoken.level != 0.0;
            let moved = (level - spoken.level).abs() >= LEVEL_STEP;
            if moved || silenced || speaking != spoken.speaking {
                spoken.level = level;
                spoken.speaking = speaking;
                changes.levels.push(Level { session: *session, level, speaking });
            }
        }
        self.spoken.retain(|_, spoken| *spoken != Spoken::default());
        changes.levels.sort_by_key(|level| level.session);
        changes.dominant = self.elect();
        changes
    }

    /// Who the dominant speaker is. It stays when everybody falls silent.
    pub fn dominant(&self) -> Option<SessionKey> {
        self.dominant
    }

    /// Forgets a session that left.
    pub fn remove(&mut self, session: SessionKey) {
        self.windows.remove(&session);
        self.spoken.remove(&session);
        if self.dominant == Some(session) {
            self.dominant = None;
        }
    }

    /// The loudest steady speaker takes over once the dominant one pauses or is clearly quieter.
    fn elect(&mut self) -> Option<SessionKey> {
        let (&candidate, spoken) =
            self.spoken.iter().filter(|(_, spoken)| spoken.windows >= STEADY_WINDOWS).max_by(
                |(a_key, a), (b_key, b)| a.level.total_cmp(&b.level).then(b_key.cmp(a_key)),
            )?;
        let holder = self
            .dominant
            .and_then(|holder| self.spoken.get(&holder))
            .filter(|holder| holder.speaking);
        if holder.is_some_and(|holder| spoken.level < holder.level + TAKEOVER_MARGIN)
            || self.dominant == Some(candidate)
        {
            return None;
        }
        self.dominant = Some(candidate);
        self.dominant
    }
}

impl Window {
    fn level(&self) -> f32 {
        let Some(peak) = self.peak else { return 0.0 };
        let level = (f32::from(peak) - QUIET_DBOV) / -QUIET_DBOV;
        (level.clamp(0.0, 1.0) * 100.0).round() / 100.0
    }

    /// A single loud packet is a click: speech fills a good part of the window.
    fn is_speech(&self) -> bool {
        self.loud >= 3 && self.loud * 10 >= self.packets * 3
    }
}

/// From here on a packet counts as speech.
const LOUD_DBOV: i8 = -45;
/// Shown as silence.
const QUIET_DBOV: f32 = -60.0;
/// Smaller movements are not worth telling.
const LEVEL_STEP: f32 = 0.05;
/// Windows of speech before a session can become dominant.
const STEADY_WINDOWS: u32 = 2;
/// By how much an interrupter must be louder than the dominant speaker.
const TAKEOVER_MARGIN: f32 = 0.15;

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: SessionKey = SessionKey(1);
    const BEN: SessionKey = SessionKey(2);

    fn speak(levels: &mut AudioLevels, session: SessionKey, dbov: i8) {
        for _ in 0..20 {
            levels.observe(session, dbov);
        }
    }

    #[test]
    fn speech_is_reported_once_and_again_when_it_ends() {
        let mut levels = AudioLevels::default();
        speak(&mut levels, ANN, -30);
        let speaking = Level { session: ANN, level: 0.5, speaking: true };
        assert_eq!(levels.close_window().levels, [speaking]);

        speak(&mut levels, ANN, -30);
        assert_eq!(levels.close_window().levels, [], "nothing changed");

        let silent = Level { session: ANN, level: 0.0, speaking: false };
        assert_eq!(levels.close_window().levels, [silent], "no packets came");
        assert_eq!(levels.close_window().levels, []);
        assert!(levels.spoken.is_empty(), "who is silent takes no time");
    }

    #[test]
    fn one_loud_packet_is_not_speech() {
        let mut levels = AudioLevels::default();
        levels.observe(ANN, -10);
        for _ in 0..19 {
            levels.observe(ANN, -127);
        }
        let told = levels.close_window().levels;
        assert_eq!(told.len(), 1);
        assert!(!told[0].speaking);
    }

    #[test]
    fn the_dominant_speaker_changes_when_the_other_pauses_or_is_drowned_out() {
        let mut levels = AudioLevels::default();
        speak(&mut levels, ANN, -30);
        assert_eq!(levels.close_window().dominant, None, "one window is not steady");
        speak(&mut levels, ANN, -30);
        assert_eq!(levels.close_window().dominant, Some(ANN));

        for _ in 0..3 {
            speak(&mut levels, ANN, -30);
            speak(&mut levels, BEN, -27);
            assert_eq!(levels.close_window().dominant, None, "about as loud as Ann");
        }
        speak(&mut levels, BEN, -27);
        assert_eq!(levels.close_window().dominant, Some(BEN), "Ann paused");

        levels.close_window();
        assert_eq!(levels.dominant(), Some(BEN), "stays when all are silent");

        for _ in 0..2 {
            speak(&mut levels, ANN, -5);
            speak(&mut levels, BEN, -40);
            levels.close_window();
        }
        assert_eq!(levels.dominant(), Some(ANN), "Ann is much louder");
        levels.remove(ANN);
        assert_eq!(levels.dominant(), None);
    }
}
