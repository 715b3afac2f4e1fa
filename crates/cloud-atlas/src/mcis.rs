//! MultiCloud Images: make, edit, commit, look at.

use crate::{
    Error, MciView, NewLineage, Session,
    facts::Looks,
    kind::Mci,
    mci_views::view,
    stored::{StoredMci, images_of},
    templates::own,
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_history::{Generation, Message, Revision};
use atlas_mci::{Content, Diff, EditWarning, HeadEdit};
use atlas_scope::{Permission, Scope};
use atlas_template::Reference;
use std::collections::BTreeSet;

impl Session {
    /// Makes a MultiCloud Image with an empty HEAD (RightScale: a new MCI has a HEAD only).
    ///
    /// # Errors
    ///
    /// The name is taken at that scope, the scope is not there, or the caller may not.
    pub async fn create_mci(&self, scope: &Scope, name: Name) -> Result<MciView, Error> {
        let new = NewLineage::new(scope.clone(), name);
        self.make_mci(&new).await
    }

    /// [`Session::create_mci`], where it is also said whether lower scopes see it.
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn make_mci(&self, new: &NewLineage) -> Result<MciView, Error> {
        self.write(|unit| async move {
            unit.require(Permission::MciCreate, &new.scope).await?;
            let mci = unit.new_lineage::<Mci>(new).await?;
            Ok(view(own(mci), None))
        })
        .await
    }

    /// Edits HEAD: all of the edits or none. `seen` is the generation of HEAD that the caller
    /// looked at; it is data, and never retried away. The view says what to know about the edit; an
    /// image without a record is allowed (ours).
    ///
    /// # Errors
    ///
    /// An edit cannot be made, an instance type does not take its image, an inventory says that an
    /// image is not there or closed, HEAD moved since it was seen, or the caller may not.
    pub async fn edit_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        edits: Vec<HeadEdit>,
        seen: Option<Generation>,
    ) -> Result<MciView, Error> {
        let looks = self.looks_of_edit(reference, from, &edits).await?;
        self.write(|unit| {
            let (reference, from, edits) = (reference.clone(), from.clone(), edits.clone());
            let looks = &looks;
            async move {
                let mut located = unit
                    .locate::<Mci>(&reference, &from, Permission::MciView)
                    .await?;
                unit.only_head(&reference, &located).await?;
                unit.require(Permission::MciEdit, &located.found.scope)
                    .await?;
                located.found.head.expect(seen)?;
                let content = located.found.head.content().edited(edits)?;
                let warnings = unit.put_head(&mut located.found, content, looks).await?;
                let view = view(located, None);
                Ok(MciView { warnings, ..view })
            }
        })
        .await
    }

    /// What is known of the images of an edit before its transaction. Whoever may not make the edit
    /// learns nothing: the edit itself says why it is refused.
    async fn looks_of_edit(
        &self,
        reference: &Reference,
        from: &Scope,
        edits: &[HeadEdit],
    ) -> Result<Looks, Error> {
        let unit = self.read().await?;
        let found = unit
            .to_change::<Mci>(reference, from, Permission::MciEdit)
            .await;
        drop(unit);
        let Ok(mci) = found else {
            return Ok(Looks::default());
        };
        let before = mci.head.content();
        match before.edited(edits.to_vec()) {
            Ok(after) => self.looks(&mci, before, &after).await,
            Err(_) => Ok(Looks::default()),
        }
    }

    /// Freezes HEAD as the next revision (RightScale: commit).
    ///
    /// # Errors
    ///
    /// There is nothing to commit, HEAD has no settings, it moved since it was seen, or the caller
    /// may not.
    pub async fn commit_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        message: Message,
        seen: Option<Generation>,
    ) -> Result<Revision, Error> {
        self.write(|unit| {
            let (reference, from, message) = (reference.clone(), from.clone(), message.clone());
            async move {
                let mci = unit
                    .to_change::<Mci>(&reference, &from, Permission::MciCommit)
                    .await?;
                let (_, revision) = unit.commit(mci, message, None, seen).await?;
                Ok(revision)
            }
        })
        .await
    }
}

impl Unit {
    /// Lets a content take the place of HEAD's, if it is another, and tells what to warn of.
    pub(crate) async fn put_head(
        &self,
        mci: &mut StoredMci,
        content: Content,
        looks: &Looks,
    ) -> Result<Vec<EditWarning>, Error> {
        let before = mci.head.content();
        let diff = Diff::between(before, &content);
        if diff.is_empty() {
            return Ok(Vec::new());
        }
        let warnings = self.allowed_in_head(mci, &content, looks).await?;
        mci.set_head(mci.head.edited(content))?;
        self.put_lineage(mci.clone()).await?;
        self.audit_edit(mci, &diff).await?;
        Ok(warnings)
    }

    /// Refuses what an edit could not put into HEAD either, and tells what an edit would warn of.
    pub(crate) async fn allowed_in_head(
        &self,
        mci: &StoredMci,
        after: &Content,
        looks: &Looks,
    ) -> Result<Vec<EditWarning>, Error> {
        let before = mci.head.content();
        let warnings = self.admit(mci, before, after, looks).await?;
        let old: BTreeSet<_> = images_of(before).collect();
        let new = images_of(after).filter(|image| !old.contains(image));
        self.refuse_buried(&mci.scope, &new.collect()).await?;
        Ok(warnings)
    }

    /// Writes what an edit of HEAD changed.
    pub(crate) async fn audit_edit(&self, mci: &StoredMci, diff: &Diff) -> Result<(), Error> {
        // Rows tell how long user data is, not what it says: people keep secrets there.
        let text = canonical::to_string(&diff.rows())?;
        let change = Change::made(&text);
        self.audit(Permission::MciEdit, &mci.scope, mci.lineage, change)
            .await
    }
}
