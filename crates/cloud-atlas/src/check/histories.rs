//! Lineages, revisions, contents and channels against each other, with the memory of a few pages.

use super::Care;
use crate::{
    Error,
    contents::{Contents, is_damage, user_data_digest},
    kind::{Mci, Template, Versioned},
    stored::StoredLineage,
    tables::{
        CHANNELS, CONTENTS, KeptLineage, KeptMatcher, KeptUndo, MATCHERS, MCIS, REVISIONS,
        TEMPLATE_UNDO, TEMPLATES, UNDO, USER_DATA, matcher_parts, revision_parts, undo_parts,
    },
};
use atlas_base::{Digest, canonical};
use atlas_history::LineageId;
use atlas_store::{Key, KeyPart, KeyRange, Keys, Walk, read_record};
use std::collections::BTreeSet;

/// What the record of a lineage says.
#[derive(Clone, Copy)]
pub(super) enum Lineage {
    /// Nothing: there is none.
    Missing,
    /// Nothing that could be read, which was said already.
    Unreadable,
    /// That it was deleted, and what stood beside it goes in batches.
    Leaving,
    /// The number of its last revision, 0 where it has none.
    Known(u32),
    /// That it was imported, and the number of its last revision.
    Imported(u32),
}

impl Lineage {
    /// Whether a revision is one too many for it.
    pub(super) fn lacks(self, number: u32) -> bool {
        match self {
            Self::Missing => true,
            Self::Unreadable | Self::Leaving => false,
            Self::Known(last) | Self::Imported(last) => number > last,
        }
    }
}

