//! Histories as they are loaded to be drawn.

use crate::support::{World, committed, p, run, set};
use cloud_atlas::{
    CloneMci, Error, GraphBounds, LineageGraph, LineageKind, MergeMci, Session,
    history::{GraphNode, NodeKind},
    scope::Scope,
    template::{Reference, Selector},
};

const EAST: &str = "aws/us-east-1";

/// A graph in words: each state with its labels and what it was made from.
fn words(drawn: &LineageGraph) -> Vec<String> {
    let nodes = drawn.graph.nodes();
    let title = |id| {
        nodes
            .iter()
            .find(|node| node.id == id)
            .map(|node| match node.kind {
                NodeKind::Unseen => "unseen".to_owned(),
                NodeKind::Older => "older".to_owned(),
                _ => node.title(),
            })
    };
    let told = nodes.iter().filter(|node| node.name.is_some()).map(|node| {
        let edges = drawn.graph.edges().filter(|edge| edge.child == node.id);
        let parents: Vec<_> = edges.filter_map(|edge| title(edge.parent)).collect();
        format!(
            "{} [{}] <- {}",
            node.title(),
            node.shown_labels(),
            parents.join(", ")
        )
    });
    told.collect()
}

async fn graph(
    who: &Session,
    reference: &str,
    from: &str,
    most: usize,
) -> Result<LineageGraph, Error> {
    let bounds = GraphBounds::of(most);
    who.mci_graph(&p(reference), &p(from), bounds).await
}

async fn again(who: &Session, reference: &str, number: u64) {
    let (reference, from) = (p::<Reference>(reference), p::<Scope>("/acme"));
    let edits = vec![set(EAST, number)];
    who.edit_mci(&reference, &from, edits, None).await.unwrap();
    who.commit_mci(&reference, &from, p("again"), None)
        .await
        .unwrap();
}

#[test]
fn k04_the_history_of_a_lineage_is_loaded_with_its_labels() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let (acme, web) = (p::<Scope>("/acme"), p::<Reference>("web"));
        dana.create_mci(&acme, p("web")).await.unwrap();
        assert_eq!(
            words(&graph(&dana, "web", "/acme", 9).await.unwrap()),
            ["web@head [] <- "]
        );
        dana.edit_mci(&web, &acme, vec![set(EAST, 1)], None)
            .await
            .unwrap();
        dana.commit_mci(&web, &acme, p("first"), None)
            .await
            .unwrap();
        again(&dana, "web", 2).await;
        let first = web.clone().at(Selector::Number(p("1")));
        dana.assign_channel(&p("production"), LineageKind::Mci, &first, &acme)
            .await
            .unwrap();
        dana.release(LineageKind::Mci, &first, &acme, &p("1.4.0"))
            .await
            .unwrap();
        let drawn = graph(&dana, "web", "/acme", 9).await.unwrap();
        assert!(!drawn.is_cut);
        assert_eq!(
            words(&drawn),
            ["web@2 [HEAD] <- web@1", "web@1 [production, v1.4.0] <- "]
        );
        // An edited HEAD is a state of its own.
        dana.edit_mci(&web, &acme, vec![set(EAST, 3)], None)
            .await
            .unwrap();
        let drawn = graph(&dana, "web", "/acme", 9).await.unwrap();
        assert_eq!(
            words(&drawn)[..2],
            ["web@head [] <- web@2", "web@2 [] <- web@1"]
        );
        let one = graph(&dana, "web@1", "/acme", 9).await.unwrap();
        assert_eq!(words(&one), ["web@1 [production, v1.4.0] <- "]);
        assert!(matches!(
            graph(&dana, "web@7", "/acme", 9).await,
            Err(Error::NoRevision { .. })
        ));
    });
}

#[test]
fn k04_a_history_that_is_cut_says_so() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        for number in 2..=70 {
            again(&dana, "web", number).await;
        }
        let drawn = graph(&dana, "web", "/acme", 2).await.unwrap();
        assert!(drawn.is_cut);
        assert_eq!(
            words(&drawn),
            ["web@70 [HEAD] <- web@69", "web@69 [] <- older"]
        );
        let kinds: Vec<_> = drawn.graph.nodes().iter().map(|node| node.kind).collect();
        assert_eq!(kinds[2..], [NodeKind::Older]);
        let whole = graph(&dana, "web", "/acme", 70).await.unwrap();
        assert_eq!((whole.graph.nodes().len(), whole.is_cut), (70, false));
    });
}

/// A clone with a name, made at a scope.
async fn cloned(who: &Session, source: &str, into: &str, name: &str) {
    let mut ask = CloneMci::new(p(source), p("/acme"));
    (ask.into, ask.name) = (Some(p(into)), Some(p(name)));
    who.clone_mci(&ask).await.unwrap();
}

