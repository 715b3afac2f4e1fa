//! Which revisions are said to hold which images, against what they hold.

use super::{
    Care,
    histories::{Lineage, shown},
};
use crate::{
    Error,
    contents::{Contents, is_damage},
    stored::{StoredUseMany, UsedImage},
    tables::{
        KeptRevision, KeptUse, KeptUseMany, REVISIONS, USES, USES_MANY, revision_parts, use_parts,
    },
    uses::used_images,
};
use atlas_base::Digest;
use atlas_history::{Frozen, LineageId, RevisionNumber};
use atlas_mci::Content;
use atlas_store::{Key, Walk, read_record};
use std::collections::BTreeSet;

/// The revision that was looked at last.
struct Last {
    lineage: LineageId,
    number: u32,
    /// None where it could not be read: what it changed is not known, nor what the next one did.
    content: Option<Frozen<Content>>,
}

/// How many comings and goings of images there are.
#[derive(Default)]
struct Turns {
    made: u64,
    said: u64,
    /// Whether a revision could not be looked at.
    unsure: bool,
}

impl Care<'_> {
    /// What the revisions changed is said, and nothing else is.
    pub(super) async fn uses(&mut self) -> Result<(), Error> {
        let mut turns = Turns::default();
        self.table(&USES, |_, KeptUse(kept)| {
            turns.said += kept.turns.turns().len() as u64;
        })
        .await?;
        self.table(&USES_MANY, |_, KeptUseMany(kept)| {
            turns.said += (kept.came.len() + kept.went.len()) as u64;
        })
        .await?;
        self.made(&mut turns).await?;
        if turns.unsure || turns.said != turns.made {
            self.invented().await?;
        }
        Ok(())
    }

    /// Goes through the revisions, and looks up what each one changed.
    async fn made(&mut self, turns: &mut Turns) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &REVISIONS)?;
        let (mut last, mut asked): (Option<Last>, _) = (None, None);
        while let Some(page) = walk.next().await? {
            for (_, kept) in page {
                let Ok(kept) = kept else {
                    turns.unsure = true;
                    continue;
                };
                let (lineage, revision) = (kept.0.lineage, kept.0.revision);
                match self.lineage(lineage, &mut asked).await? {
                    // What is said of it goes with it.
                    Lineage::Leaving => {
                        turns.unsure = true;
                        continue;
                    }
                    // What it holds stands beside each revision.
                    Lineage::Imported(_) => continue,
                    _ => {}
                }
                let number = revision.number();
                let before = last.take().filter(|last| last.lineage == lineage);
                let follows = before.as_ref().map_or(0, |last| last.number) + 1 == number.get();
                let old = before.as_ref().and_then(|last| last.content.clone());
                let known = |digest| old.clone().filter(|old| old.digest() == digest);
                let content = self.content(revision.content(), known).await?;
                let is_known = follows && (before.is_none() || old.is_some());
                match content.as_ref().filter(|_| is_known) {
                    Some(content) => {
                        let old = old.as_ref().map(|old| used_images(old.content()));
                        let new = used_images(content.content());
                        let old = old.unwrap_or_default();
                        let turned = old.symmetric_difference(&new).cloned().collect();
                        self.said(lineage, number, &turned, &new).await?;
                        turns.made += turned.len() as u64;
                    }
                    None => turns.unsure = true,
                }
                last = Some(Last {
                    lineage,
                    number: number.get(),
                    content,
                });
            }
        }
        Ok(())
    }

    /// Whether it is said of each of these images that it came or went with a revision.
    async fn said(
        &mut self,
        lineage: LineageId,
        number: RevisionNumber,
        turned: &BTreeSet<UsedImage>,
        held: &BTreeSet<UsedImage>,
    ) -> Result<(), Error> {
        let many = self.many(lineage, number).await?;
        for image in turned {
            let said = many.as_ref().is_some_and(|many| {
                let list = if held.contains(image) {
                    &many.came
                } else {
                    &many.went
                };
                list.contains(image)
            });
            if said {
                continue;
            }
            let key = USES.key(self.partition, use_parts(image, lineage))?;
            let row = read_record::<KeptUse>(self.snapshot, &key).await?;
            let row = row.and_then(Result::ok);
            if !row.is_some_and(|row| row.0.turns.turns().any(|turn| turn == number)) {
                let (image, at) = (atlas_base::quoted(&image.0), &image.1);
                let what = format!("it is not said that {image} at {at} came or went with it");
                self.find(format!("{lineage}@{number}: {what}"));
            }
        }
        Ok(())
    }

    async fn many(
        &self,
        lineage: LineageId,
        number: RevisionNumber,
    ) -> Result<Option<StoredUseMany>, Error> {
        let key = USES_MANY.key(self.partition, revision_parts(lineage, number))?;
        let found = read_record::<KeptUseMany>(self.snapshot, &key).await?;
        Ok(found.and_then(Result::ok).map(|kept| kept.0))
    }

    /// Finds what is said of revisions that did not do it.
    async fn invented(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &USES)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptUse(kept)) = kept else { continue };
                let here = |image: &UsedImage| {
                    let own = USES.key(self.partition, use_parts(image, kept.lineage));
                    own.is_ok_and(|own| own == key)
                };
                let mut wrong = Vec::new();
                for turn in kept.turns.turns() {
                    let many = self.many(kept.lineage, turn).await?;
                    let mut twice = many.iter().flat_map(|many| many.came.union(&many.went));
                    let turned = self.turned(kept.lineage, turn).await?;
                    if twice.any(here) || turned.is_some_and(|turned| !turned.iter().any(here)) {
                        wrong.push(turn);
                    }
                }
                self.wrong(&key, wrong);
            }
        }
        let mut walk = Walk::new(self.snapshot, self.partition, &USES_MANY)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptUseMany(kept)) = kept else {
                    continue;
                };
                let turned = self.turned(kept.lineage, kept.number).await?;
                let mut said = kept.came.union(&kept.went);
                if turned.is_some_and(|turned| said.any(|image| !turned.contains(image))) {
                    self.wrong(&key, vec![kept.number]);
                }
            }
        }
        Ok(())
    }

    fn wrong(&mut self, key: &Key, numbers: Vec<RevisionNumber>) {
        for number in numbers {
            let shown = shown(key);
            self.find(format!("{shown} says what revision {number} did not do"));
        }
    }

    /// The images that came and went with a revision; none at all where its lineage knows of no such
    /// revision, and nothing where it is missing or damaged, which was said already.
    async fn turned(
        &self,
        lineage: LineageId,
        number: RevisionNumber,
    ) -> Result<Option<BTreeSet<UsedImage>>, Error> {
        if self.lineage(lineage, &mut None).await?.lacks(number.get()) {
            return Ok(Some(BTreeSet::new()));
        }
        let new = self.images(lineage, number).await?;
        let before = number.get().checked_sub(1).and_then(RevisionNumber::new);
        let old = match before {
            Some(before) => self.images(lineage, before).await?,
            None => Some(BTreeSet::new()),
        };
        let both = old.zip(new);
        Ok(both.map(|(old, new)| old.symmetric_difference(&new).cloned().collect()))
    }

    async fn images(
        &self,
        lineage: LineageId,
        number: RevisionNumber,
    ) -> Result<Option<BTreeSet<UsedImage>>, Error> {
        let key = REVISIONS.key(self.partition, revision_parts(lineage, number))?;
        let found = read_record::<KeptRevision>(self.snapshot, &key).await?;
        let Some(Ok(KeptRevision(kept))) = found else {
            return Ok(None);
        };
        let content = self.content(kept.revision.content(), |_| None).await?;
        Ok(content.map(|content| used_images(content.content())))
    }

    /// A content; none where it is damaged, which was said already.
    async fn content(
        &self,
        digest: Digest,
        known: impl Fn(Digest) -> Option<Frozen<Content>>,
    ) -> Result<Option<Frozen<Content>>, Error> {
        let contents = Contents::Snapshot(self.snapshot, self.partition);
        match contents.content(digest, known).await {
            Err(error) if is_damage(&error) => Ok(None),
            found => found,
        }
    }
}
