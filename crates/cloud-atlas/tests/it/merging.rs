//! Merges: their bases, their conflicts, and what becomes of HEAD.

use crate::support::{World, acme, ami, committed, dump, image, p, run, set};
use cloud_atlas::{
    CloneMci, Error, ErrorKind, EventQuery, MciMerge, MciView, MergeMci, MergeOutcome, Session,
    base::Name,
    history::{Revision, UndoCause, UnknownBase},
    image::Architecture,
    image_id::CloudLocation,
    mci::{
        Choices, Conflict, ConflictKind, EditError, HeadEdit, MergePath, MergeValue, Setting, Side,
        Take,
    },
    scope::{Role, Scope},
    template::Reference,
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

fn tag(text: &str) -> HeadEdit {
    HeadEdit::AddTag(p(text))
}

fn ask(into: &str, theirs: &str) -> MergeMci {
    MergeMci::new(p(into), p(theirs), acme())
}

async fn edit(who: &Session, at: &str, edits: Vec<HeadEdit>) {
    who.edit_mci(&p(at), &acme(), edits, None).await.unwrap();
}

async fn commit(who: &Session, at: &str, message: &str) -> Revision {
    let revision = who.commit_mci(&p(at), &acme(), p(message), None).await;
    revision.unwrap()
}

/// One more revision.
async fn moved(who: &Session, at: &str, edits: Vec<HeadEdit>) -> Revision {
    edit(who, at, edits).await;
    commit(who, at, "moved").await
}

async fn clone(who: &Session, source: &str, name: &str) {
    let mut ask = CloneMci::new(p(source), acme());
    ask.name = Some(p(name));
    who.clone_mci(&ask).await.unwrap();
}

async fn head(who: &Session, at: &str) -> MciView {
    who.mci(&p(at), &acme()).await.unwrap()
}

/// The AMI of a location in HEAD.
async fn held(who: &Session, at: &str, place: &str) -> String {
    let content = head(who, at).await.content;
    content.settings()[&p(place)].image().to_string()
}

/// `base` with two revisions, and `web` cloned from the first and committed with a tag.
async fn downstream(who: &Session) {
    committed(who, "/acme", "base", 1).await;
    clone(who, "base@1", "web").await;
    moved(who, "web", vec![tag("ours:team=web")]).await;
    moved(who, "base", vec![set(EAST, 2), set(WEST, 3)]).await;
}

async fn open(who: &Session, ask: &MergeMci) -> Box<MciMerge> {
    match who.merge_mci(ask).await {
        Err(Error::OpenConflicts(merge)) => merge,
        other => panic!("{other:?}"),
    }
}

#[test]
fn g03_a_clone_is_updated_from_its_upstream() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        let preview = dana.mci_merge_preview(&ask("web", "base")).await.unwrap();
        assert_eq!(preview.outcome, MergeOutcome::WouldMerge);
        assert_eq!(head(&dana, "web").await.generation, preview.generation);

        let merged = dana.merge_mci(&ask("web", "base")).await.unwrap();
        assert_eq!(merged.outcome, MergeOutcome::Merged);
        assert_eq!(
            merged.explanation,
            "the base is base@1, from which web@1 and base@2 were made"
        );
        assert_eq!(merged.diff, preview.diff);
        let web = head(&dana, "web").await;
        assert_eq!(web.generation, merged.generation);
        // Upstream's images, downstream's tag and name.
        assert_eq!(web.name, p::<Name>("web"));
        assert!(web.content.tags().contains(&p("ours:team=web")));
        assert_eq!(held(&dana, "web", EAST).await, ami(2).to_string());
        assert_eq!(held(&dana, "web", WEST).await, ami(3).to_string());
        // The event says what was merged.
        let mut query = EventQuery::new(acme());
        query.record = Some(web.lineage.to_string());
        let events = dana.find_events(&query, &crate::support::most()).await;
        let event = events.unwrap().items.remove(0);
        assert_eq!(event.action.as_str(), "mci.merge");
        let told = event.after.unwrap();
        assert!(told.contains(&merged.theirs.lineage.to_string()), "{told}");
        assert!(told.contains("\"undo\":1"), "{told}");
    });
}

