//! A merge of values as algebra: what is added, and what is taken away for it.

use serde::{Deserialize, Serialize};

/// A value, or a merge that did not come to one: the terms that are added, and those that are
/// taken away, since a merge of `ours` and `theirs` from `base` is `ours - base + theirs`.
///
/// ```
/// use atlas_mci::Merge;
///
/// let [base, ours, theirs] = ["a", "b", "c"].map(Merge::settled);
/// let one_changed = Merge::three_way(Some(&base), &ours, &base);
/// assert_eq!(one_changed.as_settled(), Some(&"b"));
/// let both_changed = Merge::three_way(Some(&base), &ours, &theirs);
/// assert_eq!(both_changed.as_settled(), None);
/// assert_eq!((both_changed.adds(), both_changed.removes()), (&["b", "c"][..], &["a"][..]));
/// // The merge of an unsettled merge with what settles it, from that merge, is settled.
/// let later = Merge::three_way(Some(&both_changed), &both_changed, &theirs);
/// assert_eq!(later, theirs);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"), try_from = "Terms<T>")]
pub struct Merge<T> {
    // INVARIANT: at least one add; where each merge had a base, one more than there are removes.
    adds: Vec<T>,
    removes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms<T> {
    adds: Vec<T>,
    removes: Vec<T>,
}

impl<T> TryFrom<Terms<T>> for Merge<T> {
    type Error = &'static str;

    fn try_from(terms: Terms<T>) -> Result<Self, Self::Error> {
        let Terms { adds, removes } = terms;
        if adds.is_empty() {
            Err("a merge adds at least one term")
        } else {
            Ok(Self { adds, removes })
        }
    }
}

impl<T> Merge<T> {
    /// A value that nothing speaks against.
    pub fn settled(value: T) -> Self {
        Self {
            adds: vec![value],
            removes: Vec::new(),
        }
    }

    /// The value, where there is one.
    pub fn as_settled(&self) -> Option<&T> {
        match (self.adds.as_slice(), self.removes.as_slice()) {
            ([value], []) => Some(value),
            _ => None,
        }
    }

    /// The same merge of what the terms hold.
    pub fn map<U>(&self, map: impl FnMut(&T) -> U + Copy) -> Merge<U> {
        Merge {
            adds: self.adds.iter().map(map).collect(),
            removes: self.removes.iter().map(map).collect(),
        }
    }

    /// The same merge of other terms.
    ///
    /// # Errors
    ///
    /// The first that `map` answers.
    pub fn try_map<U, E>(self, mut map: impl FnMut(T) -> Result<U, E>) -> Result<Merge<U>, E> {
        let mut all = |terms: Vec<T>| {
            terms
                .into_iter()
                .map(&mut map)
                .collect::<Result<Vec<U>, E>>()
        };
        Ok(Merge {
            adds: all(self.adds)?,
            removes: all(self.removes)?,
        })
    }

    /// What is added: at least one term.
    pub fn adds(&self) -> &[T] {
        &self.adds
    }

    /// What is taken away.
    pub fn removes(&self) -> &[T] {
        &self.removes
    }
}

impl<T: PartialEq + Clone> Merge<T> {
    /// Merges two sides from their base; without one, only equal sides come to a value.
    ///
    /// A value that none of the sides holds is never the result (ours): where the terms of an
    /// unsettled base would leave such a one, the merge stays unsettled.
    #[must_use]
    pub fn three_way(base: Option<&Self>, ours: &Self, theirs: &Self) -> Self {
        if ours == theirs || base == Some(theirs) {
            return ours.clone();
        }
        if base == Some(ours) {
            return theirs.clone();
        }
        let (added, removed) =
            base.map_or((&[][..], &[][..]), |base| (base.adds(), base.removes()));
        let whole = Self {
            adds: [ours.adds(), theirs.adds(), removed].concat(),
            removes: [ours.removes(), theirs.removes(), added].concat(),
        };
        let short = whole.simplified();
        match short.as_settled() {
            Some(value) if !ours.adds.contains(value) && !theirs.adds.contains(value) => whole,
            _ => short,
        }
    }

    /// These terms without the pairs that cancel out; as they are where all that is added would.
    ///
    /// Which of the last pairs to keep, the order of the sides would decide.
    fn simplified(&self) -> Self {
        let mut adds = self.adds.clone();
        let mut removes = Vec::with_capacity(self.removes.len());
        for term in &self.removes {
            match adds.iter().position(|added| added == term) {
                Some(at) => drop(adds.remove(at)),
                None => removes.push(term.clone()),
            }
        }
        if adds.is_empty() {
            return self.clone();
        }
        Self { adds, removes }
    }
}
