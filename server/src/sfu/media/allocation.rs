//! Who gets what when a subscriber's bandwidth does not suffice for all.

/// A video that a subscriber wants.
#[derive(Clone, Debug)]
pub struct Demand {
    pub rank: Rank,
    /// Pixels on the subscriber's screen.
    pub area: u64,
    /// bits/s of the layers up to the one that the subscriber should have, rising.
    pub steps: Vec<u64>,
    /// The step that passes now; `None` when paused.
    pub current: Option<usize>,
}

/// What is more important comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It is there to be read.
    ScreenShare,
    /// A pinned participant or the dominant speaker.
    Important,
    Other,
}

/// The step for each demand, within `budget` bits/s; `None` for one that is paused.
///
/// Important videos get as much as fits, one after the other. The others get their lowest step
/// first, so that as many as possible are seen, then more in the order of their size. What a video
/// does not have yet must fit with room to spare: what just fits would be taken back at once.
pub fn allocate(demands: &[Demand], budget: u64) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..demands.len()).collect();
    order.sort_by_key(|index| {
        demands.get(*index).map(|demand| (demand.rank, std::cmp::Reverse(demand.area)))
    });
    let mut given = vec![None; demands.len()];
    let mut left = budget;
    let (important, others): (Vec<usize>, Vec<usize>) = order
        .into_iter()
        .partition(|index| demands.get(*index).is_some_and(|demand| demand.rank < Rank::Other));
    for (indexes, all_at_once) in [(&important, true), (&others, false), (&others, true)] {
        for index in indexes {
            let (Some(demand), Some(step)) = (demands.get(*index), given.get_mut(*index)) else {
                continue;
            };
            let most = if all_at_once { demand.steps.len() } else { 1 };
            let held = step.map_or(0, |step| demand.cost(step));
            let best = (0..most.min(demand.steps.len())).rev().find(|candidate| {
                step.is_none_or(|step| *candidate > step)
                    && demand.with_reserve(*candidate) <= left.saturating_add(held)
            });
            if let Some(best) = best {
                left = left.saturating_add(held).saturating_sub(demand.cost(best));
                *step = Some(best);
            }
        }
    }
    given
}

/// How much to look for, in bits/s, when these steps are given and `estimate` is known: enough to
/// give every video one step more, or else room for what may be wanted next.
///
/// A search is a burst of packets. One that is far beyond what the path takes fills its queues, and
/// costs the layers that did fit.
pub fn goal(demands: &[Demand], given: &[Option<usize>], audio: u64, estimate: Option<u64>) -> u64 {
    if demands.is_empty() {
        return 0;
    }
    let next = demands.iter().zip(given).map(|(demand, given)| {
        let next = given.map_or(0, |step| step + 1).min(demand.most());
        demand.steps.get(next).copied().unwrap_or_default()
    });
    let total = next.fold(audio, u64::saturating_add);
    if is_short(demands, given) {
        return 2 * total;
    }
    (2 * total).max(ROOM).min(estimate.map_or(u64::MAX, |estimate| 2 * estimate))
}

/// Whether a video gets less than it should.
pub fn is_short(demands: &[Demand], given: &[Option<usize>]) -> bool {
    demands.iter().zip(given).any(|(demand, given)| *given < Some(demand.most()))
}

/// bits/s that are looked for even when all have what they want now: tiles grow, others join.
const ROOM: u64 = 5_000_000;

impl Demand {
    fn most(&self) -> usize {
        self.steps.len().saturating_sub(1)
    }

    fn cost(&self, step: usize) -> u64 {
        self.steps.get(step).copied().unwrap_or(u64::MAX)
    }

    fn with_reserve(&self, step: usize) -> u64 {
        let cost = self.cost(step);
        match step {
            _ if self.current.is_some_and(|current| step <= current) => cost,
            // To see anything at all is worth a try.
            0 => cost / 10 * 11,
            _ => cost / 5 * 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(rank: Rank, area: u64, current: Option<usize>) -> Demand {
        Demand { rank, area, steps: vec![100, 300, 1000], current }
    }

    #[test]
    fn all_get_what_they_want_while_it_fits() {
        let demands = [demand(Rank::Other, 1, Some(2)), demand(Rank::Important, 1, Some(2))];
        assert_eq!(allocate(&demands, 2000), [Some(2), Some(2)]);
    }

    #[test]
    fn important_videos_come_first_and_screens_before_them() {
        let current = Some(2);
        let demands = [
            demand(Rank::Other, 9, current),
            demand(Rank::Important, 1, current),
            demand(Rank::ScreenShare, 1, current),
        ];
        assert_eq!(allocate(&demands, 2100), [Some(0), Some(2), Some(2)]);
        assert_eq!(allocate(&demands, 1400), [Some(0), Some(1), Some(2)]);
        assert_eq!(allocate(&demands, 1050), [None, None, Some(2)]);
    }

    #[test]
    fn as_many_as_possible_are_seen_before_the_large_ones_get_more() {
        let demands = [
            demand(Rank::Other, 10, Some(2)),
            demand(Rank::Other, 30, Some(2)),
            demand(Rank::Other, 20, Some(2)),
        ];
        assert_eq!(allocate(&demands, 299), [None, Some(0), Some(0)]);
        assert_eq!(allocate(&demands, 500), [Some(0), Some(1), Some(0)]);
        assert_eq!(allocate(&demands, 700), [Some(0), Some(1), Some(1)]);
        assert_eq!(allocate(&demands, 99), [None, None, None]);
    }

    #[test]
    fn going_up_needs_room_to_spare_and_staying_does_not() {
        assert_eq!(allocate(&[demand(Rank::Other, 1, Some(2))], 1000), [Some(2)]);
        assert_eq!(allocate(&[demand(Rank::Other, 1, Some(1))], 1000), [Some(1)]);
        assert_eq!(allocate(&[demand(Rank::Other, 1, Some(1))], 1200), [Some(2)]);
        assert_eq!(allocate(&[demand(Rank::Other, 1, None)], 109), [None]);
        assert_eq!(allocate(&[demand(Rank::Other, 1, None)], 110), [Some(0)]);
    }

    #[test]
    fn the_search_is_for_the_next_step_and_not_for_all_there_may_be() {
        let demands = [demand(Rank::Other, 1, None), demand(Rank::Important, 1, None)];
        let search = |given: [Option<usize>; 2]| goal(&demands, &given, 200, Some(10_000));
        assert_eq!(search([None, None]), 2 * (200 + 100 + 100));
        assert_eq!(search([None, Some(1)]), 2 * (200 + 100 + 1000));
        assert_eq!(search([Some(1), Some(2)]), 2 * (200 + 1000 + 1000));
        assert_eq!(search([Some(2), Some(2)]), 20_000, "no further than twice of what is known");
        assert_eq!(goal(&demands, &[Some(2), Some(2)], 200, Some(u64::MAX / 4)), ROOM);
        assert_eq!(goal(&[], &[], 200, Some(10_000)), 0, "sound alone needs no search");
    }

    #[test]
    fn nothing_is_given_where_nothing_arrives() {
        let silent = Demand { steps: Vec::new(), ..demand(Rank::Other, 1, None) };
        assert_eq!(allocate(&[silent], u64::MAX), [None]);
        assert_eq!(allocate(&[], 7), []);
    }
}
