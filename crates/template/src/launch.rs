//! From a ServerTemplate, or a MultiCloud Image, to what is launched: choice, overrides, permission.
//!
//! It goes in two steps, so that whoever keeps the records loads those of one image only:
//! [`LaunchAsk::choose`] says which image it is about, [`Chosen::launch`] decides with the facts of
//! that image.

mod choice;
mod judging;
mod outcome;
mod overrides;
mod refusal;
mod trace;

use crate::{LinkError, LinkTarget, Policies, Source, TemplateContent};
use atlas_base::{Name, Timestamp};
use atlas_history::{Frozen, LineageId, Marks, Revision, RevisionNumber};
use atlas_image::{AgentFacts, DeclaredGuest, Records};
use atlas_image_id::CloudLocation;
use atlas_mci::{ImageAccess, InstanceTypes};
use atlas_scope::{AccountNumber, Scope};

pub use self::{
    choice::{Chosen, ChosenBy},
    outcome::{Launch, LaunchTemplate, TemplateWarning},
    overrides::{Override, OverrideField, OverrideMark, Overrides},
    refusal::{LaunchRefusal, LinkName},
    trace::{LaunchStep, LaunchTrace, LinkSays},
};
pub(crate) use self::{
    judging::{Judged, Launchable},
    overrides::StoredOverrides,
};

/// HEAD or a committed revision of a `ServerTemplate`.
#[derive(Debug, Clone, Copy)]
pub struct TemplateSource<'a> {
    /// The lineage.
    pub lineage: LineageId,
    /// The content.
    pub content: &'a Frozen<TemplateContent>,
    /// The revision; none for HEAD.
    pub revision: Option<&'a Revision>,
    /// The revision's marks; HEAD has none.
    pub marks: &'a Marks,
}

impl TemplateSource<'_> {
    fn number(&self) -> Option<RevisionNumber> {
        self.revision.map(Revision::number)
    }

    fn name(&self) -> &Name {
        self.content.content().name()
    }
}

/// What a link of a template means today.
#[derive(Debug, Clone, Copy)]
pub struct LinkSource<'a> {
    /// The lineage of the link.
    pub lineage: LineageId,
    /// What it is called today; none where it is not visible.
    pub name: Option<&'a Name>,
    /// The state that it means, or why it means none.
    pub state: Result<Source<'a>, &'a LinkError>,
}

/// Which MultiCloud Image the caller wants.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::exhaustive_enums,
    reason = "one is named or not, and it is linked or not"
)]
pub enum MciChoice<'a> {
    /// None by name: the default link is used.
    #[default]
    Unsaid,
    /// One of the links.
    Linked(LineageId),
    /// One that need not be linked: an override.
    Override(Source<'a>),
}

/// What a launch begins with.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a launch begins with a template or a MultiCloud Image"
)]
pub enum LaunchFrom<'a> {
    /// A MultiCloud Image.
    Mci(Source<'a>),
    /// A `ServerTemplate`.
    Template {
        /// Which.
        template: TemplateSource<'a>,
        /// What its links mean today; a link that is not among them is not visible.
        links: &'a [LinkSource<'a>],
        /// Which of them the caller wants.
        mci: MciChoice<'a>,
    },
}

/// A question: what is launched at a location?
#[derive(Debug, Clone, Copy)]
pub struct LaunchAsk<'a> {
    /// What the launch begins with.
    pub from: LaunchFrom<'a>,
    /// Where: it must be said.
    pub location: &'a CloudLocation,
    /// What wins over the setting.
    pub overrides: &'a Overrides,
}

/// What a publisher says of what is inside an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "what a launch needs of it, and a new part is to be noticed"
)]
pub struct ToldInside {
    /// The agent that runs scripts.
    pub agent: AgentFacts,
    /// How a server of it is reached.
    pub guest: DeclaredGuest,
}

/// What is known of the image that was chosen.
#[derive(Debug, Clone, Copy)]
pub struct LaunchFacts<'a> {
    /// Its records that the viewer may see.
    pub records: Records<'a>,
    /// What its publisher says of what is inside, where the viewer sees no record and imported a revision
    /// that holds it (ours: an import carries facts, not records).
    pub told: Option<&'a ToldInside>,
    /// Whether the account may launch it, as far as anybody looked.
    pub access: ImageAccess,
    /// The number of the viewer's account.
    pub account: Option<AccountNumber>,
    /// Which architectures instance types take.
    pub types: &'a InstanceTypes,
    /// What may be launched, beside all other rules.
    pub policies: Policies<'a>,
    /// From where it is launched.
    pub viewer: &'a Scope,
    /// Now, as the caller's clock says.
    pub now: Timestamp,
}

