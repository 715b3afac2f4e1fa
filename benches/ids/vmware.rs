pub(crate) fn hand(text: &str) -> bool {
    !text.is_empty()
}
