//! What is to be published, loaded.

use crate::{
    Error,
    facts::BoundRecord,
    kind::{Mci, Template, Versioned},
    states::State,
    stored::StoredLineage,
    tables::{IMPORTED, LAUNCH_PERMISSIONS, PUBLICATIONS, partition_of, revision_parts},
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{Frozen, LineageId, Marks, Revision, RevisionNumber};
use atlas_image::{ImageRecord, LaunchPermission};
use atlas_image_id::CloudLocation;
use atlas_market::{
    KnownImage, OwnMci, OwnRevision, OwnTemplate, Publication, PublicationLineageId, PublishLink,
    PublishSubject, Visibility,
};
use atlas_scope::{GroupId, Scope};
use atlas_store::{Partition, Query};
use atlas_template::LinkTarget;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the images of one revision, as the decision takes it.
type Known<'a> = BTreeMap<CloudLocation, KnownImage<'a>>;

/// A committed revision of the publisher's, with its content.
#[derive(Debug)]
pub(super) struct LoadedRevision<C> {
    lineage: LineageId,
    scope: Scope,
    name: Name,
    revision: Revision,
    marks: Marks,
    content: Frozen<C>,
    publication: PublicationLineageId,
    /// Its own publication and the newest of its lineage, as far as there are any.
    published: Vec<Publication>,
}

/// The images of a MultiCloud Image that have a record, and to whom those are opened.
type Images = BTreeMap<CloudLocation, OpenedImage>;

/// The record of an image, and to whom it is opened as far as the publisher may know.
#[derive(Debug)]
pub(super) struct OpenedImage {
    record: ImageRecord,
    permissions: Vec<LaunchPermission>,
    /// Whether it is another account's, which opened it to this one.
    is_foreign: bool,
}

impl OpenedImage {
    /// Of what another account holds, nothing is told but that everybody may launch it: to whom else
    /// it is opened is between that account and them.
    fn new(bound: BoundRecord, mut permissions: Vec<LaunchPermission>) -> Self {
        if bound.opened {
            permissions.retain(|permission| *permission == LaunchPermission::Everybody);
        }
        Self {
            record: bound.record,
            permissions,
            is_foreign: bound.opened,
        }
    }

    fn known(&self) -> KnownImage<'_> {
        let known = KnownImage::of(&self.record, &self.permissions);
        if self.is_foreign {
            known.of_another()
        } else {
            known
        }
    }
}

/// What a link leads to.
#[derive(Debug)]
pub(super) enum LoadedLink {
    Own(LoadedRevision<Mci>, Images),
    Imported(Name, Option<Publication>),
    Everywhere(Frozen<Mci>),
}

/// What is to be published.
#[derive(Debug)]
pub(super) enum Loaded {
    Mci(LoadedRevision<Mci>, Images),
    Template(LoadedRevision<Template>, BTreeMap<LineageId, LoadedLink>),
    Head(Name, Option<RevisionNumber>),
    Imported(Name, RevisionNumber),
}

impl<C> LoadedRevision<C> {
    fn own(&self) -> OwnRevision<'_> {
        OwnRevision {
            lineage: self.lineage,
            scope: &self.scope,
            name: &self.name,
            revision: &self.revision,
            marks: &self.marks,
            publication: self.publication,
            published: &self.published,
        }
    }
}

fn known(images: &Images) -> Known<'_> {
    let known = images.iter();
    known
        .map(|(location, image)| (location.clone(), image.known()))
        .collect()
}

