//! Who uses what: images, MultiCloud Images, ServerTemplates, role maps, servers and locks.

mod following;
mod graph;
mod node;
mod text;

use crate::{
    Channel, KnownMci, LinkTarget, LinkedState, RegisteredLock, ServerDefinition, TemplateContent,
};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_image::{ImageRecord, RoleMap};
use atlas_mci::Content;
use atlas_scope::Scope;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    following::{XrefRow, XrefWay},
    graph::{XrefDot, XrefMermaid},
    node::{XrefEdge, XrefNode},
    text::XrefTree,
};

/// A graph of uses.
///
/// Whoever keeps the records adds them, all or those of a part; a question is answered from what
/// was added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Xref {
    names: BTreeMap<LineageId, Name>,
    scopes: BTreeMap<LineageId, Scope>,
    nodes: BTreeSet<XrefNode>,
    edges: BTreeSet<XrefEdge>,
}

impl Xref {
    /// Says which scope holds a lineage, and what it is called there today: labels tell both, for
    /// names are unique in a scope alone.
    pub fn held_at(&mut self, lineage: LineageId, scope: &Scope, name: &Name) {
        self.scopes.insert(lineage, scope.clone());
        self.names.insert(lineage, name.clone());
    }

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

    /// Adds a channel of a MultiCloud Image: it uses the revision that it points to.
    pub fn add_channel(&mut self, lineage: LineageId, channel: &Channel) {
        let name = Some(channel.name().clone());
        let state = LinkedState::Revision(channel.current());
        self.add_use(
            XrefNode::Channel { lineage, name },
            XrefNode::Mci { lineage, state },
        );
    }

    /// The same of a channel of a `ServerTemplate`.
    pub fn add_template_channel(&mut self, lineage: LineageId, channel: &Channel) {
        let name = Some(channel.name().clone());
        let state = LinkedState::Revision(channel.current());
        self.add_use(
            XrefNode::Channel { lineage, name },
            XrefNode::Template { lineage, state },
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
            self.call(lineage, &mci.name);
        }
    }

    /// Adds a server of a deployment at a scope: it uses the template and the MultiCloud Image that
    /// it inherited from, and its image.
    pub fn add_server(&mut self, scope: &Scope, deployment: &Name, definition: &ServerDefinition) {
        let inherited = definition.inherited();
        self.call(inherited.lineage, &inherited.mci);
        if let Some(template) = &inherited.template {
            self.call(template.lineage, &template.name);
        }
        let user = XrefNode::server(scope, deployment, definition);
        self.nodes.insert(user.clone());
        for what in definition.uses() {
            self.add_use(user.clone(), what);
        }
    }

    /// Adds a role map: it uses the image of a record that it holds.
    pub fn add_role_map(&mut self, map: &RoleMap, record: &ImageRecord) {
        self.add_use(XrefNode::role_map(map), XrefNode::image(record));
    }

    /// Adds a registered lock: it uses its revisions and the images that it holds.
    pub fn add_lock(&mut self, lock: &RegisteredLock) {
        let user = XrefNode::lock(lock);
        self.nodes.insert(user.clone());
        for held in lock.mcis() {
            let (lineage, state) = (held.lineage, LinkedState::Revision(held.revision));
            self.call(lineage, &held.name);
            self.add_use(user.clone(), XrefNode::Mci { lineage, state });
        }
        if let Some(held) = lock.template() {
            let (lineage, state) = (held.lineage, LinkedState::Revision(held.revision));
            self.call(lineage, &held.name);
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
            self.call(lineage, name);
        }
    }

    /// What a lineage is called where nothing better is known.
    fn call(&mut self, lineage: LineageId, name: &Name) {
        self.names.entry(lineage).or_insert_with(|| name.clone());
    }

    /// Everything in it, from the images up.
    pub fn nodes(&self) -> &BTreeSet<XrefNode> {
        &self.nodes
    }

    /// All uses.
    pub fn edges(&self) -> &BTreeSet<XrefEdge> {
        &self.edges
    }

    /// What people call something, as references name it: `/acme:web-base@3`,
    /// `/acme/prod:default:web-1`.
    pub fn label(&self, node: &XrefNode) -> String {
        let name = |lineage: &LineageId| match (self.names.get(lineage), self.scopes.get(lineage)) {
            (Some(name), Some(scope)) => format!("{scope}:{name}"),
            (Some(name), None) => name.to_string(),
            (None, _) => lineage.to_string(),
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
            XrefNode::Server { scope, name, .. } => format!("{scope}:{name}"),
            XrefNode::RoleMap { scope, name, .. } | XrefNode::Lock { scope, name, .. } => {
                format!("{scope}:{name}")
            }
        }
    }
}
