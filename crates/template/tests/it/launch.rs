use crate::{
    AMI, at, content, deprecated, ended, mark, now, record, scope, set, setting,
    template_content::{CACHE, DATABASE, WEB, link, script},
};
use atlas_history::{Author, CommitRequest, Frozen, Head, LineageId, Marks, Message, Revision};
use atlas_image::{AgentFacts, ImageRecord, ImageRecordId, Records};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::{Content, HeadEdit, ImageAccess, InstanceType, InstanceTypes, UserData};
use atlas_scope::Scope;
use atlas_template::{
    ChosenBy, Launch, LaunchAsk, LaunchFacts, LaunchFrom, LaunchMatrix, LaunchRefusal, LaunchTrace,
    LinkError, LinkName, LinkSource, MatrixRow, MciChoice, Override, OverrideField, Overrides,
    Phase, Policies, Policy, ResolveError, Source, TemplateContent, TemplateEdit, TemplateSource,
    TemplateWarning, ToldInside, explain_launch, launch, launch_all,
};
use serde_json::{Value, json};

pub(crate) const TOKYO: &str = "aws/ap-northeast-1";
pub(crate) const OTHER_AMI: &str = "ami-0fedcba9876543210";

/// Freezes a content as a revision, or leaves it HEAD.
fn frozen<C: atlas_history::Content>(
    content: C,
    lineage: LineageId,
    is_head: bool,
) -> (Frozen<C>, Option<Revision>) {
    if is_head {
        return (Frozen::new(content).unwrap(), None);
    }
    let request = CommitRequest {
        author: Author::parse("dana").unwrap(),
        message: Message::parse("first").unwrap(),
        time: now(),
        released_at: None,
        seen: None,
    };
    let commit = Head::new(content).commit(lineage, None, request).unwrap();
    (commit.content, Some(commit.revision))
}

#[derive(Debug)]
struct Mci {
    lineage: LineageId,
    content: Frozen<Content>,
    revision: Option<Revision>,
    marks: Marks,
}

impl Mci {
    fn source(&self) -> Source<'_> {
        Source {
            lineage: self.lineage,
            content: &self.content,
            revision: self.revision.as_ref(),
            marks: &self.marks,
        }
    }
}

/// A template with what it links, and what is known of images.
#[derive(Debug)]
pub(crate) struct Stage {
    template: (Frozen<TemplateContent>, Option<Revision>),
    template_marks: Marks,
    mcis: Vec<Mci>,
    broken: Option<(LineageId, LinkError)>,
    pub(crate) choice: Option<LineageId>,
    pub(crate) overriding: bool,
    pub(crate) overrides: Overrides,
    pub(crate) records: Vec<ImageRecord>,
    pub(crate) to_all: Vec<ImageRecordId>,
    pub(crate) told: Option<ToldInside>,
    pub(crate) access: ImageAccess,
    pub(crate) policies: Vec<Policy>,
    viewer: Scope,
    types: InstanceTypes,
}

fn named(name: &str, edits: impl IntoIterator<Item = HeadEdit>) -> Content {
    let name = HeadEdit::SetNickname(name.parse().unwrap());
    content([name]).edited(edits).unwrap()
}

impl Stage {
    /// `web` in Tokyo and in Azure by default; `database` in Tokyo, Virginia and GCP; `cache` is HEAD
    /// of something in VMware.
    pub(crate) fn new(edits: impl IntoIterator<Item = TemplateEdit>) -> Self {
        Self::at(edits, false)
    }

