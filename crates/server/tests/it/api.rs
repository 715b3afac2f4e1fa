//! The EC2-compatible API over an engine with two accounts, asked through its router.

use crate::{
    serving::{Exchange, Served},
    world::p,
};
use atlas_server::{
    Caller, Ec2, Ec2Authenticate, Ec2Caller, Ec2Instance, Ec2Instances, Ec2Limits,
    Ec2NotAuthenticated, ImageApi, ServeLimits,
};
use axum::http::request::Parts;
use cloud_atlas::{
    Atlas, Clock, Pools, Session,
    base::Timestamp,
    repository::{Park, PoolName, Repository},
    scope::{AccountNumber, Role},
    store::{MemoryStore, Store},
};
use core::{fmt::Write as _, pin::Pin};
use object_store::{ObjectStore, memory::InMemory};
use std::{
    collections::BTreeMap,
    net::TcpStream,
    sync::{Arc, Mutex},
};

/// A clock that is set by hand.
#[derive(Debug)]
pub(crate) struct Hands(pub(crate) Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Believes whoever says who she is, and in which region she asks: `dana@eu-west-1`.
struct Named(BTreeMap<&'static str, Ec2Caller>);

impl Ec2Authenticate for Named {
    async fn authenticate(
        &self,
        head: &Parts,
        _: &[u8],
        _: Timestamp,
    ) -> Result<Ec2Caller, Ec2NotAuthenticated> {
        let who = head.headers.get("x-who").and_then(|who| who.to_str().ok());
        let who = who.ok_or(Ec2NotAuthenticated::Unknown)?;
        let (who, region) = who.split_once('@').unwrap_or((who, REGION));
        let known = self.0.get(who).cloned();
        let mut known = known.ok_or(Ec2NotAuthenticated::Unknown)?;
        region.clone_into(&mut known.region);
        Ok(known)
    }
}

/// Knows one instance of one person.
#[derive(Debug)]
pub(crate) struct OneInstance(pub(crate) Ec2Instance);

impl Ec2Instances for OneInstance {
    fn instance<'a>(
        &'a self,
        id: &'a str,
        caller: &'a Ec2Caller,
    ) -> Pin<Box<dyn Future<Output = Option<Ec2Instance>> + Send + 'a>> {
        let is_there = id == "i-0123456789abcdef0" && caller.caller.principal == p("dana");
        Box::pin(async move { is_there.then(|| self.0.clone()) })
    }
}

/// dana rules the project `/acme/web`, rosa the account `/acme`, bert the account `/beta`; eli designs
/// in `/acme/db`, olga looks at `/acme/web`, and eve may do nothing there. With other keys dana asks for
/// `/acme/db` and for the account of bert, and eli for `/acme/web`.
pub(crate) struct Api {
    pub(crate) atlas: Atlas,
    pub(crate) clock: Arc<Hands>,
    pub(crate) acme: AccountNumber,
    pub(crate) beta: AccountNumber,
    pub(crate) failures: Arc<Mutex<Vec<String>>>,
    served: Served,
}

pub(crate) const REGION: &str = "eu-central-1";

impl Api {
    pub(crate) fn new() -> Self {
        Self::with(|api| api)
    }

    pub(crate) fn with(set: impl FnOnce(ImageApi) -> ImageApi) -> Self {
        let store = Arc::new(MemoryStore::new());
        Self::over(store, set)
    }

    pub(crate) fn over(store: Arc<dyn Store>, set: impl FnOnce(ImageApi) -> ImageApi) -> Self {
        Self::of(store, Arc::new(InMemory::new()), set)
    }

