//! Publishing a revision, and offering HEAD.

use super::{KindWord, names::Names};
use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    print::{Out, note},
};
use cloud_atlas::{
    Error, GroupRef, MarketRefusal, OfferHead, PublishAsk, PublishTo, Session,
    history::Message,
    market::{
        AccessCheck, Admit, HeadOffer, LongText, Publication, PublishError, Published,
        RevisionNotes, ShortText,
    },
    template::Reference,
};
use core::str::FromStr;
use pollster::FutureExt as _;
use std::path::Path;

/// Publish a committed revision, for ever; a ServerTemplate with the MultiCloud Images that it links
///
/// Nothing is published unless all for whom it is meant may launch its private images; who may not
/// is listed.
#[derive(Debug, clap::Args)]
pub(crate) struct Publish {
    /// What REF names
    kind: KindWord,
    /// Which revision, such as web@3; without @X the newest that is not revoked
    #[arg(value_name = "REF")]
    reference: Reference,
    #[command(flatten)]
    audience: AudienceArgs,
    /// What it is, in a line of at most 255 characters
    #[arg(long, value_name = "TEXT", required_unless_present = "head")]
    short: Option<ShortText>,
    /// What it is, in at most 64 KiB of lines; with `@` before it, the file that has them
    #[arg(long, value_name = "TEXT|@FILE")]
    long: Option<String>,
    /// What is new in it; with `@` before it, the file that says so [default: the commit message]
    #[arg(long, value_name = "TEXT|@FILE")]
    notes: Option<String>,
    #[command(flatten)]
    admit: AdmitArgs,
    /// Commit HEAD of a ServerTemplate with the HEADs that it links first, with this message, and
    /// publish that revision
    #[arg(long, value_name = "MESSAGE")]
    commit_head_dependencies: Option<Message>,
    /// Tell what would be published and who may launch its images, and publish nothing; ends with 1
    /// where they would not let it pass
    #[arg(long, conflicts_with = "commit_head_dependencies")]
    check: bool,
    /// Offer HEAD to the groups instead, whose members may follow it as it moves; it is no
    /// publication
    #[arg(long, conflicts_with_all = [
        "short", "long", "notes", "allow_private", "allow_unknown", "widen",
        "commit_head_dependencies", "check",
    ])]
    head: bool,
}

/// For whom it is meant.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct AudienceArgs {
    /// For every account
    #[arg(long)]
    public: bool,
    /// For the members of this account group, by its name or its id; may be given again
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<GroupRef>,
}

/// What is let pass.
#[derive(Debug, clap::Args)]
struct AdmitArgs {
    /// Publish although somebody for whom it is meant may not launch its images
    #[arg(long)]
    allow_private: bool,
    /// Publish although it is not known whether all for whom it is meant may launch its images
    #[arg(long)]
    allow_unknown: bool,
    /// Show publications of the account that it links to all for whom it is meant
    #[arg(long)]
    widen: bool,
}

pub(super) fn publish(publish: Publish, session: Session, global: &Global, out: &mut Out) -> Run {
    let (check, head) = (publish.check, publish.head);
    if head {
        let ask = OfferHead {
            kind: publish.kind.into(),
            to: publish.audience.to(),
            reference: publish.reference,
            scope: global.scope.clone(),
        };
        let offer = session.offer_head(&ask).block_on()?;
        let names = Names::new(&session, &global.scope);
        return offered(&offer, &ask.reference, &names, out);
    }
    let ask = publish.ask(global)?;
    if check {
        let published = session.publish_preview(&ask).block_on()?;
        let names = Names::new(&session, &global.scope);
        tell(&published, "would publish", |of| named(of, &names), out)?;
        open_with(&published.check, out);
        if !published.check.passes(ask.admit) {
            return Err(Failure::Wanting);
        }
        return Ok(());
    }
    let session = global.confirmed(session, |session| question(&ask, session))?;
    match session.publish(&ask).block_on() {
        Ok(published) => {
            let names = Names::new(&session, &global.scope);
            tell(&published, "published", |of| told(of, &names), out)
        }
        Err(Error::Market(MarketRefusal::Publish(PublishError::Access(refused)))) => {
            out.one(&*refused, |out| writeln!(out, "{}", refused.check))?;
            open_with(&refused.check, out);
            Err(Error::from(PublishError::Access(refused)).into())
        }
        Err(error) => Err(error.into()),
    }
}

