//! What holds of every text that somebody takes for an image id; the seeds are tried by the tests of
//! the crate too.

use atlas_image_id::{Cloud, ImageId, ImageIdRef, MAX_BYTES, ParseImageIdError, where_to_find};

/// Reads a text as an id of this cloud, and checks whatever comes of it.
pub(crate) fn check(cloud: Cloud, text: &str) {
    match ImageIdRef::parse(cloud, text) {
        Ok(borrowed) => check_id(cloud, text, borrowed),
        Err(error) => check_refusal(cloud, text, &error),
    }
    match ImageId::parse_lenient(cloud, text) {
        Ok(lenient) => {
            let strict = ImageId::parse(cloud, text).ok();
            let is_strict = lenient.warnings.is_empty();
            assert_eq!(strict, is_strict.then_some(lenient.id), "{text:?}");
        }
        Err(error) => {
            assert!(ImageIdRef::parse(cloud, text).is_err(), "{text:?}");
            assert!(text.is_char_boundary(error.at()), "{text:?}: {error}");
        }
    }
}

fn check_id(cloud: Cloud, text: &str, borrowed: ImageIdRef<'_>) {
    let id = borrowed.into_owned();
    assert_eq!(ImageId::parse(cloud, text).as_ref(), Ok(&id), "{text:?}");
    assert_eq!((borrowed.cloud(), id.cloud()), (cloud, cloud), "{text:?}");
    assert_eq!(borrowed.to_string(), id.as_str(), "{text:?}");
    assert_eq!(id.to_string(), id.as_str(), "{text:?}");
    assert_eq!(borrowed.kind(), id.kind(), "{text:?}");
    assert_eq!(borrowed.stability(), id.stability(), "{text:?}");
    assert!(id.as_str().bytes().all(|byte| matches!(byte, b' '..=b'~')));
    assert!(id.as_str().len() <= MAX_BYTES, "{text:?}");
    assert_eq!(ImageId::from_stored(cloud, text), id, "{text:?}");

    let again = reread(cloud, id.as_str());
    assert_eq!(again.as_str(), id.as_str(), "{text:?}");
    assert_eq!(again.stability(), id.stability(), "{text:?}");
    assert_eq!(again, id, "{text:?}");
    let stored = ImageId::from_stored(cloud, id.as_str());
    assert_eq!((stored.as_str(), &stored), (id.as_str(), &id), "{text:?}");

    let key = id.equality_key();
    let equal = reread(cloud, &key);
    assert_eq!(equal, id, "{text:?}");
    assert_eq!(equal.equality_key(), key, "{text:?}");
}

fn check_refusal(cloud: Cloud, text: &str, error: &ParseImageIdError) {
    let message = error.to_string();
    assert_eq!(error.cloud(), cloud, "{message}");
    // Which also means that it is in the text, or at its end.
    assert!(text.is_char_boundary(error.at()), "{text:?}: {message}");
    assert!(!message.contains(char::is_control), "{message:?}");
    assert_eq!(ImageId::parse(cloud, text).as_ref(), Err(error));
    assert_eq!(ImageId::from_stored(cloud, text).as_str(), text);
    if let Some(meant) = error.suggestion() {
        assert_ne!(meant, text, "{message}");
        reread(cloud, meant);
        assert!(error.hint().is_some(), "{message}");
    }
    if let Some(secret) = secret(cloud, text, error) {
        let debug = format!("{error:?}");
        for told in [&message, &debug] {
            assert!(!told.contains(secret), "{told}: a secret of {text:?}");
        }
    }
}

/// What stands behind a signature's name, if it looks like one and a message would not say it for
/// another reason.
fn secret<'a>(cloud: Cloud, text: &'a str, error: &ParseImageIdError) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find("sig=")?;
    let (open, behind) = text.split_at_checked(at + "sig=".len())?;
    let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || "%+-_=".contains(letter);
    let secret = behind.split(|letter| !is_base64(letter)).next()?;
    let is_known = [open, where_to_find(cloud), error.expected()]
        .into_iter()
        .any(|known| known.contains(secret));
    (secret.len() >= 20 && !is_known).then_some(secret)
}

fn reread(cloud: Cloud, text: &str) -> ImageId {
    match ImageId::parse(cloud, text) {
        Ok(id) => id,
        Err(error) => panic!("{error}"),
    }
}