/// `base`, its clone `web` and a clone of that, with merges back and forth.
async fn three_lineages(who: &Session) {
    committed(who, "/acme", "base", 1).await;
    cloned(who, "base@1", "/acme", "web").await;
    again(who, "web", 2).await;
    cloned(who, "web@1", "/acme", "edge").await;
    who.edit_mci(&p("base"), &p("/acme"), vec![set("aws/eu-west-1", 3)], None)
        .await
        .unwrap();
    who.commit_mci(&p("base"), &p("/acme"), p("more"), None)
        .await
        .unwrap();
    for (into, theirs) in [("web", "base@2"), ("base", "web@2")] {
        let ask = MergeMci::new(p(into), p(theirs), p("/acme"));
        who.merge_mci(&ask).await.unwrap();
        who.commit_mci(&p(into), &p("/acme"), p("merge"), None)
            .await
            .unwrap();
    }
}

#[test]
fn k04_a_graph_goes_over_clones_and_merges() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        three_lineages(&dana).await;
        let base = graph(&dana, "base", "/acme", 99).await.unwrap();
        let mut told = words(&base);
        told.sort();
        assert_eq!(
            told,
            [
                "base@1 [] <- ",
                "base@2 [] <- base@1",
                "base@3 [HEAD] <- base@2, web@2",
                "edge@head [] <- web@1",
                "web@1 [] <- base@1",
                "web@2 [HEAD] <- web@1, base@2",
            ]
        );
        // What a clone was made from is there; its sister is not, since nobody asked for it.
        let edge = graph(&dana, "edge", "/acme", 99).await.unwrap();
        assert_eq!(
            words(&edge),
            [
                "edge@head [] <- web@1",
                "web@1 [] <- base@1",
                "base@1 [] <- "
            ]
        );
        // A state has what it was made from, and nothing that was made from it.
        let two = graph(&dana, "web@2", "/acme", 99).await.unwrap();
        let titles: Vec<_> = two.graph.nodes().iter().map(GraphNode::title).collect();
        assert_eq!(titles.len(), 4, "{titles:?}");
        assert!(!titles.iter().any(|title| title == "base@3"), "{titles:?}");
    });
}

#[test]
fn k04_s08_what_is_hidden_from_a_graph_has_no_words_and_looks_like_nothing() {
    let world = World::new();
    let (admin, olga) = (world.admin(), world.who("olga"));
    run(async {
        // Private to /acme, and its clone where olga looks.
        committed(&admin, "/acme/dev", "secret", 1).await;
        let mut ask = CloneMci::new(p("/acme/dev:secret@1"), p("/acme/dev"));
        (ask.into, ask.name) = (Some(p("/acme/prod")), Some(p("web")));
        admin.clone_mci(&ask).await.unwrap();
        let hers = graph(&olga, "web", "/acme/prod", 9).await.unwrap();
        let kinds: Vec<_> = hers.graph.nodes().iter().map(|node| node.kind).collect();
        assert_eq!(kinds, [NodeKind::Head, NodeKind::Unseen]);
        let secret = admin
            .mci(&p("/acme/dev:secret"), &p("/acme/dev"))
            .await
            .unwrap();
        let told = serde_json::to_string(&hers).unwrap();
        for word in ["secret", "first", &secret.lineage.to_string()] {
            assert!(!told.contains(word), "{word}: {told}");
        }
        let text = hers.graph.lanes(9).to_string();
        assert!(text.contains("not seen from here"), "{text}");
        // Who sees both sees both.
        let all = graph(&admin, "/acme/prod:web", "/", 9).await.unwrap();
        assert_eq!(words(&all)[0], "web@head [] <- secret@1");

        // A clone that she does not see is not there.
        committed(&admin, "/acme", "base", 1).await;
        let before = graph(&olga, "base", "/acme/prod", 9).await.unwrap();
        let told = format!("{before:?}");
        let mut ask = CloneMci::new(p("base@1"), p("/acme/dev"));
        ask.name = Some(p("hidden"));
        admin.clone_mci(&ask).await.unwrap();
        let after = graph(&olga, "base", "/acme/prod", 9).await.unwrap();
        assert_eq!(format!("{after:?}"), told);
        assert_eq!(
            graph(&admin, "base", "/acme/dev", 9)
                .await
                .unwrap()
                .graph
                .nodes()
                .len(),
            2
        );
    });
}

#[test]
fn k04_lineages_of_one_name_are_told_apart_in_a_graph() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let mut ask = CloneMci::new(p("web@1"), p("/acme/prod"));
        ask.name = Some(p("web"));
        admin.clone_mci(&ask).await.unwrap();
        let drawn = graph(&admin, "/acme/prod:web", "/", 9).await.unwrap();
        assert_eq!(words(&drawn)[0], "/acme/prod:web@head [] <- /acme:web@1");
    });
}
