//! What a launch must know, loaded, and the decision over it.

use super::{Explained, LaunchBase, LaunchSubject};
use crate::{
    Error,
    kind::Mci,
    states::{Located, State},
    stored::place,
    unit::Unit,
};
use atlas_base::Timestamp;
use atlas_image::{ImageRecord, Lifecycle, Records};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::ImageAccess;
use atlas_scope::{AccountNumber, Scope, visible};
use atlas_template::{
    Chosen, Launch, LaunchAsk, LaunchFacts, LaunchFrom, LaunchRefusal, Policies, explain_launch,
};

/// What a launch begins with, loaded.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) located: Located<Mci>,
    state: State<Mci>,
}

impl Sources {
    /// As the decision takes it.
    pub(crate) fn from(&self) -> LaunchFrom<'_> {
        LaunchFrom::Mci(self.state.source(self.located.found.lineage))
    }

    fn ask<'a>(&'a self, subject: &'a LaunchSubject, location: &'a CloudLocation) -> LaunchAsk<'a> {
        LaunchAsk {
            from: self.from(),
            location,
            overrides: &subject.overrides,
        }
    }
}

/// What is known of the image that was chosen.
#[derive(Debug, Default)]
pub(crate) struct ImageKnown {
    held: Vec<ImageRecord>,
    pub(crate) opened: Vec<ImageRecord>,
    access: ImageAccess,
    account: Option<AccountNumber>,
}

impl ImageKnown {
    /// The moments at which time alone changes the decision.
    pub(crate) fn until(&self, unit: &Unit) -> impl Iterator<Item = Timestamp> {
        let records = self.held.iter().chain(&self.opened);
        records.filter_map(|record| match record.lifecycle() {
            Lifecycle::Deprecated { from, .. } if *from > unit.now => Some(*from),
            _ => None,
        })
    }

    pub(crate) fn facts<'a>(&'a self, unit: &'a Unit, viewer: &'a Scope) -> LaunchFacts<'a> {
        LaunchFacts {
            records: Records {
                held: &self.held,
                opened: &self.opened,
            },
            access: self.access,
            account: self.account,
            types: &unit.shared.instance_types,
            policies: Policies::default(),
            viewer,
            now: unit.now,
        }
    }
}

impl Unit {
    /// Loads what a launch begins with, as far as the caller sees it.
    pub(crate) async fn sources(&self, subject: &LaunchSubject) -> Result<Sources, Error> {
        let LaunchBase::Mci(reference) = &subject.base;
        let (located, state) = self.launchable(reference, &subject.scope).await?;
        Ok(Sources { located, state })
    }

    /// Decides what is launched at a location, and tells by what.
    pub(crate) async fn launch(
        &self,
        sources: &Sources,
        subject: &LaunchSubject,
        location: &CloudLocation,
    ) -> Result<(Result<Launch, LaunchRefusal>, ImageKnown), Error> {
        let chosen = match sources.ask(subject, location).choose() {
            Ok(chosen) => chosen,
            Err(refusal) => return Ok((Err(refusal), ImageKnown::default())),
        };
        let viewer = &sources.located.viewer;
        let known = self.known_of(&chosen, viewer).await?;
        Ok((chosen.launch(&known.facts(self, viewer)), known))
    }

    /// Decides what is launched at every location that has a setting.
    pub(crate) async fn launches(
        &self,
        sources: &Sources,
        subject: &LaunchSubject,
    ) -> Result<Vec<(CloudLocation, Result<Launch, LaunchRefusal>)>, Error> {
        let mut launches = Vec::new();
        for location in sources.from().locations() {
            let (outcome, _) = self.launch(sources, subject, location).await?;
            launches.push((location.clone(), outcome));
        }
        Ok(launches)
    }

    pub(crate) async fn explained(
        &self,
        sources: &Sources,
        subject: &LaunchSubject,
        location: &CloudLocation,
    ) -> Result<Explained, Error> {
        let (ask, viewer) = (sources.ask(subject, location), &sources.located.viewer);
        let known = match ask.choose() {
            Ok(chosen) => self.known_of(&chosen, viewer).await?,
            Err(_) => ImageKnown::default(),
        };
        let (outcome, trace) = explain_launch(&ask, |_| known.facts(self, viewer));
        Ok(Explained {
            location: location.clone(),
            outcome,
            trace,
        })
    }

    /// What the viewer's scope knows of the image that was chosen.
    async fn known_of(&self, chosen: &Chosen<'_>, viewer: &Scope) -> Result<ImageKnown, Error> {
        self.known_image(chosen.served_by(), chosen.image(), viewer)
            .await
    }

    /// What the viewer's scope knows of an image.
    pub(crate) async fn known_image(
        &self,
        at: &CloudLocation,
        image: &ImageId,
        viewer: &Scope,
    ) -> Result<ImageKnown, Error> {
        let mut known = ImageKnown {
            held: self.records_above(viewer, at, image).await?,
            ..ImageKnown::default()
        };
        known
            .held
            .retain(|record| visible(record.scope(), record.shared(), viewer));
        if !known.held.is_empty() {
            // What the branch holds counts before what others opened.
            return Ok(known);
        }
        let place = place(at, image);
        known.opened = self.opened_records(viewer, Some(&place), image).await?;
        known.access = match known.opened.as_slice() {
            [_, ..] => ImageAccess::Granted,
            // Nothing is in the repository without a record: one that is not seen, or not there,
            // is closed (Symphony).
            [] if at.cloud() == Cloud::Local => ImageAccess::Refused,
            [] => ImageAccess::Unasked,
        };
        if known.access != ImageAccess::Unasked
            && let Some(account) = viewer.account_scope()
        {
            let record = self.scope_record(&account).await?;
            known.account = record.and_then(|record| record.account_number);
        }
        Ok(known)
    }
}