impl Loaded {
    /// The account groups that anything in it is opened to.
    pub(super) fn groups(&self) -> BTreeSet<GroupId> {
        let mut groups = BTreeSet::new();
        let mut add = |published: &[Publication], images: Option<&Images>| {
            for publication in published {
                if let Visibility::Groups(named) = &publication.visibility {
                    groups.extend(named.iter());
                }
            }
            let permissions = images.into_iter().flat_map(BTreeMap::values);
            for permission in permissions.flat_map(|image| &image.permissions) {
                if let LaunchPermission::Group(group) = permission {
                    groups.insert(*group);
                }
            }
        };
        match self {
            Self::Mci(of, images) => add(&of.published, Some(images)),
            Self::Template(_, links) => {
                for link in links.values() {
                    match link {
                        LoadedLink::Own(of, images) => add(&of.published, Some(images)),
                        LoadedLink::Imported(_, publication) => {
                            add(publication.as_slice(), None);
                        }
                        LoadedLink::Everywhere(_) => {}
                    }
                }
            }
            Self::Head(..) | Self::Imported(..) => {}
        }
        groups
    }

    /// Has it decided on, in the form that the decision takes.
    pub(super) fn with<T>(&self, decide: impl FnOnce(&PublishSubject<'_>) -> T) -> T {
        match self {
            Self::Mci(of, images) => decide(&PublishSubject::Mci(OwnMci {
                of: of.own(),
                content: of.content.content(),
                images: &known(images),
            })),
            Self::Template(of, links) => {
                let images: BTreeMap<_, _> = links
                    .iter()
                    .filter_map(|(lineage, link)| match link {
                        LoadedLink::Own(_, images) => Some((*lineage, known(images))),
                        _ => None,
                    })
                    .collect();
                let none = Known::new();
                let links = links.iter().map(|(lineage, link)| {
                    let link = match link {
                        LoadedLink::Own(of, _) => PublishLink::Own(OwnMci {
                            of: of.own(),
                            content: of.content.content(),
                            images: images.get(lineage).unwrap_or(&none),
                        }),
                        LoadedLink::Imported(name, publication) => PublishLink::Imported {
                            name,
                            publication: publication.as_ref(),
                        },
                        LoadedLink::Everywhere(content) => PublishLink::Everywhere {
                            content: content.content(),
                        },
                    };
                    (*lineage, link)
                });
                decide(&PublishSubject::Template(OwnTemplate {
                    of: of.own(),
                    content: of.content.content(),
                    links: &links.collect(),
                }))
            }
            Self::Head(name, last) => decide(&PublishSubject::Head { name, last: *last }),
            Self::Imported(name, revision) => decide(&PublishSubject::Imported {
                name,
                revision: *revision,
            }),
        }
    }
}

/// A content that is published.
pub(super) trait Publishable: Versioned {
    /// Loads what a publication of a revision depends on.
    fn loaded(
        unit: &Unit,
        of: &StoredLineage<Self>,
        revision: LoadedRevision<Self>,
    ) -> impl Future<Output = Result<Loaded, Error>> + Send;
}

impl Publishable for Mci {
    async fn loaded(
        unit: &Unit,
        _: &StoredLineage<Self>,
        revision: LoadedRevision<Self>,
    ) -> Result<Loaded, Error> {
        let images = unit.opened_images(&revision).await?;
        Ok(Loaded::Mci(revision, images))
    }
}

impl Publishable for Template {
    async fn loaded(
        unit: &Unit,
        of: &StoredLineage<Self>,
        revision: LoadedRevision<Self>,
    ) -> Result<Loaded, Error> {
        let mut links = BTreeMap::new();
        for link in revision.content.content().links() {
            let LinkTarget::Revision(number) = *link.target else {
                continue;
            };
            let Some(mci) = unit.linkable_mci(link.lineage, &of.scope).await? else {
                continue;
            };
            let state = match unit.committed(&mci, number).await {
                Err(Error::NoRevision { .. }) => continue,
                state => state?,
            };
            let lineage = mci.lineage;
            let link = if mci.imported.is_some() {
                let publication = unit.publication_of_import(&mci, number).await?;
                LoadedLink::Imported(mci.name().clone(), publication)
            } else if mci.scope == Scope::global() {
                LoadedLink::Everywhere(state.content)
            } else {
                let Some(of) = unit.loaded_revision(&mci, state).await? else {
                    continue;
                };
                let images = unit.opened_images(&of).await?;
                LoadedLink::Own(of, images)
            };
            links.insert(lineage, link);
        }
        Ok(Loaded::Template(revision, links))
    }
}

impl Unit {
    /// Loads a state that is to be published; why it cannot be, the decision tells.
    pub(super) async fn publishable<C: Publishable>(
        &self,
        of: &StoredLineage<C>,
        state: State<C>,
    ) -> Result<Loaded, Error> {
        let last = of.last.map(|last| last.number);
        if of.imported.is_some() {
            let number = state.revision.as_ref().map(Revision::number).or(last);
            return Ok(match number {
                Some(number) => Loaded::Imported(of.name().clone(), number),
                None => Loaded::Head(of.name().clone(), None),
            });
        }
        match self.loaded_revision(of, state).await? {
            Some(revision) => C::loaded(self, of, revision).await,
            None => Ok(Loaded::Head(of.name().clone(), last)),
        }
    }

