//! Channels that templates link.

use super::{ChannelError, ChannelName};
use crate::LinkedBy;
use atlas_base::Name;
use core::fmt;
use serde::Serialize;

/// The links that keep a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelInUse {
    /// The MultiCloud Image.
    pub mci: Name,
    /// The channel.
    pub channel: ChannelName,
    /// The links that whoever deletes sees, in order.
    pub by: Vec<LinkedBy>,
    /// How many more there are.
    pub hidden: usize,
}

/// Decides whether a channel of a MultiCloud Image can be deleted: links from HEADs and from
/// committed revisions of templates both keep it, as they keep a MultiCloud Image (ours).
///
/// # Errors
///
/// Something links it.
pub fn check_delete_channel(
    mci: &Name,
    channel: &ChannelName,
    links: &[LinkedBy],
) -> Result<(), ChannelError> {
    if links.is_empty() {
        return Ok(());
    }
    let seen = links.iter().filter(|link| link.is_visible);
    let mut by: Vec<_> = seen.cloned().collect();
    by.sort();
    Err(ChannelError::Linked(Box::new(ChannelInUse {
        mci: mci.clone(),
        channel: channel.clone(),
        hidden: links.len() - by.len(),
        by,
    })))
}

/// How many links are named.
const SHOWN: usize = 8;

impl fmt::Display for ChannelInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            mci,
            channel,
            by,
            hidden,
        } = self;
        write!(
            f,
            "the channel `{channel}` of `{mci}` cannot be deleted, ServerTemplates link it: "
        )?;
        let named = by.iter().take(SHOWN);
        let mut said: Vec<_> = named
            .map(|link| format!("`{}` {} at {}", link.template, link.state, link.scope))
            .collect();
        let more = by.len().saturating_sub(SHOWN);
        if more > 0 {
            said.push(format!("{more} more"));
        }
        if *hidden > 0 {
            said.push(format!("{hidden} that you cannot see"));
        }
        write!(f, "{}; point it elsewhere instead", said.join(", "))
    }
}
