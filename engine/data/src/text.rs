//! CSV text: splitting a record into fields, and quoting one (RFC 4180).

use std::borrow::Cow;

/// Splits one record (no line end) into its fields, quotes taken off.
pub(crate) fn fields(record: &str) -> Fields<'_> {
    Fields { rest: Some(record) }
}

/// Iterator of [`fields`].
pub(crate) struct Fields<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let text = self.rest?;
        let Some(inner) = text.strip_prefix('"') else {
            let (field, rest) = match text.split_once(',') {
                Some((field, rest)) => (field, Some(rest)),
                None => (text, None),
            };
            self.rest = rest;
            return Some(Cow::Borrowed(field));
        };
        // Inside quotes a doubled quote is one; what stands between the closing
        // quote and the next comma is kept, so that it shows in the error.
        let mut field = String::new();
        let mut from = inner;
        loop {
            let Some((before, after)) = from.split_once('"') else {
                field.push_str(from);
                self.rest = None;
                break;
            };
            field.push_str(before);
            if let Some(more) = after.strip_prefix('"') {
                field.push('"');
                from = more;
                continue;
            }
            let (tail, rest) = match after.split_once(',') {
                Some((tail, rest)) => (tail, Some(rest)),
                None => (after, None),
            };
            field.push_str(tail);
            self.rest = rest;
            break;
        }
        Some(Cow::Owned(field))
    }
}

/// Appends `field` to `line`, quoted when it must be.
pub(crate) fn push_field(line: &mut String, field: &str) {
    if field.contains([',', '"', '\n', '\r']) {
        line.push('"');
        for (i, part) in field.split('"').enumerate() {
            if i > 0 {
                line.push_str("\"\"");
            }
            line.push_str(part);
        }
        line.push('"');
    } else {
        line.push_str(field);
    }
}

/// A record without its line end, `\n` or `\r\n`.
pub(crate) fn trim_line_end(record: &str) -> &str {
    let record = record.strip_suffix('\n').unwrap_or(record);
    record.strip_suffix('\r').unwrap_or(record)
}

/// Why a header in the wrong dialect is refused; `None` when commas separate it.
pub(crate) fn wrong_separator(header: &str) -> Option<String> {
    if header.contains(',') {
        return None;
    }
    [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")]
        .into_iter()
        .find(|(c, _)| header.contains(*c))
        .map(|(_, name)| format!("fields are separated by {name}, expected `,`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_come_off_and_go_on() {
        let split = |s: &str| fields(s).map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(split("a,,b"), ["a", "", "b"]);
        assert_eq!(split(""), [""]);
        assert_eq!(split("a,"), ["a", ""]);
        assert_eq!(split(r#""x, ""y""",2"#), [r#"x, "y""#, "2"]);
        assert_eq!(split(r#""open"#), ["open"]);
        let mut line = String::new();
        push_field(&mut line, r#"x, "y""#);
        assert_eq!(line, r#""x, ""y""""#);
    }
}
