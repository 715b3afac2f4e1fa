//! What `atlas-market` promises, proved from outside.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a failed test is the right place for a panic"
)]

mod access;
mod catalogue;
mod head;
mod import;
mod importers;
mod imports_kept;
mod inside;
mod laws;
mod publish;
mod publish_links;
mod state;
mod texts;
mod update;

use atlas_base::{Name, Timestamp};
use atlas_history::{
    Author, CommitRequest, Frozen, Head, LineageId, Mark, Marks, Message, Revision, RevisionNumber,
};
use atlas_image::{ImageRecord, LaunchPermission, Reason};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_market::{
    CloudAccess, KnownAccount, KnownImage, OwnMci, OwnRevision, OwnTemplate, Publication,
    PublicationLineageId, PublicationRef, Publish, PublishError, PublishFacts, PublishLink,
    PublishSubject, Published, ShortText, Viewer, Visibility, publish,
};
use atlas_mci::{Content, Description, HeadEdit, InstanceType, Setting};
use atlas_scope::{AccountGroup, AccountNumber, GroupId, Member, PrincipalId, Scope};
use atlas_template::{LinkTarget, TemplateContent, TemplateEdit};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TOKYO: &str = "aws/ap-northeast-1";
const AMI: &str = "ami-0123456789abcdef0";
const OTHER_AMI: &str = "ami-0fedcba9876543210";
const WEB: &str = "projects/acme/global/images/web-1";
const URN: &str = "Canonical:ubuntu-24_04-lts:server:24.04.202401010";

fn at(location: &str) -> CloudLocation {
    CloudLocation::parse(location).unwrap()
}

fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn dana() -> PrincipalId {
    PrincipalId::parse("dana").unwrap()
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The moment at which everything here is decided.
fn now() -> Timestamp {
    time("2026-07-21T14:07:12Z")
}

fn number(number: u32) -> RevisionNumber {
    RevisionNumber::new(number).unwrap()
}

fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

fn publication(lineage: u128, revision: u32) -> PublicationRef {
    PublicationRef {
        lineage: PublicationLineageId::from_u128(lineage),
        revision: number(revision),
    }
}

fn group_id(id: u128) -> GroupId {
    GroupId::from_u128(id)
}

/// A group of an account with its members.
fn group(id: u128, owner: &str, members: &[&str]) -> AccountGroup {
    let member = |account: &&str| Member {
        account: scope(account),
        since: now(),
        by: dana(),
    };
    AccountGroup {
        id: group_id(id),
        owner: scope(owner),
        name: name(&format!("group {id}")),
        members: members.iter().map(member).collect(),
        invitations: Vec::new(),
        invited: 0,
        created: now(),
        created_by: dana(),
    }
}

fn to_groups(ids: &[u128]) -> Visibility {
    Visibility::groups(ids.iter().map(|id| group_id(*id))).unwrap()
}

/// Accounts with the numbers 1, 2, 3… in the order given.
fn accounts(names: &[&str]) -> BTreeMap<Scope, KnownAccount> {
    let numbered = names.iter().zip(1..);
    let known = |(account, number): (&&str, u128)| {
        let number = AccountNumber::from_bits(number);
        (scope(account), KnownAccount::new(number))
    };
    numbered.map(known).collect()
}

fn setting(location: &str, image: &str) -> HeadEdit {
    let place = at(location);
    let setting = Setting::new(ImageId::parse(place.cloud(), image).unwrap());
    let setting = match place.cloud() {
        Cloud::Vmware => setting,
        _ => setting.with_instance_type(InstanceType::parse("m7i.large").unwrap()),
    };
    HeadEdit::set(place, setting)
}

/// A record as it is stored.
fn record(id: u128, scope: &str, location: &str, image: &str, extra: Value) -> ImageRecord {
    let mut stored = json!({
        "id": atlas_image::ImageRecordId::from_u128(id),
        "scope": scope,
        "location": location,
        "image_id": image,
        "shared": true,
        "created": "2026-01-01T00:00:00Z",
        "created_by": "dana",
    });
    if let (Some(fields), Value::Object(extra)) = (stored.as_object_mut(), extra) {
        fields.extend(extra);
    }
    serde_json::from_value(stored).unwrap()
}

fn commit<C: atlas_history::Content>(
    lineage: LineageId,
    number: u32,
    content: impl Fn(u32) -> C,
) -> (Revision, Frozen<C>) {
    let mut head = Head::new(content(1));
    let mut last = None;
    for round in 1..=number {
        let request = CommitRequest {
            author: Author::parse("dana").unwrap(),
            message: Message::parse(&format!("round {round}\n\nof images")).unwrap(),
            time: now(),
            released_at: None,
            seen: None,
        };
        head = head.edited(content(round));
        let done = head.commit(lineage, last.as_ref(), request).unwrap();
        head = done.head;
        last = Some(done.revision);
    }
    let content = Frozen::new(head.content().clone()).unwrap();
    (last.unwrap(), content)
}

fn described(content: &Content, round: u32) -> Content {
    let text = format!("round {round}");
    let edit = HeadEdit::SetDescription(Description::parse(&text).unwrap());
    content.edited([edit]).unwrap()
}

/// A MultiCloud Image with what is known of it; its publication lineage has the number of its
/// lineage.
#[derive(Debug, Clone)]
struct Mci {
    lineage: LineageId,
    scope: Scope,
    revision: Revision,
    content: Frozen<Content>,
    marks: Marks,
    published: Vec<Publication>,
    known: Vec<(ImageRecord, Vec<LaunchPermission>)>,
    in_cloud: BTreeMap<CloudLocation, CloudAccess>,
}

impl Mci {
    fn new(lineage: u128, called: &str, settings: &[(&str, &str)]) -> Self {
        Self::at(lineage, 1, called, settings)
    }

    fn at(lineage: u128, number: u32, called: &str, settings: &[(&str, &str)]) -> Self {
        let lineage = LineageId::from_u128(lineage);
        let edits = settings.iter().map(|(at, image)| setting(at, image));
        let content = Content::new(name(called)).edited(edits).unwrap();
        let (revision, content) = commit(lineage, number, |round| described(&content, round));
        Self {
            lineage,
            scope: scope("/acme"),
            revision,
            content,
            marks: Marks::default(),
            published: Vec::new(),
            known: Vec::new(),
            in_cloud: BTreeMap::new(),
        }
    }

    /// One whose images everybody may launch.
    fn open(lineage: u128, called: &str) -> Self {
        Self::new(lineage, called, &[("azure", URN)])
    }

    fn with_record(mut self, record: ImageRecord, permissions: &[LaunchPermission]) -> Self {
        self.known.push((record, permissions.to_vec()));
        self
    }

    fn images(&self) -> BTreeMap<CloudLocation, KnownImage<'_>> {
        let mut images: BTreeMap<_, _> = self
            .known
            .iter()
            .map(|(record, permissions)| {
                (
                    record.location().clone(),
                    KnownImage::of(record, permissions),
                )
            })
            .collect();
        for (location, access) in &self.in_cloud {
            let known = images.entry(location.clone()).or_default();
            *known = known.with_cloud(access);
        }
        images
    }

    fn own<'a>(&'a self, images: &'a BTreeMap<CloudLocation, KnownImage<'a>>) -> OwnMci<'a> {
        let content = self.content.content();
        OwnMci {
            of: OwnRevision {
                lineage: self.lineage,
                scope: &self.scope,
                name: content.nickname(),
                revision: &self.revision,
                marks: &self.marks,
                publication: PublicationLineageId::from_u128(self.lineage.as_u128()),
                published: &self.published,
            },
            content,
            images,
        }
    }

    fn publish(
        &self,
        request: Publish,
        groups: &[AccountGroup],
    ) -> Result<Published, PublishError> {
        let images = self.images();
        decide(&PublishSubject::Mci(self.own(&images)), request, groups)
    }

    fn published(mut self, visibility: Visibility, groups: &[AccountGroup]) -> Self {
        let published = self.publish(request(visibility), groups).unwrap();
        self.published.push(published.publication);
        self
    }
}

