//! Clones: where they begin, what they are called, and who sees where they came from.

use crate::support::{World, ami, ask, committed, image, p, run, set};
use cloud_atlas::{
    CloneMci, Error, MciCloned, Session,
    base::Name,
    history::{NotEditable, RevisionNumber},
    mci::HeadEdit,
    scope::{Role, Scope},
    template::Reference,
};

const EAST: &str = "aws/us-east-1";

async fn clone(who: &Session, source: &str, from: &str) -> Result<MciCloned, Error> {
    who.clone_mci(&CloneMci::new(p(source), p(from))).await
}

async fn named(who: &Session, source: &str, from: &str, name: &str) -> Result<MciCloned, Error> {
    let mut ask = CloneMci::new(p(source), p(from));
    ask.name = Some(p(name));
    who.clone_mci(&ask).await
}

#[test]
fn k01_a_clone_has_a_head_alone_and_remembers_its_origin() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        dana.edit_mci(&web, &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
        dana.commit_mci(&web, &scope, p("second"), None)
            .await
            .unwrap();
        dana.edit_mci(&web, &scope, vec![set("aws/us-west-2", 3)], None)
            .await
            .unwrap();
        let before = dana.mci(&web, &scope).await.unwrap();
        // Any revision, the newest unless told otherwise, and HEAD.
        for (source, revision, images) in [
            ("web@1", Some(1), vec![1]),
            ("web", Some(2), vec![2]),
            ("web@head", None, vec![2, 3]),
        ] {
            let cloned = clone(&dana, source, "/acme").await.unwrap();
            let mci = &cloned.mci;
            let origin = mci.origin.unwrap();
            assert_eq!(origin.lineage, before.lineage);
            assert_eq!(origin.revision.map(RevisionNumber::get), revision);
            assert_ne!(mci.lineage, before.lineage);
            assert_eq!((mci.last, mci.generation.get()), (None, 1));
            let held: Vec<_> = mci.content.settings().values().collect();
            let held: Vec<_> = held.iter().map(|setting| setting.image().clone()).collect();
            let images: Vec<_> = images.into_iter().map(ami).collect();
            assert_eq!(held, images, "{source}");
            // The digest is that of the source's content, under its name.
            let source = match revision {
                Some(number) => dana
                    .mci_log(&web, &scope, &crate::support::most())
                    .await
                    .unwrap()
                    .items
                    .into_iter()
                    .find(|entry| entry.revision.number().get() == number)
                    .map(|entry| entry.revision.content()),
                None => cloud_atlas::history::Content::digest(&before.content).ok(),
            };
            assert_eq!(Some(origin.content), source);
        }
        assert_eq!(dana.mci(&web, &scope).await.unwrap(), before);
        // Its first revision is made from the one that was cloned.
        let clone = p::<Reference>("web (clone)");
        let first = dana.commit_mci(&clone, &scope, p("mine"), None).await;
        let first = first.unwrap();
        assert_eq!(first.number().get(), 1);
        let parents: Vec<_> = first.parents().iter().map(|it| it.revision).collect();
        let [parent] = parents.as_slice() else {
            panic!("{parents:?}");
        };
        assert_eq!((parent.lineage, parent.number.get()), (before.lineage, 1));
        // What edits and commits of the clone never change.
        let after = dana.mci(&clone, &scope).await.unwrap();
        assert_eq!(after.origin.unwrap().revision, RevisionNumber::new(1));
    });
}

#[test]
fn k01_a_clone_is_made_where_the_caller_may_make_one_and_reads_from_there() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        committed(&world.who("dana"), "/acme", "web", 1).await;
        // Hidden reads like absent.
        let hidden = clone(&bert, "/acme:web", "/beta").await.unwrap_err();
        let absent = clone(&bert, "/acme:webb", "/beta").await.unwrap_err();
        let (hidden, absent) = (hidden.to_string(), absent.to_string());
        assert_eq!(hidden, absent.replace("webb", "web"));
        // Who sees it may not make anything beside it.
        let observer = Role::OBSERVER;
        admin
            .grant(&p("bert"), &observer, &p("/acme"), None)
            .await
            .unwrap();
        let mut there = CloneMci::new(p("/acme:web"), p("/beta"));
        there.into = Some(p("/acme"));
        let refused = bert.clone_mci(&there).await.unwrap_err();
        assert!(matches!(refused, Error::Denied(_)), "{refused}");
        // But may take it home: another account keeps the content for itself.
        let cloned = clone(&bert, "/acme:web", "/beta").await.unwrap();
        assert_eq!(cloned.mci.scope, p("/beta"));
        assert_eq!(cloned.mci.name, p::<Name>("web (clone)"));
        let home = p::<Scope>("/beta");
        let mine = p::<Reference>("web (clone)");
        bert.commit_mci(&mine, &home, p("mine"), None)
            .await
            .unwrap();
        admin
            .revoke(&p("bert"), &observer, &p("/acme"))
            .await
            .unwrap();
        let plan = bert.resolve(&ask("web (clone)", EAST, "/beta")).await;
        assert_eq!(plan.unwrap().plan.image.to_string(), ami(1).to_string());
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn k02_a_clone_gets_the_first_free_name_of_its_scope() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "MCI v8", 1).await;
        let name = |cloned: MciCloned| cloned.mci.name.to_string();
        assert_eq!(
            name(clone(&dana, "MCI v8", "/acme").await.unwrap()),
            "MCI v9"
        );
        assert_eq!(
            name(clone(&dana, "MCI v8", "/acme").await.unwrap()),
            "MCI v10"
        );
        // Names are unique within a scope, not between scopes.
        let below = clone(&dana, "MCI v8", "/acme/dev").await.unwrap();
        assert_eq!(name(below), "MCI v9");
        let chosen = named(&dana, "MCI v8", "/acme", "shop").await.unwrap();
        assert!(chosen.is_chosen);
        assert_eq!(name(chosen), "shop");
        let taken = named(&dana, "MCI v8", "/acme", "shop").await.unwrap_err();
        assert!(matches!(taken, Error::NameTaken { .. }), "{taken}");
        // An agent's version is none of the name's.
        committed(&dana, "/acme", "RL_v5.7", 1).await;
        let agent = clone(&dana, "RL_v5.7", "/acme").await.unwrap();
        assert_eq!(name(agent), "RL_v5.7 (clone)");
    });
}

