//! `DescribeImages`.

mod pieces;
mod sought;
mod unfinished;

pub(super) use self::unfinished::find as unfinished;
use self::{pieces::pieces, sought::Sought};
use crate::ec2::{
    asking::{Answer, Asking},
    fault::About,
};
use atlas_ec2::{DescribeImages, Ec2Error, ImageRef, ImagesDocument, PageToken};
use cloud_atlas::{
    ImageLookup, LaunchableImage, PageCursor, Paging,
    image::DiskImage,
    image_id::{AmiId, ImageId},
};

/// Answers `DescribeImages`: the images that are named, or all that the caller may launch (E06).
pub(in crate::ec2) async fn describe_images(
    asking: &Asking<'_>,
    ask: DescribeImages,
) -> Result<Answer, Ec2Error> {
    let sought = Sought::new(asking, &ask)?;
    let from = Position::read(asking, &ask)?;
    asking.before(asking.scope()).await?;
    let mut shown = Shown::new(asking);
    if !ask.image_ids.is_empty() {
        named(&sought, &mut shown).await?;
        return Ok(shown.answer());
    }
    let size = ask.page_size()?;
    list(&sought, from, Some(size.unwrap_or(PIECE)), &mut shown).await?;
    match shown.next.take() {
        // Nobody has asked for a page.
        Some(next) if size.is_none() => {
            let document = shown.document;
            Ok(Answer(pieces(asking.keep(), ask, document, next)))
        }
        next => {
            shown.next = next;
            Ok(shown.answer())
        }
    }
}

/// How many images are written at a time where all are asked for: no more than these are in memory,
/// however slowly they are read.
const PIECE: usize = 256;

/// What is shown.
struct Shown<'a> {
    asking: &'a Asking<'a>,
    document: ImagesDocument,
    count: usize,
    next: Option<Position>,
}

impl<'a> Shown<'a> {
    fn new(asking: &'a Asking<'a>) -> Self {
        Self::of(asking, ImagesDocument::begin(asking.request_id))
    }

    /// What follows in a document.
    fn of(asking: &'a Asking<'a>, document: ImagesDocument) -> Self {
        Self {
            asking,
            document,
            count: 0,
            next: None,
        }
    }

    /// How many more there may be.
    fn room(&self, limit: Option<usize>) -> Option<usize> {
        limit.map(|limit| limit.saturating_sub(self.count))
    }

    fn add(&mut self, images: &[LaunchableImage]) {
        for image in images {
            self.document.add(&self.asking.item(image));
        }
        self.count = self.count.saturating_add(images.len());
    }

    /// Those that the repository makes, or could not make (E09).
    fn add_unfinished(&mut self, images: &[DiskImage]) {
        let account = self.asking.account();
        for item in images
            .iter()
            .filter_map(|image| unfinished::item(image, account))
        {
            self.document.add(&item);
        }
        self.count = self.count.saturating_add(images.len());
    }

    fn answer(self) -> Answer {
        let next = self.next.map(|next| next.token(self.asking).to_string());
        Answer(self.document.finish(next.as_deref()).into())
    }
}

/// Where a list stands: image records come first, then what the repository is at work on.
enum Position {
    /// In which of the lists of records, and behind what.
    Records(usize, Option<PageCursor>),
    Unfinished(Option<PageCursor>),
}

impl Position {
    fn read(asking: &Asking<'_>, ask: &DescribeImages) -> Result<Self, Ec2Error> {
        let text = ask.next_token.as_deref().unwrap_or_default();
        let Some(token) = PageToken::parse(text, asking.question())? else {
            return Ok(Self::Records(0, None));
        };
        let cursor = |text: &str| {
            let cursor = (!text.is_empty()).then(|| PageCursor::parse(text));
            cursor
                .transpose()
                .map_err(|_| Ec2Error::invalid_next_token())
        };
        match token.position().split_at_checked(1) {
            Some(("i", rest)) => {
                let (list, rest) = rest.split_once('.').unwrap_or((rest, ""));
                let list = list.parse().map_err(|_| Ec2Error::invalid_next_token())?;
                Ok(Self::Records(list, cursor(rest)?))
            }
            Some(("d", rest)) => Ok(Self::Unfinished(cursor(rest)?)),
            _ => Err(Ec2Error::invalid_next_token()),
        }
    }

    fn token(&self, asking: &Asking<'_>) -> PageToken {
        let text = |cursor: &Option<PageCursor>| cursor.as_ref().map(ToString::to_string);
        let position = match self {
            Self::Records(list, cursor) => format!("i{list}.{}", text(cursor).unwrap_or_default()),
            Self::Unfinished(cursor) => format!("d{}", text(cursor).unwrap_or_default()),
        };
        PageToken::new(asking.question(), position)
    }
}

