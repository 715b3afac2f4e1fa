//! ServerTemplates: links, scripts, commits with and without their HEADs, and what they show.

use crate::support::{World, acme, ami, committed, image, most, p, revoke, run, set};
use cloud_atlas::{
    CommitTemplate, Error, LineageKind, NewLineage, Session, TemplateChange, TemplateRefusal,
    TemplateView,
    history::{Content as _, RevisionNumber},
    image::AgentFacts,
    scope::{Role, Scope},
    template::{
        HeadDependencies, HeadPlanError, LinkError, LinkTarget, LinkedState, Phase, Reference,
        TemplateEdit, TemplateEditError, TemplateNotReady,
    },
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// A ServerTemplate `front` that links some MultiCloud Images.
pub(crate) async fn front(who: &Session, scope: &str, links: &[&str]) -> TemplateView {
    let scope = p::<Scope>(scope);
    let made = who.create_template(&scope, p("front")).await.unwrap();
    let links = links.iter().map(|link| TemplateChange::Link(p(link)));
    let links: Vec<_> = links.collect();
    if links.is_empty() {
        return made;
    }
    edited(who, "front", scope.as_str(), links).await.unwrap()
}

pub(crate) async fn edited(
    who: &Session,
    name: &str,
    scope: &str,
    changes: Vec<TemplateChange>,
) -> Result<TemplateView, Error> {
    who.edit_template(&p(name), &p(scope), changes, None).await
}

pub(crate) async fn commit(
    who: &Session,
    name: &str,
    scope: &str,
    heads: HeadDependencies,
) -> Result<cloud_atlas::TemplateCommitted, Error> {
    let mut ask = CommitTemplate::new(p(name), p(scope), p("it is time"));
    ask.heads = heads;
    who.commit_template(&ask).await
}

fn refusal(error: Error) -> TemplateRefusal {
    match error {
        Error::Template(refused) => refused.refusal,
        other => panic!("another error: {other}"),
    }
}

#[test]
fn t01_a_link_names_a_revision_head_or_a_channel_and_the_first_is_the_default() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "data", 2).await;
        dana.create_mci(&acme(), p("raw")).await.unwrap();
        let stable = dana
            .assign_channel(&p("stable"), LineageKind::Mci, &p("data"), &acme())
            .await;
        stable.unwrap();
        let template = front(&dana, "/acme", &["web", "data@stable", "raw"]).await;
        let links: Vec<_> = template.content.links().collect();
        let of = |name: &str| run(dana.mci(&p(name), &acme())).unwrap().lineage;
        let target = |name: &str| {
            let lineage = of(name);
            let link = links.iter().find(|link| link.lineage == lineage).unwrap();
            (link.target.clone(), link.is_default)
        };
        // The newest revision unless told otherwise, and HEAD where nothing is committed.
        assert_eq!(target("web"), (p("1"), true));
        assert_eq!(target("data"), (LinkTarget::Channel(p("stable")), false));
        assert_eq!(target("raw"), (LinkTarget::Head, false));
        // What means nothing is no link.
        for (link, expected) in [("web@7", "has no revision 7"), ("web@gone", "no channel")] {
            let wrong = edited(
                &dana,
                "front",
                "/acme",
                vec![TemplateChange::Retarget(p(link))],
            );
            let error = wrong.await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(matches!(refusal(error), TemplateRefusal::Link(_)));
        }
        revoke(&dana, &p("web@1"), &acme(), "leaks").await.unwrap();
        let other = run(dana.create_template(&acme(), p("other"))).unwrap();
        let revoked = vec![TemplateChange::Edit(TemplateEdit::link(of("web"), p("1")))];
        let error = edited(&dana, "other", "/acme", revoked).await.unwrap_err();
        assert!(matches!(
            refusal(error),
            TemplateRefusal::Link(LinkError::Revoked { .. })
        ));
        let now = dana.template(&p("other"), &acme()).await.unwrap();
        assert_eq!(now.content, other.content);
    });
}

