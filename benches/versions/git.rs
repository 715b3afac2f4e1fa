//! The peer: libgit2.

use crate::Fault;
use git2::{MergeFileInput, Oid, Patch, Repository, Signature};
use std::path::Path;

/// A repository with one file, that flushes what it writes.
pub(crate) struct Git {
    repository: Repository,
    last: Option<Oid>,
}

impl Git {
    pub(crate) fn init(folder: &Path) -> Result<Self, Fault> {
        let repository = Repository::init_bare(folder)?;
        // Without it a power cut takes commits that were reported.
        repository
            .config()?
            .set_bool("core.fsyncObjectFiles", true)?;
        Ok(Self {
            repository,
            last: None,
        })
    }

    /// What `git add` and `git commit` of the file write: blob, tree, commit, branch.
    pub(crate) fn commit(&mut self, file: &[u8], message: &str) -> Result<(), Fault> {
        let repository = &self.repository;
        let blob = repository.blob(file)?;
        let mut tree = repository.treebuilder(None)?;
        tree.insert("mci.json", blob, 0o100_644)?;
        let tree = repository.find_tree(tree.write()?)?;
        let who = Signature::now("admin", "admin@example.com")?;
        let parent = self.last.map(|last| repository.find_commit(last));
        let parent = parent.transpose()?;
        let parents: Vec<_> = parent.iter().collect();
        let made = repository.commit(Some("HEAD"), &who, &who, message, &tree, &parents)?;
        self.last = Some(made);
        Ok(())
    }
}

/// The hunks of a line diff.
pub(crate) fn diff(before: &[u8], after: &[u8]) -> Result<usize, Fault> {
    Ok(Patch::from_buffers(before, None, after, None, None)?.num_hunks())
}

/// A three-way merge of lines.
pub(crate) fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Result<Vec<u8>, Fault> {
    let side = |text| {
        let mut input = MergeFileInput::new();
        input.content(text);
        input
    };
    let (base, ours, theirs) = (side(base), side(ours), side(theirs));
    let merged = git2::merge_file(&base, &ours, &theirs, None)?;
    if !merged.is_automergeable() {
        return Err("the peer finds a conflict where there is none".into());
    }
    Ok(merged.content().to_vec())
}
