//! Who uses what: images, MultiCloud Images, ServerTemplates, servers and locks.

mod graph;
mod text;

use crate::{
    Channel, ChannelName, KnownMci, LinkTarget, LinkedState, RegisteredLock, TemplateContent,
};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_image_id::CloudLocation;
use atlas_mci::Content;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use self::{
    graph::{XrefDot, XrefMermaid},
    text::XrefTree,
};

/// Something that uses another, or is used (RightScale: cross reference).
///
/// Order is from the image up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum XrefNode {
    /// An image of a cloud.
    Image {
        /// Where a setting names it.
        location: CloudLocation,
        /// Its id.
        image: String,
    },
    /// HEAD or a revision of a MultiCloud Image.
    Mci {
        /// The lineage.
        lineage: LineageId,
        /// The state.
        state: LinkedState,
    },
    /// A channel of a lineage.
    Channel {
        /// The lineage.
        lineage: LineageId,
        /// The channel; none is the managed `latest`.
        name: Option<ChannelName>,
    },
    /// HEAD or a revision of a `ServerTemplate`.
    Template {
        /// The lineage.
        lineage: LineageId,
        /// The state.
        state: LinkedState,
    },
    /// A server definition.
    Server {
        /// Its deployment and its name.
        name: String,
    },
    /// A registered lock.
    Lock {
        /// Its name.
        name: String,
    },
}

/// A use: `user` uses `used`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct XrefEdge {
    /// What uses.
    pub user: XrefNode,
    /// What is used.
    pub used: XrefNode,
}

/// A graph of uses.
///
/// Whoever keeps the records adds them, all or those of a part; a question is answered from what
/// was added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Xref {
    names: BTreeMap<LineageId, Name>,
    nodes: BTreeSet<XrefNode>,
    edges: BTreeSet<XrefEdge>,
}

/// A user of something, directly or through others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct XrefRow {
    /// What uses.
    pub user: XrefNode,
    /// What people call it.
    pub name: String,
    /// How many uses lie between: 1 for a direct one.
    pub steps: usize,
    /// What it uses on the shortest way: the thing itself where `steps` is 1.
    pub through: String,
}

/// In which direction uses are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "an edge has two ends")]
pub enum XrefWay {
    /// Who uses it.
    Users,
    /// What it uses.
    Used,
}

impl Xref {
    /// Adds a state of a MultiCloud Image: it uses the images of its settings.
    pub fn add_mci(&mut self, lineage: LineageId, state: LinkedState, content: &Content) {
        self.name(lineage, state, content.nickname());
        let user = XrefNode::Mci { lineage, state };
        self.nodes.insert(user.clone());
        for (location, setting) in content.settings() {
            let image = setting.image().as_str().to_owned();
            let location = location.clone();
            self.add_use(user.clone(), XrefNode::Image { location, image });
        }
    }

    /// Adds a channel: it uses the revision that it points to.
    pub fn add_channel(&mut self, lineage: LineageId, channel: &Channel) {
        let name = Some(channel.name().clone());
        let state = LinkedState::Revision(channel.current());
        self.add_use(
            XrefNode::Channel { lineage, name },
            XrefNode::Mci { lineage, state },
        );
    }

    /// Adds a state of a template: it uses what its links name. `known` are the MultiCloud Images
    /// that it links, as far as they are visible: they say where channels point.
    pub fn add_template(
        &mut self,
        lineage: LineageId,
        state: LinkedState,
        content: &TemplateContent,
        known: &BTreeMap<LineageId, KnownMci>,
    ) {
        self.name(lineage, state, content.name());
        let user = XrefNode::Template { lineage, state };
        self.nodes.insert(user.clone());
        for link in content.links() {
            let mci = known.get(&link.lineage);
            self.add_use_of_link(&user, link.lineage, link.target, mci);
        }
    }

    /// Adds one link of a state of a template, which has a name.
    pub fn add_link(
        &mut self,
        (template, state, name): (LineageId, LinkedState, &Name),
        lineage: LineageId,
        target: &LinkTarget,
        known: Option<&KnownMci>,
    ) {
        self.name(template, state, name);
        let user = XrefNode::Template {
            lineage: template,
            state,
        };
        self.add_use_of_link(&user, lineage, target, known);
    }

    fn add_use_of_link(
        &mut self,
        user: &XrefNode,
        lineage: LineageId,
        target: &LinkTarget,
        mci: Option<&KnownMci>,
    ) {
        let channel = |name| XrefNode::Channel { lineage, name };
        let what = match target {
            LinkTarget::Head => XrefNode::Mci {
                lineage,
                state: LinkedState::Head,
            },
            LinkTarget::Revision(number) => XrefNode::Mci {
                lineage,
                state: LinkedState::Revision(*number),
            },
            LinkTarget::Latest => {
                if let Some(number) = mci.and_then(KnownMci::latest) {
                    let state = LinkedState::Revision(number);
                    self.add_use(channel(None), XrefNode::Mci { lineage, state });
                }
                channel(None)
            }
            LinkTarget::Channel(name) => {
                let mut channels = mci.iter().flat_map(|mci| &mci.channels);
                if let Some(found) = channels.find(|known| known.name() == name) {
                    self.add_channel(lineage, found);
                }
                channel(Some(name.clone()))
            }
        };
        self.add_use(user.clone(), what);
        if let Some(mci) = mci {
            self.names
                .entry(lineage)
                .or_insert_with(|| mci.name.clone());
        }
    }