#[test]
fn t02_a_lineage_is_linked_once_and_the_default_and_the_last_link_stay() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "data", 2).await;
        front(&dana, "/acme", &["web"]).await;
        let one = async |change| {
            let error = edited(&dana, "front", "/acme", vec![change]).await;
            match refusal(error.unwrap_err()) {
                TemplateRefusal::Edit(error) => error,
                other => panic!("another refusal: {other}"),
            }
        };
        let twice = one(TemplateChange::Link(p("web@head"))).await;
        assert!(matches!(twice, TemplateEditError::AlreadyLinked { .. }));
        let last = one(TemplateChange::Unlink(p("web"))).await;
        assert!(matches!(last, TemplateEditError::LastLink { .. }));
        edited(
            &dana,
            "front",
            "/acme",
            vec![TemplateChange::Link(p("data"))],
        )
        .await
        .unwrap();
        let default = one(TemplateChange::Unlink(p("web"))).await;
        assert!(matches!(default, TemplateEditError::DefaultLink { .. }));
        let again = one(TemplateChange::MakeDefault(p("web"))).await;
        assert!(matches!(again, TemplateEditError::AlreadyDefault { .. }));
        // Another revision leaves the flag.
        let moved = vec![TemplateChange::Retarget(p("web@head"))];
        let view = edited(&dana, "front", "/acme", moved).await.unwrap();
        let web = dana.mci(&p("web"), &acme()).await.unwrap().lineage;
        assert_eq!(view.content.default_link(), Some(web));
        assert_eq!(*view.content.link(web).unwrap().target, LinkTarget::Head);
        // All of the changes or none.
        let both = vec![
            TemplateChange::MakeDefault(p("data")),
            TemplateChange::Unlink(p("data")),
        ];
        edited(&dana, "front", "/acme", both).await.unwrap_err();
        let now = dana.template(&p("front"), &acme()).await.unwrap();
        assert_eq!(now.content, view.content);
    });
}

#[test]
fn t04_a_commit_pins_the_heads_it_commits_or_lists_those_that_stay() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "data", 2).await;
        let edits = vec![set(WEST, 3)];
        dana.edit_mci(&p("web"), &acme(), edits, None)
            .await
            .unwrap();
        front(&dana, "/acme", &["web@head", "data@head"]).await;
        let left = commit(&dana, "front", "/acme", HeadDependencies::Leave).await;
        let left = left.unwrap();
        let names: Vec<_> = left.stays.iter().map(|it| it.name.clone()).collect();
        assert_eq!(left.pinned, []);
        assert_eq!(names.len(), 2);
        assert!(names.contains(&Some(p("web"))) && names.contains(&Some(p("data"))));
        // Now with them: one was edited and gets a revision, the other is what its newest holds.
        let pinned = commit(&dana, "front", "/acme", HeadDependencies::Commit).await;
        let pinned = pinned.unwrap();
        assert_eq!(pinned.stays, []);
        let mut pins: Vec<_> = pinned.pinned.iter().collect();
        pins.sort_by_key(|pin| pin.name.clone());
        let pins: Vec<_> = pins
            .iter()
            .map(|pin| (pin.name.as_str(), pin.revision.get(), pin.is_new))
            .collect();
        assert_eq!(pins, [("data", 1, false), ("web", 2, true)]);
        let web = dana.mci(&p("web"), &acme()).await.unwrap();
        assert_eq!(web.last.map(RevisionNumber::get), Some(2));
        assert!(!web.edited);
        let head = dana.template(&p("front"), &acme()).await.unwrap();
        assert!(!head.edited);
        assert_eq!(head.content.digest().unwrap(), pinned.revision.content());
        let link = head.content.link(web.lineage).unwrap();
        assert_eq!(*link.target, p::<LinkTarget>("2"));
    });
}

