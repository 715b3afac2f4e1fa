use super::{mark, now};
use atlas_history::{
    Author, CloneSource, ClonedState, CommitRequest, Content as _, Frozen, Head, LineageId, Marks,
    Message, RevisionNumber, suggested_name,
};
use atlas_image::AgentFacts;
use atlas_template::{
    Channel, ChannelMove, KnownMci, LinkError, LinkTarget, LinkedImage, LinkedState, Phase,
    ScriptRef, TemplateContent, TemplateEdit, TemplateEditError, TemplateNotReady,
};
use atlas_testkit::template::{template_content, template_edit};
use proptest::prelude::*;
use std::collections::BTreeMap;

pub(crate) const WEB: LineageId = LineageId::from_u128(1);
pub(crate) const DATABASE: LineageId = LineageId::from_u128(2);
pub(crate) const CACHE: LineageId = LineageId::from_u128(3);

pub(crate) fn link(lineage: LineageId, target: &str) -> TemplateEdit {
    TemplateEdit::link(lineage, target.parse().unwrap())
}

pub(crate) fn script(text: &str) -> ScriptRef {
    ScriptRef::parse(text).unwrap()
}

pub(crate) fn number(number: u32) -> RevisionNumber {
    RevisionNumber::new(number).unwrap()
}

/// A template that links `web` by default, and a database.
pub(crate) fn front() -> TemplateContent {
    let boot = |text| TemplateEdit::AddScript {
        phase: Phase::Boot,
        script: script(text),
        place: None,
    };
    TemplateContent::new("front".parse().unwrap())
        .edited([
            link(WEB, "2"),
            link(DATABASE, "production"),
            boot("install-web@3"),
            boot("start"),
        ])
        .unwrap()
}

#[test]
fn t01_the_first_link_becomes_the_default() {
    let front = front();
    assert_eq!(front.default_link(), Some(WEB));
    let defaults: Vec<_> = front.links().map(|link| link.is_default).collect();
    assert_eq!(defaults, [true, false]);
    let other = front
        .edited([TemplateEdit::MakeDefault { lineage: DATABASE }])
        .unwrap();
    assert_eq!(other.links().filter(|link| link.is_default).count(), 1);
    assert_eq!(other.default_link(), Some(DATABASE));
}

#[test]
fn t01_a_template_without_links_is_not_committed() {
    let empty = TemplateContent::new("front".parse().unwrap());
    let error = empty.ready().unwrap_err();
    assert!(matches!(error, TemplateNotReady::NoLinks { .. }));
    insta::assert_snapshot!(error, @"`front` links no MultiCloud Image: link at least one before the commit");
    assert_eq!(front().ready(), Ok(()));
}

#[test]
fn t01_a_link_names_a_revision_head_or_a_channel() {
    for text in ["head", "latest", "1", "42", "production", "a-1"] {
        assert_eq!(LinkTarget::parse(text).unwrap().to_string(), text);
    }
    let errors: Vec<_> = ["", "0", "01", "1x", "^2", "Head", "a b", "-"]
        .map(|text| LinkTarget::parse(text).unwrap_err().to_string())
        .into();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn t01_the_stored_form_is_strict() {
    let front = front();
    let stored = serde_json::to_value(&front).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&stored).unwrap());
    let read = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut stored = stored.clone();
        change(&mut stored);
        serde_json::from_value::<TemplateContent>(stored).map_err(|error| error.to_string())
    };
    assert_eq!(read(&|_| {}), Ok(front));
    let refused = [
        read(&|it| it["default"] = serde_json::Value::Null),
        read(&|it| it["default"] = CACHE.to_string().into()),
        read(&|it| it["links"] = serde_json::json!({})),
        read(&|it| it["scripts"]["decommission"] = serde_json::json!([])),
        read(&|it| it["scripts"]["later"] = serde_json::json!(["x"])),
        read(&|it| it["more"] = 1.into()),
    ];
    let refused: Vec<_> = refused.into_iter().map(Result::unwrap_err).collect();
    insta::assert_snapshot!(refused.join("\n"));
}

