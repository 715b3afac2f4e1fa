//! Matchers: settings for a whole cloud from one example.

mod asking;

use crate::{
    Error, Session,
    facts::Looks,
    kind::Mci,
    stored::{StoredMatcher, StoredMci},
    tables::{KeptMatcher, MATCHERS, matcher_parts, partition_of},
    unit::{Change, Unit},
};
use atlas_history::Generation;
use atlas_image_id::CloudLocation;
use atlas_mci::{Checksum, Content, EditWarning, Matcher, Rematch, Setting, SummedImages};
use atlas_scope::{Permission, Scope};
use atlas_template::Reference;
use serde::Serialize;
use std::collections::BTreeMap;

/// A matcher of a lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MatcherView {
    /// Where its example is.
    pub location: CloudLocation,
    /// The checksum that it looks for.
    pub checksum: Checksum,
    /// The locations of HEAD whose setting is what it made, in order.
    pub made: Vec<CloudLocation>,
}

/// What a matcher did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Matched {
    /// Where its example is.
    pub location: CloudLocation,
    /// The checksum that it looked for.
    pub checksum: Checksum,
    /// What became of which location.
    #[serde(flatten)]
    pub rematch: Rematch,
    /// The generation of HEAD afterwards.
    pub generation: Generation,
    /// What to know about the settings that it made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<EditWarning>,
}

/// What was found out before the transaction.
struct Ahead {
    mci: StoredMci,
    answers: BTreeMap<CloudLocation, SummedImages>,
    looks: Looks,
}

/// What HEAD is to be matched after.
#[derive(Clone)]
enum Example {
    /// A new example, in place of that of a matcher of its cloud.
    Of(Box<(CloudLocation, Setting, Checksum)>),
    /// The matchers as they are.
    Kept,
}

impl Session {
    /// Makes a matcher after the setting at a location of HEAD, and matches: every location of that
    /// cloud whose inventory has an image of the same checksum gets a setting, and settings made by
    /// hand stay (RightScale). A lineage has one matcher for each installation of a cloud; another
    /// example takes the place of the one before.
    ///
    /// # Errors
    ///
    /// There is no setting there, no inventory tells the checksum of its image, a setting cannot be
    /// made, HEAD moved since it was seen or looked at, or the caller may not edit it.
    pub async fn match_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        location: &CloudLocation,
        seen: Option<Generation>,
    ) -> Result<Matched, Error> {
        let mci = self.to_match(reference, from, seen).await?;
        let content = mci.head.content();
        let setting = content.setting(location)?.clone();
        let checksum = self.checksum_of(&mci, location, setting.image()).await?;
        let example = Example::Of(Box::new((location.clone(), setting, checksum)));
        let name = content.nickname().clone();
        let done = self.run_matchers(mci, example, reference, from).await?;
        // INVARIANT: a new example is matched.
        done.into_iter().next().ok_or(Error::NoMatcher {
            mci: name,
            location: None,
        })
    }

    /// Lets the matchers of a lineage match anew, in one edit of HEAD: settings are made, become
    /// others or go as the inventory says, and settings made by hand stay (RightScale).
    ///
    /// # Errors
    ///
    /// It has no matcher, an inventory gives no answer, a setting cannot be made, HEAD moved since it
    /// was seen or looked at, or the caller may not edit it.
    pub async fn rematch_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        seen: Option<Generation>,
    ) -> Result<Vec<Matched>, Error> {
        let mci = self.to_match(reference, from, seen).await?;
        self.run_matchers(mci, Example::Kept, reference, from).await
    }

    /// The matchers of a lineage, in the order of their clouds.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn matchers(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Vec<MatcherView>, Error> {
        let unit = self.read().await?;
        let located = unit
            .locate::<Mci>(reference, from, Permission::MciView)
            .await?;
        let settings = located.found.head.content().settings();
        let mut views = Vec::new();
        for matcher in unit.matchers_of(&located.found).await? {
            let mut made = Vec::new();
            for (location, setting) in settings {
                if matcher.has_made(location, setting)? {
                    made.push(location.clone());
                }
            }
            views.push(MatcherView {
                location: matcher.location().clone(),
                checksum: matcher.checksum().clone(),
                made,
            });
        }
        Ok(views)
    }

    /// Removes the matcher of a cloud; the settings that it made stay, and count as made by hand.
    ///
    /// # Errors
    ///
    /// There is none, the lineage is not there or not visible, or the caller may not edit it.
    pub async fn remove_matcher(
        &self,
        reference: &Reference,
        from: &Scope,
        location: &CloudLocation,
    ) -> Result<(), Error> {
        self.write(|unit| {
            let (reference, from) = (reference.clone(), from.clone());
            async move {
                let mci = unit
                    .to_change::<Mci>(&reference, &from, Permission::MciEdit)
                    .await?;
                let parts = matcher_parts(mci.lineage, location);
                let at = partition_of(&mci.scope)?;
                let Some(removed) = MATCHERS.delete(&unit.tx, &at, parts).await? else {
                    return Err(Error::NoMatcher {
                        mci: mci.name().clone(),
                        location: Some(location.clone()),
                    });
                };
                let change = Change::removed(&text(&removed.0.matcher));
                unit.audit(Permission::MciEdit, &mci.scope, mci.lineage, change)
                    .await
            }
        })
        .await
    }

    /// A lineage of which the caller may edit HEAD, which is as she saw it.
    async fn to_match(
        &self,
        reference: &Reference,
        from: &Scope,
        seen: Option<Generation>,
    ) -> Result<StoredMci, Error> {
        let mci = self
            .read()
            .await?
            .to_change::<Mci>(reference, from, Permission::MciEdit)
            .await?;
        mci.head.expect(seen)?;
        Ok(mci)
    }

    /// Asks the clouds, and lets the matchers match what they say in one transaction. HEAD has to be
    /// still the one that was looked at.
    async fn run_matchers(
        &self,
        mci: StoredMci,
        example: Example,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Vec<Matched>, Error> {
        let ahead = Box::pin(self.ask_ahead(mci, &example)).await?;
        self.write(|unit| {
            let (reference, from) = (reference.clone(), from.clone());
            let (ahead, example) = (&ahead, &example);
            async move {
                let mut mci = unit
                    .to_change::<Mci>(&reference, &from, Permission::MciEdit)
                    .await?;
                mci.head.expect(Some(ahead.mci.head.generation()))?;
                let matchers = unit.matchers_of(&mci).await?;
                let (content, done) = example.rematch(&mci, matchers, &ahead.answers)?;
                let warnings = unit.put_head(&mut mci, content, &ahead.looks).await?;
                let at = partition_of(&mci.scope)?;
                let mut all = Vec::new();
                for (before, rematch) in done {
                    let matcher = rematch.matcher.clone();
                    if before.as_ref() != Some(&matcher) {
                        let change = Change::made(&text(&matcher));
                        unit.audit(Permission::MciEdit, &mci.scope, mci.lineage, change)
                            .await?;
                    }
                    let parts = matcher_parts(mci.lineage, matcher.location());
                    let lineage = mci.lineage;
                    let kept = KeptMatcher(StoredMatcher { lineage, matcher });
                    MATCHERS.put(&unit.tx, &at, parts, &kept).await?;
                    let matcher = kept.0.matcher;
                    let own = |warning: &&EditWarning| {
                        let location = warning.location();
                        rematch.created.contains(location) || rematch.updated.contains(location)
                    };
                    all.push(Matched {
                        location: matcher.location().clone(),
                        checksum: matcher.checksum().clone(),
                        warnings: warnings.iter().filter(own).cloned().collect(),
                        generation: mci.head.generation(),
                        rematch,
                    });
                }
                Ok(all)
            }
        })
        .await
    }
}

