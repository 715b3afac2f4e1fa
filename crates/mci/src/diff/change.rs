//! One value before and after.

use serde::Serialize;

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    /// In the first content.
    pub before: T,
    /// In the second content.
    pub after: T,
}

/// A change was put where it does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the change begins at another value than the one there")]
pub struct Misplaced;

impl<T: PartialEq + Clone> Change<T> {
    /// The change, if there is one.
    pub fn between(before: &T, after: &T) -> Option<Self> {
        (before != after).then(|| Self {
            before: before.clone(),
            after: after.clone(),
        })
    }

    /// Puts the new value where the old one is as expected; no change puts nothing.
    ///
    /// # Errors
    ///
    /// Another value is there.
    pub fn put(change: Option<&Self>, place: &mut T) -> Result<(), Misplaced> {
        match change {
            None => Ok(()),
            Some(change) if *place == change.before => {
                *place = change.after.clone();
                Ok(())
            }
            Some(_) => Err(Misplaced),
        }
    }

    /// Two changes as one; none where they cancel out.
    ///
    /// # Errors
    ///
    /// The second does not begin where the first one ends.
    pub fn chain(first: Option<&Self>, next: Option<&Self>) -> Result<Option<Self>, Misplaced> {
        Self::chain_by(first, next, T::ne)
    }

    /// Two changes as one; none where they cancel out, as `differ` sees it.
    pub(super) fn chain_by(
        first: Option<&Self>,
        next: Option<&Self>,
        differ: impl Fn(&T, &T) -> bool,
    ) -> Result<Option<Self>, Misplaced> {
        match (first, next) {
            (Some(first), Some(next)) if first.after != next.before => Err(Misplaced),
            (Some(first), Some(next)) => Ok(differ(&first.before, &next.after).then(|| Self {
                before: first.before.clone(),
                after: next.after.clone(),
            })),
            (one, other) => Ok(one.or(other).cloned()),
        }
    }
}

impl<T: PartialEq + Clone> Change<Option<T>> {
    /// The change of what may be absent. Nothing is cloned unless it differs: most of what is
    /// compared does not.
    pub fn of(before: Option<&T>, after: Option<&T>) -> Option<Self> {
        (before != after).then(|| Self {
            before: before.cloned(),
            after: after.cloned(),
        })
    }
}

impl<T: Clone> Change<T> {
    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            before: self.after.clone(),
            after: self.before.clone(),
        }
    }
}