#[test]
fn t02_refusals() {
    use TemplateEdit::{AddScript, MakeDefault, RemoveScript, Retarget, Unlink};
    let front = front();
    let one = TemplateContent::new("one".parse().unwrap())
        .edited([link(WEB, "head")])
        .unwrap();
    let refused = |content: &TemplateContent, edit: TemplateEdit| {
        let error = content.edited([edit]).unwrap_err();
        error.to_string()
    };
    let place = |place| AddScript {
        phase: Phase::Boot,
        script: script("x"),
        place: Some(place),
    };
    let errors = [
        refused(&front, link(WEB, "3")),
        refused(&front, Unlink { lineage: WEB }),
        refused(&one, Unlink { lineage: WEB }),
        refused(&front, Unlink { lineage: CACHE }),
        refused(&one, MakeDefault { lineage: WEB }),
        refused(&front, MakeDefault { lineage: CACHE }),
        refused(
            &front,
            Retarget {
                lineage: CACHE,
                target: LinkTarget::Head,
            },
        ),
        refused(&front, place(0)),
        refused(&front, place(4)),
        refused(
            &one,
            RemoveScript {
                phase: Phase::Operational,
                place: 1,
            },
        ),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn t02_changing_a_revision_keeps_the_flag() {
    let front = front();
    for (lineage, is_default) in [(WEB, true), (DATABASE, false)] {
        let target = LinkTarget::Revision(number(9));
        let edit = TemplateEdit::Retarget {
            lineage,
            target: target.clone(),
        };
        let edited = front.edited([edit]).unwrap();
        let link = edited.link(lineage).unwrap();
        assert_eq!((link.target, link.is_default), (&target, is_default));
    }
}

#[test]
fn t02_an_edit_is_all_or_nothing_and_keeps_to_the_limits() {
    let many = |count: u128| (1..=count).map(|id| link(LineageId::from_u128(id), "1"));
    let empty = TemplateContent::new("wide".parse().unwrap());
    assert!(empty.edited(many(32)).is_ok());
    let error = empty.edited(many(33)).unwrap_err();
    insta::assert_snapshot!(error, @"33 links are too many, a ServerTemplate holds at most 32: split it");
    let scripts = vec![script("x"); 1_001];
    let error = empty.edited([TemplateEdit::SetScripts {
        phase: Phase::Boot,
        scripts,
    }]);
    let found = TemplateEditError::TooMany {
        what: "scripts in one phase",
        limit: 1_000,
        found: 1_001,
    };
    assert_eq!(error, Err(found));
}

#[test]
fn t03_templates_are_committed_and_cloned_by_the_code_of_mcis() {
    let lineage = LineageId::from_u128(70);
    let request = || CommitRequest {
        author: Author::parse("dana").unwrap(),
        message: Message::parse("first").unwrap(),
        time: now(),
        released_at: None,
        seen: None,
    };
    let head = Head::new(front());
    let first = head.commit(lineage, None, request()).unwrap();
    assert!(
        first
            .head
            .commit(lineage, Some(&first.revision), request())
            .is_err()
    );
    let read = Frozen::<TemplateContent>::from_stored(
        first.content.text().into(),
        first.revision.content(),
        |text| serde_json::from_str(text).map_err(|error| error.to_string()),
    );
    assert_eq!(read.unwrap(), first.content);
    assert_eq!(TemplateContent::DOMAIN, "cloud-atlas/template/1");

    let source = CloneSource {
        lineage,
        state: ClonedState::Revision(&first.revision, &first.content),
    };
    let name = suggested_name(&"front v8".parse().unwrap(), |_| false).unwrap();
    let clone = source
        .cloned(|content| Ok::<_, atlas_base::CanonicalError>(content.renamed(name.clone())))
        .unwrap();
    assert_eq!(clone.origin.lineage, lineage);
    assert_eq!(clone.head.content().name().as_str(), "front v9");
    assert_eq!(clone.head.content().default_link(), Some(WEB));
    assert_eq!(clone.head.parents(), [first.revision.as_parent(lineage)]);
}

#[test]
fn t06_scripts_are_opaque_and_in_order() {
    let add = |text: &str, place| TemplateEdit::AddScript {
        phase: Phase::Boot,
        script: script(text),
        place,
    };
    let front = front();
    let edited = front
        .edited([
            add("https://host/x.sh?v=1 --flag", Some(1)),
            add("start", None),
        ])
        .unwrap();
    let names: Vec<_> = edited
        .scripts(Phase::Boot)
        .iter()
        .map(ScriptRef::as_str)
        .collect();
    let expected = [
        "https://host/x.sh?v=1 --flag",
        "install-web@3",
        "start",
        "start",
    ];
    assert_eq!(names, expected);
    assert_eq!(edited.scripts(Phase::Decommission), []);
    assert_ne!(edited.digest(), front.digest());
    // The same scripts in another order are another content.
    let scripts: Vec<_> = front.scripts(Phase::Boot).iter().rev().cloned().collect();
    let phase = Phase::Boot;
    let turned = front
        .edited([TemplateEdit::SetScripts { phase, scripts }])
        .unwrap();
    assert_ne!(turned.digest(), front.digest());
    let scripts = Vec::new();
    let none = front
        .edited([TemplateEdit::SetScripts { phase, scripts }])
        .unwrap();
    assert!(front.has_scripts() && !none.has_scripts());
    let errors: Vec<_> = ["", " a", "a ", "a\nb", &"x".repeat(513)]
        .map(|text| ScriptRef::parse(text).unwrap_err().to_string())
        .into();
    insta::assert_snapshot!(errors.join("\n"));
    assert!(Phase::parse("later").is_err());
}

/// A MultiCloud Image with revisions 1 to 3, of which some are revoked, and a channel.
pub(crate) fn known(revoked: &[u32]) -> KnownMci {
    let marks = |number: u32| Marks {
        revoked: revoked.contains(&number).then(|| mark("leaks a key")),
        ..Marks::default()
    };
    let to = ChannelMove {
        revision: number(2),
        by: Author::parse("dana").unwrap(),
        at: now(),
    };
    let channel = Channel::assign("production".parse().unwrap(), None, None, to);
    KnownMci {
        name: "web".parse().unwrap(),
        has_head: true,
        revisions: (1..=3).map(|it| (number(it), marks(it))).collect(),
        channels: vec![channel.unwrap()],
    }
}

#[test]
fn t01_links_are_checked_against_what_is_there() {
    let before = TemplateContent::new("front".parse().unwrap());
    let admit = |target: &str, mci: &KnownMci| {
        let after = before.edited([link(WEB, target)]).unwrap();
        after.admit(&before, &BTreeMap::from([(WEB, mci.clone())]))
    };
    for target in ["head", "latest", "1", "3", "production"] {
        assert_eq!(admit(target, &known(&[])), Ok(()), "{target}");
    }
    let import = KnownMci {
        has_head: false,
        ..known(&[])
    };
    let fresh = KnownMci {
        revisions: BTreeMap::new(),
        ..known(&[])
    };
    let after = front();
    let errors: Vec<LinkError> = vec![
        admit("head", &import).unwrap_err(),
        admit("4", &import).unwrap_err(),
        admit("1", &fresh).unwrap_err(),
        admit("latest", &fresh).unwrap_err(),
        admit("staging", &import).unwrap_err(),
        admit("production", &known(&[2])).unwrap_err(),
        after.admit(&before, &BTreeMap::new()).unwrap_err(),
    ];
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(errors.join("\n"));
    // What did not change is not looked at again.
    assert_eq!(after.admit(&after, &BTreeMap::new()), Ok(()));
}

#[test]
fn t09_a_new_link_is_made_at_the_newest_revision_or_head() {
    assert_eq!(known(&[]).default_target(), LinkTarget::Revision(number(3)));
    assert_eq!(
        known(&[3]).default_target(),
        LinkTarget::Revision(number(2))
    );
    assert_eq!(known(&[1, 2, 3]).default_target(), LinkTarget::Head);
}

#[test]
fn r07_latest_is_the_newest_that_is_not_revoked() {
    let latest = |revoked| known(revoked).state(&LinkTarget::Latest).unwrap();
    assert_eq!(latest(&[]), LinkedState::Revision(number(3)));
    assert_eq!(latest(&[3]), LinkedState::Revision(number(2)));
    assert_eq!(latest(&[2, 3]), LinkedState::Revision(number(1)));
}

#[test]
fn i11_a_template_with_scripts_refuses_images_that_are_known_to_lack_the_agent() {
    let image = |location: &str, agent| LinkedImage {
        lineage: WEB,
        mci: "web".parse().unwrap(),
        location: crate::at(location),
        image: crate::AMI.to_owned(),
        agent: AgentFacts::read(agent).unwrap(),
    };
    let good = [
        image("aws/us-east-1", "right_link"),
        image("aws/eu-west-1", "installed"),
    ];
    let told = front().check_agents(&good).unwrap();
    assert!(told.images.is_empty());
    let unknown = [
        image("aws/us-east-1", "right_link"),
        image("aws/eu-west-1", "unknown"),
    ];
    let told = front().check_agents(&unknown).unwrap();
    insta::assert_snapshot!(told, @"the template has scripts, and nobody said whether these images have the agent that runs them: `ami-0123456789abcdef0` at aws/eu-west-1 (`web`)");
    let absent = [
        image("aws/us-east-1", "absent"),
        image("aws/eu-west-1", "unknown"),
    ];
    let refused = front().check_agents(&absent).unwrap_err();
    insta::assert_snapshot!(refused, @"`front` has scripts, which need the agent, and these images have none: `ami-0123456789abcdef0` at aws/us-east-1 (`web`); choose images that have it, or take the scripts out");
    // Without scripts nobody asks.
    let phase = Phase::Boot;
    let scripts = Vec::new();
    let plain = front()
        .edited([TemplateEdit::SetScripts { phase, scripts }])
        .unwrap();
    assert!(plain.check_agents(&absent).unwrap().images.is_empty());
}

proptest! {
    #[test]
    fn t02_every_reachable_content_has_one_default(content in template_content(), edit in template_edit()) {
        let content = content.edited([edit]).unwrap_or(content);
        let defaults = content.links().filter(|link| link.is_default).count();
        prop_assert_eq!(defaults, content.links().len().min(1));
        let frozen = Frozen::new(content.clone()).unwrap();
        prop_assert_eq!(serde_json::from_str::<TemplateContent>(frozen.text()).unwrap(), content);
    }
}