    /// Over a store, and a pool in which disk images are kept.
    pub(crate) fn of(
        store: Arc<dyn Store>,
        below: Arc<dyn ObjectStore>,
        set: impl FnOnce(ImageApi) -> ImageApi,
    ) -> Self {
        let clock = Arc::new(Hands(Mutex::new(p("2026-07-21T12:00:00Z"))));
        let pool = Repository::new(below, Arc::new(Park));
        let pools = Pools::new([(PoolName::DEFAULT, pool.into())]);
        let builder = Atlas::builder()
            .with_pools(pools)
            .clock(Arc::<Hands>::clone(&clock));
        let atlas = pollster::block_on(builder.with_store(store)).unwrap();
        let [acme, beta] = pollster::block_on(furnish(&atlas));
        let people = [
            ("dana", "dana", "/acme/web", acme),
            ("dana-db", "dana", "/acme/db", acme),
            ("dana-beta", "dana", "/acme/web", beta),
            ("rosa", "rosa", "/acme", acme),
            ("eli", "eli", "/acme/db", acme),
            ("eli-web", "eli", "/acme/web", acme),
            ("olga", "olga", "/acme/web", acme),
            ("eve", "eve", "/acme/web", acme),
            ("bert", "bert", "/beta", beta),
        ];
        let people = people.map(|(key, who, scope, account)| {
            let caller = Caller::new(p(who), p(scope));
            (key, Ec2Caller::new(caller, account, REGION))
        });
        let failures = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&failures);
        let answers = ImageApi::new(atlas.clone()).with_clock(Arc::<Hands>::clone(&clock));
        let answers = set(answers).on_failure(move |failure| {
            let who = &failure.caller.caller.principal;
            let line = format!("{who} {}: {}", failure.action, failure.error);
            told.lock().unwrap().push(line);
        });
        let named = Named(people.into_iter().collect());
        let router = Ec2::new(named, answers, Ec2Limits::default()).router();
        Self {
            served: Served::start(router, ServeLimits::default()),
            atlas,
            clock,
            acme,
            beta,
            failures,
        }
    }

    /// A connection on which nothing was said yet.
    pub(crate) fn connect(&self) -> TcpStream {
        self.served.connect()
    }

    /// Asks the server to end, which it does when it has answered.
    pub(crate) fn stop(&mut self) {
        self.served.stop();
    }

    /// How the server has ended.
    pub(crate) fn ended(&mut self) -> atlas_server::Served {
        self.served.ended()
    }

    pub(crate) fn who(&self, name: &str) -> Session {
        self.atlas.act_as(&p(name))
    }

    /// Asks as somebody: `Action` with pairs of names and values.
    pub(crate) fn ask(&self, who: &str, action: &str, pairs: &[(&str, &str)]) -> Exchange {
        let mut form = format!("Action={action}&Version=2016-11-15");
        for (name, value) in pairs {
            write!(form, "&{name}={}", encoded(value)).unwrap();
        }
        let head = format!(
            "POST / HTTP/1.1\r\nHost: atlas\r\nx-who: {who}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n",
            form.len()
        );
        self.served.exchange(format!("{head}{form}").as_bytes())
    }

    /// The answer to what is done.
    #[track_caller]
    pub(crate) fn done(&self, who: &str, action: &str, pairs: &[(&str, &str)]) -> String {
        let reply = self.ask(who, action, pairs);
        assert_eq!(reply.status, 200, "{who} {action} {pairs:?}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("text/xml;charset=UTF-8"));
        let id = one(&reply.body, "requestId");
        assert_eq!(reply.header("x-amzn-requestid"), Some(&*id));
        reply.body
    }

    /// The status, the code and the message of a refusal.
    #[track_caller]
    pub(crate) fn refused(
        &self,
        who: &str,
        action: &str,
        pairs: &[(&str, &str)],
    ) -> (u16, String, String) {
        let reply = self.ask(who, action, pairs);
        assert_ne!(reply.status, 200, "{who} {action} {pairs:?}: {reply:?}");
        let text = |name| one(&reply.body, name);
        assert_eq!(reply.header("x-amzn-requestid"), Some(&*text("RequestID")));
        (reply.status, text("Code"), text("Message"))
    }

    /// The status and the code alone.
    #[track_caller]
    pub(crate) fn code(&self, who: &str, action: &str, pairs: &[(&str, &str)]) -> (u16, String) {
        let (status, code, _) = self.refused(who, action, pairs);
        (status, code)
    }

    /// Registers an image of a name, and gives its id.
    #[track_caller]
    pub(crate) fn register(&self, who: &str, name: &str) -> String {
        let pairs = [
            ("Name", name),
            ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
        ];
        one(&self.done(who, "RegisterImage", &pairs), "imageId")
    }

    /// The names of the images that somebody is shown, in order.
    #[track_caller]
    pub(crate) fn names(&self, who: &str, pairs: &[(&str, &str)]) -> Vec<String> {
        let mut names = self.images(who, pairs, "name");
        names.sort();
        names
    }

    /// A field of each image that somebody is shown.
    #[track_caller]
    pub(crate) fn images(&self, who: &str, pairs: &[(&str, &str)], field: &str) -> Vec<String> {
        items(&self.done(who, "DescribeImages", pairs), "imagesSet", field)
    }
}

async fn furnish(atlas: &Atlas) -> [AccountNumber; 2] {
    let admin = atlas.act_as(&p("admin"));
    let mut numbers = Vec::new();
    for scope in ["/acme", "/acme/web", "/acme/db", "/beta"] {
        let record = admin.add_scope(&p(scope)).await.unwrap();
        numbers.extend(record.account_number);
    }
    for (who, role, scope) in [
        ("dana", Some(Role::DESIGNER), "/acme/web"),
        ("eli", Some(Role::DESIGNER), "/acme/db"),
        ("olga", Some(Role::OBSERVER), "/acme/web"),
        ("bert", Some(Role::DESIGNER), "/beta"),
        ("rosa", Some(Role::DESIGNER), "/acme"),
        ("eve", None, "/"),
    ] {
        admin.add_principal(&p(who)).await.unwrap();
        if let Some(role) = role {
            admin.grant(&p(who), &role, &p(scope), None).await.unwrap();
        }
        if let "dana" | "bert" | "rosa" = who {
            let role = Role::ADMIN;
            admin.grant(&p(who), &role, &p(scope), None).await.unwrap();
        }
    }
    numbers.try_into().unwrap()
}

/// The text of the only element of a name.
#[track_caller]
pub(crate) fn one(xml: &str, name: &str) -> String {
    let all = all(xml, name);
    assert_eq!(all.len(), 1, "{name} in {xml}");
    all[0].clone()
}

/// The texts of all elements of a name.
pub(crate) fn all(xml: &str, name: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let nodes = document.descendants();
    let nodes = nodes.filter(|node| node.tag_name().name() == name);
    nodes
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}

/// A field of each item of a set.
pub(crate) fn items(xml: &str, set: &str, field: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let set = document
        .descendants()
        .find(|node| node.tag_name().name() == set);
    let items = set.unwrap().children();
    let fields = items.filter_map(|item| {
        let found = item.children().find(|node| node.tag_name().name() == field);
        Some(found?.text().unwrap_or_default().to_owned())
    });
    fields.collect()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => all.push(byte.into()),
            other => write!(all, "%{other:02X}").unwrap(),
        }
        all
    })
}
