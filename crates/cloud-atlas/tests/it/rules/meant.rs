//! What a step that chance chose is meant of: numbers go round among what there is, and what is
//! named that is not there stands, more often than not, for something that is.

use super::{
    model::Model,
    steps::{Act, At, Change, NUMBERS, Place, Step},
};

impl Model {
    /// The step, of what there is; none where nothing of its kind is there.
    pub(super) fn meant(&self, step: &Step) -> Option<Step> {
        let mut step = step.clone();
        match &mut step.act {
            Act::Record { which, change, .. } => {
                *which = self.record(*which)?;
                if let Change::Deprecate(_, Some(other)) = change {
                    *other = self.record(*other)?;
                }
            }
            Act::SetMap(name, from, which) => {
                (*name, *from) = self.some_map(name, from, *which);
                *which = self.fitting(name, from, *which)?;
            }
            Act::UnsetMap(name, from, place) => {
                (*name, *from) = self.some_map(name, from, place.len());
                if let Some(map) = self.map(name, from) {
                    let mut held = self.maps[map].images.keys();
                    *place = held.next().unwrap_or(place);
                }
            }
            Act::SetHead(at, place, number) => {
                *at = self.some_mci(at);
                let which = usize::try_from(*number).ok()?;
                if *number >= NUMBERS {
                    let record = &self.records[self.held(at, which)?];
                    (*place, *number) = (record.place, record.number);
                }
            }
            Act::UnsetHead(at, place) => {
                *at = self.some_head(at);
                *place = self.some_setting(at, place);
            }
            Act::Commit(at) => *at = self.some_head(at),
            Act::Cancel(which, _) | Act::Accept(which, _) => {
                *which = which.checked_rem(self.invitations.len())?;
            }
            _ => {}
        }
        Some(step)
    }

    fn record(&self, which: usize) -> Option<usize> {
        which.checked_rem(self.records.len())
    }

    /// A record whose image a HEAD could hold: now and then one that is deleted.
    fn held(&self, at: At, which: usize) -> Option<usize> {
        let buried = self
            .records
            .iter()
            .position(|record| !record.is_there() && self.sees(record, at).is_some());
        buried
            .filter(|_| which.is_multiple_of(2))
            .or_else(|| self.record(which))
    }

    fn some_map(&self, name: &'static str, from: At, at: usize) -> (&'static str, At) {
        if self.map(name, from).is_some() {
            return (name, from);
        }
        let at = at.checked_rem(self.maps.len());
        at.map_or((name, from), |at| (self.maps[at].name, self.maps[at].at))
    }

    fn some_mci(&self, at: At) -> At {
        let mut scopes = self.mcis.keys();
        if self.mcis.contains_key(at) {
            return at;
        }
        scopes.next().unwrap_or(&at)
    }

    /// The scope of one that has something to commit, where there is one.
    fn some_head(&self, at: At) -> At {
        let mut mcis = self.mcis.iter();
        let fresh =
            mcis.find(|(_, mci)| !mci.head.is_empty() && mci.revisions.last() != Some(&mci.head));
        fresh.map_or_else(|| self.some_mci(at), |(at, _)| at)
    }

    /// A record that a map can take, now and then.
    fn fitting(&self, name: &str, from: At, which: usize) -> Option<usize> {
        let at = self.map(name, from).map_or(from, |map| self.maps[map].at);
        let mut records = self.records.iter();
        let fits = records.position(|record| record.is_usable() && self.sees(record, at).is_some());
        match fits {
            Some(fits) if !which.is_multiple_of(3) => Some(fits),
            _ => self.record(which),
        }
    }

    fn some_setting(&self, at: At, place: Place) -> Place {
        let mci = self.mcis.get(at);
        let held = mci.and_then(|mci| mci.head.keys().next());
        held.unwrap_or(&place)
    }
}
