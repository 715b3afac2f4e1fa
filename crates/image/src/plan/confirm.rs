//! Whether a plan still says what later facts say.

use super::{PartError, Plan, PlanItem};
use atlas_scope::PrincipalId;
use core::fmt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Why a plan is not carried out; nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmError {
    /// The plan answers another question than the facts.
    #[error("the plan answers another question: make the plan again")]
    OtherQuestion,
    /// The part cannot stand by itself.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The world moved.
    #[error("since the plan was made {0}: make the plan again{lines}", lines = .0.lines())]
    Moved(Box<Moved>),
}

/// What moved between a plan and later facts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Items that are decided from something else, or otherwise.
    pub changed: Vec<MovedItem>,
    /// Changes that the plan does not have.
    pub came: Vec<MovedItem>,
    /// Items of the plan that are no more.
    pub went: Vec<MovedItem>,
    /// Who made the plan, where somebody else carries it out: who may see or do other things has
    /// another plan, though nothing moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<PrincipalId>,
}

/// An item of a plan that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedItem {
    /// Its key.
    pub key: String,
    /// Its line in the plan, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What its line would be now, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

impl Moved {
    /// Whether nothing moved.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.came.is_empty() && self.went.is_empty()
    }

    /// What some of the items were and are, a line each.
    fn lines(&self) -> String {
        const SHOWN: usize = 4;
        let all = [&self.changed, &self.came, &self.went];
        let items = all.into_iter().flatten().take(SHOWN);
        let lines = items.flat_map(|item| match (&item.before, &item.now) {
            (Some(was), Some(is)) if was == is => {
                vec![format!("\n  the same, for another reason: {is}")]
            }
            (was, is) => {
                let was = was.iter().map(|line| format!("\n  was: {line}"));
                let is = is.iter().map(|line| format!("\n  is now: {line}"));
                was.chain(is).collect()
            }
        });
        let mut texts: Vec<_> = lines.collect();
        texts.extend(
            self.made_by.as_ref().map(|by| {
                format!("\n  it was made by {by}, who may see or do other things than you")
            }),
        );
        texts.concat()
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sign = "";
        for (items, verb) in [
            (&self.changed, "changed"),
            (&self.came, "came"),
            (&self.went, "went"),
        ] {
            if !items.is_empty() {
                let keys: Vec<_> = items.iter().map(|item| item.key.clone()).collect();
                write!(f, "{sign}{} {verb}", super::error::listed(&keys))?;
                sign = "; ";
            }
        }
        if self.is_empty() {
            f.write_str("nothing moved")?;
        }
        Ok(())
    }
}

impl<I: PlanItem> Plan<I> {
    /// What moved between this plan and one of later facts, as far as this one goes. What stays in
    /// both is no matter; nor is, for a chosen part, what came beside it.
    pub fn moved(&self, later: &Self) -> Moved {
        let now: BTreeMap<_, _> = later.items.iter().map(|item| (item.key(), item)).collect();
        let mut moved = Moved::default();
        for before in &self.items {
            let key = before.key();
            let now = now.get(&key).copied();
            let changes = before.is_change() || now.is_some_and(PlanItem::is_change);
            if !changes || now.is_some_and(|now| now.expects() == before.expects()) {
                continue;
            }
            let list = match now {
                Some(_) => &mut moved.changed,
                None => &mut moved.went,
            };
            list.push(item(&key, Some(before), now));
        }
        if !self.part {
            let known: BTreeSet<_> = self.items.iter().map(PlanItem::key).collect();
            let came = later.changes().filter(|item| !known.contains(&item.key()));
            moved.came = came.map(|now| item(&now.key(), None, Some(now))).collect();
        }
        let is_another = !moved.is_empty() && later.by != self.by;
        moved.made_by = is_another.then(|| self.by.clone());
        moved
    }

    /// This plan as later facts have it: the same items, made again, which is what is carried out.
    ///
    /// # Errors
    ///
    /// The later plan answers another question, something moved, or this is a part that cannot stand
    /// by itself.
    pub fn confirmed(&self, later: &Self) -> Result<Self, ConfirmError> {
        if self.ask != later.ask {
            return Err(ConfirmError::OtherQuestion);
        }
        let moved = self.moved(later);
        if !moved.is_empty() {
            return Err(ConfirmError::Moved(Box::new(moved)));
        }
        let keys: BTreeSet<_> = self.items.iter().map(PlanItem::key).collect();
        let (kept, left_out): (Vec<_>, Vec<_>) = later
            .items
            .iter()
            .partition(|item| keys.contains(&item.key()));
        if self.part {
            I::check_part(&later.ask, &kept, &left_out)?;
        }
        Ok(Self {
            items: kept.into_iter().cloned().collect(),
            hidden: later.hidden,
            ..self.clone()
        })
    }
}

fn item<I: PlanItem>(key: &I::Key, before: Option<&I>, now: Option<&I>) -> MovedItem {
    let line = |item: &I| {
        let cells = item.cells();
        let texts = cells.iter().map(|text| text.trim());
        let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
        texts.join("  ")
    };
    MovedItem {
        key: key.to_string(),
        before: before.map(line),
        now: now.map(line),
    }
}