#[test]
fn g03_far_and_long_histories_have_a_base() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "base", 1).await;
        clone(&dana, "base@1", "web").await;
        // A clone of a clone of HEAD, and many revisions on both ways.
        for number in 0..40 {
            moved(&dana, "web", vec![set(WEST, 100 + number)]).await;
            moved(&dana, "base", vec![set(EAST, 200 + number)]).await;
        }
        clone(&dana, "web@head", "shop").await;
        let merged = dana.merge_mci(&ask("shop", "base")).await.unwrap();
        assert_eq!(
            merged.explanation,
            "the base is base@1, from which web@1 and base@2 were made"
        );
        assert_eq!(held(&dana, "shop", EAST).await, ami(239).to_string());
        assert_eq!(held(&dana, "shop", WEST).await, ami(139).to_string());
    });
}

#[test]
fn g03_several_bases_are_merged_first() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        // Each takes the other's, and both go on.
        moved(&dana, "web", vec![tag("a:b=1")]).await;
        dana.merge_mci(&ask("base", "web@2")).await.unwrap();
        dana.merge_mci(&ask("web", "base@2")).await.unwrap();
        commit(&dana, "base", "crossed").await;
        commit(&dana, "web", "crossed").await;
        moved(&dana, "base", vec![set(EAST, 7)]).await;
        moved(&dana, "web", vec![tag("a:b=2")]).await;
        let merged = dana.merge_mci(&ask("web", "base")).await.unwrap();
        let said = merged.explanation.as_str();
        assert!(
            [("base@2", "web@2"), ("web@2", "base@2")]
                .map(|(one, other)| {
                    let made = "from which web@3 and base@3 were made";
                    format!(
                        "the base is a merge of the 2 nearest common ancestors: {one}, {made}; \
                         {other}, {made}"
                    )
                })
                .contains(&said.to_owned()),
            "{said}"
        );
        assert_eq!(held(&dana, "web", EAST).await, ami(7).to_string());
    });
}

#[test]
fn g03_without_a_common_ancestor_each_difference_is_a_conflict() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "other", 2).await;
        let merge = open(&dana, &ask("web", "other@1")).await;
        assert_eq!(
            merge.explanation,
            "HEAD and other@1 have no common ancestor: each field in which they differ is a conflict"
        );
        let paths: Vec<_> = merge
            .conflicts
            .iter()
            .map(|it| it.path().to_string())
            .collect();
        assert_eq!(paths, ["nickname", "image:aws/us-east-1"]);
        let kinds = merge.conflicts.iter().map(Conflict::kind);
        assert!(kinds.eq([ConflictKind::NoBase; 2]));
    });
}

#[test]
fn g01_with_an_open_conflict_nothing_changes() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        moved(&dana, "web", vec![set(EAST, 9), tag("b:c=1")]).await;
        let before = dump(&world.atlas).await;
        let merge = open(&dana, &ask("web", "base")).await;
        assert_eq!(dump(&world.atlas).await, before);
        assert_eq!((merge.outcome, merge.undo), (MergeOutcome::Open, None));
        assert_eq!(merge.generation, head(&dana, "web").await.generation);
        // One side of the conflict is what nobody else changed: it is the only one.
        let [conflict] = merge.conflicts.as_slice() else {
            panic!("{:?}", merge.conflicts);
        };
        assert_eq!(conflict.path().to_string(), "image:aws/us-east-1");
        assert_eq!(conflict.kind(), ConflictKind::BothChanged);
        // The same as an answer, for whoever only looks.
        let preview = dana.mci_merge_preview(&ask("web", "base")).await.unwrap();
        assert_eq!(preview, *merge);
        assert_eq!(dump(&world.atlas).await, before);
        let error = Error::OpenConflicts(merge);
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(
            error.to_string(),
            "1 conflict is open, at image:aws/us-east-1: settle each with a side or a value, or all \
             with one side"
        );
    });
}