#[test]
fn t04_one_head_that_cannot_be_committed_leaves_all_as_they_were() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        dana.edit_mci(&p("web"), &acme(), vec![set(WEST, 3)], None)
            .await
            .unwrap();
        dana.create_mci(&acme(), p("empty")).await.unwrap();
        front(&dana, "/acme", &["web@head", "empty"]).await;
        let error = commit(&dana, "front", "/acme", HeadDependencies::Commit).await;
        assert!(matches!(
            refusal(error.unwrap_err()),
            TemplateRefusal::Heads(HeadPlanError::NoSettings { .. })
        ));
        let web = dana.mci(&p("web"), &acme()).await.unwrap();
        assert_eq!(
            (web.last.map(RevisionNumber::get), web.edited),
            (Some(1), true)
        );
        let head = dana.template(&p("front"), &acme()).await.unwrap();
        assert_eq!(head.last, None);
    });
}

#[test]
fn t04_whoever_may_not_commit_a_linked_head_commits_nothing() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        admin.create_mci(&Scope::global(), p("base")).await.unwrap();
        let edits = vec![set(EAST, 4)];
        let base = p::<Reference>("base");
        let edited = admin.edit_mci(&base, &Scope::global(), edits, None).await;
        edited.unwrap();
        front(&dana, "/acme", &["base@head"]).await;
        let error = commit(&dana, "front", "/acme", HeadDependencies::Commit).await;
        assert!(matches!(error.unwrap_err(), Error::Denied(_)));
        let base = admin.mci(&base, &Scope::global()).await.unwrap();
        assert_eq!(base.last, None);
        let head = dana.template(&p("front"), &acme()).await.unwrap();
        assert_eq!(head.last, None);
        // Without it the revision stands, and moves with the HEAD that it links.
        let left = commit(&dana, "front", "/acme", HeadDependencies::Leave).await;
        assert_eq!(left.unwrap().stays.len(), 1);
    });
}

#[test]
fn m11_t03_an_edit_or_a_commit_of_a_head_that_moved_is_refused() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let seen = front(&dana, "/acme", &["web"]).await.generation;
        let described = || vec![TemplateChange::name(p("shop"))];
        edited(&dana, "front", "/acme", described()).await.unwrap();
        let late = dana
            .edit_template(&p("shop"), &acme(), described(), Some(seen))
            .await;
        assert!(matches!(late.unwrap_err(), Error::Stale(_)));
        let mut ask = CommitTemplate::new(p("shop"), acme(), p("it is time"));
        ask.seen = Some(seen);
        let late = dana.commit_template(&ask).await;
        assert!(matches!(late.unwrap_err(), Error::Stale(_)));
        ask.seen = None;
        dana.commit_template(&ask).await.unwrap();
    });
}

#[test]
fn t01_a_template_that_links_nothing_is_not_committed() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana, "/acme", &[]).await;
        let error = commit(&dana, "front", "/acme", HeadDependencies::Leave).await;
        assert!(matches!(
            refusal(error.unwrap_err()),
            TemplateRefusal::NotReady(TemplateNotReady::NoLinks { .. })
        ));
    });
}

