//! What a launch must know of its image, and the decision over it.

use super::{Explained, sources::Sources};
use crate::{Error, stored::place, unit::Unit};
use atlas_base::Timestamp;
use atlas_image::{
    Audience, DeclaredGuest, ImageRecord, ImageRecordId, LaunchPermission, Lifecycle, Records,
    guest_warning, nearest_or_opened,
};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::ImageAccess;
use atlas_scope::{AccountNumber, Scope, visible};
use atlas_template::{
    Chosen, Launch, LaunchAsk, LaunchFacts, LaunchFrom, LaunchRefusal, LinkSource, Overrides,
    Policies, Policy, ToldInside, explain_launch,
};
use std::sync::Arc;

/// What is known of the image that was chosen.
#[derive(Debug, Default)]
pub(crate) struct ImageKnown {
    /// The policies that hold where it is seen.
    policies: Arc<[Policy]>,
    held: Vec<ImageRecord>,
    opened: Vec<ImageRecord>,
    /// The records that are opened to everybody, as far as it matters.
    to_all: Vec<ImageRecordId>,
    /// What a publisher says of what is inside.
    told: Option<ToldInside>,
    access: ImageAccess,
    account: Option<AccountNumber>,
    /// What it was made from, the nearest first, as far as a policy asks.
    ancestors: Vec<ImageRecordId>,
}

impl ImageKnown {
    /// When time alone changes the decision, at the earliest.
    fn moment(
        &self,
        unit: &Unit,
        sources: &Sources,
        committed: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let mut moments = sources.moments.clone();
        let records = || self.held.iter().chain(&self.opened);
        for record in records() {
            if let Lifecycle::Deprecated { from, .. } = record.lifecycle()
                && *from > unit.now
            {
                moments.push(*from);
            }
        }
        for policy in &*self.policies {
            let made = records().map(|record| Some(record.created()));
            let changes = made
                .chain([None])
                .filter_map(|made| policy.changes_at(committed, made, unit.now));
            moments.extend(changes);
        }
        moments.into_iter().min()
    }

    pub(crate) fn facts<'a>(&'a self, unit: &'a Unit, viewer: &'a Scope) -> LaunchFacts<'a> {
        LaunchFacts {
            records: Records {
                held: &self.held,
                opened: &self.opened,
                to_all: &self.to_all,
            },
            told: self.told.as_ref(),
            access: self.access,
            account: self.account,
            types: &unit.shared.instance_types,
            policies: Policies {
                policies: &self.policies,
                // No cloud was asked.
                made: None,
                ancestors: &self.ancestors,
            },
            viewer,
            now: unit.now,
        }
    }
}

/// A question about what was loaded.
pub(crate) struct Question<'a> {
    pub(crate) sources: &'a Sources,
    from: LaunchFrom<'a>,
    overrides: &'a Overrides,
}

impl<'a> Question<'a> {
    /// `links` are those of the sources.
    pub(crate) fn new(
        sources: &'a Sources,
        links: &'a [LinkSource<'a>],
        overrides: &'a Overrides,
    ) -> Self {
        Self {
            sources,
            from: sources.from(links),
            overrides,
        }
    }

    fn at(&self, location: &'a CloudLocation) -> LaunchAsk<'a> {
        LaunchAsk {
            from: self.from,
            location,
            overrides: self.overrides,
        }
    }

    /// Every location that has a setting.
    pub(crate) fn locations(&self) -> Vec<&'a CloudLocation> {
        self.from.locations().into_iter().collect()
    }
}

/// A decision, and when time alone changes it.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) outcome: Result<Launch, LaunchRefusal>,
    /// Whether what it depends on lies in the partitions of the viewer alone.
    pub(crate) is_own: bool,
    pub(crate) until: Option<Timestamp>,
}

impl Unit {
    /// Decides what is launched at a location.
    pub(crate) async fn decided(
        &self,
        question: &Question<'_>,
        location: &CloudLocation,
    ) -> Result<Decided, Error> {
        let sources = question.sources;
        let chosen = match question.at(location).choose() {
            Ok(chosen) => chosen,
            Err(refusal) => {
                return Ok(Decided {
                    outcome: Err(refusal),
                    is_own: true,
                    until: sources.until(),
                });
            }
        };
        let known = self.known_of(&chosen, sources).await?;
        Ok(Decided {
            outcome: chosen.launch(&known.facts(self, &sources.viewer)),
            is_own: known.opened.is_empty(),
            until: known.moment(self, sources, chosen.committed()),
        })
    }

