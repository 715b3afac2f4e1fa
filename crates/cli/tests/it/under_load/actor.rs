//! One client with images of its own, of which it knows what they must be, or what they may be where
//! it was never answered.

use super::client::Client;
use std::{collections::BTreeMap, io, net::SocketAddr};

/// The description and the tags of an image.
type Shape = BTreeMap<String, String>;

/// A client.
pub(super) struct Actor {
    number: usize,
    client: Client,
    dice: u64,
    own: Vec<Own>,
    shared: Shared,
}

/// An image by its name, which nobody else uses. Once it is deregistered it is none, and stays so.
struct Own {
    name: String,
    /// Known once it is registered.
    id: String,
    /// What it may be: one thing, but for a write that is not answered.
    may_be: Vec<Option<Shape>>,
}

/// A tag on an image that others write to as well.
pub(super) struct Shared {
    id: String,
    key: String,
    may_be: Vec<Option<String>>,
}

impl Shared {
    pub(super) fn new(id: &str, number: usize) -> Self {
        Self {
            id: id.to_owned(),
            key: format!("client-{number}"),
            may_be: vec![None],
        }
    }
}

impl Actor {
    pub(super) fn new(number: usize, client: Client, shared: Shared) -> Self {
        let seed = u64::try_from(number).unwrap() + 1;
        Self {
            number,
            client,
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            own: Vec::new(),
            shared,
        }
    }

    /// Goes on with a server at another address.
    pub(super) fn reach(&mut self, address: SocketAddr) {
        self.client = Client::new(address);
    }

    /// How many images it has.
    pub(super) fn count(&self) -> usize {
        let is_there = |own: &&Own| own.may_be == [None];
        self.own.len() - self.own.iter().filter(is_there).count()
    }

    /// Reads or writes something; an error where there is no answer.
    pub(super) fn act(&mut self) -> io::Result<()> {
        let there: Vec<_> = (0..self.own.len())
            .filter(|at| self.own[*at].may_be[0].is_some())
            .collect();
        let chosen = there.get(self.throw(8)).copied();
        match (self.throw(10), chosen) {
            (0..2, Some(at)) => self.tag(at),
            (2, Some(at)) => self.describe(at),
            (3, Some(at)) => self.deregister(at),
            (4..6, Some(at)) => self.look_up(at),
            (6, Some(at)) => self.look_for(at).map(drop),
            (7 | 8, _) => self.tag_shared(),
            _ => self.register(),
        }
    }

    /// Finds out what became of writes that were not answered: all of each, or nothing.
    pub(super) fn settle(&mut self) {
        for at in 0..self.own.len() {
            if self.own[at].may_be.len() > 1 {
                let found = self.look_for(at).unwrap();
                self.own[at].may_be = vec![found];
            }
        }
        let found = self.look_at_shared();
        self.shared.may_be = vec![found];
    }

    /// Sees that everything is as it must be.
    pub(super) fn verify(&mut self) {
        for at in 0..self.own.len() {
            self.look_for(at).unwrap();
        }
        self.look_at_shared();
    }