#[test]
fn g04_conflicts_are_settled_by_sides_and_values() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        moved(&dana, "web", vec![set(EAST, 9), set(WEST, 8)]).await;
        let both = ask("web", "base");
        assert_eq!(open(&dana, &both).await.conflicts.len(), 2);
        let path = |text: &str| p::<MergePath>(text);
        let east = path("image:aws/us-east-1");
        let mut settling = both.clone();
        settling.choices = Choices::default().with(east.clone(), Take::Side(Side::Theirs));
        let left = open(&dana, &settling).await;
        let paths: Vec<_> = left
            .conflicts
            .iter()
            .map(|it| it.path().to_string())
            .collect();
        assert_eq!(paths, ["image:aws/us-west-2"]);
        // A choice for what is no conflict, and a value that is none.
        let mut wrong = both.clone();
        wrong.choices = Choices::default().with(path("nickname"), Take::Side(Side::Ours));
        let refused = dana.merge_mci(&wrong).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "there is no conflict at nickname: leave the choice out"
        );
        wrong.choices = Choices::default().with(east.clone(), Take::Value(None));
        wrong.choices.others = Some(Side::Ours);
        let refused = dana.merge_mci(&wrong).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
        // One by a side, one by a value that neither holds.
        let value = Take::Value(Some(MergeValue::Id(ami(77))));
        settling.choices = settling.choices.with(path("image:aws/us-west-2"), value);
        dana.merge_mci(&settling).await.unwrap();
        assert_eq!(held(&dana, "web", EAST).await, ami(2).to_string());
        assert_eq!(held(&dana, "web", WEST).await, ami(77).to_string());
        // All by one side.
        dana.undo_mci(&p("web"), &acme(), None, None).await.unwrap();
        let mut ours = both.clone();
        ours.choices = Choices::all(Side::Ours);
        dana.merge_mci(&ours).await.unwrap();
        assert_eq!(held(&dana, "web", EAST).await, ami(9).to_string());
    });
}

#[test]
fn g04_sides_that_stand_side_by_side_keep_their_names() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        // The clone's name was changed on their side alone, and cannot be had twice.
        dana.merge_mci(&ask("base", "web")).await.unwrap();
        let base = head(&dana, "base").await;
        assert!(base.content.tags().contains(&p("ours:team=web")));
        dana.undo_mci(&p("base"), &acme(), None, None)
            .await
            .unwrap();
        // Where somebody else has it, that is a conflict.
        edit(&dana, "web", vec![HeadEdit::SetNickname(p("site"))]).await;
        committed(&dana, "/acme", "web", 5).await;
        let mut back = ask("base", "site@1");
        let merge = open(&dana, &back).await;
        let [conflict] = merge.conflicts.as_slice() else {
            panic!("{:?}", merge.conflicts);
        };
        insta::assert_snapshot!(conflict, @r"
        nickname: what the two sides changed does not fit together: another MultiCloud Image at /acme is called `web`
          base    base
          ours    base
          theirs  web
        ");
        back.choices = Choices::default().with(MergePath::Nickname, Take::Side(Side::Ours));
        dana.merge_mci(&back).await.unwrap();
        dana.undo_mci(&p("base"), &acme(), None, None)
            .await
            .unwrap();
        // And where nobody has it, it is theirs.
        edit(&dana, "web", vec![HeadEdit::SetNickname(p("other"))]).await;
        dana.merge_mci(&ask("base", "site@1")).await.unwrap();
        assert_eq!(head(&dana, "web").await.lineage, base.lineage);
    });
}