/// What a template of a test links.
#[derive(Debug)]
enum Linked<'a> {
    Own(&'a Mci),
    Imported(Name, Option<&'a Publication>),
    Everywhere(&'a Mci),
}

/// A ServerTemplate with what it links.
#[derive(Debug)]
struct Template<'a> {
    lineage: LineageId,
    revision: Revision,
    content: Frozen<TemplateContent>,
    published: Vec<Publication>,
    linked: BTreeMap<LineageId, Linked<'a>>,
}

impl<'a> Template<'a> {
    fn new(lineage: u128, called: &str, links: &[(u128, &str)]) -> Self {
        let lineage = LineageId::from_u128(lineage);
        let edits = links.iter().map(|(lineage, target)| {
            let target = LinkTarget::parse(target).unwrap();
            TemplateEdit::link(LineageId::from_u128(*lineage), target)
        });
        let content = TemplateContent::new(name(called)).edited(edits).unwrap();
        let (revision, content) = commit(lineage, 1, |_| content.clone());
        Self {
            lineage,
            revision,
            content,
            published: Vec::new(),
            linked: BTreeMap::new(),
        }
    }

    /// One that links the revisions of these at their numbers.
    fn of(lineage: u128, called: &str, mcis: &[&'a Mci]) -> Self {
        let links: Vec<_> = mcis
            .iter()
            .map(|mci| (mci.lineage.as_u128(), mci.revision.number().to_string()))
            .collect();
        let links: Vec<_> = links.iter().map(|(id, at)| (*id, at.as_str())).collect();
        let mut template = Self::new(lineage, called, &links);
        for mci in mcis {
            template.linked.insert(mci.lineage, Linked::Own(mci));
        }
        template
    }

    fn with(mut self, lineage: u128, linked: Linked<'a>) -> Self {
        self.linked.insert(LineageId::from_u128(lineage), linked);
        self
    }

    fn publish(
        &self,
        request: Publish,
        groups: &[AccountGroup],
    ) -> Result<Published, PublishError> {
        let images: BTreeMap<_, _> = self
            .linked
            .iter()
            .filter_map(|(lineage, linked)| match linked {
                Linked::Own(mci) => Some((*lineage, mci.images())),
                _ => None,
            })
            .collect();
        let links = self.linked.iter().map(|(lineage, linked)| {
            let link = match linked {
                Linked::Own(mci) => PublishLink::Own(mci.own(&images[lineage])),
                Linked::Imported(name, publication) => PublishLink::Imported {
                    name,
                    publication: *publication,
                },
                Linked::Everywhere(mci) => PublishLink::Everywhere {
                    content: mci.content.content(),
                },
            };
            (*lineage, link)
        });
        let links = links.collect();
        let template = OwnTemplate {
            of: OwnRevision {
                lineage: self.lineage,
                scope: &scope("/acme/prod"),
                name: self.content.content().name(),
                revision: &self.revision,
                marks: &Marks::default(),
                publication: PublicationLineageId::from_u128(self.lineage.as_u128()),
                published: &self.published,
            },
            content: self.content.content(),
            links: &links,
        };
        decide(&PublishSubject::Template(template), request, groups)
    }
}

fn request(visibility: Visibility) -> Publish {
    Publish::new(visibility, ShortText::parse("a base for the web").unwrap())
}

fn decide(
    subject: &PublishSubject<'_>,
    request: Publish,
    groups: &[AccountGroup],
) -> Result<Published, PublishError> {
    let facts = PublishFacts {
        groups,
        accounts: &accounts(&["/globex", "/initech", "/umbrella"]),
        by: &dana(),
        now: now(),
    };
    publish(subject, request, facts)
}

fn mark(reason: &str) -> Mark {
    Mark::new(Author::parse("lee").unwrap(), now(), reason).unwrap()
}

/// Whoever stands at a scope and is in these groups.
fn viewer(at: &str, groups: &[u128]) -> Viewer {
    Viewer::new(&scope(at), groups.iter().map(|id| group_id(*id)))
}

/// A publication with an open image, of `/acme`.
fn offered(lineage: u128, revision: u32, called: &str, visibility: Visibility) -> Publication {
    let mci = Mci::at(lineage, revision, called, &[("azure", URN)]);
    let groups: Vec<_> = (1..=9).map(|id| group(id, "/acme", &[])).collect();
    mci.publish(request(visibility), &groups)
        .unwrap()
        .publication
}

fn refs(all: &[Publication]) -> Vec<PublicationRef> {
    all.iter().map(Publication::reference).collect()
}

fn set<T: Ord>(all: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    all.into_iter().collect()
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
