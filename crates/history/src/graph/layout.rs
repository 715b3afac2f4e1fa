//! Which lane each state of a drawing stands in, and where its lines go.

use super::Graph;

/// One row: a state, and the lines that leave it downward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The lane of the state.
    pub(super) lane: usize,
    /// Which lanes carry a line to the row, and from it.
    pub(super) above: Vec<bool>,
    pub(super) below: Vec<bool>,
    /// The lanes that lead on to what it was made from, with the place of that.
    pub(super) links: Vec<(usize, usize)>,
    /// What it was made from and what no lane was left for.
    pub(super) unlinked: Vec<usize>,
}

/// What a lane carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Free,
    /// Nothing yet: it is kept for this state, so that the lineage that was asked for stands first.
    Kept(usize),
    /// A line to this state.
    Line(usize),
}

/// Lays a graph out in at most `most` lanes, one at least, and one more for states that no line
/// leads to.
///
/// All lines to one state share its lane, which it keeps from the first state that was made from it
/// down to itself; so a line never passes through another state.
pub(super) fn layout(graph: &Graph, most: usize) -> Vec<Row> {
    let most = most.max(1);
    let mut slots: Vec<Slot> = graph.top.into_iter().map(Slot::Kept).collect();
    let mut rows = Vec::with_capacity(graph.nodes.len());
    for place in 0..graph.nodes.len() {
        let above = carried(&slots);
        let awaits = |slot: &Slot| matches!(slot, Slot::Kept(at) | Slot::Line(at) if *at == place);
        let lane = slots.iter().position(awaits).unwrap_or_else(|| {
            let free = slots.iter().position(|slot| *slot == Slot::Free);
            free.unwrap_or(slots.len())
        });
        set(&mut slots, lane, Slot::Free);
        let (mut links, mut unlinked) = (Vec::new(), Vec::new());
        for parent in graph.parents_of(place) {
            match lane_of(&slots, *parent).or_else(|| free_lane(&slots, lane, most)) {
                Some(to) => {
                    set(&mut slots, to, Slot::Line(*parent));
                    links.push((to, *parent));
                }
                None => unlinked.push(*parent),
            }
        }
        while slots.last() == Some(&Slot::Free) {
            slots.pop();
        }
        rows.push(Row {
            lane,
            above,
            below: carried(&slots),
            links,
            unlinked,
        });
    }
    rows
}

fn carried(slots: &[Slot]) -> Vec<bool> {
    let slots = slots.iter();
    slots.map(|slot| matches!(slot, Slot::Line(_))).collect()
}

/// The lane that leads to a state already, or is kept for it.
fn lane_of(slots: &[Slot], place: usize) -> Option<usize> {
    let leads = |slot: &Slot| matches!(slot, Slot::Kept(at) | Slot::Line(at) if *at == place);
    slots.iter().position(leads)
}

/// The state's own lane where that is free, else the nearest free one to the right, else any.
fn free_lane(slots: &[Slot], own: usize, most: usize) -> Option<usize> {
    let is_free = |lane: &usize| slots.get(*lane).is_none_or(|slot| *slot == Slot::Free);
    (own..most)
        .find(is_free)
        .or_else(|| (0..most).find(is_free))
}

fn set(slots: &mut Vec<Slot>, lane: usize, slot: Slot) {
    if slots.len() <= lane {
        slots.resize(lane + 1, Slot::Free);
    }
    if let Some(found) = slots.get_mut(lane) {
        *found = slot;
    }
}
