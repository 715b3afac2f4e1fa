use super::{Grammar, NearMiss, nothing};
use atlas_image_id::Cloud;

pub(super) fn grammar() -> Grammar {
    Grammar {
        cloud: Cloud::Linode,
        pattern: String::new(),
        besides: nothing,
        ids: &[],
        pieces: &[],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[];