impl AudienceArgs {
    fn to(self) -> PublishTo {
        if self.public {
            PublishTo::Everybody
        } else {
            PublishTo::Groups(self.groups)
        }
    }
}

impl Publish {
    fn ask(self, global: &Global) -> Result<PublishAsk, Failure> {
        let Some(short) = self.short.clone() else {
            return Err(Failure::misused("say what it is with --short"));
        };
        if self.commit_head_dependencies.is_some() && self.kind == KindWord::Mci {
            let message = "a MultiCloud Image links nothing: leave --commit-head-dependencies out";
            return Err(Failure::misused(message));
        }
        let (kind, to) = (self.kind.into(), self.audience.to());
        let long = self.long.as_deref();
        let notes = self.notes.as_deref();
        Ok(PublishAsk {
            long: long
                .map(|text| lines(text, LongText::MAX_BYTES))
                .transpose()?,
            notes: notes
                .map(|text| lines::<RevisionNotes>(text, RevisionNotes::MAX_BYTES))
                .transpose()?,
            admit: Admit {
                private: self.admit.allow_private,
                unknown: self.admit.allow_unknown,
                widen: self.admit.widen,
            },
            commit_heads: self.commit_head_dependencies,
            ..PublishAsk::new(kind, self.reference, global.scope.clone(), to, short)
        })
    }
}

/// A text, or that of a file.
fn lines<T>(text: &str, most: usize) -> Result<T, Failure>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    match text.strip_prefix('@') {
        Some(path) => {
            let path = Path::new(path);
            // An editor ends the last line; the text does not.
            let read = files::read_text(path, most)?;
            read.trim_end().parse().map_err(|error: T::Err| {
                let shown = files::shown(path);
                Failure::refused(format!("{shown} is not taken")).because(error)
            })
        }
        None => text.parse().map_err(Failure::misused),
    }
}

/// What is asked before something is offered for ever; nothing where it would be refused.
fn question(ask: &PublishAsk, session: &Session) -> Result<Option<String>, Error> {
    if ask.commit_heads.is_some() {
        return Ok(Some(format!(
            "commit and publish {}, for ever",
            ask.reference
        )));
    }
    let preview = session.publish_preview(ask).block_on()?;
    let names = Names::new(session, &ask.scope);
    let asked = format!("publish {}, for ever", named(&preview.publication, &names));
    Ok(preview.check.passes(ask.admit).then_some(asked))
}

/// Tells what was published, or would be, with who may launch its images.
fn tell(
    published: &Published,
    did: &str,
    told: impl Fn(&Publication) -> String,
    out: &mut Out,
) -> Run {
    let own = &published.publication;
    out.one(published, |out| {
        writeln!(out, "{did} {}", told(own))?;
        for along in &published.dependencies {
            writeln!(out, "with {}", told(along))?;
        }
        for widened in &published.widened {
            writeln!(out, "showing it to more: {}", told(widened))?;
        }
        if published.check.images.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", published.check)
    })
}

/// A publication without its id, which it gets when it is made.
fn named(of: &Publication, names: &Names<'_>) -> String {
    let audience = names.audience(&of.visibility);
    format!("{} revision {} for {audience}", of.name, of.revision)
}

fn told(of: &Publication, names: &Names<'_>) -> String {
    format!("{}: {}", named(of, names), of.reference())
}

/// Says how those can be let launch who may not.
fn open_with(check: &AccessCheck, out: &Out) {
    if out.is_json() {
        return;
    }
    for image in &check.images {
        let Some(record) = image.record.filter(|_| !image.open_with.is_empty()) else {
            continue;
        };
        let who: Vec<_> = image.open_with.iter().map(ToString::to_string).collect();
        note(format_args!(
            "open it: atlas image permission add {record} {}",
            who.join(" ")
        ));
    }
}

fn offered(offer: &HeadOffer, reference: &Reference, names: &Names<'_>, out: &mut Out) -> Run {
    out.one(offer, |out| {
        let groups = names.groups(&offer.groups);
        writeln!(
            out,
            "offered HEAD of {reference} to {groups}: {}",
            offer.lineage
        )
    })
}
