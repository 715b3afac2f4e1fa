//! What a person probably meant by a text that is no id.

/// Texts that may have been meant, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let path = text.split(['?', '#']).next().unwrap_or(text);
    // Whatever stands before the last `projects/` is a host, a console page or an old API version.
    if let Some(at) = path.find("projects/") {
        texts.extend(path.get(at..).map(str::to_owned));
    }
    let plain = texts
        .first()
        .map_or(path, String::as_str)
        .trim_matches('/')
        .to_owned();
    texts.push(plain.replace("/images/families/", "/images/family/"));
    texts.push(plain.replace("/global/machineimages/", "/global/machineImages/"));
    texts.push(plain.replacen("/images/", "/global/images/", 1));
    texts.push(plain.replace('_', "-"));
    texts.push(plain);
    texts
}
