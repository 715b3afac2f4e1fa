//! Ids of azure.

use super::text;
use proptest::{prelude::*, sample::select, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let number = "(0{0,3}[0-9]{1,7}|2147483647)";
    let version = format!("({number}\\.{number}\\.{number}|{})", any_case("latest"));
    let part = "[A-Za-z0-9._-]{0,12}[A-Za-z0-9_-]";
    let uuid = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    let group = "[A-Za-z0-9._()-]{0,8}[A-Za-z0-9_()-]";
    let managed = "[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9_])?";
    let gallery = "[A-Za-z0-9]([A-Za-z0-9._]{0,8}[A-Za-z0-9_])?";
    let definition = "[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?";
    let public = format!("{gallery}(-{uuid})?");
    let unique = format!("({uuid}-)?{gallery}");

    let subscription = keywords(&["/subscriptions/"]);
    let groups = keywords(&["/resourceGroups/"]);
    let compute = keywords(&["/providers/Microsoft.Compute/"]);
    let resource = format!("{subscription}{uuid}{groups}{group}{compute}");
    let image = format!(
        "{}{definition}({}{version})?",
        keywords(&["/images/", "/Images/"]),
        keywords(&["/versions/", "/Versions/"])
    );
    let shared = keywords(&["/sharedGalleries/", "/SharedGalleries/"]);
    let community = keywords(&["/communityGalleries/", "/CommunityGalleries/"]);

    let service = "(windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net|cloudapi\\.de)";
    let container = "(\\$root|[a-z0-9]{3}(-?[a-z0-9]){0,8})";
    let folder = "[A-Za-z0-9_~!$'()*+,;=:@-]{1,5}(%[0-9a-fA-F]{2}|\\.)?";
    Union::new([
        text(&format!("({part}:){{3}}{version}")),
        text(&format!("({part}/){{3}}{version}")),
        aliases(),
        text(&format!("{resource}{}{managed}", keywords(&["images/"]))),
        text(&format!("{resource}{}{gallery}{image}", keywords(&["galleries/"]))),
        text(&format!("{shared}{unique}{image}")),
        text(&format!("{community}{public}{image}")),
        text(&format!(
            "https?://[a-z0-9]{{3,24}}\\.blob\\.core\\.{service}/{container}/({folder}/){{0,2}}[A-Za-z0-9._-]{{1,12}}\\.vhd"
        )),
    ])
    .boxed()
}

/// An alias, as its list writes it or in one case.
fn aliases() -> BoxedStrategy<String> {
    (select(atlas_image_id::AzureAlias::all()), 0..3_u8)
        .prop_map(|(alias, case)| match case {
            0 => alias.name().to_owned(),
            1 => alias.name().to_ascii_lowercase(),
            _ => alias.name().to_ascii_uppercase(),
        })
        .boxed()
}

/// A pattern for keywords: in these spellings, in one case, or in any.
fn keywords(spellings: &[&str]) -> String {
    let mut patterns: Vec<String> = spellings
        .iter()
        .map(|words| words.replace('.', "\\."))
        .collect();
    if let Some(words) = spellings.first() {
        patterns.push(words.to_ascii_lowercase().replace('.', "\\."));
        patterns.push(any_case(words));
    }
    format!("({})", patterns.join("|"))
}

/// A pattern for a word in any case.
fn any_case(word: &str) -> String {
    word.chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' => {
                format!(
                    "[{}{}]",
                    letter.to_ascii_lowercase(),
                    letter.to_ascii_uppercase()
                )
            }
            '.' => "\\.".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
