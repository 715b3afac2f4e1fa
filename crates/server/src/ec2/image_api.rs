//! What EC2's clients ask of the images of an engine, answered.

use super::{
    Ec2Answer, Ec2Caller, Ec2Outcome, Ec2Request,
    asking::{Answer, Asking},
    dispatch::dispatch,
    double::InstanceDouble,
    failure::Told,
    imports::Ec2Imports,
    refusal::answer_error,
};
use crate::{Ec2Failure, Ec2Instances};
use atlas_ec2::{Ec2Error, ErrorCode, Form, FormLimits, Request};
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use cloud_atlas::{
    Atlas, Clock, SystemClock,
    image::Installation,
    image_id::{Cloud, CloudLocation},
};
use std::{collections::BTreeMap, sync::Arc};

/// Answers the actions of EC2 on images with what an engine holds: what is registered here resolves in
/// MultiCloud Images, what is shared there is shared here.
///
/// The images of a region are those at `local/REGION`, or at `local:INSTALLATION/REGION` where an
/// [installation](Self::with_installation) is named.
#[derive(Debug, Clone)]
pub struct ImageApi {
    pub(super) atlas: Atlas,
    pub(super) allows_duplicate_names: bool,
    pub(super) makes_symphony_ids: bool,
    pub(super) knows_snapshots: bool,
    installation: Option<Installation>,
    /// The names of regions, with what their servers are called.
    pub(super) regions: BTreeMap<String, String>,
    clock: Arc<dyn Clock>,
    pub(super) instances: Option<Arc<dyn Ec2Instances>>,
    pub(super) double: Option<Arc<InstanceDouble>>,
    pub(super) imports: Option<Ec2Imports>,
    pub(super) told: Told,
    limits: FormLimits,
}

impl ImageApi {
    /// The images of an engine.
    pub fn new(atlas: Atlas) -> Self {
        Self {
            atlas,
            allows_duplicate_names: false,
            makes_symphony_ids: false,
            knows_snapshots: false,
            installation: None,
            regions: BTreeMap::new(),
            clock: Arc::new(SystemClock),
            instances: None,
            double: None,
            imports: None,
            told: Told::default(),
            limits: FormLimits::default(),
        }
    }

    /// Lets several images of an owner have one name in a region. EC2 refuses that, and so does this
    /// unless it is said.
    #[must_use]
    pub fn allow_duplicate_names(mut self) -> Self {
        self.allows_duplicate_names = true;
        self
    }

    /// Makes ids of images with 32 hex digits (Symphony); those of 8 and 17 are read all the same (E02).
    #[must_use]
    pub fn symphony_ids(mut self) -> Self {
        self.makes_symphony_ids = true;
        self
    }

    /// Refuses images whose devices name snapshots that their owner has not, as EC2 does. Unless it is
    /// said they are kept as they are named: a cloud may have snapshots of which nothing is known here.
    #[must_use]
    pub fn require_known_snapshots(mut self) -> Self {
        self.knows_snapshots = true;
        self
    }

    /// With the images of one installation of the cloud `local`.
    #[must_use]
    pub fn with_installation(mut self, installation: Installation) -> Self {
        self.installation = Some(installation);
        self
    }

    /// With regions that `DescribeRegions` tells of beside the one that is asked, each with the host
    /// under which clients reach it. Every region can be asked, whether it is named or not.
    #[must_use]
    pub fn with_regions(mut self, regions: impl IntoIterator<Item = (String, String)>) -> Self {
        self.regions = regions.into_iter().collect();
        self
    }

    /// With another clock than that of the machine: it says from when on an image is deprecated.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// With somebody who knows instances, of which images can be made (`CreateImage`); without, there
    /// are none.
    #[must_use]
    pub fn with_instance_facts(mut self, instances: Arc<dyn Ec2Instances>) -> Self {
        self.instances = Some(instances);
        self
    }

    /// Has somebody told what could not be done for a reason that is no client's, and why: clients are
    /// not. It should take no time.
    #[must_use]
    pub fn on_failure(mut self, tell: impl Fn(&Ec2Failure<'_>) + Send + Sync + 'static) -> Self {
        self.told = Told::new(tell);
        self
    }

    async fn asked(
        &self,
        caller: &Ec2Caller,
        request: &Ec2Request,
        action: &mut Option<&'static str>,
    ) -> Result<Answer, Ec2Error> {
        let form = Form::parse(&request.query, &request.form, &self.limits)?;
        let parsed = Request::parse(&form)?;
        let name = parsed.action.name();
        *action = Some(name);
        tracing::Span::current().record("action", name);
        let asking = Asking {
            api: self,
            session: self.atlas.act_as(&caller.caller.principal),
            caller,
            location: self.location(&caller.region)?,
            request_id: &request.id,
            action: name,
            dry_run: parsed.dry_run,
            question: parsed.question,
            now: self.clock.now(),
        };
        dispatch(&asking, parsed.action).await
    }

    /// Where the images of a region are.
    pub(super) fn location(&self, region: &str) -> Result<CloudLocation, Ec2Error> {
        let installation = self.installation.as_ref().map(Installation::as_str);
        let location = CloudLocation::new(Cloud::Local, installation, Some(region), None);
        location.map_err(|_| {
            let shown = cloud_atlas::base::quoted(region).to_string();
            let message = format!("The region {} does not exist.", shown.replace('`', "'"));
            Ec2Error::new(ErrorCode::InvalidRegion, message)
        })
    }
}

impl Ec2Answer for ImageApi {
    async fn answer(&self, caller: Ec2Caller, request: Ec2Request) -> Response {
        let mut action = None;
        match self.asked(&caller, &request, &mut action).await {
            Ok(Answer(document)) => {
                let mut response = Response::new(document);
                let xml = HeaderValue::from_static(super::refusal::XML);
                response.headers_mut().insert(header::CONTENT_TYPE, xml);
                let refused = None;
                let outcome = Ec2Outcome { action, refused };
                response.extensions_mut().insert(outcome);
                response
            }
            Err(error) => answer_error(&error, action, &request.id),
        }
    }
}