#[test]
fn t06_scripts_are_content_by_phase_and_in_order() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        front(&dana, "/acme", &["web"]).await;
        let changes = vec![
            TemplateChange::script(Phase::Boot, p("chef:web@2.1")),
            TemplateChange::script(Phase::Boot, p("chef:tune@1")),
            TemplateChange::script(Phase::Decommission, p("chef:drain@1")),
        ];
        edited(&dana, "front", "/acme", changes).await.unwrap();
        let first = commit(&dana, "front", "/acme", HeadDependencies::Leave).await;
        first.unwrap();
        let swap = vec![TemplateChange::Edit(TemplateEdit::SetScripts {
            phase: Phase::Boot,
            scripts: vec![p("chef:tune@1"), p("chef:web@2.2")],
        })];
        edited(&dana, "front", "/acme", swap).await.unwrap();
        let (before, after) = dana.template_diff_pair(&p("front"), &acme()).await.unwrap();
        let diff = dana.template_diff(&before, &after, &acme()).await.unwrap();
        let change = diff.diff.scripts.get(&Phase::Boot).unwrap();
        assert_eq!(change.before, [p("chef:web@2.1"), p("chef:tune@1")]);
        assert_eq!(change.after, [p("chef:tune@1"), p("chef:web@2.2")]);
        let old = dana.template(&p("front@1"), &acme()).await.unwrap();
        assert_eq!(old.content.scripts(Phase::Boot).len(), 2);
        assert_eq!(
            old.content.scripts(Phase::Decommission),
            [p("chef:drain@1")]
        );
    });
}

#[test]
fn i11_scripts_and_an_image_without_an_agent_do_not_go_together_in_head() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let mut bare = image("/acme", EAST, 1);
        bare.agent = Some(AgentFacts::Absent);
        dana.register_image(bare).await.unwrap();
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "data", 2).await;
        front(&dana, "/acme", &["web", "data"]).await;
        let script = || vec![TemplateChange::script(Phase::Boot, p("chef:web@2.1"))];
        let error = edited(&dana, "front", "/acme", script()).await.unwrap_err();
        let TemplateRefusal::Agents(missing) = refusal(error) else {
            panic!("another refusal");
        };
        assert_eq!(missing.images.len(), 1);
        assert_eq!(missing.images[0].image, ami(1).as_str());
        // Of the other nobody said anything: it is told.
        let other = vec![
            TemplateChange::MakeDefault(p("data")),
            TemplateChange::Unlink(p("web")),
            script().remove(0),
        ];
        let view = edited(&dana, "front", "/acme", other).await.unwrap();
        let unknown = view.agents_unknown.unwrap();
        assert_eq!(unknown.images[0].image, ami(2).as_str());
        // A link to it is refused as well, and so is a commit once it is known.
        let back = vec![TemplateChange::Link(p("web"))];
        let error = edited(&dana, "front", "/acme", back).await.unwrap_err();
        assert!(matches!(refusal(error), TemplateRefusal::Agents(_)));
        let mut bare = image("/acme", EAST, 2);
        bare.agent = Some(AgentFacts::Absent);
        dana.register_image(bare).await.unwrap();
        let error = commit(&dana, "front", "/acme", HeadDependencies::Leave).await;
        assert!(matches!(
            refusal(error.unwrap_err()),
            TemplateRefusal::Agents(_)
        ));
    });
}

#[test]
fn t07_a_template_shows_what_its_links_mean_what_they_cover_and_what_is_newer() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "data", 2).await;
        front(&dana, "/acme", &["web", "data@head"]).await;
        dana.edit_mci(&p("web"), &acme(), vec![set(WEST, 3)], None)
            .await
            .unwrap();
        dana.commit_mci(&p("web"), &acme(), p("west"), None)
            .await
            .unwrap();
        let view = dana.template(&p("front"), &acme()).await.unwrap();
        let web = dana.mci(&p("web"), &acme()).await.unwrap().lineage;
        let shown = |lineage| {
            let mut links = view.links.iter();
            links.find(move |link| link.lineage == lineage).unwrap()
        };
        let link = shown(web);
        assert_eq!(link.name, Some(p("web")));
        assert!(link.is_default);
        assert_eq!(link.state, Some(LinkedState::Revision(p("1"))));
        assert_eq!(link.covers, [p(EAST)]);
        assert_eq!(link.newer, Some(p("2")));
        let other = view.links.iter().find(|link| link.lineage != web).unwrap();
        assert_eq!(other.state, Some(LinkedState::Head));
        assert_eq!((other.newer, other.is_default), (None, false));
        // A link that is not seen is told as such, and gives nothing away.
        dana.create_mci(&p("/acme/prod"), p("inner")).await.unwrap();
        let inner = dana
            .mci(&p("inner"), &p("/acme/prod"))
            .await
            .unwrap()
            .lineage;
        let hidden = vec![TemplateChange::Edit(TemplateEdit::link(
            inner,
            LinkTarget::Head,
        ))];
        let error = edited(&dana, "front", "/acme", hidden).await.unwrap_err();
        assert!(matches!(
            refusal(error),
            TemplateRefusal::Link(LinkError::NoMci { lineage }) if lineage == inner
        ));
    });
}