#[test]
fn k03_what_is_committed_is_edited_by_cloning_it() {
    let world = World::new();
    let dana = world.who("dana");
    let scope = p::<Scope>("/acme");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let edits = || vec![set(EAST, 2)];
        let refused = dana.edit_mci(&p("web@1"), &scope, edits(), None).await;
        let refused = refused.unwrap_err();
        let Error::NotEditable(NotEditable::Committed { revision, .. }) = &refused else {
            panic!("{refused}");
        };
        assert_eq!(revision.get(), 1);
        assert!(refused.to_string().contains("clone"), "{refused}");
        let cloned = clone(&dana, "web@1", "/acme").await.unwrap();
        let clone = Reference::lineage(cloned.mci.lineage);
        dana.edit_mci(&clone, &scope, edits(), None).await.unwrap();
    });
}

#[test]
fn k05_the_origin_is_named_to_those_who_see_it() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    let (home, mine) = (p::<Scope>("/beta"), p::<Reference>("mine"));
    run(async {
        committed(&world.who("dana"), "/acme", "web", 1).await;
        admin
            .grant(&p("bert"), &Role::OBSERVER, &p("/acme"), None)
            .await
            .unwrap();
        let cloned = named(&bert, "/acme:web", "/beta", "mine").await.unwrap();
        let advice = cloned.advice().to_string();
        assert!(advice.contains("`show` names the origin"), "{advice}");
        let origin = cloned.mci.origin.unwrap();
        let known = format!("cloned from `web` revision 1 ({}", origin.lineage);
        let words = cloned.mci.cloned_from.unwrap();
        assert!(words.starts_with(&known), "{words}");
        // From her account another account's lineage is an id, whatever it is called.
        let shown = bert.mci(&mine, &home).await.unwrap();
        let unknown = format!("cloned from {} revision 1 (", origin.lineage);
        let words = shown.cloned_from.unwrap();
        assert!(words.starts_with(&unknown), "{words}");
        // Where it is seen, it goes by the name that it has now.
        committed(&admin, "/", "base", 7).await;
        let cloned = named(&bert, "base", "/beta", "second").await.unwrap();
        let renamed = vec![HeadEdit::SetNickname(p("base v2"))];
        admin
            .edit_mci(&p("base"), &p("/"), renamed, None)
            .await
            .unwrap();
        let second = Reference::lineage(cloned.mci.lineage);
        let words = bert.mci(&second, &home).await.unwrap().cloned_from.unwrap();
        assert!(
            words.starts_with("cloned from `base v2` revision 1 ("),
            "{words}"
        );
        let own = bert.create_mci(&home, p("own")).await.unwrap();
        assert_eq!((own.origin, own.cloned_from), (None, None));
    });
}

#[test]
fn k01_nothing_is_cloned_that_refers_to_a_deleted_record() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    let scope = p::<Scope>("/acme");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        // The revision is old: HEAD and the newest revision name another image.
        let web = p::<Reference>("web");
        dana.edit_mci(&web, &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
        let gone = admin.register_image(image("/beta", EAST, 1)).await;
        let gone = gone.unwrap().record;
        let keep = cloud_atlas::Retention::default();
        admin
            .delete_image(gone.id(), &p("/beta"), None, keep, false)
            .await
            .unwrap();
        let mut into = CloneMci::new(p("/acme:web@1"), p("/beta"));
        into.into = Some(p("/beta"));
        let refused = admin.clone_mci(&into).await.unwrap_err();
        assert!(matches!(refused, Error::Life(_)), "{refused}");
        let mut into = CloneMci::new(p("/acme:web@head"), p("/beta"));
        into.into = Some(p("/beta"));
        admin.clone_mci(&into).await.unwrap();
    });
}
