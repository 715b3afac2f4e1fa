//! A revision of one account is copied to another, digest for digest.

use crate::{
    Error,
    deleting::Deletable,
    stored::{LastRevision, StoredImported, StoredLineage, StoredRevision},
    tables::{
        FOLLOWERS, IMPORTED, KeptFollower, KeptImported, KeptRevision, REVISIONS, StoredFollower,
        StoredImportedRevision, partition_of, revision_parts,
    },
    unit::Unit,
};
use atlas_history::{CloneSource, ClonedState, Marks, UndoLog};
use atlas_market::{ImportedLineage, ImportedRevision};
use atlas_store::StoreError;

impl Unit {
    /// Copies a revision that was published. The publication lets it be read: whoever imports sees
    /// nothing else of the publisher's.
    pub(super) async fn bring<C: Deletable>(
        &self,
        copy: &ImportedRevision,
        lineage: &ImportedLineage,
    ) -> Result<(), Error> {
        let (at, publisher) = (
            partition_of(&copy.scope)?,
            partition_of(&lineage.publisher)?,
        );
        let (id, number) = (copy.revision.lineage, copy.revision.number);
        let parts = revision_parts(id, number);
        let found = REVISIONS.get(&self.tx, &publisher, parts.clone()).await?;
        let Some(found) = found else {
            return Err(StoreError::corrupt("a published revision is missing").into());
        };
        let StoredRevision {
            revision, marks, ..
        } = found.0;
        revision.verify()?;
        if revision.digest() != copy.digest || revision.content() != copy.content {
            return Err(StoreError::corrupt("a publication is not the revision it names").into());
        }
        let content = self.content::<C>(&lineage.publisher, copy.content).await?;
        let known = C::HEADS.get(&self.tx, &at, id.to_string()).await?;
        let known = known.map(|kept| kept.0);
        let near = known.as_ref().map(|known| known.content);
        self.keep_content(&copy.scope, &content, near).await?;
        let kept = KeptRevision(StoredRevision {
            lineage: id,
            revision: revision.clone(),
            // What a revision was released as is part of its name; all else is each account's own.
            marks: Marks {
                release: marks.release,
                ..Marks::default()
            },
        });
        REVISIONS
            .insert(&self.tx, &at, parts.clone(), &kept)
            .await?;
        let kept = KeptImported(StoredImportedRevision {
            uses: content.content().used(),
            revision: copy.clone(),
        });
        IMPORTED.insert(&self.tx, &at, parts, &kept).await?;

        let source = CloneSource {
            lineage: id,
            state: ClonedState::Revision(&revision, &content),
        };
        let in_place_of_head = source.cloned(|content: &C| Ok::<_, Error>(content.clone()))?;
        let mut of = known.unwrap_or_else(|| StoredLineage {
            lineage: id,
            scope: copy.scope.clone(),
            shared: lineage.shared,
            origin: None,
            created: self.now,
            by: self.who.clone(),
            last: None,
            beside: C::Beside::default(),
            content: revision.content(),
            head: in_place_of_head.head.clone(),
            undo: UndoLog::default(),
            imported: Some(StoredImported {
                publisher: lineage.publisher.clone(),
                publication: lineage.publication,
                name: lineage.name.clone(),
            }),
        });
        if of.last.is_none_or(|last| last.number < number) {
            of.last = Some(LastRevision {
                number,
                content: revision.content(),
            });
            of.content = revision.content();
            of.head = in_place_of_head.head;
            let kept = KeptFollower(StoredFollower {
                lineage: id,
                scope: of.scope.clone(),
                upstream: id,
                publication: lineage.publication,
                have: number,
            });
            FOLLOWERS.put(&self.tx, &at, id.to_string(), &kept).await?;
        }
        C::keep_referred(self, &mut of, number, None, content.content()).await?;
        self.put_lineage(of).await
    }
}