#[test]
fn t08_a_template_and_its_mci_are_made_in_one_commit_or_not_at_all() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let front = NewLineage::new(acme(), p("front"));
        let both = dana.create_template_with_mci(&front, p("web")).await;
        let both = both.unwrap();
        let link = both.template.content.link(both.mci.lineage).unwrap();
        assert_eq!((link.target, link.is_default), (&LinkTarget::Head, true));
        // One name is taken: neither is there.
        for (template, mci) in [("front", "other"), ("other", "web")] {
            let new = NewLineage::new(acme(), p(template));
            let error = dana.create_template_with_mci(&new, p(mci)).await;
            assert!(matches!(error.unwrap_err(), Error::NameTaken { .. }));
        }
        assert!(dana.mci(&p("other"), &acme()).await.is_err());
        assert!(dana.template(&p("other"), &acme()).await.is_err());
        // Both permissions are needed.
        admin.add_principal(&p("tess")).await.unwrap();
        admin
            .grant(&p("tess"), &Role::OBSERVER, &acme(), None)
            .await
            .unwrap();
        let tess = world.who("tess");
        let third = NewLineage::new(acme(), p("third"));
        let error = tess.create_template_with_mci(&third, p("third")).await;
        assert!(matches!(error.unwrap_err(), Error::Denied(_)));
    });
}

#[test]
fn t03_a_template_has_a_log_clones_and_undo_points_as_an_mci_has() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "data", 2).await;
        front(&dana, "/acme", &["web"]).await;
        commit(&dana, "front", "/acme", HeadDependencies::Leave)
            .await
            .unwrap();
        let more = vec![TemplateChange::Link(p("data"))];
        edited(&dana, "front", "/acme", more).await.unwrap();
        commit(&dana, "front", "/acme", HeadDependencies::Leave)
            .await
            .unwrap();
        let log = dana
            .template_log(&p("front"), &acme(), &most())
            .await
            .unwrap();
        let numbers: Vec<_> = log
            .items
            .iter()
            .map(|it| it.revision.number().get())
            .collect();
        assert_eq!(numbers, [2, 1]);
        // HEAD goes back and forth; committed revisions stay as they are.
        let head = |name: &str| run(dana.template(&p(name), &acme())).unwrap().content;
        let second = head("front");
        dana.restore_template(&p("front@1"), &acme(), None)
            .await
            .unwrap();
        assert_eq!(head("front"), head("front@1"));
        let points = dana
            .template_undo_points(&p("front"), &acme())
            .await
            .unwrap();
        assert_eq!(points.len(), 1);
        dana.undo_template(&p("front"), &acme(), None, None)
            .await
            .unwrap();
        assert_eq!(head("front"), second);
        let cloned = cloud_atlas::CloneTemplate::new(p("front@1"), acme());
        let cloned = dana.clone_template(&cloned).await.unwrap();
        assert_eq!(cloned.template.name.as_str(), "front (clone)");
        let words = cloned.template.cloned_from.unwrap();
        assert!(
            words.starts_with("cloned from `front` revision 1"),
            "{words}"
        );
        // What is committed is edited by cloning it.
        let error = edited(
            &dana,
            "front@1",
            "/acme",
            vec![TemplateChange::Link(p("data"))],
        );
        assert!(matches!(error.await.unwrap_err(), Error::NotEditable(_)));
        // A template may have the name of a MultiCloud Image.
        dana.create_template(&acme(), p("web")).await.unwrap();
    });
}

