//! What descends from an image.

use super::RevokeRecord;
use crate::ImageRecordId;
use std::collections::BTreeSet;

/// An image, or something that descends from it.
pub(super) struct Member<'a> {
    /// The record.
    pub(super) at: &'a RevokeRecord<'a>,
    /// The nearest ancestor that the caller sees, up to the image; none for the image.
    pub(super) under: Option<ImageRecordId>,
    /// How many ancestors those are.
    pub(super) depth: u32,
}

/// The image and all that descends from it: each before what was made from it, and siblings by scope
/// and id. None where the image is not there.
pub(super) fn family<'a>(
    root: ImageRecordId,
    records: &'a [RevokeRecord<'a>],
) -> Option<Vec<Member<'a>>> {
    // Whoever has them all may give them all, so that only what is here is sorted.
    let made = records.iter().zip(0_usize..);
    let made = made.filter_map(|(at, place)| Some((at.from?, place)));
    let mut made: Vec<_> = made.collect();
    made.sort_unstable();
    let at = records.iter().find(|at| at.record.id() == root)?;
    let mut waiting = vec![Member {
        at,
        under: None,
        depth: 0,
    }];
    let (mut seen, mut members) = (BTreeSet::from([root]), Vec::new());
    while let Some(member) = waiting.pop() {
        let id = member.at.record.id();
        let (under, depth) = if member.at.visible {
            (Some(id), member.depth.saturating_add(1))
        } else {
            (member.under, member.depth)
        };
        let begin = made.partition_point(|(from, _)| *from < id);
        let rest = made.get(begin..).unwrap_or_default();
        let children = rest.iter().take_while(|(from, _)| *from == id);
        let children = children.filter_map(|(_, place)| records.get(*place));
        // What a record says of where it came from is not believed to be a tree.
        let new = children.filter(|at| seen.insert(at.record.id()));
        let mut new: Vec<_> = new.collect();
        new.sort_by_key(|at| (at.record.scope(), at.record.id()));
        let new = new.into_iter().rev();
        waiting.extend(new.map(|at| Member { at, under, depth }));
        members.push(member);
    }
    Some(members)
}