    /// [`Unit::decided`] with the whole reasoning.
    pub(crate) async fn explained(
        &self,
        question: &Question<'_>,
        location: &CloudLocation,
    ) -> Result<Explained, Error> {
        let (ask, sources) = (question.at(location), question.sources);
        let known = match ask.choose() {
            Ok(chosen) => self.known_of(&chosen, sources).await?,
            Err(_) => ImageKnown::default(),
        };
        let (outcome, trace) = explain_launch(&ask, |_| known.facts(self, &sources.viewer));
        Ok(Explained {
            location: location.clone(),
            outcome,
            trace: trace.after(sources.passed_over.iter().cloned()),
        })
    }

    /// What the viewer's scope knows of the image that was chosen.
    async fn known_of(&self, chosen: &Chosen<'_>, sources: &Sources) -> Result<ImageKnown, Error> {
        let (at, image) = (chosen.served_by(), chosen.image());
        let policies = Arc::clone(&sources.policies);
        self.known_under(policies, at, image, &sources.viewer).await
    }

    /// What the viewer's scope knows of an image, and the policies that hold there.
    pub(crate) async fn known_image(
        &self,
        at: &CloudLocation,
        image: &ImageId,
        viewer: &Scope,
    ) -> Result<ImageKnown, Error> {
        let policies = self.policies_above(viewer).await?.into();
        self.known_under(policies, at, image, viewer).await
    }

    /// What the viewer's scope knows of an image under policies.
    pub(crate) async fn known_under(
        &self,
        policies: Arc<[Policy]>,
        at: &CloudLocation,
        image: &ImageId,
        viewer: &Scope,
    ) -> Result<ImageKnown, Error> {
        let mut known = ImageKnown {
            policies,
            held: self.records_above(viewer, at, image).await?,
            ..ImageKnown::default()
        };
        known
            .held
            .retain(|record| visible(record.scope(), record.shared(), viewer));
        // What the branch holds counts before what others opened.
        if known.held.is_empty() {
            let place = place(at, image);
            known.opened = self.opened_records(viewer, Some(&place), image).await?;
            known.access = match known.opened.as_slice() {
                [_, ..] => ImageAccess::Granted,
                // Nothing is in the repository without a record: one that is not seen, or not
                // there, is closed (Symphony).
                [] if at.cloud() == Cloud::Local => ImageAccess::Refused,
                [] => ImageAccess::Unasked,
            };
            if known.opened.is_empty() {
                let inside = self.told_by_publishers(at, image, viewer).await?;
                known.told = inside.map(|inside| ToldInside {
                    agent: inside.agent,
                    guest: DeclaredGuest {
                        facts: inside.guest,
                        init_agent: inside.init_agent,
                    },
                });
            }
        }
        // Who else may launch it matters only where something is to be said about it.
        if let Some(nearest) = nearest_or_opened(&known.held, &known.opened, viewer)
            && guest_warning(nearest.record, Audience::Some).is_some()
        {
            let opened = self.permissions_of(nearest.record).await?;
            if opened.permissions.contains(&LaunchPermission::Everybody) {
                known.to_all.push(opened.image);
            }
        }
        if known.access != ImageAccess::Unasked
            && let Some(account) = viewer.account_scope()
        {
            let record = self.scope_record(&account).await?;
            known.account = record.and_then(|record| record.account_number);
        }
        let steps = known
            .policies
            .iter()
            .filter_map(|policy| policy.ancestor.as_ref());
        if let Some(steps) = steps.map(|rule| rule.within).max()
            && let Some(nearest) = nearest_or_opened(&known.held, &known.opened, viewer)
        {
            let limit = usize::try_from(steps).unwrap_or(usize::MAX);
            let ancestors = self.ancestors_of(nearest.record, viewer, limit).await?;
            known.ancestors = ancestors.iter().map(ImageRecord::id).collect();
        }
        Ok(known)
    }
}
