//! What a person probably meant by a text that is no id.

use crate::{
    Cloud, alibaba, aws, azure, digitalocean, gcp, hetzner, huawei, ibm, image_id_ref, linode,
    nutanix, oci, openstack, oracle, proxmox, tencent, vmware,
};
use std::borrow::Cow;

/// The id of the cloud that was probably meant, in the spelling that is nearest to the text.
///
/// Mends are tried one upon the other, the smallest first; the first that makes an id wins.
#[cold]
pub(crate) fn meant(cloud: Cloud, text: &str) -> Option<String> {
    if text.is_empty() || text.len() > crate::MAX_BYTES {
        return None;
    }
    let reads = |mended: &str| mended != text && image_id_ref::reads(cloud, mended);
    let plain = plain(without_signature(text)?);
    if reads(&plain) {
        return Some(plain.into_owned());
    }
    let near = |text: &str| of_cloud(cloud, text).into_iter().find(|near| reads(near));
    if let Some(near) = near(&plain) {
        return Some(near);
    }
    if !plain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let lower = plain.to_ascii_lowercase();
    if reads(&lower) {
        return Some(lower);
    }
    near(&lower)
}

/// What stands before a signature in a query, which is a secret; the whole text if it has none, and
/// nothing if it cannot be told what the signature belongs to.
fn without_signature(text: &str) -> Option<&str> {
    match text.to_ascii_lowercase().find("sig=") {
        None => Some(text),
        Some(at) => text.get(..at)?.strip_suffix(['?', '&']),
    }
}

/// Without blanks, quotes and line ends around it, each character that looks like an ASCII one
/// being that one, and the invisible ones left out.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let characters = text.chars().filter(|character| !is_invisible(*character));
    let plain: String = characters
        .map(|character| look_alike(character).unwrap_or(character))
        .collect();
    Cow::Owned(trimmed(&plain).to_owned())
}

/// Without what people and editors put around a text.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_outside)
}

/// Blanks, line ends, quotes and invisible characters.
pub(crate) fn is_outside(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || is_invisible(character)
        || matches!(character, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}')
}

fn of_cloud(cloud: Cloud, text: &str) -> Vec<String> {
    match cloud {
        Cloud::Aws => aws::near(text),
        Cloud::Local => aws::near_local(text),
        Cloud::Azure => azure::near(text),
        Cloud::Gcp => gcp::near(text),
        Cloud::OpenStack => openstack::near(text),
        Cloud::Vmware => vmware::near(text),
        Cloud::Oracle => oracle::near(text),
        Cloud::Alibaba => alibaba::near(text),
        Cloud::Ibm => ibm::near(text),
        Cloud::DigitalOcean => digitalocean::near(text),
        Cloud::Hetzner => hetzner::near(text),
        Cloud::Linode => linode::near(text),
        Cloud::Tencent => tencent::near(text),
        Cloud::Huawei => huawei::near(text),
        Cloud::Nutanix => nutanix::near(text),
        Cloud::Proxmox => proxmox::near(text),
        Cloud::Oci => oci::near(text),
    }
}

const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
    )
}

/// The ASCII character that this one looks like.
fn look_alike(character: char) -> Option<char> {
    Some(match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{a789}' | '\u{2236}' => ':',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xff01 + 0x21)?,
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(character) - 0x660, 10)?,
        '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(character) - 0x6f0, 10)?,
        '\u{430}' | '\u{3b1}' => 'a',
        '\u{435}' => 'e',
        '\u{43e}' | '\u{3bf}' => 'o',
        '\u{440}' | '\u{3c1}' => 'p',
        '\u{441}' => 'c',
        '\u{443}' => 'y',
        '\u{445}' => 'x',
        '\u{456}' => 'i',
        '\u{410}' => 'A',
        '\u{421}' => 'C',
        '\u{415}' => 'E',
        '\u{41e}' => 'O',
        _ => return None,
    })
}

/// What to do about a character outside ASCII.
pub(crate) fn strange_character(character: char) -> Cow<'static, str> {
    if character == '\u{feff}' {
        return "remove the byte order mark".into();
    }
    if is_invisible(character) {
        return "remove the invisible character".into();
    }
    if matches!(character, '\u{2018}'..='\u{201f}') {
        return "remove the typographic quotes".into();
    }
    match look_alike(character) {
        Some(plain) => {
            format!("it looks like `{plain}` but is another character; type it anew").into()
        }
        None => "ids are ASCII only".into(),
    }
}
