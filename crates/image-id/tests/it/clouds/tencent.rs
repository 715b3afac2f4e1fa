use super::{Grammar, NearMiss, nothing};
use atlas_image_id::Cloud;

/// By the examples of the SDK, which has no pattern.
pub(super) fn grammar() -> Grammar {
    Grammar {
        cloud: Cloud::Tencent,
        pattern: "img-[a-z0-9]{8}".to_owned(),
        besides: nothing,
        ids: &["img-gvbnzy6f", "img-0yc6rie8", "img-m4q71qnf"],
        pieces: &["img-", "gvbnzy6f", "-"],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (Cloud::Tencent, "img_gvbnzy6f", "img-gvbnzy6f"),
    (Cloud::Tencent, "IMG-GVBNZY6F", "img-gvbnzy6f"),
];