    /// A committed state with what of its lineage is published; none of HEAD.
    async fn loaded_revision<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        state: State<C>,
    ) -> Result<Option<LoadedRevision<C>>, Error> {
        let Some(revision) = state.revision else {
            return Ok(None);
        };
        let global = Partition::global();
        let query = Query::all(&global).index("source");
        let query = query.prefix(of.lineage.to_string()).reverse().limit(1);
        let newest = PUBLICATIONS.query(&self.tx, &query).await?;
        let newest = newest.found.into_iter().map(|found| found.record.0);
        let mut published: Vec<_> = newest.collect();
        let parts = revision_parts(of.lineage, revision.number());
        let own = PUBLICATIONS
            .find(&self.tx, &global, "source", parts)
            .await?;
        let own = own.map(|found| found.record.0);
        published.extend(own.filter(|own| !published.contains(own)));
        let publication = published.first().map(|it| it.lineage);
        let publication = match publication {
            Some(publication) => publication,
            None => PublicationLineageId::from_u128(self.id()),
        };
        Ok(Some(LoadedRevision {
            lineage: of.lineage,
            scope: of.scope.clone(),
            name: state.content.content().called().clone(),
            revision,
            marks: state.marks,
            content: state.content,
            publication,
            published,
        }))
    }

    /// The records of the images of a revision, with their launch permissions.
    async fn opened_images(&self, of: &LoadedRevision<Mci>) -> Result<Images, Error> {
        let settings = of.content.content().settings();
        let mut by_partition: BTreeMap<Partition, Vec<(CloudLocation, BoundRecord)>> =
            BTreeMap::new();
        for (location, bound) in self.bound(settings, &of.scope).await? {
            if let Some(bound) = bound {
                let at = partition_of(bound.record.scope())?;
                by_partition.entry(at).or_default().push((location, bound));
            }
        }
        let mut images = Images::new();
        for (partition, records) in by_partition {
            let parts = records.iter().map(|(_, it)| it.record.id().to_string());
            let found = LAUNCH_PERMISSIONS
                .get_many(&self.tx, &partition, parts)
                .await?;
            for ((location, bound), found) in records.into_iter().zip(found) {
                let permissions = found.map(|kept| kept.0.permissions).unwrap_or_default();
                images.insert(location, OpenedImage::new(bound, permissions));
            }
        }
        Ok(images)
    }

    /// The publication that an import came from.
    pub(super) async fn publication_of_import<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        number: RevisionNumber,
    ) -> Result<Option<Publication>, Error> {
        let parts = revision_parts(of.lineage, number);
        let at = partition_of(&of.scope)?;
        match IMPORTED.get(&self.tx, &at, parts).await? {
            Some(imported) => self.publication(imported.0.revision.publication).await,
            None => Ok(None),
        }
    }
}