#[test]
fn g04_a_settled_merge_refers_to_no_deleted_image() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        let gone = dana.register_image(image("/acme/dev", EAST, 2)).await;
        let gone = gone.unwrap().record.id();
        // `base` at /acme does not refer to a record of /acme/dev: it is free to be deleted, and in
        // the bin of that scope alone.
        let keep = cloud_atlas::Retention::default();
        dana.delete_image(gone, &p("/acme/dev"), None, keep, false)
            .await
            .unwrap();
        let mut cloned = CloneMci::new(p("base@1"), p("/acme/dev"));
        cloned.name = Some(p("web"));
        dana.clone_mci(&cloned).await.unwrap();
        let refused = MergeMci::new(p("/acme/dev:web"), p("/acme:base"), p("/acme/dev"));
        let error = dana.merge_mci(&refused).await.unwrap_err();
        assert!(matches!(error, Error::Life(_)), "{error}");
        let error = dana.mci_merge_preview(&refused).await.unwrap_err();
        assert!(matches!(error, Error::Life(_)), "{error}");
        dana.merge_mci(&ask("web", "base")).await.unwrap();
    });
}

#[test]
fn g02_a_union_that_does_not_boot_is_a_conflict() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        // Upstream's new image is for x86_64; downstream went to instances for arm64.
        let mut x86 = image("/acme", EAST, 2);
        x86.architecture = Some(Architecture::X86_64);
        dana.register_image(x86).await.unwrap();
        let arm = Setting::new(ami(1)).with_instance_type(p("m7g.large"));
        moved(&dana, "web", vec![HeadEdit::set(p(EAST), arm)]).await;
        let merge = open(&dana, &ask("web", "base")).await;
        let [conflict] = merge.conflicts.as_slice() else {
            panic!("{:?}", merge.conflicts);
        };
        assert_eq!(conflict.kind(), ConflictKind::Incompatible);
        assert_eq!(conflict.path().to_string(), "unit:aws/us-east-1");
        assert!(conflict.reason().unwrap().contains("m7g.large"));
        // Nor by a value: it is judged like any edit.
        let unit = Setting::new(ami(2)).with_instance_type(p("m7g.xlarge"));
        let value = Take::Value(Some(MergeValue::Setting(Box::new(unit))));
        let mut settling = ask("web", "base");
        settling.choices = Choices::default().with(p("unit:aws/us-east-1"), value);
        let refused = dana.merge_mci(&settling).await.unwrap_err();
        assert!(matches!(refused, Error::Edit(_)), "{refused}");
        settling.choices = Choices::all(Side::Theirs);
        dana.merge_mci(&settling).await.unwrap();
        assert_eq!(held(&dana, "web", EAST).await, ami(2).to_string());
    });
}

#[test]
fn g02_a_clean_merge_is_validated_like_any_edit() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        let merged = dana.mci_merge_preview(&ask("web", "base")).await.unwrap();
        assert_eq!(merged.outcome, MergeOutcome::WouldMerge);
        // Nobody had a record of the image when upstream set it.
        let unregistered = merged.warnings.len();
        assert_eq!(unregistered, 2, "{:?}", merged.warnings);
        let mut arm = image("/acme", EAST, 2);
        arm.architecture = Some(Architecture::Aarch64);
        dana.register_image(arm).await.unwrap();
        let before = dump(&world.atlas).await;
        for refused in [
            dana.merge_mci(&ask("web", "base")).await,
            dana.mci_merge_preview(&ask("web", "base")).await,
        ] {
            let refused = refused.unwrap_err();
            assert!(
                matches!(refused, Error::Edit(EditError::Misfit(_))),
                "{refused}"
            );
        }
        assert_eq!(dump(&world.atlas).await, before);
    });
}

#[test]
fn g06_a_merge_is_committed_with_both_parents_even_where_it_changes_nothing() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        let web = head(&dana, "web").await;
        let mut ours = ask("web", "base@2");
        ours.choices = Choices::default();
        // Upstream takes its changes back: what is left is that it was merged.
        moved(
            &dana,
            "base",
            vec![set(EAST, 1), HeadEdit::Unset { location: p(WEST) }],
        )
        .await;
        let merged = dana.merge_mci(&ask("web", "base@3")).await.unwrap();
        assert!(merged.diff.is_empty());
        let pending = head(&dana, "web").await;
        assert_eq!(pending.content, web.content);
        assert!(pending.edited);
        let second = commit(&dana, "web", "took base").await;
        let parents: Vec<_> = second.parents().iter().map(|it| it.revision).collect();
        let base = head(&dana, "base").await.lineage;
        let told: Vec<_> = parents
            .iter()
            .map(|it| (it.lineage, it.number.get()))
            .collect();
        assert_eq!(told, [(web.lineage, 1), (base, 3)]);
        // Now it is part of HEAD, and so is what is older.
        for theirs in ["base", "base@2", "base@1", "web@1", "web@2"] {
            let again = dana.merge_mci(&ask("web", theirs)).await.unwrap();
            assert_eq!(again.outcome, MergeOutcome::NothingToMerge, "{theirs}");
            assert_eq!(again.generation, head(&dana, "web").await.generation);
        }
        let none = dana.commit_mci(&p("web"), &acme(), p("again"), None).await;
        assert!(matches!(none.unwrap_err(), Error::Commit(_)));
    });
}

