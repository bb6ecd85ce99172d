//! Reads one member of the JSON object in a line. The whole line must be JSON; the last of several
//! members with one name counts.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The value at `path` as text: the content of a string, or a number or boolean as JSON writes it.
/// `None` for anything else.
pub(super) fn find_member(line: &[u8], path: &[String]) -> Option<String> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let found = MemberSeed(path).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    found
}

/// Reads a value and descends along the names that are left.
struct MemberSeed<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for MemberSeed<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Option<String>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl MemberSeed<'_> {
    fn text_if_target(&self, text: impl fmt::Display) -> Option<String> {
        self.0.is_empty().then(|| text.to_string())
    }
}

impl<'de> Visitor<'de> for MemberSeed<'_> {
    type Value = Option<String>;

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<std::borrow::Cow<str>>()? {
            match self.0.split_first() {
                Some((wanted, deeper)) if *wanted == name => {
                    found = map.next_value_seed(MemberSeed(deeper))?
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<String>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<String>, E> {
        Ok(self.text_if_target(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<String>, E> {
        Ok(self.text_if_target(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<String>, E> {
        Ok(self.text_if_target(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<String>, E> {
        Ok(self.text_if_target(number))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Option<String>, E> {
        Ok(self.text_if_target(truth))
    }

    fn visit_unit<E>(self) -> Result<Option<String>, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: &str, path: &str) -> Option<String> {
        find_member(line.as_bytes(), &path.split('.').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn members_and_what_is_none() {
        let line = r#"{"a":[1,{"b":2}],"remote_addr":"1.2.3\u002e4","n":{"status":200},"x":null,"remote_addr2":1.5}"#;
        assert_eq!(at(line, "remote_addr").as_deref(), Some("1.2.3.4"));
        assert_eq!(at(line, "n.status").as_deref(), Some("200"));
        assert_eq!(at(line, "remote_addr2").as_deref(), Some("1.5"));
        for none in ["a", "n", "x", "y", "a.b", "remote_addr.x"] {
            assert_eq!(at(line, none), None, "{none}");
        }
        for broken in ["", "1.2.3.4", r#"{"k":"v""#, r#"{"k":"v"} x"#, r#"[{"k":"v"}]"#, "{\"k\":\"v\0\"}"] {
            assert_eq!(at(broken, "k"), None, "{broken}");
        }
        assert_eq!(at(r#" {"k":"v"} "#, "k").as_deref(), Some("v"));
        assert_eq!(at(r#"{"k":"v","k":"w"}"#, "k").as_deref(), Some("w"), "the last of a repeated name");
    }
}
