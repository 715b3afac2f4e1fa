//! Who uses what, in every direction: images, MultiCloud Images, templates, servers and locks.

mod finding;

use self::finding::Finding;
use crate::{
    Error, LineageKind, NotFound, Noun, Session,
    kind::{Mci, Template},
};
use atlas_image::{Hidden, ImageRecordId, ReferrerKind};
use atlas_scope::{Permission, Scope};
use atlas_template::{LinkedState, Reference, Xref, XrefNode, XrefRow, XrefWay};
use serde::Serialize;

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum XrefSubject {
    /// An image record.
    Image(ImageRecordId),
    /// A MultiCloud Image or a ServerTemplate: all its states, or the one that the reference names.
    Lineage(LineageKind, Reference),
}

/// Who uses something, and what it uses, as far as the caller sees (RightScale: cross reference).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct XrefView {
    /// The states of what was asked about, or the image.
    pub roots: Vec<XrefNode>,
    /// The uses.
    pub xref: Xref,
    /// How many uses of an image there are that she does not see, where she may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Hidden>,
}

impl XrefView {
    /// All that uses a root, or that it uses, state by state.
    pub fn rows(&self, way: XrefWay) -> Vec<(&XrefNode, Vec<XrefRow>)> {
        let roots = self.roots.iter();
        roots
            .map(|root| (root, self.xref.rows(root, way)))
            .collect()
    }
}

impl Session {
    /// Who uses an image, a MultiCloud Image or a ServerTemplate, and what it uses: HEADs, revisions,
    /// channels, servers and registered locks, each by itself (RightScale).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn xref(&self, subject: &XrefSubject, from: &Scope) -> Result<XrefView, Error> {
        let unit = self.read().await?;
        let mut finding = Finding::new(&unit, from);
        match subject {
            XrefSubject::Image(id) => {
                unit.enter(Permission::ImageView, from).await?;
                let Some(record) = unit.held_image(*id, from).await? else {
                    return Err(NotFound::new(Noun::Image, id, from).into());
                };
                let usage = unit.told_usage(&record, from).await?;
                for referrer in usage.referrers() {
                    match referrer.kind {
                        ReferrerKind::MciHead | ReferrerKind::MciRevision => {
                            finding.mci_state(referrer).await?;
                        }
                        ReferrerKind::Lock => finding.lock(referrer).await?,
                        _ => {}
                    }
                }
                finding.servers_of(&record).await?;
                let roots = finding.image(&record);
                Ok(finding.done(roots, usage.hidden()))
            }
            XrefSubject::Lineage(LineageKind::Mci, reference) => {
                let located = unit.locate::<Mci>(reference, from, Permission::MciView);
                let found = located.await?.found;
                let states = finding.states(&found, reference.selector.as_ref()).await?;
                finding.mci(&found, &states).await?;
                let lineage = found.lineage;
                let root = |state: LinkedState| XrefNode::Mci { lineage, state };
                Ok(finding.done(states.into_iter().map(root).collect(), None))
            }
            XrefSubject::Lineage(LineageKind::Template, reference) => {
                let located = unit.locate::<Template>(reference, from, Permission::TemplateView);
                let found = located.await?.found;
                let states = finding.states(&found, reference.selector.as_ref()).await?;
                finding.template(&found, &states).await?;
                let lineage = found.lineage;
                let root = |state: LinkedState| XrefNode::Template { lineage, state };
                Ok(finding.done(states.into_iter().map(root).collect(), None))
            }
        }
    }
}
