//! Who uses what, in every direction: images, MultiCloud Images, templates, role maps, servers and
//! locks.

mod finding;

use self::finding::Finding;
use crate::{
    Error, LineageKind, NotFound, Noun, Session,
    kind::{Mci, Template},
};
use atlas_image::{Hidden, ImageRecordId};
use atlas_scope::{Permission, Scope};
use atlas_template::{Reference, Xref, XrefNode, XrefRow, XrefWay};
use serde::Serialize;

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum XrefSubject {
    /// An image record.
    Image(ImageRecordId),
    /// A MultiCloud Image or a ServerTemplate: the one state that the reference names, or else HEAD,
    /// the newest 100 revisions, and all others that anything uses.
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
    /// How many revisions were not looked at: older than the newest 100, and used by nothing that
    /// she sees. Who uses is told of all revisions; what those use is not told.
    pub left_out: u32,
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
    /// channels, role maps, servers and registered locks, each by itself (RightScale).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn xref(&self, subject: &XrefSubject, from: &Scope) -> Result<XrefView, Error> {
        let unit = self.read().await?;
        match subject {
            XrefSubject::Image(id) => {
                unit.enter(Permission::ImageView, from).await?;
                let Some(record) = unit.held_image(*id, from).await? else {
                    return Err(NotFound::new(Noun::Image, id, from).into());
                };
                let usage = unit.told_usage(&record, from).await?;
                let finding = Finding::new(&unit, from);
                finding.image(&record, &usage).await
            }
            XrefSubject::Lineage(LineageKind::Mci, reference) => {
                let located = unit.locate::<Mci>(reference, from, Permission::MciView);
                let located = located.await?;
                let finding = Finding::new(&unit, &located.viewer);
                let selector = reference.selector.as_ref();
                finding.mci(&located.found, selector).await
            }
            XrefSubject::Lineage(LineageKind::Template, reference) => {
                let located = unit.locate::<Template>(reference, from, Permission::TemplateView);
                let located = located.await?;
                let finding = Finding::new(&unit, &located.viewer);
                let selector = reference.selector.as_ref();
                finding.template(&located.found, selector).await
            }
        }
    }
}