    /// Adds a server definition: it uses the template and the MultiCloud Image that it was made
    /// from, as far as they are still there, and its image.
    pub fn add_server(&mut self, name: &str, all: impl IntoIterator<Item = XrefNode>) {
        let name = name.to_owned();
        let user = XrefNode::Server { name };
        self.nodes.insert(user.clone());
        for what in all {
            self.add_use(user.clone(), what);
        }
    }

    /// Adds a registered lock: it uses its revisions and the images that it holds.
    pub fn add_lock(&mut self, name: &str, lock: &RegisteredLock) {
        let user = XrefNode::Lock {
            name: name.to_owned(),
        };
        self.nodes.insert(user.clone());
        for held in lock.mcis() {
            let (lineage, state) = (held.lineage, LinkedState::Revision(held.revision));
            self.names
                .entry(lineage)
                .or_insert_with(|| held.name.clone());
            self.add_use(user.clone(), XrefNode::Mci { lineage, state });
        }
        if let Some(held) = lock.template() {
            let (lineage, state) = (held.lineage, LinkedState::Revision(held.revision));
            self.names
                .entry(lineage)
                .or_insert_with(|| held.name.clone());
            self.add_use(user.clone(), XrefNode::Template { lineage, state });
        }
        for held in lock.images().values() {
            let image = XrefNode::Image {
                location: held.served_by.clone(),
                image: held.image.clone(),
            };
            self.add_use(user.clone(), image);
        }
    }

    fn add_use(&mut self, user: XrefNode, what: XrefNode) {
        self.nodes.extend([user.clone(), what.clone()]);
        self.edges.insert(XrefEdge { user, used: what });
    }

    /// The name of HEAD is the lineage's name; without HEAD it is the newest that was added.
    fn name(&mut self, lineage: LineageId, state: LinkedState, name: &Name) {
        if state == LinkedState::Head {
            self.names.insert(lineage, name.clone());
        } else {
            self.names.entry(lineage).or_insert_with(|| name.clone());
        }
    }

    /// Everything in it, from the images up.
    pub fn nodes(&self) -> &BTreeSet<XrefNode> {
        &self.nodes
    }

    /// All uses.
    pub fn edges(&self) -> &BTreeSet<XrefEdge> {
        &self.edges
    }

    /// What people call something: `web-base@3`.
    pub fn label(&self, node: &XrefNode) -> String {
        let name = |lineage: &LineageId| match self.names.get(lineage) {
            Some(name) => name.to_string(),
            None => lineage.to_string(),
        };
        match node {
            XrefNode::Image { location, image } => format!("{image} at {location}"),
            XrefNode::Mci { lineage, state } | XrefNode::Template { lineage, state } => match state
            {
                LinkedState::Head => format!("{}@head", name(lineage)),
                LinkedState::Revision(number) => format!("{}@{number}", name(lineage)),
            },
            XrefNode::Channel {
                lineage,
                name: Some(channel),
            } => format!("{}@{channel}", name(lineage)),
            XrefNode::Channel {
                lineage,
                name: None,
            } => format!("{}@latest", name(lineage)),
            XrefNode::Server { name } | XrefNode::Lock { name } => name.clone(),
        }
    }

    /// What stands next to something, in one direction.
    pub fn next(&self, of: &XrefNode, way: XrefWay) -> Vec<&XrefNode> {
        let edges = self.edges.iter();
        match way {
            XrefWay::Users => {
                let edges = edges.filter(|edge| edge.used == *of);
                edges.map(|edge| &edge.user).collect()
            }
            XrefWay::Used => {
                let edges = edges.filter(|edge| edge.user == *of);
                edges.map(|edge| &edge.used).collect()
            }
        }
    }

    /// All that uses something, or that it uses, directly or through others: the nearest first,
    /// then in order.
    pub fn rows(&self, of: &XrefNode, way: XrefWay) -> Vec<XrefRow> {
        let mut next: BTreeMap<&XrefNode, Vec<&XrefNode>> = BTreeMap::new();
        for edge in &self.edges {
            let (from, to) = match way {
                XrefWay::Users => (&edge.used, &edge.user),
                XrefWay::Used => (&edge.user, &edge.used),
            };
            next.entry(from).or_default().push(to);
        }
        let mut seen = BTreeSet::from([of]);
        let mut waiting = VecDeque::from([(of, 1_usize)]);
        let mut rows = Vec::new();
        while let Some((through, steps)) = waiting.pop_front() {
            for user in next.get(through).into_iter().flatten() {
                if seen.insert(user) {
                    waiting.push_back((user, steps + 1));
                    rows.push(XrefRow {
                        user: (*user).clone(),
                        name: self.label(user),
                        steps,
                        through: self.label(through),
                    });
                }
            }
        }
        rows.sort_by(|one, other| (one.steps, &one.user).cmp(&(other.steps, &other.user)));
        rows
    }

    /// The revisions and HEADs of a lineage that are in it.
    pub fn states(&self, lineage: LineageId) -> Vec<&XrefNode> {
        let of = |node: &&XrefNode| match node {
            XrefNode::Mci { lineage: at, .. } | XrefNode::Template { lineage: at, .. } => {
                *at == lineage
            }
            _ => false,
        };
        self.nodes.iter().filter(of).collect()
    }
}