#[test]
fn t09_an_update_shows_what_is_newer_and_moves_it_in_one_step() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        for (name, number) in [("web", 1), ("data", 2), ("moves", 3)] {
            committed(&dana, "/acme", name, number).await;
        }
        front(&dana, "/acme", &["web@1", "data@1", "moves@latest"]).await;
        let none = dana.template_updates(&p("front"), &acme()).await.unwrap();
        assert_eq!((none.steps.len(), none.stuck.len()), (0, 0));
        for (name, number) in [("web", 11), ("data", 12), ("moves", 13)] {
            let (name, edits) = (p::<Reference>(name), vec![set(WEST, number)]);
            dana.edit_mci(&name, &acme(), edits, None).await.unwrap();
            dana.commit_mci(&name, &acme(), p("west"), None)
                .await
                .unwrap();
        }
        let updates = dana.template_updates(&p("front"), &acme()).await.unwrap();
        assert_eq!(updates.steps.len(), 2);
        for step in &updates.steps {
            assert_eq!(step.diff.coverage.gained, [p(WEST)]);
            assert_eq!((step.update.from.get(), step.update.to.get()), (1, 2));
        }
        let only = [p("data")];
        let seen = Some(updates.generation);
        let one = dana
            .update_template(&p("front"), &acme(), Some(&only), seen)
            .await;
        let one = one.unwrap();
        assert_eq!(one.moved.len(), 1);
        // HEAD moved since.
        let stale = dana.update_template(&p("front"), &acme(), None, seen).await;
        assert!(matches!(stale.unwrap_err(), Error::Stale(_)));
        let again = dana
            .update_template(&p("front"), &acme(), Some(&only), None)
            .await;
        assert!(matches!(
            refusal(again.unwrap_err()),
            TemplateRefusal::Update(_)
        ));
        let rest = dana.update_template(&p("front"), &acme(), None, None).await;
        let rest = rest.unwrap();
        assert_eq!(rest.moved[0].name.as_str(), "web");
        assert!(rest.moved[0].is_default);
        let web = dana.mci(&p("web"), &acme()).await.unwrap().lineage;
        assert_eq!(rest.template.content.default_link(), Some(web));
    });
}

#[test]
fn m21_a_template_is_seen_below_its_scope_and_nowhere_else() {
    let world = World::new();
    let (dana, olga, bert) = (world.who("dana"), world.who("olga"), world.who("bert"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        front(&dana, "/acme", &["web"]).await;
        let prod = p::<Scope>("/acme/prod");
        let seen = olga.template(&p("front"), &prod).await.unwrap();
        assert_eq!(seen.scope, acme());
        assert_eq!(seen.links[0].name, Some(p("web")));
        // What an environment holds is its own.
        dana.create_template(&prod, p("inner")).await.unwrap();
        let dev = p::<Scope>("/acme/dev");
        assert!(dana.template(&p("inner"), &dev).await.is_err());
        assert!(dana.template(&p("inner"), &acme()).await.is_err());
        let list = |who: Session, scope: Scope| async move {
            let page = who.templates(&scope, &most()).await.unwrap();
            let names = page.items.into_iter().map(|it| it.name.to_string());
            names.collect::<Vec<_>>()
        };
        assert_eq!(list(dana.clone(), prod).await, ["inner", "front"]);
        assert_eq!(list(dana.clone(), dev).await, ["front"]);
        // Nor does another account see any of it.
        let hidden = bert.template(&p("/acme:front"), &p("/beta")).await;
        let absent = bert.template(&p("/acme:gone"), &p("/beta")).await;
        let said = |error: Error| error.to_string().replace("gone", "front");
        assert_eq!(said(hidden.unwrap_err()), said(absent.unwrap_err()));
    });
}
