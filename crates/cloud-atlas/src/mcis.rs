//! MultiCloud Images: make, edit, commit, look at.

use crate::{
    Error, MciView, NotFound, Noun, Session,
    facts::Looks,
    mci_views::view,
    states::Located,
    stored::{LastRevision, StoredMci, StoredRevision, images_of},
    tables::{KeptRevision, REVISIONS, SCOPES, partition_of, partition_of_record, revision_parts},
    unit::{Change, Unit},
};
use atlas_base::{Name, Timestamp, canonical};
use atlas_history::{
    CommitRequest, Content as _, Frozen, Generation, Head, Held, LineageId, Marks, Message,
    Revision, UndoLog, editable,
};
use atlas_mci::{Content, Diff, EditWarning, HeadEdit, RequiredLocations};
use atlas_scope::{Permission, Scope};
use atlas_template::{Reference, Selector};
use std::collections::BTreeSet;

impl Session {
    /// Makes a MultiCloud Image with an empty HEAD (RightScale: a new MCI has a HEAD only).
    ///
    /// # Errors
    ///
    /// The name is taken at that scope, the scope is not there, or the caller may not.
    pub async fn create_mci(&self, scope: &Scope, name: Name) -> Result<MciView, Error> {
        self.write(|unit| {
            let (scope, name) = (scope.clone(), name.clone());
            async move {
                unit.require(Permission::MciCreate, &scope).await?;
                let mci = unit.new_mci(&scope, name).await?;
                Ok(view(
                    Located {
                        mci,
                        viewer: scope,
                        shadows: Vec::new(),
                        until: None,
                    },
                    None,
                ))
            }
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
                let mut located = unit.locate(&reference, &from, Permission::MciView).await?;
                unit.only_head(&reference, &located).await?;
                unit.require(Permission::MciEdit, &located.mci.scope)
                    .await?;
                located.mci.head.expect(seen)?;
                let content = located.mci.head.content().edited(edits)?;
                let warnings = unit.put_head(&mut located.mci, content, looks).await?;
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
        let found = unit.to_change(reference, from, Permission::MciEdit).await;
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
                    .to_change(&reference, &from, Permission::MciCommit)
                    .await?;
                let (_, revision) = unit.commit(mci, message, None, seen).await?;
                Ok(revision)
            }
        })
        .await
    }
}

impl Unit {
    /// A MultiCloud Image whose HEAD the caller may change, by a permission for it.
    pub(crate) async fn to_change(
        &self,
        reference: &Reference,
        from: &Scope,
        permission: Permission,
    ) -> Result<StoredMci, Error> {
        let located = self.locate(reference, from, Permission::MciView).await?;
        self.only_head(reference, &located).await?;
        self.require(permission, &located.mci.scope).await?;
        Ok(located.mci)
    }

    pub(crate) async fn new_mci(&self, scope: &Scope, name: Name) -> Result<StoredMci, Error> {
        let record = SCOPES
            .get(&self.tx, &partition_of_record(scope)?, scope.as_str())
            .await?;
        if record.is_none() {
            return Err(NotFound::new(Noun::Scope, scope, scope).into());
        }
        let head = Head::new(Content::new(name.clone()));
        let mci = StoredMci {
            lineage: LineageId::from_u128(self.id()),
            scope: scope.clone(),
            shared: scope.level().shares_by_default(),
            origin: None,
            created: self.now,
            by: self.who.clone(),
            last: None,
            required: RequiredLocations::default(),
            content: head.content().digest()?,
            head,
            undo: UndoLog::default(),
        };
        self.put_mci(mci.clone()).await?;
        self.audit(
            Permission::MciCreate,
            scope,
            mci.lineage,
            Change::made(&name),
        )
        .await?;
        Ok(mci)
    }

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
        let warnings = self.admit(mci, before, &content, looks).await?;
        let old: BTreeSet<_> = images_of(before).collect();
        let new = images_of(&content).filter(|image| !old.contains(image));
        let new = new.collect::<BTreeSet<_>>();
        self.refuse_buried(&mci.scope, &new).await?;
        mci.set_head(mci.head.edited(content))?;
        self.put_mci(mci.clone()).await?;
        self.audit_edit(mci, &diff).await?;
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

    /// Freezes HEAD and keeps everything that belongs to the new revision.
    pub(crate) async fn commit(
        &self,
        mut mci: StoredMci,
        message: Message,
        released_at: Option<Timestamp>,
        seen: Option<Generation>,
    ) -> Result<(StoredMci, Revision), Error> {
        mci.head.content().ready()?;
        self.gate_commit(&mci).await?;
        let last = match mci.last {
            Some(last) => Some(self.revision(&mci, last.number).await?.revision),
            None => None,
        };
        let request = CommitRequest {
            author: self.author()?,
            message,
            time: self.now,
            released_at,
            seen,
        };
        let commit = mci.head.commit(mci.lineage, last.as_ref(), request)?;
        let (partition, revision) = (partition_of(&mci.scope)?, commit.revision);
        let before = match mci.last {
            Some(last) => Some(self.content(&mci.scope, last.content).await?),
            None => None,
        };
        let origin = mci.origin.map(|origin| origin.content);
        let near = before.as_ref().map(Frozen::digest).or(origin);
        self.keep_content(&mci.scope, &commit.content, near).await?;
        let before = before.as_ref().map(Frozen::content);
        self.keep_uses(&mci, revision.number(), before, commit.content.content())
            .await?;
        let stored = StoredRevision {
            lineage: mci.lineage,
            revision: revision.clone(),
            marks: Marks::default(),
        };
        let parts = revision_parts(mci.lineage, revision.number());
        REVISIONS
            .insert(&self.tx, &partition, parts, &KeptRevision(stored))
            .await?;
        mci.last = Some(LastRevision {
            number: revision.number(),
            content: revision.content(),
        });
        // A commit changes nothing about what HEAD holds.
        (mci.head, mci.content) = (commit.head, revision.content());
        self.put_mci(mci.clone()).await?;
        let change = Change::made(&revision.digest());
        let subject = format!("{}@{}", mci.lineage, revision.number());
        self.audit(Permission::MciCommit, &mci.scope, subject, change)
            .await?;
        Ok((mci, revision))
    }

    /// Refuses a reference to a committed revision where only HEAD can be changed (RightScale).
    pub(crate) async fn only_head(
        &self,
        reference: &Reference,
        located: &Located,
    ) -> Result<(), Error> {
        let selector = reference.selector.as_ref();
        let Some(selector) = selector.filter(|selector| **selector != Selector::Head) else {
            return Ok(());
        };
        let number = Box::pin(self.number(located, Some(selector))).await?;
        let name = located.mci.head.content().nickname();
        Ok(editable(name, Some(number), Held::Here)?)
    }
}