    pub(crate) fn at(edits: impl IntoIterator<Item = TemplateEdit>, is_head: bool) -> Self {
        let template = TemplateContent::new("front".parse().unwrap())
            .edited([
                link(WEB, "1"),
                link(DATABASE, "production"),
                link(CACHE, "1"),
            ])
            .and_then(|content| content.edited(edits))
            .unwrap();
        let azure = "Canonical:ubuntu-24_04-lts:server:24.04.202401010";
        let tag = HeadEdit::AddTag("provides:rs_agent_type=right_link".parse().unwrap());
        let gcp = "projects/acme/global/images/db-1";
        let contents = [
            (
                WEB,
                named("web", [set(TOKYO, AMI), set("azure", azure), tag]),
            ),
            (
                DATABASE,
                named(
                    "database",
                    [
                        set(TOKYO, OTHER_AMI),
                        set("aws/us-east-1", AMI),
                        set("gcp", gcp),
                    ],
                ),
            ),
            (CACHE, named("cache", [set("vmware:vc1/DC1", "vm-42")])),
        ];
        let mcis = contents.map(|(lineage, content)| {
            let (content, revision) = frozen(content, lineage, false);
            let marks = Marks::default();
            Mci {
                lineage,
                content,
                revision,
                marks,
            }
        });
        Self {
            template: frozen(template, LineageId::from_u128(70), is_head),
            template_marks: Marks::default(),
            mcis: mcis.into(),
            broken: None,
            choice: None,
            overriding: false,
            overrides: Overrides::default(),
            records: Vec::new(),
            to_all: Vec::new(),
            told: None,
            access: ImageAccess::Unasked,
            policies: Vec::new(),
            viewer: scope("/acme/prod"),
            types: InstanceTypes::default(),
        }
    }

    pub(crate) fn ask<T>(
        &self,
        location: &str,
        answer: impl FnOnce(&LaunchAsk<'_>, LaunchFacts<'_>) -> T,
    ) -> T {
        let links: Vec<_> = self
            .mcis
            .iter()
            .map(|mci| LinkSource {
                lineage: mci.lineage,
                name: Some(mci.content.content().nickname()),
                state: match &self.broken {
                    Some((lineage, error)) if *lineage == mci.lineage => Err(error),
                    _ => Ok(mci.source()),
                },
            })
            .collect();
        let mci = match self.choice {
            None => MciChoice::Unsaid,
            Some(lineage) if self.overriding => {
                let found = self.mcis.iter().find(|mci| mci.lineage == lineage);
                MciChoice::Override(found.unwrap().source())
            }
            Some(lineage) => MciChoice::Linked(lineage),
        };
        let location: CloudLocation = at(location);
        let ask = LaunchAsk {
            from: LaunchFrom::Template {
                template: TemplateSource {
                    lineage: LineageId::from_u128(70),
                    content: &self.template.0,
                    revision: self.template.1.as_ref(),
                    marks: &self.template_marks,
                },
                links: &links,
                mci,
            },
            location: &location,
            overrides: &self.overrides,
        };
        let facts = LaunchFacts {
            records: Records {
                to_all: &self.to_all,
                ..Records::from(&self.records)
            },
            told: self.told.as_ref(),
            access: self.access,
            account: "123456789012".parse().ok(),
            types: &self.types,
            policies: Policies {
                policies: &self.policies,
                ..Policies::default()
            },
            viewer: &self.viewer,
            now: now(),
        };
        answer(&ask, facts)
    }

    pub(crate) fn launch(&self, location: &str) -> Result<Launch, LaunchRefusal> {
        self.ask(location, |ask, facts| {
            // The two steps, and both at once, say the same.
            let chosen = ask.choose();
            let whole = launch(ask, |_| facts);
            assert_eq!(chosen.and_then(|chosen| chosen.launch(&facts)), whole);
            assert_eq!(explain_launch(ask, |_| facts).0, whole);
            whole
        })
    }

    pub(crate) fn explain(&self, location: &str) -> LaunchTrace {
        self.ask(location, |ask, facts| explain_launch(ask, |_| facts).1)
    }

    /// The template as it was before anything was linked.
    pub(crate) fn unlink_all(&mut self) {
        let empty = TemplateContent::new("front".parse().unwrap());
        self.template = frozen(empty, LineageId::from_u128(70), true);
    }

    pub(crate) fn hide_mci(&mut self, at: usize) {
        self.mcis.remove(at);
    }

    pub(crate) fn break_link(&mut self, lineage: LineageId) {
        let name = "web".parse().unwrap();
        self.broken = Some((lineage, LinkError::NoHead { name }));
    }

    pub(crate) fn revoke_template(&mut self) {
        self.template_marks.revoked = Some(mark("leaks a key"));
    }

    pub(crate) fn revoke_mci(&mut self, at: usize) {
        self.mcis[at].marks.revoked = Some(mark("leaks a key"));
    }

    /// Sets another image in a revision, as a later one would have it.
    pub(crate) fn set_image(&mut self, mci: usize, location: &str, image: &str) {
        let mci = &mut self.mcis[mci];
        let content = mci
            .content
            .content()
            .edited([set(location, image)])
            .unwrap();
        (mci.content, mci.revision) = frozen(content, mci.lineage, false);
    }