impl Care<'_> {
    /// Each by itself and against each other. What cannot be read is said once, and not called
    /// missing as well.
    pub(super) async fn histories(&mut self) -> Result<(), Error> {
        let mut problems = Vec::new();
        self.table(&USER_DATA, |key, kept| {
            let text = canonical::to_string(&kept).unwrap_or_default();
            if named(key) != user_data_digest(&text).to_string() {
                problems.push(format!("the user data at {} is another", shown(key)));
            }
        })
        .await?;
        self.table(&CONTENTS, |_, _| {}).await?;
        self.table(&REVISIONS, |_, kept| {
            if let Err(error) = kept.0.revision.verify() {
                problems.push(format!("{}: {error}", kept.0.lineage));
            }
        })
        .await?;
        self.table(&UNDO, |_, _| {}).await?;
        self.table(&TEMPLATE_UNDO, |_, _| {}).await?;
        self.table(&MCIS, |_, _| {}).await?;
        self.table(&TEMPLATES, |_, _| {}).await?;
        self.table(&CHANNELS, |_, _| {}).await?;
        self.table(&MATCHERS, |_, _| {}).await?;
        self.report.findings.extend(problems);
        self.contents().await?;
        self.revisions().await?;
        self.lineages::<Mci>().await?;
        self.lineages::<Template>().await?;
        self.links().await?;
        self.undo_points::<Mci>().await?;
        self.undo_points::<Template>().await?;
        self.channels().await?;
        self.matchers().await?;
        self.uses().await
    }

    /// Every content is what its digest says, put together from its parts.
    async fn contents(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &CONTENTS)?;
        while let Some(page) = walk.next().await? {
            for (key, _) in page.into_iter().filter(|(_, kept)| kept.is_ok()) {
                let named = named(&key);
                let shown = atlas_base::quoted(&named);
                let Ok(digest) = Digest::parse(&named) else {
                    self.find(format!("the content {shown} lies under no digest"));
                    continue;
                };
                let contents = Contents::Snapshot(self.snapshot, self.partition);
                match contents.content::<Mci>(digest, |_| None).await {
                    Ok(_) => {}
                    Err(error) if is_damage(&error) => {
                        // A digest does not say of which kind a content is.
                        let other = contents.content::<Template>(digest, |_| None).await;
                        if other.is_err() {
                            self.find(format!("the content {shown}: {error}"));
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Every revision has its content, and a lineage that knows of it.
    async fn revisions(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &REVISIONS)?;
        let mut last = None;
        while let Some(page) = walk.next().await? {
            let readable = page
                .into_iter()
                .filter_map(|(key, kept)| Some((key, kept.ok()?.0)));
            let revisions: Vec<_> = readable.collect();
            let contents = revisions.iter().map(|(_, kept)| {
                let digest = kept.revision.content().to_string();
                CONTENTS.key(self.partition, digest)
            });
            let contents = contents.collect::<Result<Vec<_>, _>>()?;
            let found = self.snapshot.get(&contents).await?;
            for ((key, kept), content) in revisions.into_iter().zip(found) {
                let (lineage, revision) = (kept.lineage, kept.revision);
                let (number, digest) = (revision.number(), revision.content());
                if content.is_none() {
                    let what = format!("its content {digest} is missing");
                    self.find(format!("{lineage}@{number}: {what}"));
                }
                let known = self.lineage(lineage, &mut last).await?;
                if known.lacks(number.get()) {
                    self.find(format!(
                        "{lineage}@{number}: the lineage does not know of it"
                    ));
                }
                let parts = revision_parts(lineage, number);
                self.place(&key, &REVISIONS.key(self.partition, parts)?);
            }
        }
        Ok(())
    }

    /// Every lineage has all its revisions.
    async fn lineages<C: Versioned>(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &C::HEADS)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptLineage(kept)) = kept else {
                    continue;
                };
                self.place(&key, &self.head::<C>(kept.lineage)?);
                // An import may have gaps.
                if let Some(last) = kept.last.filter(|_| kept.imported.is_none()) {
                    self.gaps(kept.lineage, last.number.get()).await?;
                }
                if kept.head.content().digest().ok() != Some(kept.content) {
                    let what = "its digest of HEAD is not that of what HEAD holds";
                    self.find(format!("{}: {what}", kept.lineage));
                }
                self.kept_points(&kept).await?;
            }
        }
        Ok(())
    }

    /// Every template is found by all that its revisions link.
    async fn links(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &REVISIONS)?;
        let mut last: Option<(LineageId, BTreeSet<LineageId>)> = None;
        while let Some(page) = walk.next().await? {
            for kept in page.into_iter().filter_map(|(_, kept)| Some(kept.ok()?.0)) {
                let lineage = kept.lineage;
                if last.as_ref().is_none_or(|(known, _)| *known != lineage) {
                    let head = self.head::<Template>(lineage)?;
                    let found = read_record::<KeptLineage<Template>>(self.snapshot, &head);
                    let Some(Ok(found)) = found.await? else {
                        continue;
                    };
                    last = Some((lineage, found.0.linked()));
                }
                let contents = Contents::Snapshot(self.snapshot, self.partition);
                let content = contents.content::<Template>(kept.revision.content(), |_| None);
                // What cannot be read was said already.
                let Ok(Some(content)) = content.await else {
                    continue;
                };
                let known = last.as_ref().map(|(_, known)| known);
                for link in content.content().links() {
                    if !known.is_some_and(|known| known.contains(&link.lineage)) {
                        let number = kept.revision.number();
                        let what = format!("it is not found by its link to {}", link.lineage);
                        self.find(format!("{lineage}@{number}: {what}"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Finds which of the revisions up to the last have no key.
    async fn gaps(&mut self, lineage: LineageId, last: u32) -> Result<(), Error> {
        let all = REVISIONS.key(self.partition, lineage.to_string())?;
        let mut keys = Keys::new(KeyRange::prefix(&all));
        let mut next = 1;
        while let Some(page) = keys.next(self.snapshot).await? {
            for key in page {
                // Keys of one lineage are in the order of the numbers.
                let number = key.parts().nth(1).and_then(KeyPart::as_u64);
                let number = number.and_then(|number| u32::try_from(number).ok());
                let number = number.unwrap_or(0).min(last.saturating_add(1));
                self.missing(lineage, next..number);
                next = next.max(number.saturating_add(1));
            }
        }
        self.missing(lineage, next..last.saturating_add(1));
        Ok(())
    }

    fn missing(&mut self, lineage: LineageId, numbers: core::ops::Range<u32>) {
        for number in numbers {
            self.find(format!("{lineage}@{number}: the revision is missing"));
        }
    }

    /// Every undo point that a lineage keeps is there, as it was kept.
    async fn kept_points<C: Versioned>(&mut self, of: &StoredLineage<C>) -> Result<(), Error> {
        for entry in of.undo.points() {
            let parts = undo_parts(of.lineage, entry.number);
            let key = C::UNDO.key(self.partition, parts)?;
            let what = match read_record::<KeptUndo<C>>(self.snapshot, &key).await? {
                None => "is missing",
                Some(Ok(kept)) if kept.0.point.content().digest().ok() != Some(entry.content) => {
                    "is not what was kept"
                }
                Some(_) => continue,
            };
            let number = entry.number;
            self.find(format!("{}: its undo point {number} {what}", of.lineage));
        }
        Ok(())
    }

    /// Every undo point is one that its lineage keeps.
    async fn undo_points<C: Versioned>(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &C::UNDO)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptUndo(kept)) = kept else {
                    continue;
                };
                let (lineage, number) = (kept.lineage, kept.number);
                self.place(
                    &key,
                    &C::UNDO.key(self.partition, undo_parts(lineage, number))?,
                );
                let head = self.head::<C>(lineage)?;
                let found = read_record::<KeptLineage<C>>(self.snapshot, &head).await?;
                let is_kept = match found {
                    Some(Ok(found)) => found.0.undo.choose(Some(number)).is_ok(),
                    Some(Err(_)) => true,
                    None => self.is_leaving(lineage).await?,
                };
                if !is_kept {
                    self.find(format!(
                        "{lineage}: there is an undo point {number} that it does not keep"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Every channel points to a revision that its lineage has.
    async fn channels(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &CHANNELS)?;
        let mut last = None;
        while let Some(page) = walk.next().await? {
            for (_, kept) in page {
                let Ok(kept) = kept else { continue };
                let (lineage, channel) = (kept.0.lineage, kept.0.channel);
                let (name, number) = (channel.name(), channel.current());
                if self.lineage(lineage, &mut last).await?.lacks(number.get()) {
                    let what = format!("points to {number}, which is not there");
                    self.find(format!("{lineage}@{name}: {what}"));
                }
            }
        }
        Ok(())
    }

    /// Every matcher stands beside the HEAD of a lineage.
    async fn matchers(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &MATCHERS)?;
        let mut last = None;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptMatcher(kept)) = kept else {
                    continue;
                };
                let (lineage, at) = (kept.lineage, kept.matcher.location());
                if self.lineage(lineage, &mut last).await?.lacks(0) {
                    self.find(format!("{lineage}: a matcher for {at}, and no lineage"));
                }
                let parts = matcher_parts(lineage, at);
                self.place(&key, &MATCHERS.key(self.partition, parts)?);
            }
        }
        Ok(())
    }

    /// What the record of a lineage says; the last one that was asked for is remembered.
    pub(super) async fn lineage(
        &self,
        lineage: LineageId,
        last: &mut Option<(LineageId, Lineage)>,
    ) -> Result<Lineage, Error> {
        if let Some((_, said)) = last.filter(|(asked, _)| *asked == lineage) {
            return Ok(said);
        }
        let mut said = self.record_of::<Mci>(lineage).await?;
        if matches!(said, Lineage::Missing) {
            said = self.record_of::<Template>(lineage).await?;
        }
        if matches!(said, Lineage::Missing) && self.is_leaving(lineage).await? {
            said = Lineage::Leaving;
        }
        *last = Some((lineage, said));
        Ok(said)
    }

    /// What the record of a lineage of one kind says.
    async fn record_of<C: Versioned>(&self, lineage: LineageId) -> Result<Lineage, Error> {
        let head = self.head::<C>(lineage)?;
        let found = read_record::<KeptLineage<C>>(self.snapshot, &head).await?;
        Ok(match found {
            None => Lineage::Missing,
            Some(Err(_)) => Lineage::Unreadable,
            Some(Ok(kept)) => {
                let last = kept.0.last.map_or(0, |last| last.number.get());
                match kept.0.imported {
                    None => Lineage::Known(last),
                    Some(_) => Lineage::Imported(last),
                }
            }
        })
    }

    /// Where the record of a lineage lies.
    fn head<C: Versioned>(&self, lineage: LineageId) -> Result<Key, Error> {
        Ok(C::HEADS.key(self.partition, lineage.to_string())?)
    }

    /// Whether a record lies where it is looked for.
    pub(super) fn place(&mut self, found: &Key, expected: &Key) {
        if found != expected {
            let (found, expected) = (shown(found), shown(expected));
            self.find(format!("what is at {found} belongs at {expected}"));
        }
    }

    pub(super) fn find(&mut self, problem: String) {
        self.report.findings.push(problem);
    }
}

pub(super) fn shown(key: &Key) -> String {
    atlas_base::quoted(key.as_str()).to_string()
}

/// The digest that something lies under.
fn named(key: &Key) -> String {
    let named = key.parts().next().and_then(KeyPart::as_text);
    named.unwrap_or_default()
}