/// What a matcher was before, and what came of it.
type Rematched = (Option<Matcher>, Rematch);

impl Example {
    /// What each matcher makes of a HEAD: with what it was before, and the content after all.
    fn rematch(
        &self,
        mci: &StoredMci,
        mut matchers: Vec<Matcher>,
        answers: &BTreeMap<CloudLocation, SummedImages>,
    ) -> Result<(Content, Vec<Rematched>), Error> {
        let mut content = mci.head.content().clone();
        let mut done = Vec::new();
        let mut earlier: Vec<_> = matchers.iter().cloned().map(Some).collect();
        match self {
            Self::Kept if matchers.is_empty() => {
                return Err(Error::NoMatcher {
                    mci: content.nickname().clone(),
                    location: None,
                });
            }
            Self::Kept => {}
            Self::Of(example) => {
                let (location, setting, checksum) = &**example;
                let near = |matcher: &Matcher| matcher.is_near(location);
                let before = matchers.into_iter().find(near);
                let (at, setting) = (location.clone(), setting.clone());
                let made = match &before {
                    Some(before) => before.after(at, setting, checksum.clone())?,
                    None => Matcher::new(at, setting, checksum.clone())?,
                };
                (matchers, earlier) = (vec![made], vec![before]);
            }
        }
        for (matcher, before) in matchers.into_iter().zip(earlier) {
            // One that was made since the clouds were asked waits for the next time.
            if let Some(answer) = answers.get(matcher.location()) {
                let rematch = matcher.rematch(&content, answer)?;
                content = rematch.content.clone();
                done.push((before, rematch));
            }
        }
        Ok((content, done))
    }
}

impl Unit {
    /// The matchers of a lineage, in the order of their clouds.
    async fn matchers_of(&self, mci: &StoredMci) -> Result<Vec<Matcher>, Error> {
        let at = partition_of(&mci.scope)?;
        let found = self.all(&MATCHERS, &at, mci.lineage.to_string()).await?;
        Ok(found.into_iter().map(|kept| kept.0.matcher).collect())
    }
}

/// How the trail tells of a matcher.
fn text(matcher: &Matcher) -> String {
    format!("matches {} of {}", matcher.checksum(), matcher.location())
}
