//! Imports that go on while nobody waits for them.

mod source;

use super::{ImageApi, fault::is_ours};
use crate::{Activity, activity::Work};
use cloud_atlas::{
    BringDisk, DiskWatch, Error, ImportDiskOptions, Labelled, Session,
    fetch::{Fetcher, Spool},
    image::{CloudText, DiskImage, LabelChange, Labels},
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Makes disk images of what `ImportImage` names, in the background: from URLs by a fetcher of the
/// host's, with its rules about addresses, and from files of one folder. Without either, everything is
/// refused.
///
/// A task is the disk image that is made, and is called as it is (`import-ami-…`), so that it outlives
/// the program, and every server on the same store tells of it. When the host stops, so do the imports;
/// they have failed then, and the same request with the same `ClientToken` tries again.
#[derive(Debug, Clone)]
pub struct Ec2Imports {
    fetcher: Option<(Fetcher, Spool)>,
    folder: Option<PathBuf>,
    pool: CloudText,
    options: ImportDiskOptions,
    activity: Activity,
    stopped: Arc<AtomicBool>,
}

impl Ec2Imports {
    /// With so many imports at once; more are refused with `ResourceLimitExceeded`. Images are kept in
    /// this storage pool.
    pub fn new(at_once: usize, pool: CloudText) -> Self {
        Self {
            fetcher: None,
            folder: None,
            pool,
            options: ImportDiskOptions::default(),
            activity: Activity::new(at_once),
            stopped: Arc::default(),
        }
    }

    /// Imports what URLs lead to, within the rules of a fetcher; it lies in the spool meanwhile.
    #[must_use]
    pub fn with_fetcher(mut self, fetcher: Fetcher, spool: Spool) -> Self {
        self.fetcher = Some((fetcher, spool));
        self
    }

    /// Imports the files of a folder, which are named as `file:///NAME`: those that lie in it, and
    /// nothing that is a link or lies elsewhere.
    #[must_use]
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// How disk images are made.
    #[must_use]
    pub fn with_options(mut self, options: ImportDiskOptions) -> Self {
        self.options = options;
        self
    }

    /// How many imports are under way.
    pub fn activity(&self) -> Activity {
        self.activity.clone()
    }

    /// Stops all imports, lets none begin any more, and waits until none is under way.
    pub async fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.activity.at_most(0).await;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Room for one more, if there is any.
    pub(super) fn begin(&self) -> Option<Work> {
        self.activity.begin()
    }

    /// Makes an image in the background. It needs a runtime of tokio, as the router does.
    pub(super) fn make(&self, made: Made, tell: impl Fn(&Error) + Send + Sync + 'static) {
        let (options, stopped) = (self.options.clone(), Arc::clone(&self.stopped));
        tokio::spawn(async move {
            let watch = DiskWatch::new(move || stopped.load(Ordering::SeqCst), |_, _| {});
            // What a client has named and cannot be had is told by the task alone.
            if let Err(error) = made.run(&options, &watch).await
                && is_ours(&error)
            {
                tell(&error);
            }
        });
    }
}

/// A disk image that is to be made, and all that is needed.
pub(super) struct Made {
    pub(super) session: Session,
    pub(super) image: DiskImage,
    pub(super) sources: Vec<Box<dyn BringDisk>>,
    /// Labels of the image, once it is there.
    pub(super) labels: Labels,
    /// Whether it failed before.
    pub(super) again: bool,
    /// Counts until the last thread has ended.
    pub(super) work: Work,
}

impl Made {
    async fn run(self, options: &ImportDiskOptions, watch: &DiskWatch) -> Result<(), Error> {
        let (session, sources) = (&self.session, self.sources);
        let (id, scope) = (self.image.id, &self.image.scope);
        let made = if self.again {
            Box::pin(session.retry_disk_image(id, scope, sources, options, watch)).await?
        } else {
            Box::pin(session.make_disk_image(id, scope, sources, options, watch)).await?
        };
        let set = self.labels.iter();
        let set = set.map(|(key, value)| (key.clone(), value.clone()));
        let change = LabelChange {
            set: set.collect(),
            ..LabelChange::default()
        };
        if !change.set.is_empty() {
            let labelled = [Labelled::Image(made.record.id())];
            session.change_labels(&labelled, scope, &change).await?;
        }
        drop(self.work);
        Ok(())
    }
}

impl ImageApi {
    /// With imports (`ImportImage`); without, they are not offered.
    #[must_use]
    pub fn with_imports(mut self, imports: Ec2Imports) -> Self {
        self.imports = Some(imports);
        self
    }
}