/// All that is sought, or a page of it.
async fn list(
    sought: &Sought<'_>,
    from: Position,
    limit: Option<usize>,
    shown: &mut Shown<'_>,
) -> Result<(), Ec2Error> {
    if sought.is_nothing() {
        return Ok(());
    }
    if let Some(ids) = sought.only_ids() {
        return look_up(sought, &ids, &mut Vec::new(), shown).await;
    }
    let after = match from {
        Position::Records(list, after) => {
            records(sought, (list, after), limit, shown).await?;
            None
        }
        Position::Unfinished(after) => after,
    };
    if shown.next.is_some() || !sought.seeks_unfinished() {
        return Ok(());
    }
    let room = shown.room(limit);
    if room == Some(0) {
        let (some, _) = unfinished::list(sought, after, Some(1)).await?;
        shown.next = (!some.is_empty()).then_some(Position::Unfinished(None));
        return Ok(());
    }
    let (unfinished, next) = unfinished::list(sought, after, room).await?;
    shown.add_unfinished(&unfinished);
    shown.next = next.map(|next| Position::Unfinished(Some(next)));
    Ok(())
}

/// The records of the lists that are sought, one list after the other.
async fn records(
    sought: &Sought<'_>,
    (from, mut after): (usize, Option<PageCursor>),
    limit: Option<usize>,
    shown: &mut Shown<'_>,
) -> Result<(), Ec2Error> {
    let asking = sought.asking;
    for (list, of_list) in sought.lists().iter().enumerate().skip(from) {
        let keep = |image: &LaunchableImage| of_list.has(image) && sought.admits(image, false);
        loop {
            let room = shown.room(limit).unwrap_or(Paging::MOST);
            // Where the page is full it is asked whether anything follows.
            let paging = Paging::of(room.clamp(1, Paging::MOST)).after(after.take());
            let page = asking
                .session
                .launchable_images(&of_list.query, &paging, &keep)
                .await;
            let page = page.map_err(|error| asking.told(&error, About::Request))?;
            if room == 0 {
                if page.items.is_empty() {
                    break;
                }
                shown.next = Some(Position::Records(list, None));
                return Ok(());
            }
            shown.add(&page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
            if shown.room(limit) == Some(0) {
                shown.next = Some(Position::Records(list, after));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The images that are named. One that was deregistered is nothing, and no mistake; one that never was
/// is, and so are all of these together.
async fn named(sought: &Sought<'_>, shown: &mut Shown<'_>) -> Result<(), Ec2Error> {
    let (asking, ids) = (sought.asking, &sought.ask.image_ids);
    let amis: Vec<AmiId> = ids.iter().filter_map(ImageRef::ami).collect();
    let mut missing = Vec::new();
    look_up(sought, &amis, &mut missing, shown).await?;
    let mut unfinished = Vec::new();
    for id in ids {
        let Some(ami) = id.ami().filter(|ami| missing.contains(ami)) else {
            continue;
        };
        if let Some(image) = unfinished::find(asking, id).await? {
            missing.retain(|id| *id != ami);
            if sought.admits_unfinished(&image) {
                unfinished.push(image);
            }
        }
    }
    let is_missing = |id: &&ImageRef| id.ami().is_none_or(|ami| missing.contains(&ami));
    let absent: Vec<&str> = ids
        .iter()
        .filter(is_missing)
        .map(ImageRef::as_str)
        .collect();
    if !absent.is_empty() {
        return Err(Ec2Error::images_not_found(&absent));
    }
    shown.add_unfinished(&unfinished);
    Ok(())
}

/// The images of these ids, each once; one read for a thousand.
async fn look_up(
    sought: &Sought<'_>,
    amis: &[AmiId],
    missing: &mut Vec<AmiId>,
    shown: &mut Shown<'_>,
) -> Result<(), Ec2Error> {
    let asking = sought.asking;
    let mut wanted = amis.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    for some in wanted.chunks(Paging::MOST) {
        let ids: Vec<_> = some.iter().copied().map(ImageId::Local).collect();
        let found = asking
            .session
            .look_up_images(&asking.location, &ids, asking.scope());
        let found = found
            .await
            .map_err(|error| asking.told(&error, About::Request))?;
        for (ami, found) in some.iter().zip(found) {
            match found {
                ImageLookup::Here(image) if sought.admits(&image, true) => shown.add(&[*image]),
                ImageLookup::Missing => missing.push(*ami),
                _ => {}
            }
        }
    }
    Ok(())
}