#[test]
fn m17_a_merge_can_be_undone() {
    let world = World::new();
    let dana = world.who("dana");
    let web = p::<Reference>("web");
    run(async {
        downstream(&dana).await;
        edit(&dana, "web", vec![tag("b:c=1")]).await;
        let before = head(&dana, "web").await;
        let merged = dana.merge_mci(&ask("web", "base")).await.unwrap();
        assert_eq!(merged.undo, Some(1));
        let points = dana.mci_undo_points(&web, &acme()).await.unwrap();
        assert!(matches!(points[0].cause, UndoCause::Merge { theirs } if theirs.number.get() == 2));
        dana.undo_mci(&web, &acme(), None, None).await.unwrap();
        let after = head(&dana, "web").await;
        assert_eq!(after.content, before.content);
        // The merge waits no longer, and can be made again.
        let revision = commit(&dana, "web", "without base").await;
        assert_eq!(revision.parents().len(), 1);
        dana.merge_mci(&ask("web", "base")).await.unwrap();
    });
}

#[test]
fn g01_only_committed_revisions_are_merged_and_only_into_heads() {
    let world = World::new();
    let (dana, olga) = (world.who("dana"), world.who("olga"));
    run(async {
        downstream(&dana).await;
        let head_of_theirs = dana.merge_mci(&ask("web", "base@head")).await.unwrap_err();
        assert!(
            matches!(head_of_theirs, Error::HeadMoves { .. }),
            "{head_of_theirs}"
        );
        let into_revision = dana.merge_mci(&ask("web@1", "base")).await.unwrap_err();
        assert!(
            matches!(into_revision, Error::NotEditable(_)),
            "{into_revision}"
        );
        let mut below = ask("web", "base");
        below.scope = p("/acme/prod");
        let denied = olga.merge_mci(&below).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
        let denied = olga.mci_merge_preview(&below).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
    });
}