    /// A number below another (xorshift).
    fn throw(&mut self, below: u64) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from((self.dice >> 33) % below).unwrap()
    }

    fn register(&mut self) -> io::Result<()> {
        let name = format!("own-{}-{}", self.number, self.own.len());
        let tags = [("a", "new"), ("b", "new")];
        let shape = tags
            .iter()
            .map(|(key, value)| (format!("tag:{key}"), (*value).to_owned()));
        let mut shape: Shape = shape.collect();
        shape.insert("description".to_owned(), "new".to_owned());
        self.own.push(Own {
            name: name.clone(),
            id: String::new(),
            may_be: vec![None, Some(shape.clone())],
        });
        let id = self.client.register(&name, &tags)?;
        let own = self.own.last_mut().unwrap();
        own.id = id;
        own.may_be = vec![Some(shape)];
        Ok(())
    }

    /// Writes to an image, which is another one then.
    fn write(
        &mut self,
        at: usize,
        after: Option<Shape>,
        action: &str,
        pairs: &[(&str, &str)],
    ) -> io::Result<()> {
        let own = &mut self.own[at];
        own.may_be.push(after.clone());
        self.client.ask(action, pairs)?;
        own.may_be = vec![after];
        Ok(())
    }

    /// Two tags at once.
    fn tag(&mut self, at: usize) -> io::Result<()> {
        let (id, value) = (self.own[at].id.clone(), self.throw(1 << 30).to_string());
        let mut after = self.own[at].may_be[0].clone().unwrap();
        for key in ["tag:a", "tag:b"] {
            after.insert(key.to_owned(), value.clone());
        }
        let pairs = [
            ("ResourceId.1", &*id),
            ("Tag.1.Key", "a"),
            ("Tag.1.Value", &*value),
            ("Tag.2.Key", "b"),
            ("Tag.2.Value", &*value),
        ];
        self.write(at, Some(after), "CreateTags", &pairs)
    }

    fn describe(&mut self, at: usize) -> io::Result<()> {
        let (id, value) = (self.own[at].id.clone(), self.throw(1 << 30).to_string());
        let mut after = self.own[at].may_be[0].clone().unwrap();
        after.insert("description".to_owned(), value.clone());
        let pairs = [("ImageId", &*id), ("Description.Value", &*value)];
        self.write(at, Some(after), "ModifyImageAttribute", &pairs)
    }

    fn deregister(&mut self, at: usize) -> io::Result<()> {
        let id = self.own[at].id.clone();
        self.write(at, None, "DeregisterImage", &[("ImageId", &*id)])
    }

    fn tag_shared(&mut self) -> io::Result<()> {
        let value = self.throw(1 << 30).to_string();
        let shared = &mut self.shared;
        let pairs = [
            ("ResourceId.1", &*shared.id),
            ("Tag.1.Key", &*shared.key),
            ("Tag.1.Value", &*value),
        ];
        shared.may_be.push(Some(value.clone()));
        self.client.ask("CreateTags", &pairs)?;
        shared.may_be = vec![Some(value)];
        Ok(())
    }

    /// Reads an image by its id.
    fn look_up(&mut self, at: usize) -> io::Result<()> {
        let own = &self.own[at];
        let answer = self
            .client
            .ask("DescribeImages", &[("ImageId.1", &own.id)])?;
        let found = images(&answer).into_iter().next();
        let found = found.map(|(_, shape)| shape);
        assert!(
            own.may_be.contains(&found),
            "{}: {found:?} is none of {:?}",
            own.name,
            own.may_be
        );
        Ok(())
    }

    /// Reads an image by its name, and gives what it is.
    fn look_for(&mut self, at: usize) -> io::Result<Option<Shape>> {
        let own = &mut self.own[at];
        let pairs = [("Filter.1.Name", "name"), ("Filter.1.Value.1", &*own.name)];
        let answer = self.client.ask("DescribeImages", &pairs)?;
        let mut found = images(&answer);
        assert!(found.len() < 2, "{answer}");
        let found = found.pop().map(|(id, shape)| {
            own.id = id;
            shape
        });
        assert!(
            own.may_be.contains(&found),
            "{}: {found:?} is none of {:?}",
            own.name,
            own.may_be
        );
        Ok(found)
    }

    fn look_at_shared(&mut self) -> Option<String> {
        let shared = &self.shared;
        let pairs = [("ImageId.1", &*shared.id)];
        let answer = self.client.ask("DescribeImages", &pairs).unwrap();
        let (_, shape) = images(&answer).pop().unwrap();
        let found = shape.get(&format!("tag:{}", shared.key)).cloned();
        assert!(
            shared.may_be.contains(&found),
            "{found:?} is none of {:?}",
            shared.may_be
        );
        found
    }
}

/// The images of an answer, by their ids.
fn images(answer: &str) -> Vec<(String, Shape)> {
    let document = roxmltree::Document::parse(answer).unwrap();
    let field = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node
            .children()
            .find(|child| child.tag_name().name() == name);
        found
            .and_then(|found| found.text())
            .unwrap_or_default()
            .to_owned()
    };
    let set = |node: roxmltree::Node<'_, '_>, name: &str| {
        let set = node
            .children()
            .find(|child| child.tag_name().name() == name);
        let items = set.into_iter().flat_map(|set| set.children());
        items
            .filter(roxmltree::Node::is_element)
            .map(|item| item.id())
            .collect::<Vec<_>>()
    };
    let all = set(document.root_element(), "imagesSet").into_iter();
    all.map(|item| {
        let item = document.get_node(item).unwrap();
        let mut shape = Shape::from([("description".to_owned(), field(item, "description"))]);
        for tag in set(item, "tagSet") {
            let tag = document.get_node(tag).unwrap();
            shape.insert(format!("tag:{}", field(tag, "key")), field(tag, "value"));
        }
        (field(item, "imageId"), shape)
    })
    .collect()
}
