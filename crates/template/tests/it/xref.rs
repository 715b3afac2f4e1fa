use crate::{
    AMI, Launch, at, content, example,
    lock_update::registered,
    scope,
    server::server,
    set,
    template_content::{DATABASE, WEB, front, known, number},
};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_template::{
    LinkedState, LockFile, LockId, RegisteredLock, ServerDefinition, ServerId, Xref, XrefNode,
    XrefWay,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FRONT: LineageId = LineageId::from_u128(70);

fn revision(it: u32) -> LinkedState {
    LinkedState::Revision(number(it))
}

/// Two revisions of an image, a template that links one and a channel, a server and a lock.
fn xref() -> Xref {
    let mut xref = Xref::default();
    let web = |ami: &str| content([set("aws/ap-northeast-1", ami)]);
    xref.add_mci(WEB, revision(2), &web(AMI));
    xref.add_mci(WEB, LinkedState::Head, &web("ami-0fedcba9876543210"));
    let database = content([atlas_mci::HeadEdit::SetNickname(
        "database".parse().unwrap(),
    )]);
    xref.add_mci(DATABASE, revision(2), &database);
    let known = BTreeMap::from([(DATABASE, known(&[]))]);
    xref.add_template(FRONT, revision(1), &front(), &known);
    xref.add_template(FRONT, LinkedState::Head, &front(), &known);
    xref.add_server(&scope("/acme/prod"), &deployment(), &server());
    xref.add_lock(&lock());
    xref
}

fn lock() -> RegisteredLock {
    let launch = Launch::revision(example());
    let plan = launch.resolve("aws/ap-northeast-1", &[]).unwrap();
    registered(&LockFile::new(&[plan]).unwrap().into(), None)
}

/// The same with other values in some fields.
fn with<T: Serialize + DeserializeOwned>(it: &T, fields: &Value) -> T {
    let mut value = serde_json::to_value(it).unwrap();
    let fields = fields.as_object().unwrap().clone();
    value.as_object_mut().unwrap().extend(fields);
    serde_json::from_value(value).unwrap()
}

fn deployment() -> Name {
    "default".parse().unwrap()
}

fn tokyo() -> XrefNode {
    XrefNode::Image {
        location: at("aws/ap-northeast-1"),
        image: AMI.to_owned(),
    }
}

#[test]
fn t05_who_uses_an_image_in_every_direction() {
    let xref = xref();
    let image = tokyo();
    let server = XrefNode::server(&scope("/acme/prod"), &deployment(), &server());
    let rows = |node: &XrefNode, way| {
        let rows = xref.rows(node, way).into_iter();
        let lines = rows.map(|row| {
            format!(
                "{} {:8} {} through {}",
                row.steps,
                row.user.kind(),
                row.name,
                row.through
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let texts = [
        xref.tree(&image, XrefWay::Users).to_string(),
        rows(&image, XrefWay::Users),
        xref.tree(&server, XrefWay::Used).to_string(),
        rows(&server, XrefWay::Used),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn t05_uses_are_told_per_revision() {
    let xref = xref();
    let users = |state| {
        let node = XrefNode::Mci {
            lineage: WEB,
            state,
        };
        let rows = xref.rows(&node, XrefWay::Users);
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(
        users(revision(2)),
        ["front@head", "front@1", "/acme/prod:default:web-1"]
    );
    assert!(users(LinkedState::Head).is_empty());
    let states: Vec<_> = xref.states(WEB).into_iter().collect();
    assert_eq!(states, [LinkedState::Head, revision(1), revision(2)]);
    let through = XrefNode::Mci {
        lineage: DATABASE,
        state: revision(2),
    };
    let rows = xref.rows(&through, XrefWay::Users);
    assert_eq!(rows[0].name, "database@production");
    assert_eq!(
        (rows[1].steps, rows[1].through.as_str()),
        (2, "database@production")
    );
}

#[test]
fn t05_the_graph_is_data() {
    let xref = xref();
    insta::assert_snapshot!(serde_json::to_string_pretty(&xref).unwrap());
    for edge in xref.edges() {
        assert!(xref.nodes().contains(&edge.user) && xref.nodes().contains(&edge.used));
        // Both directions tell of each use.
        assert!(xref.next(&edge.used, XrefWay::Users).contains(&&edge.user));
        assert!(xref.next(&edge.user, XrefWay::Used).contains(&&edge.used));
    }
}

#[test]
fn t05_things_of_one_name_at_two_scopes_are_two() {
    let mut xref = xref();
    let other: ServerDefinition = with(&server(), &json!({ "id": ServerId::from_u128(2) }));
    xref.add_server(&scope("/acme/stage"), &deployment(), &other);
    let change = json!({ "id": LockId::from_u128(2), "scope": "/acme/stage" });
    xref.add_lock(&with(&lock(), &change));
    for (lineage, at) in [(FRONT, "/acme/prod"), (LineageId::from_u128(71), "/acme")] {
        xref.held_at(lineage, &scope(at), &"front".parse().unwrap());
        xref.add_template(lineage, revision(1), &front(), &BTreeMap::new());
    }
    let rows = xref.rows(&tokyo(), XrefWay::Users).into_iter();
    let named: Vec<_> = rows
        .map(|row| format!("{} {}", row.user.kind(), row.name))
        .collect();
    insta::assert_snapshot!(named.join("\n"));
}

#[test]
fn t05_only_what_was_asked_about_is_drawn() {
    let xref = xref();
    let web = |state| XrefNode::Mci {
        lineage: WEB,
        state,
    };
    let roots = [web(LinkedState::Head)];
    insta::assert_snapshot!(format!("{}{}", xref.mermaid(&roots), xref.dot(&roots)));
    let roots = [web(revision(2))];
    insta::assert_snapshot!(xref.mermaid(&roots).to_string());
    // What nothing uses stands alone.
    let alone = [XrefNode::Image {
        location: at("gcp"),
        image: "none".to_owned(),
    }];
    insta::assert_snapshot!(xref.mermaid(&alone).to_string());
}
