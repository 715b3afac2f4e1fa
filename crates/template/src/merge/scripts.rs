//! The scripts of a phase as a list.

use crate::ScriptRef;
use std::collections::BTreeMap;

/// The merge of two lists; none where both changed the same place, or where a script would stand
/// there more or less often than the changes of both sides say.
pub(super) fn merge(
    base: &[ScriptRef],
    ours: &[ScriptRef],
    theirs: &[ScriptRef],
) -> Option<Vec<ScriptRef>> {
    let text = |list: &[ScriptRef]| {
        let lines = list.iter().map(|script| format!("{script}\n"));
        lines.collect::<String>()
    };
    let merged = diffy::merge(&text(base), &text(ours), &text(theirs)).ok()?;
    let merged: Option<Vec<_>> = merged
        .lines()
        .map(|line| ScriptRef::parse(line).ok())
        .collect();
    let merged = merged?;
    // A script that one side moved and the other moved elsewhere, or took away, would stand there
    // twice, or still.
    let [base, ours, theirs, all] = [base, ours, theirs, &merged].map(counts);
    let fits = |script: &ScriptRef| {
        let [base, our, their, all] =
            [&base, &ours, &theirs, &all].map(|of| of.get(script).copied().unwrap_or(0));
        let expected = if our == their || base == their {
            Some(our)
        } else {
            (base == our).then_some(their)
        };
        expected == Some(all)
    };
    let mut scripts = base.keys().chain(ours.keys()).chain(theirs.keys());
    scripts.all(|script| fits(script)).then_some(merged)
}

fn counts(list: &[ScriptRef]) -> BTreeMap<&ScriptRef, usize> {
    let mut counts = BTreeMap::new();
    for script in list {
        *counts.entry(script).or_default() += 1;
    }
    counts
}
