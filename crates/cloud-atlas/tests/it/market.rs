//! The marketplace through the facade: three accounts that publish, import and follow.

mod catalogue;
mod heads;
mod importing;
mod machine;
mod publishing;
mod updating;

use crate::support::{World, p, run, set};
use cloud_atlas::{
    CommitTemplate, Error, ImportPublication, LineageKind, MarketRefusal, PublicationImported,
    PublishAsk, PublishTo, Session, TemplateChange,
    market::{Admit, PublishError, Published},
    scope::{Role, Scope},
    template::Reference,
};

const EAST: &str = "aws/us-east-1";

/// `/acme` publishes, `/beta` is in its group `partners`, `/gamma` is in none: paula publishes and
/// lars imports in each of them.
pub(crate) fn market() -> World {
    let world = World::new();
    run(async {
        let admin = world.admin();
        admin.add_scope(&p("/gamma")).await.unwrap();
        for (who, role) in [
            ("paula", Role::PUBLISHER),
            ("lars", Role::LIBRARY),
            ("desi", Role::DESIGNER),
        ] {
            admin.add_principal(&p(who)).await.unwrap();
            for scope in ["/acme", "/beta", "/gamma"] {
                admin.grant(&p(who), &role, &p(scope), None).await.unwrap();
            }
        }
        let group = admin.make_group(&p("/acme"), &p("partners")).await.unwrap();
        join(&admin, group.name.as_str(), "/beta").await;
    });
    world
}

async fn join(admin: &Session, group: &str, account: &str) {
    let invited = admin.invite(&p(group), &p("/acme")).await.unwrap();
    let code = invited.code;
    admin.accept_invitation(code, &p(account)).await.unwrap();
}

/// A MultiCloud Image of an account with as many revisions, the last of which sets these AMIs.
pub(crate) async fn revised(who: &Session, scope: &str, name: &str, amis: &[u64]) {
    let (at, from) = (p::<Reference>(name), p::<Scope>(scope));
    if who.mci(&at, &from).await.is_err() {
        who.create_mci(&from, p(name)).await.unwrap();
    }
    for ami in amis {
        let edits = vec![set(EAST, *ami)];
        who.edit_mci(&at, &from, edits, None).await.unwrap();
        let message = format!("image {ami}");
        who.commit_mci(&at, &from, p(&message), None).await.unwrap();
    }
}

/// A template of an account that links MultiCloud Images as they are named, committed.
pub(crate) async fn linking(who: &Session, scope: &str, name: &str, links: &[&str]) {
    let (at, from) = (p::<Reference>(name), p::<Scope>(scope));
    who.create_template(&from, p(name)).await.unwrap();
    let links = links.iter().map(|link| TemplateChange::Link(p(link)));
    who.edit_template(&at, &from, links.collect(), None)
        .await
        .unwrap();
    let commit = CommitTemplate::new(at, from, p("linked"));
    who.commit_template(&commit).await.unwrap();
}

/// What asks to publish something of `/acme`, whoever may launch its images.
pub(crate) fn asked(kind: LineageKind, reference: &str, to: &[&str]) -> PublishAsk {
    let to = match to {
        [] => PublishTo::Everybody,
        groups => PublishTo::Groups(groups.iter().map(|group| p(group)).collect()),
    };
    let mut ask = PublishAsk::new(kind, p(reference), p("/acme"), to, p("for the web"));
    ask.admit = Admit {
        private: true,
        unknown: true,
        widen: false,
    };
    ask
}

pub(crate) async fn publish(
    world: &World,
    kind: LineageKind,
    reference: &str,
    to: &[&str],
) -> Result<Published, Error> {
    world
        .who("paula")
        .publish(&asked(kind, reference, to))
        .await
}

pub(crate) async fn publish_mci(world: &World, reference: &str, to: &[&str]) -> Published {
    let published = publish(world, LineageKind::Mci, reference, to).await;
    published.unwrap()
}

pub(crate) async fn import(
    world: &World,
    publication: impl ToString,
    account: &str,
) -> Result<PublicationImported, Error> {
    let ask = ImportPublication {
        publication: p(&publication.to_string()),
        account: p(account),
    };
    world.who("lars").import_publication(&ask).await
}

/// The refusal of a publication.
#[track_caller]
pub(crate) fn refused(outcome: Result<Published, Error>) -> PublishError {
    match outcome {
        Err(Error::Market(MarketRefusal::Publish(error))) => error,
        other => panic!("{other:?}"),
    }
}
