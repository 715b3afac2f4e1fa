//! `DescribeTags`: over images, snapshots and what the instance double has.

use super::labelled::{images_of, snapshots_of};
use crate::ec2::{
    asking::{Answer, Asking},
    listing::Part,
};
use atlas_ec2::{DescribeTags, Ec2Error, Filters, TagField, TagItem, TagsDescribed};
use cloud_atlas::image::{LabelKey, LabelValue, Labels};
use std::collections::BTreeMap;

/// Tags that a request wants, in the order of their resources and keys: as many as its page has, and
/// one more that tells whether others follow.
struct Wanted<'a> {
    filters: &'a Filters<TagField>,
    /// Behind which resource and key they begin.
    after: Option<(&'a str, &'a str)>,
    most: Option<usize>,
    found: BTreeMap<(String, String), (&'static str, String)>,
}

impl Wanted<'_> {
    fn take(&mut self, id: &str, kind: &'static str, labels: &Labels) {
        for (key, value) in labels.iter() {
            let item = TagItem {
                resource_id: id,
                resource_type: kind,
                key: key.as_str(),
                value: value.as_str(),
            };
            let is_behind = self.after.is_none_or(|after| (id, key.as_str()) > after);
            if !is_behind || !self.filters.hold(&item) {
                continue;
            }
            let at = (id.to_owned(), key.as_str().to_owned());
            self.found.insert(at, (kind, value.as_str().to_owned()));
            if self.most.is_some_and(|most| self.found.len() > most) {
                self.found.pop_last();
            }
        }
    }
}

/// `DescribeTags`.
pub(crate) async fn describe(asking: &Asking<'_>, ask: DescribeTags) -> Result<Answer, Ec2Error> {
    let filters = Filters::<TagField>::read(&ask.filters)?;
    let part = Part::of(asking, ask.page_size()?, ask.next_token.as_deref())?;
    let after = part.after().map(|position| position.split_once(' '));
    let after = after.map(|split| split.ok_or_else(Ec2Error::invalid_next_token));
    asking.before(asking.scope()).await?;
    let mut wanted = Wanted {
        filters: &filters,
        after: after.transpose()?,
        most: part.size().map(|size| size.saturating_add(1)),
        found: BTreeMap::new(),
    };
    let label = narrowed(&filters);
    let can_be = |kind: &str| match filters.exact(&TagField::ResourceType) {
        Some(kinds) => kinds.contains(&kind),
        None => true,
    };
    if can_be("image") {
        let each = &mut |id: &str, labels: &Labels| wanted.take(id, "image", labels);
        images_of(asking, label.as_ref(), each).await?;
    }
    if can_be("snapshot") {
        let each = &mut |id: &str, labels: &Labels| wanted.take(id, "snapshot", labels);
        snapshots_of(asking, label.as_ref(), each).await?;
    }
    if let Some(double) = &asking.api.double {
        for one in double.all(asking.caller) {
            wanted.take(&one.id, "instance", &one.labels);
            for volume in one.volumes_left() {
                wanted.take(&volume.id, "volume", &volume.labels);
            }
        }
    }
    let tags = wanted
        .found
        .iter()
        .map(|((id, key), (kind, value))| TagItem {
            resource_id: id,
            resource_type: kind,
            key,
            value,
        });
    let (tags, next_token) = cut(&part, tags.collect());
    Ok(asking.answer(&TagsDescribed { tags, next_token }))
}

/// The page, and the token of the next one: it names the resource and the key that this one ended with.
fn cut<'a>(part: &Part, mut tags: Vec<TagItem<'a>>) -> (Vec<TagItem<'a>>, Option<String>) {
    let Some(size) = part.size().filter(|size| *size < tags.len()) else {
        return (tags, None);
    };
    tags.truncate(size);
    let last = tags.last();
    let next = last.map(|tag| part.token(&format!("{} {}", tag.resource_id, tag.key)));
    (tags, next)
}

/// The label that every record has whose tags are wanted, if the filters say so: one key, with one
/// value or any.
pub(super) fn narrowed(filters: &Filters<TagField>) -> Option<(LabelKey, Option<LabelValue>)> {
    let one = |field| match filters.exact(field).as_deref() {
        Some([one]) => Some((*one).to_owned()),
        _ => None,
    };
    let key = one(&TagField::Key).or_else(|| one(&TagField::TagKey))?;
    let value = one(&TagField::Value);
    let value = value.and_then(|value| LabelValue::parse(&value).ok());
    Some((LabelKey::parse(&key).ok()?, value))
}