/// Receives the steps of a decision; a step that nobody wants is never built.
pub(crate) type Witness<'a> = &'a mut dyn FnMut(&dyn Fn() -> LaunchStep);

/// Decides what is launched; `facts` gives what is known of the image that was chosen
/// (RightScale: the image that a server launches with).
///
/// ```
/// use atlas_base::Timestamp;
/// use atlas_history::{Frozen, LineageId, Marks};
/// use atlas_image_id::{Cloud, CloudLocation, ImageId};
/// use atlas_mci::{Content, HeadEdit, ImageAccess, InstanceType, InstanceTypes, Setting};
/// use atlas_scope::Scope;
/// use atlas_template::{
///     LaunchAsk, LaunchFacts, LaunchFrom, LinkSource, LinkTarget, MciChoice, Overrides, Policies,
///     Source, TemplateContent, TemplateEdit, TemplateSource, launch,
/// };
///
/// let web = LineageId::from_u128(7);
/// let setting = Setting::new(ImageId::parse(Cloud::Gcp, "projects/acme/global/images/web-1")?)
///     .with_instance_type(InstanceType::parse("n2-standard-2")?);
/// let content = Content::new("web".parse()?).edited([HeadEdit::set("gcp".parse()?, setting)])?;
/// let (content, marks) = (Frozen::new(content)?, Marks::default());
/// let state = Ok(Source { lineage: web, content: &content, revision: None, marks: &marks });
/// let links = [LinkSource { lineage: web, name: None, state }];
///
/// let template = TemplateContent::new("front".parse()?)
///     .edited([TemplateEdit::link(web, LinkTarget::Head)])?;
/// let template = Frozen::new(template)?;
/// let overrides = Overrides {
///     instance_type: Some(InstanceType::parse("n2-standard-4")?),
///     ..Overrides::default()
/// };
/// let ask = LaunchAsk {
///     from: LaunchFrom::Template {
///         template: TemplateSource {
///             lineage: LineageId::from_u128(8),
///             content: &template,
///             revision: None,
///             marks: &marks,
///         },
///         links: &links,
///         mci: MciChoice::Unsaid,
///     },
///     location: &CloudLocation::parse("gcp/europe-west1")?,
///     overrides: &overrides,
/// };
/// let (types, viewer) = (InstanceTypes::default(), Scope::global());
/// let launched = launch(&ask, |_| LaunchFacts {
///     records: [].as_slice().into(),
///     told: None,
///     access: ImageAccess::Unasked,
///     account: None,
///     types: &types,
///     policies: Policies::default(),
///     viewer: &viewer,
///     now: Timestamp::EPOCH,
/// })?;
/// assert_eq!(launched.plan.mci.as_str(), "web");
/// assert_eq!(launched.overridden[0].to_string(),
///     "override: instance type `n2-standard-4` in place of `n2-standard-2`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`LaunchRefusal`].
pub fn launch<'a>(
    ask: &LaunchAsk<'a>,
    facts: impl FnOnce(&Chosen<'a>) -> LaunchFacts<'a>,
) -> Result<Launch, LaunchRefusal> {
    let chosen = ask.choose()?;
    let facts = facts(&chosen);
    chosen.launch(&facts)
}

/// [`launch`] with the whole reasoning, whatever its outcome.
pub fn explain_launch<'a>(
    ask: &LaunchAsk<'a>,
    facts: impl FnOnce(&Chosen<'a>) -> LaunchFacts<'a>,
) -> (Result<Launch, LaunchRefusal>, LaunchTrace) {
    let mut steps = Vec::new();
    let mut witness = |step: &dyn Fn() -> LaunchStep| steps.push(step());
    let outcome = ask.decide(&mut witness).and_then(|chosen| {
        let facts = facts(&chosen);
        chosen.decide(&facts, &mut witness)
    });
    match &outcome {
        Ok(launch) => {
            // What policies found stands in their own steps already.
            let warnings = launch.unaudited_texts().into_iter();
            steps.extend(warnings.map(|text| LaunchStep::Warned { text }));
            let image = launch.plan.image.clone();
            steps.push(LaunchStep::Mci(crate::TraceStep::Decided { image }));
        }
        Err(error) => {
            let reason = error.to_string();
            steps.push(LaunchStep::Mci(crate::TraceStep::Refused { reason }));
        }
    }
    (outcome, LaunchTrace::new(steps))
}

/// The target of a link of a template, for words about it.
fn target_of(template: &TemplateSource<'_>, lineage: LineageId) -> Option<LinkTarget> {
    let link = template.content.content().link(lineage);
    link.map(|link| link.target.clone())
}
