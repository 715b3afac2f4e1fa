//! Histories as they are loaded to be drawn.

use crate::support::{World, committed, p, run, set};
use cloud_atlas::{
    Error, GraphBounds, MciGraph, Session,
    history::NodeKind,
    scope::Scope,
    template::{Reference, Selector},
};

const EAST: &str = "aws/us-east-1";

/// A graph in words: each state with its labels and what it was made from.
fn words(drawn: &MciGraph) -> Vec<String> {
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

async fn graph(who: &Session, reference: &str, from: &str, most: usize) -> Result<MciGraph, Error> {
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
        dana.assign_channel(&p("production"), &first, &acme)
            .await
            .unwrap();
        dana.release(&first, &acme, &p("1.4.0")).await.unwrap();
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
