//! All images that are asked for, which are many, piece by piece as the client takes them.

use super::{PIECE, Position, Shown, list, sought::Sought};
use crate::ec2::asking::Kept;
use atlas_ec2::{DescribeImages, Ec2Error, ImagesDocument};
use axum::body::Body;
use futures_util::stream;
use tracing::{Instrument as _, Span};

/// An answer that is being sent.
struct Sending {
    kept: Kept,
    ask: DescribeImages,
    /// The document, and what is to be written next; none once all is.
    left: Option<(ImagesDocument, Position)>,
}

/// A document of which the first piece is written. What follows is read when the client has taken
/// what there is; where that fails the answer is cut, since it is begun.
pub(super) fn pieces(
    kept: Kept,
    ask: DescribeImages,
    mut document: ImagesDocument,
    next: Position,
) -> Body {
    let (first, span) = (document.take(), Span::current());
    let left = Some((document, next));
    let sending = Sending { kept, ask, left };
    let all = stream::try_unfold((Some(first), sending), move |(ready, mut sending)| {
        let step = async move {
            let piece = match ready {
                Some(ready) => Some(ready),
                None => sending.write().await?,
            };
            Ok::<_, Ec2Error>(piece.map(|piece| (piece, (None, sending))))
        };
        step.instrument(span.clone())
    });
    Body::from_stream(all)
}

impl Sending {
    /// Writes the next piece; none once all is written.
    async fn write(&mut self) -> Result<Option<String>, Ec2Error> {
        let Some((document, from)) = self.left.take() else {
            return Ok(None);
        };
        let asking = self.kept.asking();
        let sought = Sought::new(&asking, &self.ask)?;
        let mut shown = Shown::of(&asking, document);
        list(&sought, from, Some(PIECE), &mut shown).await?;
        let Some(next) = shown.next else {
            return Ok(Some(shown.document.finish(None)));
        };
        let piece = shown.document.take();
        self.left = Some((shown.document, next));
        Ok(Some(piece))
    }
}