    fn refusal(&self, location: &str) -> LaunchRefusal {
        self.launch(location).unwrap_err()
    }
}

fn image(launch: &Launch) -> (&str, &str) {
    (launch.plan.mci.as_str(), launch.plan.image.as_str())
}

pub(crate) fn tokyo(extra: Value) -> ImageRecord {
    record(1, "/acme", TOKYO, AMI, extra)
}

pub(crate) fn with_scripts() -> TemplateEdit {
    TemplateEdit::AddScript {
        phase: Phase::Boot,
        script: script("install-web@3"),
        place: None,
    }
}

#[test]
fn r01_a_template_gives_the_exact_image_and_what_it_came_from() {
    let stage = Stage::new([]);
    let launch = stage.launch(TOKYO).unwrap();
    assert_eq!(image(&launch), ("web", AMI));
    assert_eq!(launch.chosen_by, ChosenBy::Default);
    assert_eq!(launch.plan.tags.len(), 1);
    assert_eq!(
        launch.plan.revision_digest,
        stage.mcis[0].revision.as_ref().map(Revision::digest)
    );
    let template = launch.template.as_ref().unwrap();
    assert_eq!(
        template.revision_digest,
        stage.template.1.as_ref().map(Revision::digest)
    );
    assert_eq!(template.content, stage.template.0.digest());
    insta::assert_snapshot!(serde_json::to_string_pretty(&launch).unwrap());
}

#[test]
fn r02_links_without_a_setting_there_are_dropped() {
    let mut stage = Stage::new([]);
    // Nothing serves it: the refusal lists what is served, and says how to add one.
    let refusal = stage.refusal("openstack:corp/RegionOne");
    insta::assert_snapshot!(refusal);
    let LaunchRefusal::NotSupported { supported, .. } = refusal else {
        panic!("{refusal}");
    };
    let supported: Vec<_> = supported.iter().map(CloudLocation::as_str).collect();
    assert_eq!(
        supported,
        [TOKYO, "aws/us-east-1", "azure", "gcp", "vmware:vc1/DC1"]
    );
    // Naming a link changes nothing about that.
    stage.choice = Some(DATABASE);
    let refusal = stage.refusal("openstack:corp/RegionOne");
    assert!(matches!(refusal, LaunchRefusal::NotSupported { .. }));
}

#[test]
fn r03_the_default_is_used_where_it_serves() {
    let mut stage = Stage::new([]);
    assert_eq!(image(&stage.launch(TOKYO).unwrap()), ("web", AMI));
    let refusal = stage.refusal("aws/us-east-1");
    insta::assert_snapshot!(refusal, @"the default `web` of `front` has no image for aws/us-east-1; choose one that has: `database`");
    stage.choice = Some(DATABASE);
    let launch = stage.launch("aws/us-east-1").unwrap();
    assert_eq!(
        (image(&launch), launch.chosen_by),
        (("database", AMI), ChosenBy::Name)
    );
    assert_eq!(
        image(&stage.launch(TOKYO).unwrap()),
        ("database", OTHER_AMI)
    );
    let refusal = stage.refusal("azure");
    insta::assert_snapshot!(refusal, @"the chosen `database` of `front` has no image for azure; choose one that has: `web`");
    stage.choice = Some(LineageId::from_u128(9));
    insta::assert_snapshot!(stage.refusal(TOKYO), @"`front` does not link `lin-00000000000000000000000000000009`; it links `web`, `database`, `cache`");
    let mut stage = Stage::new([TemplateEdit::MakeDefault { lineage: CACHE }]);
    stage.mcis.truncate(2);
    // The default is out of sight.
    let refusal = stage.refusal(TOKYO);
    insta::assert_snapshot!(refusal, @"the link of `front` to `lin-00000000000000000000000000000003` at 1 cannot be launched from (these can: `web`, `database`): there is no MultiCloud Image lin-00000000000000000000000000000003: check its id and your scope");
}

#[test]
fn r03_a_template_that_links_nothing_launches_nothing() {
    let mut stage = Stage::new([]);
    stage.unlink_all();
    insta::assert_snapshot!(stage.refusal(TOKYO), @"`front` links no MultiCloud Image: link one");
}

