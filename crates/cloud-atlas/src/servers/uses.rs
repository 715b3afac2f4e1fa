//! Which servers use a template, a MultiCloud Image or an image.

use crate::{
    Error,
    stored::{StoredServer, UsedImage},
    tables::SERVERS,
    unit::Unit,
};
use atlas_history::LineageId;
use atlas_store::{Partition, Parts, Query};

/// What servers are asked whether they use.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UsedByServers<'a> {
    /// A ServerTemplate that they inherited from.
    Template(LineageId),
    /// A MultiCloud Image that they inherited from.
    Mci(LineageId),
    /// The image that they launch with next time, overrides included.
    Image(&'a UsedImage),
}

impl UsedByServers<'_> {
    /// Where those servers of a partition are.
    pub(crate) fn query(self, partition: &Partition) -> Query {
        let (index, parts) = match self {
            Self::Template(lineage) => ("template", Parts::from(lineage.to_string())),
            Self::Mci(lineage) => ("mci", Parts::from(lineage.to_string())),
            Self::Image(UsedImage(key, at)) => ("image", Parts::from((key.as_str(), at.as_str()))),
        };
        Query::all(partition).index(index).prefix(parts)
    }
}

impl Unit {
    /// The servers of a partition that use something, whether the caller sees them or not.
    pub(crate) async fn servers_using(
        &self,
        partition: &Partition,
        used: UsedByServers<'_>,
    ) -> Result<Vec<StoredServer>, Error> {
        let found = self.every(&SERVERS, used.query(partition)).await?;
        Ok(found.into_iter().map(|kept| kept.0).collect())
    }
}