#[test]
fn g01_of_two_merges_from_one_generation_one_is_stale() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        downstream(&dana).await;
        committed(&dana, "/acme", "empty", 1).await;
        moved(&dana, "base", vec![set(WEST, 4)]).await;
    });
    let mut first = ask("web", "base@2");
    first.seen = Some(run(head(&dana, "web")).generation);
    let second = MergeMci {
        theirs: p("base@3"),
        ..first.clone()
    };
    let outcomes = std::thread::scope(|scope| {
        let threads = [&first, &second].map(|ask| {
            let dana = dana.clone();
            scope.spawn(move || run(dana.merge_mci(ask)))
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1);
    let stale = |outcome: &Result<MciMerge, Error>| matches!(outcome, Err(Error::Stale(_)));
    assert!(outcomes.iter().any(stale), "{outcomes:?}");
}

/// `/acme:base@1`, and in `/beta` two clones of it that went on, `web` and `shop`; base went on too.
async fn apart(world: &World) {
    let (admin, dana, bert) = (world.admin(), world.who("dana"), world.who("bert"));
    committed(&dana, "/acme", "base", 1).await;
    let observer = Role::OBSERVER;
    admin
        .grant(&p("bert"), &observer, &acme(), None)
        .await
        .unwrap();
    let beta = p::<Scope>("/beta");
    for (name, number) in [("web", 2), ("shop", 3)] {
        let mut ask = CloneMci::new(p("/acme:base@1"), beta.clone());
        ask.name = Some(p(name));
        bert.clone_mci(&ask).await.unwrap();
        let at: Vec<CloudLocation> = vec![p(EAST), p(WEST)];
        let at = at[usize::try_from(number).unwrap() - 2].to_string();
        let edits = vec![set(&at, number)];
        bert.edit_mci(&p(name), &beta, edits, None).await.unwrap();
        bert.commit_mci(&p(name), &beta, p("went on"), None)
            .await
            .unwrap();
    }
    moved(&dana, "base", vec![tag("up:stream=1")]).await;
}

#[test]
fn g03_bases_in_other_accounts_are_found_where_they_are_seen() {
    let world = World::new();
    let bert = world.who("bert");
    let beta = p::<Scope>("/beta");
    run(async {
        apart(&world).await;
        let update = MergeMci::new(p("web"), p("/acme:base"), beta.clone());
        let merged = bert.merge_mci(&update).await.unwrap();
        assert_eq!(
            merged.explanation,
            "the base is base@1, from which web@1 and base@2 were made"
        );
        let web = bert.mci(&p("web"), &beta).await.unwrap();
        assert!(web.content.tags().contains(&p("up:stream=1")));
        bert.commit_mci(&p("web"), &beta, p("updated"), None)
            .await
            .unwrap();
        // The base of the two clones is in an account that is not looked into from here.
        let across = MergeMci::new(p("shop"), p("web@1"), beta.clone());
        let preview = bert.mci_merge_preview(&across).await.unwrap();
        assert_eq!(preview.base.unknown, Some(UnknownBase::Unseen));
        assert_eq!(preview.outcome, MergeOutcome::Open);
        assert_eq!(
            preview.explanation,
            "you do not see all of the history of HEAD and web@1, so that no base is known: each \
             field in which they differ is a conflict"
        );
        // From above all accounts it is seen.
        let admin = world.admin();
        let above = MergeMci::new(p("/beta:shop"), p("/beta:web@1"), p("/"));
        let preview = admin.mci_merge_preview(&above).await.unwrap();
        assert_eq!(
            preview.explanation,
            "the base is base@1, from which shop@1 and web@1 were made"
        );
        assert_eq!(preview.outcome, MergeOutcome::WouldMerge);
    });
}

#[test]
fn g03_a_hidden_base_tells_nothing_of_itself() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    let beta = p::<Scope>("/beta");
    run(async {
        apart(&world).await;
        let update = MergeMci::new(p("web"), p("/acme:base"), beta.clone());
        bert.merge_mci(&update).await.unwrap();
        bert.commit_mci(&p("web"), &beta, p("updated"), None)
            .await
            .unwrap();
        admin
            .revoke(&p("bert"), &Role::OBSERVER, &acme())
            .await
            .unwrap();
        // Hidden reads like absent.
        let hidden = bert.merge_mci(&update).await.unwrap_err();
        let absent = MergeMci::new(p("web"), p("/acme:bass"), beta.clone());
        let absent = bert.merge_mci(&absent).await.unwrap_err();
        assert_eq!(
            hidden.to_string(),
            absent.to_string().replace("bass", "base")
        );
        // What was merged while it was seen stays in the history, and tells no base any more.
        let across = MergeMci::new(p("shop"), p("web"), beta.clone());
        let preview = bert.mci_merge_preview(&across).await.unwrap();
        assert_eq!(preview.base.unknown, Some(UnknownBase::Unseen));
        assert!(preview.base.ancestors.is_empty());
        for conflict in &preview.conflicts {
            assert_eq!(conflict.kind(), ConflictKind::NoBase);
            assert!(conflict.base().is_none());
        }
        // And what is part of HEAD still is.
        let own = MergeMci::new(p("web"), p("web@1"), beta.clone());
        let preview = bert.mci_merge_preview(&own).await.unwrap();
        assert_eq!(preview.outcome, MergeOutcome::NothingToMerge);
    });
}