#[test]
fn r03_a_default_that_means_nothing_is_told_with_the_others() {
    let mut stage = Stage::new([]);
    stage.break_link(WEB);
    insta::assert_snapshot!(stage.refusal(TOKYO), @"the link of `front` to `web` at 1 cannot be launched from (these can: `database`): `web` was imported and has no HEAD: link one of its revisions");
    stage.choice = Some(DATABASE);
    assert!(stage.launch(TOKYO).is_ok());
}

#[test]
fn r04_overrides_win_and_are_marked() {
    let mut stage = Stage::new([]);
    let id = |text: &str| ImageId::parse(Cloud::Aws, text).unwrap();
    stage.overrides = Overrides {
        // In no MultiCloud Image at all.
        image: Some(id("ami-00000000000000001")),
        instance_type: Some(InstanceType::parse("m7i.xlarge").unwrap()),
        kernel: Override::Set(id("aki-1a2b3c4d")),
        ramdisk: Override::Clear,
        user_data: Override::Set(UserData::new(b"secret").unwrap()),
    };
    let launch = stage.launch(TOKYO).unwrap();
    assert_eq!(image(&launch), ("web", "ami-00000000000000001"));
    assert_eq!(
        launch.plan.instance_type.as_ref().unwrap().as_str(),
        "m7i.xlarge"
    );
    assert_eq!(launch.plan.kernel, Some(id("aki-1a2b3c4d")));
    assert_eq!(
        launch.plan.user_data.as_ref().unwrap().as_bytes(),
        b"secret"
    );
    // What is as it was is no override; user data is not shown.
    let marks: Vec<_> = launch.overridden.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(marks.join("\n"), @"
    override: image `ami-00000000000000001` in place of `ami-0123456789abcdef0`
    override: instance type `m7i.xlarge` in place of `m7i.large`
    override: kernel `aki-1a2b3c4d` in place of none
    override: user data `6 bytes` in place of none
    ");
    // The exact state is still the one that was inherited from.
    assert_eq!(launch.plan.content, stage.mcis[0].content.digest());
}

#[test]
fn r04_another_mci_may_be_taken_that_is_not_linked() {
    let mut stage = Stage::new([TemplateEdit::Unlink { lineage: DATABASE }]);
    (stage.choice, stage.overriding) = (Some(DATABASE), true);
    let launch = stage.launch("aws/us-east-1").unwrap();
    assert_eq!(
        (image(&launch), launch.chosen_by),
        (("database", AMI), ChosenBy::Override)
    );
    assert_eq!(launch.overridden[0].field, OverrideField::Mci);
    insta::assert_snapshot!(stage.refusal("azure"), @"`database` revision 1 has no image for azure; it has images for aws/ap-northeast-1, aws/us-east-1, gcp. To support azure, edit its HEAD, set an image there and commit");
}

#[test]
fn r04_the_result_must_fit() {
    let mut stage = Stage::new([]);
    stage.records = vec![tokyo(json!({ "architecture": "x86_64" }))];
    assert!(stage.launch(TOKYO).is_ok());
    stage.overrides.instance_type = Some(InstanceType::parse("m7g.large").unwrap());
    let refusal = stage.refusal(TOKYO);
    assert!(matches!(
        refusal,
        LaunchRefusal::Mci(ResolveError::Misfit(_))
    ));
    insta::assert_snapshot!(refusal, @"`m7g.large` at aws/ap-northeast-1 takes images for aarch64, and this one is for x86_64: choose another instance type, or another image");
    // What cannot stand at the location is refused before.
    stage.overrides = Overrides {
        image: ImageId::parse(Cloud::Gcp, "projects/acme/global/images/web-1").ok(),
        ..Overrides::default()
    };
    assert!(matches!(
        stage.refusal(TOKYO),
        LaunchRefusal::Override { .. }
    ));
    stage.overrides = Overrides {
        user_data: Override::Set(UserData::new(&vec![0; 16_385]).unwrap()),
        ..Overrides::default()
    };
    insta::assert_snapshot!(stage.refusal(TOKYO));
}

#[test]
fn r04_an_override_spares_an_image_that_is_unusable() {
    let mut stage = Stage::new([]);
    stage.records = vec![tokyo(ended("disabled"))];
    let refusal = stage.refusal(TOKYO);
    assert!(matches!(
        refusal,
        LaunchRefusal::Mci(ResolveError::ImageUnusable { .. })
    ));
    stage.overrides.image = ImageId::parse(Cloud::Aws, OTHER_AMI).ok();
    assert_eq!(image(&stage.launch(TOKYO).unwrap()), ("web", OTHER_AMI));
}

#[test]
fn r05_a_closed_image_names_the_permission_that_is_missing() {
    let mut stage = Stage::new([]);
    stage.access = ImageAccess::Granted;
    assert!(stage.launch(TOKYO).is_ok());
    stage.access = ImageAccess::Refused;
    insta::assert_snapshot!(stage.refusal(TOKYO), @"the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is closed to account 123456789012: the launch permission `123456789012` (or `all`) is missing, its owner can add it");
    stage.access = ImageAccess::Absent;
    insta::assert_snapshot!(stage.refusal(TOKYO), @"there is no image `ami-0123456789abcdef0` at aws/ap-northeast-1: choose another revision, or override it");
}

#[test]
fn r05_revoked_and_deprecated_revisions_of_a_template() {
    let mut stage = Stage::new([]);
    stage.template_marks.deprecated = Some(mark("too old"));
    stage.records = vec![tokyo(deprecated(
        "2026-01-01T00:00:00Z",
        json!({ "reason": "slow" }),
    ))];
    let launch = stage.launch(TOKYO).unwrap();
    insta::assert_snapshot!(launch.warning_texts().join("\n"), @"
    the revision of the template is deprecated: too old
    the image img-00000000000000000000000000000001 is deprecated: slow
    ");
    stage.template_marks.revoked = Some(mark("leaks a key"));
    insta::assert_snapshot!(stage.refusal(TOKYO), @"`front` revision 1 was revoked by dana: leaks a key");
    let mut stage = Stage::new([]);
    stage.mcis[0].marks.revoked = Some(mark("bad kernel"));
    insta::assert_snapshot!(stage.refusal(TOKYO), @"`web` revision 1 was revoked by dana: bad kernel");
}

#[test]
fn r01_a_committed_template_that_links_head_warns() {
    let retarget = |lineage| TemplateEdit::Retarget {
        lineage,
        target: atlas_template::LinkTarget::Head,
    };
    let warnings = |edits: Vec<TemplateEdit>, is_head| {
        let stage = Stage::at(edits, is_head);
        stage.launch(TOKYO).unwrap().template_warnings
    };
    assert!(warnings(vec![], false).is_empty());
    let named = |lineage, name: &str| LinkName {
        lineage,
        name: Some(name.parse().unwrap()),
    };
    let links = vec![named(WEB, "web"), named(CACHE, "cache")];
    let found = warnings(vec![retarget(WEB), retarget(CACHE)], false);
    assert_eq!(found, [TemplateWarning::LinksHead { links }]);
    // HEAD of the template says what covers both.
    assert_eq!(
        warnings(vec![retarget(WEB)], true),
        [TemplateWarning::TemplateHead]
    );
}

#[test]
fn r15_scripts_need_an_agent() {
    let agent = |state: Value| {
        let mut stage = Stage::new([with_scripts()]);
        stage.records = vec![tokyo(json!({ "agent": state }))];
        stage
    };
    let absent = agent(json!({ "state": "absent" }));
    insta::assert_snapshot!(absent.refusal(TOKYO), @"`front` has scripts and needs the agent, and img-00000000000000000000000000000001 has none: choose an image that has it, or bundle one from a server that does");
    let unknown = TemplateWarning::AgentUnknown {
        image: ImageId::parse(Cloud::Aws, AMI).unwrap(),
    };
    let warned = agent(json!({ "state": "unknown" })).launch(TOKYO).unwrap();
    assert_eq!(warned.template_warnings, core::slice::from_ref(&unknown));
    let installed = agent(json!({ "state": "installed", "kind": "right_link" }));
    assert!(
        installed
            .launch(TOKYO)
            .unwrap()
            .template_warnings
            .is_empty()
    );
    // An image without a record is one of which nobody knows.
    let unregistered = Stage::new([with_scripts()]).launch(TOKYO).unwrap();
    assert_eq!(unregistered.template_warnings, [unknown]);
    // What a publisher says of it counts there.
    let mut told = Stage::new([with_scripts()]);
    let says = |agent| {
        Some(ToldInside {
            agent,
            ..ToldInside::default()
        })
    };
    told.told = says(AgentFacts::installed());
    assert!(told.launch(TOKYO).unwrap().template_warnings.is_empty());
    told.told = says(AgentFacts::Absent);
    insta::assert_snapshot!(told.refusal(TOKYO), @"`front` has scripts and needs the agent, and `ami-0123456789abcdef0` has none, as its publisher says: choose an image that has it, or register this one and say what is inside");
    // Without scripts nobody needs one.
    let mut plain = Stage::new([]);
    plain.records = vec![tokyo(json!({ "agent": { "state": "absent" } }))];
    assert!(plain.launch(TOKYO).unwrap().template_warnings.is_empty());
}

#[test]
fn r13_the_nearest_setting_of_the_chosen_link_serves() {
    let stage = Stage::new([]);
    let launch = stage.launch("azure/westeurope").unwrap();
    assert_eq!(launch.plan.served_by, at("azure"));
    assert_eq!(launch.plan.location, at("azure/westeurope"));
    // The default serves from around; that another link is nearer does not matter.
    let own = setting(
        "azure/westeurope",
        "Canonical:ubuntu-24_04-lts:server:24.04.202402020",
    );
    let content = stage.mcis[1].content.content();
    let edit = HeadEdit::set(at("azure/westeurope"), own);
    let mut stage = Stage::new([]);
    stage.mcis[1].content = Frozen::new(content.edited([edit]).unwrap()).unwrap();
    assert_eq!(
        stage.launch("azure/westeurope").unwrap().plan.mci.as_str(),
        "web"
    );
}

#[test]
fn r01_a_mci_by_itself_takes_overrides_too() {
    let stage = Stage::new([]);
    let overrides = Overrides {
        instance_type: InstanceType::parse("m7i.xlarge").ok(),
        ..Overrides::default()
    };
    let location = at(TOKYO);
    let found = stage.ask(TOKYO, |_, facts| {
        let ask = LaunchAsk {
            from: LaunchFrom::Mci(stage.mcis[0].source()),
            location: &location,
            overrides: &overrides,
        };
        launch(&ask, |_| facts)
    });
    let found = found.unwrap();
    assert_eq!((found.template, found.chosen_by), (None, ChosenBy::Itself));
    assert_eq!(found.overridden.len(), 1);
}

#[test]
fn r01_every_location_of_a_template_is_asked() {
    let stage = Stage::new([]);
    let overrides = Overrides::default();
    stage.ask(TOKYO, |ask, facts| {
        let places = ask.from.locations();
        let names: Vec<_> = places.iter().map(|place| place.as_str()).collect();
        assert_eq!(
            names,
            [TOKYO, "aws/us-east-1", "azure", "gcp", "vmware:vc1/DC1"]
        );
        let matrix = LaunchMatrix::of(ask.from, &overrides, places.clone(), |_| facts);
        let all = launch_all(ask.from, &overrides, places, |_| facts);
        let rows = all.iter().cloned();
        let rows = rows.map(|(place, outcome)| MatrixRow::new(place.clone(), outcome));
        assert_eq!(rows.collect::<LaunchMatrix>(), matrix);
        assert_eq!((matrix.rows().len(), matrix.launched()), (5, 2));
        for (place, outcome) in &all {
            assert_eq!(stage.launch(place.as_str()), *outcome);
        }
        let web = LaunchFrom::Mci(stage.mcis[0].source());
        assert_eq!(web.locations().len(), 2);
    });
}

#[test]
fn r01_all_locations_at_once() {
    let mut stage = Stage::new([]);
    stage.overrides.instance_type = InstanceType::parse("m7i.large").ok();
    stage.records = vec![tokyo(Value::Null)];
    let rows = |stage: &Stage| {
        let places = [
            TOKYO,
            "aws/us-east-1",
            "azure",
            "azure/westeurope",
            "local/main",
        ];
        places
            .map(|place| MatrixRow::new(at(place), stage.launch(place)))
            .into_iter()
            .collect::<LaunchMatrix>()
    };
    let first = rows(&stage);
    stage.choice = Some(DATABASE);
    stage.overrides.image = ImageId::parse(Cloud::Aws, "ami-00000000000000001").ok();
    let second = rows(&stage);
    assert_eq!((first.launched(), second.launched()), (3, 2));
    insta::assert_snapshot!(format!("{first}\n\n{second}"));
    let json = serde_json::to_string_pretty(&first.rows()[..2]).unwrap();
    insta::assert_snapshot!(json);
}
