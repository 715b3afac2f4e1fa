//! Merges of ServerTemplates: the default, scripts, names, and what becomes of HEAD.

use crate::{
    support::{World, acme, committed, p, run},
    templates::{commit, edited, front},
};
use cloud_atlas::{
    CloneTemplate, Error, MergeOutcome, MergeTemplate, Session, TemplateChange, TemplateMerge,
    TemplateRefusal,
    mci::{ConflictKind, Side},
    template::{
        HeadDependencies, LinkError, OnRevoke, Phase, TemplateChoices, TemplateEdit, TemplatePath,
        TemplateTake, TemplateValue,
    },
};

fn ask(into: &str, theirs: &str) -> MergeTemplate {
    MergeTemplate::new(p(into), p(theirs), acme())
}

async fn moved(who: &Session, name: &str, changes: Vec<TemplateChange>) {
    edited(who, name, "/acme", changes).await.unwrap();
    commit(who, name, "/acme", HeadDependencies::Leave)
        .await
        .unwrap();
}

/// `front` at revision 1 with a link to `web`, and its clone `own`.
async fn apart(who: &Session) {
    committed(who, "/acme", "web", 1).await;
    committed(who, "/acme", "data", 2).await;
    front(who, "/acme", &["web"]).await;
    commit(who, "front", "/acme", HeadDependencies::Leave)
        .await
        .unwrap();
    let mut clone = CloneTemplate::new(p("front@1"), acme());
    clone.name = Some(p("own"));
    who.clone_template(&clone).await.unwrap();
}

async fn open(who: &Session, ask: &MergeTemplate) -> Box<TemplateMerge> {
    match who.merge_template(ask).await {
        Err(Error::OpenTemplateConflicts(merge)) => merge,
        other => panic!("{other:?}"),
    }
}

#[test]
fn t03_a_template_takes_over_what_its_upstream_did_and_can_go_back() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        apart(&dana).await;
        let ours = vec![TemplateChange::script(Phase::Boot, p("chef:own"))];
        moved(&dana, "own", ours).await;
        let theirs = vec![
            TemplateChange::Link(p("data@head")),
            TemplateChange::MakeDefault(p("data")),
        ];
        moved(&dana, "front", theirs).await;
        let before = dana.template(&p("own"), &acme()).await.unwrap();
        let preview = dana.template_merge_preview(&ask("own", "front")).await;
        let preview = preview.unwrap();
        assert_eq!(preview.outcome, MergeOutcome::WouldMerge);
        assert_eq!(dana.template(&p("own"), &acme()).await.unwrap(), before);
        let merged = dana.merge_template(&ask("own", "front")).await.unwrap();
        assert_eq!(merged.outcome, MergeOutcome::Merged);
        assert_eq!(merged.diff, preview.diff);
        let own = dana.template(&p("own"), &acme()).await.unwrap();
        let linked = dana.mci(&p("data"), &acme()).await.unwrap().lineage;
        assert_eq!(own.content.default_link(), Some(linked));
        assert_eq!(own.content.scripts(Phase::Boot), [p("chef:own")]);
        assert_eq!(own.name.as_str(), "own");
        // The next commit names both, and a second merge has nothing to do.
        let done = commit(&dana, "own", "/acme", HeadDependencies::Leave).await;
        assert_eq!(done.unwrap().revision.parents().len(), 2);
        let again = dana.merge_template(&ask("own", "front")).await.unwrap();
        assert_eq!(again.outcome, MergeOutcome::NothingToMerge);
        // What HEAD held before is an undo point.
        let undone = dana.undo_template(&p("own"), &acme(), None, None).await;
        assert_eq!(undone.unwrap().template.content, before.content);
    });
}

