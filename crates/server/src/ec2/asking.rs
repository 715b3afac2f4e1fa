//! A request while it is answered.

use super::{
    Ec2Caller, ImageApi,
    fault::{self, About},
};
use crate::Ec2Failure;
use atlas_ec2::{Done, Ec2Error, ImageItem, Question, Response};
use axum::body::Body;
use cloud_atlas::{
    Error, LaunchableImage, Session,
    base::Timestamp,
    image_id::CloudLocation,
    scope::{AccountNumber, Scope},
};

/// A request while it is answered: who asks, where, and as what it is to be answered.
pub(crate) struct Asking<'a> {
    pub(crate) api: &'a ImageApi,
    /// Does everything as the caller.
    pub(crate) session: Session,
    pub(crate) caller: &'a Ec2Caller,
    /// The region that is asked.
    pub(crate) location: CloudLocation,
    pub(crate) request_id: &'a str,
    pub(crate) action: &'static str,
    pub(crate) dry_run: bool,
    /// What is asked, whichever page of it; see [`Asking::question`].
    pub(crate) question: Question,
    pub(crate) now: Timestamp,
}

/// A request whose answer goes on when its head was sent.
pub(crate) struct Kept {
    api: ImageApi,
    session: Session,
    caller: Ec2Caller,
    location: CloudLocation,
    request_id: String,
    action: &'static str,
    question: Question,
    now: Timestamp,
}

impl Kept {
    /// The same request.
    pub(crate) fn asking(&self) -> Asking<'_> {
        Asking {
            api: &self.api,
            session: self.session.clone(),
            caller: &self.caller,
            location: self.location.clone(),
            request_id: &self.request_id,
            action: self.action,
            // It has been found out that it is none.
            dry_run: false,
            question: self.question,
            now: self.now,
        }
    }
}

/// The document of an answer.
#[derive(Debug)]
pub(crate) struct Answer(pub(crate) Body);

impl Asking<'_> {
    /// The same for as long as the answer takes.
    pub(crate) fn keep(&self) -> Kept {
        Kept {
            api: self.api.clone(),
            session: self.session.clone(),
            caller: self.caller.clone(),
            location: self.location.clone(),
            request_id: self.request_id.to_owned(),
            action: self.action,
            question: self.question,
            now: self.now,
        }
    }

    /// The project of the caller, in which images are made (E04).
    pub(crate) fn scope(&self) -> &Scope {
        &self.caller.caller.scope
    }

    /// The account of the caller.
    pub(crate) fn account(&self) -> AccountNumber {
        self.caller.account
    }

    /// The region that is asked.
    pub(crate) fn region(&self) -> &str {
        &self.caller.region
    }

    /// What is asked, to which tokens of pages are bound: by this caller, in this region.
    pub(crate) fn question(&self) -> Question {
        let caller = &self.caller.caller;
        let (principal, scope, region) = (&caller.principal, &caller.scope, self.region());
        let whole = format!("{principal}\0{scope}\0{}\0{region}", self.account());
        self.question.of_caller(&whole)
    }

    /// The answer to a request that was done.
    pub(crate) fn answer(&self, response: &impl Response) -> Answer {
        Answer(response.to_xml(self.request_id).into())
    }

    /// The answer to a request that was done, of which there is nothing more to say.
    pub(crate) fn done(&self) -> Answer {
        let action = self.action;
        self.answer(&Done { action })
    }

    /// The number of the account that owns an image. What nobody's account holds is EC2's own, and has
    /// the number of nobody.
    pub(crate) fn owner(&self, image: &LaunchableImage) -> AccountNumber {
        if image.is_own {
            return self.account();
        }
        image.owner.unwrap_or_else(|| AccountNumber::from_bits(0))
    }

    /// An image as answers show it.
    pub(crate) fn item<'i>(&self, image: &'i LaunchableImage) -> ImageItem<'i> {
        ImageItem::of(&image.record, self.owner(image), image.is_public)
    }

    /// Ends a request that is only tried, when all of it was checked that can be: the caller is told
    /// whether she may do it at a scope (E05). Of any other it decides nothing; the engine does.
    ///
    /// # Errors
    ///
    /// `DryRunOperation`, or `UnauthorizedOperation`.
    pub(crate) async fn before(&self, scope: &Scope) -> Result<(), Ec2Error> {
        self.before_attribute(self.action, scope).await
    }

    /// As [`before`](Self::before), of an action that needs more for one attribute.
    pub(crate) async fn before_attribute(
        &self,
        operation: &str,
        scope: &Scope,
    ) -> Result<(), Ec2Error> {
        if !self.dry_run {
            return Ok(());
        }
        if let Some(needed) = self.session.operations().needs(operation) {
            let found = self.session.can(needed, scope).await;
            let explained = found.map_err(|error| self.told(&error, About::Request))?;
            if !explained.decision.is_allowed() {
                return Err(fault::unauthorized());
            }
        }
        Err(Ec2Error::dry_run())
    }

    /// What a client is told of an error of the engine; what is no client's to know is told to the
    /// host program.
    pub(crate) fn told(&self, error: &Error, about: About<'_>) -> Ec2Error {
        if fault::is_ours(error) {
            self.api.told.tell(&Ec2Failure {
                request: self.request_id,
                action: self.action,
                caller: self.caller,
                error,
            });
        }
        fault::tell(error, about)
    }
}
