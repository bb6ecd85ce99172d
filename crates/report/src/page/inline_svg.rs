//! SVG files as parts of a page. Ids get a prefix, because all pictures of a page share one
//! document.

/// The picture's `<svg>` element with `prefix` before each id, so that two pictures with a `#clip`
/// do not use each other's.
pub(crate) fn inline_with_prefix(svg: &str, prefix: &str) -> String {
    // What an attribute says before it names an id. A class or a text that reads the same stays as
    // it is.
    const NAMES: [&str; 7] =
        [" id=\"", "url(#", "href=\"#", "aria-labelledby=\"", "aria-describedby=\"", "begin=\"#", "url('#"];
    let mut rest = svg_element(svg);
    let mut out = String::with_capacity(rest.len() + rest.len() / 50);
    while let Some((at, name)) =
        NAMES.iter().filter_map(|name| rest.find(name).map(|at| (at, name))).min_by_key(|(at, _)| *at)
    {
        let end = at + name.len();
        out.push_str(&rest[..end]);
        out.push_str(prefix);
        rest = &rest[end..];
    }
    out + rest
}

/// The part from `<svg` on: an XML declaration or a doctype is not allowed inside HTML.
pub(crate) fn svg_element(svg: &str) -> &str {
    svg.find("<svg").map_or(svg, |start| &svg[start..])
}

/// Width and height by the root's `viewBox`.
pub(crate) fn view_box_size(svg: &str) -> Option<(f64, f64)> {
    let root = svg_element(svg);
    let root = &root[..root.find('>')?];
    let view = root.split_once("viewBox=\"")?.1.split('"').next()?;
    let mut numbers = view.split([' ', ',']).filter(|part| !part.is_empty()).map(str::parse::<f64>);
    let (width, height) = (numbers.nth(2)?.ok()?, numbers.next()?.ok()?);
    (width > 0.0 && height > 0.0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart() {
        let svg = r##"<?xml version="1.0"?><!DOCTYPE svg><svg viewBox="0 0 8 4"><g id="a"/><use href="#a" clip-path="url(#a)"/></svg>"##;
        let inlined = inline_with_prefix(svg, "p-");
        assert_eq!(
            inlined,
            r##"<svg viewBox="0 0 8 4"><g id="p-a"/><use href="#p-a" clip-path="url(#p-a)"/></svg>"##
        );
    }

    #[test]
    fn sizes() {
        assert_eq!(view_box_size("<svg viewBox=\"0 0 1200 406.5\">"), Some((1200.0, 406.5)));
        assert_eq!(view_box_size("<svg viewBox=\"0,0,0,4\">"), None);
        assert_eq!(view_box_size("<svg width=\"3\"><g viewBox=\"0 0 1 1\"/>"), None);
    }
}