#[test]
fn t03_a_merge_that_loses_its_default_conflicts_there() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        apart(&dana).await;
        moved(&dana, "front", vec![TemplateChange::Link(p("data"))]).await;
        dana.merge_template(&ask("own", "front")).await.unwrap();
        // What is the default here is no longer linked there.
        let ours = vec![TemplateChange::MakeDefault(p("data"))];
        moved(&dana, "own", ours).await;
        moved(&dana, "front", vec![TemplateChange::Unlink(p("data"))]).await;
        let ask = ask("own", "front");
        let before = dana.template(&p("own"), &acme()).await.unwrap();
        let merge = open(&dana, &ask).await;
        let kinds = merge.conflicts.iter();
        let kinds: Vec<_> = kinds.map(|it| (it.path().clone(), it.kind())).collect();
        assert_eq!(kinds, [(TemplatePath::Default, ConflictKind::Incompatible)]);
        assert_eq!(dana.template(&p("own"), &acme()).await.unwrap(), before);
        // A default that is not linked is no way out.
        let settled = |take| {
            let choices = TemplateChoices::default().with(TemplatePath::Default, take);
            MergeTemplate {
                choices,
                ..ask.clone()
            }
        };
        let stranger = dana.create_mci(&acme(), p("stranger")).await.unwrap();
        let stranger = TemplateValue::Default(stranger.lineage);
        let wrong = settled(TemplateTake::Value(Some(stranger)));
        let error = dana.merge_template(&wrong).await.unwrap_err();
        let Error::Template(refused) = error else {
            panic!("{error}")
        };
        assert!(matches!(refused.refusal, TemplateRefusal::Merge(_)));
        let theirs = settled(TemplateTake::Side(Side::Theirs));
        dana.merge_template(&theirs).await.unwrap();
        let own = dana.template(&p("own"), &acme()).await.unwrap();
        let web = dana.mci(&p("web"), &acme()).await.unwrap().lineage;
        let links: Vec<_> = own.content.links().map(|link| link.lineage).collect();
        assert_eq!((links, own.content.default_link()), (vec![web], Some(web)));
    });
}

#[test]
fn t03_names_are_unique_beside_and_a_merge_knows_it() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        apart(&dana).await;
        let script = |name: &str| TemplateChange::script(Phase::Boot, p(name));
        let name = vec![TemplateChange::name(p("shop"))];
        edited(&dana, "own", "/acme", name).await.unwrap();
        moved(&dana, "shop", vec![script("chef:a")]).await;
        // Upstream does not take the name of what is beside it.
        let merged = dana.merge_template(&ask("front", "shop")).await.unwrap();
        assert_eq!(merged.outcome, MergeOutcome::Merged);
        assert_eq!(merged.diff.name, None);
        // Where another has it, it is a conflict.
        dana.undo_template(&p("front"), &acme(), None, None)
            .await
            .unwrap();
        let name = vec![TemplateChange::name(p("market"))];
        edited(&dana, "shop", "/acme", name).await.unwrap();
        moved(&dana, "market", vec![script("chef:b")]).await;
        let freed = vec![TemplateChange::name(p("stall"))];
        edited(&dana, "market", "/acme", freed).await.unwrap();
        dana.create_template(&acme(), p("market")).await.unwrap();
        let merge = open(&dana, &ask("front", "stall")).await;
        let [conflict] = merge.conflicts.as_slice() else {
            panic!("{:?}", merge.conflicts)
        };
        assert_eq!(conflict.path(), &TemplatePath::Name);
        assert!(conflict.reason().unwrap().contains("is called `market`"));
        let mut keep = ask("front", "stall");
        keep.choices =
            TemplateChoices::default().with(TemplatePath::Name, TemplateTake::Side(Side::Ours));
        dana.merge_template(&keep).await.unwrap();
    });
}

#[test]
fn t03_a_merge_brings_no_link_that_an_edit_could_not_make() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        apart(&dana).await;
        moved(&dana, "front", vec![TemplateChange::Link(p("data"))]).await;
        dana.revoke_mci(&p("data@1"), &acme(), "leaks", OnRevoke::Stay)
            .await
            .unwrap();
        let error = dana.merge_template(&ask("own", "front")).await.unwrap_err();
        let Error::Template(refused) = error else {
            panic!("{error}")
        };
        assert!(matches!(
            refused.refusal,
            TemplateRefusal::Link(LinkError::Revoked { .. })
        ));
        let points = dana.template_undo_points(&p("own"), &acme()).await;
        assert_eq!(points.unwrap().len(), 0);
        // The same holds for what comes back.
        let unlinked = dana.mci(&p("data"), &acme()).await.unwrap().lineage;
        let gone = TemplateChange::Edit(TemplateEdit::Unlink { lineage: unlinked });
        moved(&dana, "front", vec![gone]).await;
        let back = dana.restore_template(&p("front@2"), &acme(), None).await;
        assert!(matches!(back.unwrap_err(), Error::Template(_)));
    });
}
