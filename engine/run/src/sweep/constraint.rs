//! Constraints: which combinations of parameters a sweep runs.
//!
//! `fast < slow and slow - fast >= 10`: comparisons, `and`, `or`, `not`, `+ - * /`,
//! parentheses, numbers, `true`, `false`, texts in quotes, and names: parameters
//! of the sweep or any other key of the config. Checked when it is read, so that
//! nothing can go wrong for a cell.

use super::value::Scalar;

/// Deepest nesting of an expression.
const DEPTH_MAX: usize = 64;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Name {
    /// A parameter of the sweep, with one of its values.
    Axis(usize, Scalar),
    /// A key that has one value in all cells.
    Fixed(Scalar),
}

/// A checked expression that is true or false.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constraint {
    text: String,
    root: Node,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Value(Item),
    Axis(usize),
    Not(Box<Node>),
    Negative(Box<Node>),
    Two(Operator, Box<(Node, Node)>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Or,
    And,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Number(f64),
    Text(String),
    Flag(bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Number,
    Text,
    Flag,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Flag => "true or false",
        }
    }
}

impl Item {
    fn of(value: &Scalar) -> Self {
        match value {
            Scalar::Integer(n) => Self::Number(*n as f64),
            Scalar::Number(x) => Self::Number(*x),
            Scalar::Text(text) => Self::Text(text.clone()),
            Scalar::Flag(flag) => Self::Flag(*flag),
        }
    }
    fn kind(&self) -> Kind {
        match self {
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Flag(_) => Kind::Flag,
        }
    }
}

impl Constraint {
    /// Reads an expression; `find` knows the names, `Err` with a hint when it does not.
    pub(crate) fn parse(text: &str, find: &dyn Fn(&str) -> Result<Name, String>) -> Result<Self, String> {
        let mut parser = Parser { text, at: 0, find, depth: 0 };
        let (root, kind) = parser.either()?;
        parser.blanks();
        if parser.at < text.len() {
            return Err(parser.wrong("an operator or the end"));
        }
        if kind != Kind::Flag {
            return Err(format!("{text:?} is {}, expected a condition such as \"fast < slow\"", kind.name()));
        }
        Ok(Self { text: text.to_owned(), root })
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// True when a cell with these values runs.
    pub(crate) fn holds(&self, values: &[Scalar]) -> bool {
        matches!(eval(&self.root, values), Item::Flag(true))
    }
}

fn eval(node: &Node, values: &[Scalar]) -> Item {
    let number = |node: &Node| match eval(node, values) {
        Item::Number(x) => x,
        _ => f64::NAN,
    };
    let flag = |node: &Node| matches!(eval(node, values), Item::Flag(true));
    match node {
        Node::Value(item) => item.clone(),
        Node::Axis(axis) => values.get(*axis).map_or(Item::Flag(false), Item::of),
        Node::Not(inner) => Item::Flag(!flag(inner)),
        Node::Negative(inner) => Item::Number(-number(inner)),
        Node::Two(operator, pair) => {
            let (a, b) = &**pair;
            match operator {
                Operator::Or => Item::Flag(flag(a) || flag(b)),
                Operator::And => Item::Flag(flag(a) && flag(b)),
                Operator::Less => Item::Flag(number(a) < number(b)),
                Operator::LessEqual => Item::Flag(number(a) <= number(b)),
                Operator::Greater => Item::Flag(number(a) > number(b)),
                Operator::GreaterEqual => Item::Flag(number(a) >= number(b)),
                Operator::Equal => Item::Flag(eval(a, values) == eval(b, values)),
                Operator::NotEqual => Item::Flag(eval(a, values) != eval(b, values)),
                Operator::Add => Item::Number(number(a) + number(b)),
                Operator::Subtract => Item::Number(number(a) - number(b)),
                Operator::Multiply => Item::Number(number(a) * number(b)),
                Operator::Divide => Item::Number(number(a) / number(b)),
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    find: &'a dyn Fn(&str) -> Result<Name, String>,
    depth: usize,
}

type Parsed = Result<(Node, Kind), String>;

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn place(&self) -> String {
        let character = self.text.get(..self.at).unwrap_or("").chars().count() + 1;
        format!("character {character} of {:?}", self.text)
    }

    fn wrong(&self, expected: &str) -> String {
        let found = match self.rest().chars().next() {
            None => "the end".to_owned(),
            Some(c) if c.is_alphanumeric() => format!("`{}`", word(self.rest())),
            Some(c) => format!("`{c}`"),
        };
        format!("at {}: found {found}, expected {expected}", self.place())
    }

    /// Takes one of some operators; the longest first.
    fn operator(&mut self, all: &[(&str, Operator)]) -> Option<(usize, Operator)> {
        self.blanks();
        let fits = |name: &str| {
            let rest = self.rest();
            rest.starts_with(name) && (!name.starts_with(char::is_alphabetic) || word(rest) == name)
        };
        let (name, operator) = all.iter().find(|(name, _)| fits(name))?;
        let at = self.at;
        self.at += name.len();
        Some((at, *operator))
    }

    fn chain(&mut self, all: &[(&str, Operator)], inner: fn(&mut Self) -> Parsed, wanted: Kind) -> Parsed {
        let (mut left, kind) = inner(self)?;
        let mut count = 0;
        while let Some((at, operator)) = self.operator(all) {
            let (right, other) = inner(self)?;
            for found in [kind, other] {
                if found != wanted {
                    self.at = at;
                    let place = self.place();
                    return Err(format!("at {place}: found {} beside it, expected {}", found.name(), wanted.name()));
                }
            }
            count += 1;
            if count > DEPTH_MAX {
                return Err(format!("at {}: more than {DEPTH_MAX} operators in a row", self.place()));
            }
            left = Node::Two(operator, Box::new((left, right)));
        }
        Ok((left, kind))
    }

    fn either(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("at {}: nested deeper than {DEPTH_MAX}", self.place()));
        }
        let found = self.chain(&[("or", Operator::Or)], Self::both, Kind::Flag);
        self.depth -= 1;
        found
    }

    fn both(&mut self) -> Parsed {
        self.chain(&[("and", Operator::And)], Self::comparison, Kind::Flag)
    }

    fn comparison(&mut self) -> Parsed {
        if self.operator(&[("not", Operator::Or)]).is_some() {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err(format!("at {}: nested deeper than {DEPTH_MAX}", self.place()));
            }
            let (inner, kind) = self.comparison()?;
            self.depth -= 1;
            if kind != Kind::Flag {
                return Err(format!("at {}: found {} after `not`, expected true or false", self.place(), kind.name()));
            }
            return Ok((Node::Not(Box::new(inner)), Kind::Flag));
        }
        let all = [
            ("<=", Operator::LessEqual),
            (">=", Operator::GreaterEqual),
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        let (left, kind) = self.sum()?;
        let Some((at, operator)) = self.operator(&all) else {
            return Ok((left, kind));
        };
        let (right, other) = self.sum()?;
        let same = matches!(operator, Operator::Equal | Operator::NotEqual);
        if kind != other || (!same && kind != Kind::Number) {
            self.at = at;
            let place = self.place();
            return Err(format!("at {place}: cannot compare {} with {}", kind.name(), other.name()));
        }
        if let Some((at, _)) = self.operator(&all) {
            self.at = at;
            return Err(format!("at {}: comparisons do not chain, write \"a < b and b < c\"", self.place()));
        }
        Ok((Node::Two(operator, Box::new((left, right))), Kind::Flag))
    }

    fn sum(&mut self) -> Parsed {
        self.chain(&[("+", Operator::Add), ("-", Operator::Subtract)], Self::product, Kind::Number)
    }

    fn product(&mut self) -> Parsed {
        self.chain(&[("*", Operator::Multiply), ("/", Operator::Divide)], Self::item, Kind::Number)
    }

    fn item(&mut self) -> Parsed {
        self.blanks();
        let expected = "a number, a name or \"(\"";
        let start = self.at;
        match self.rest().chars().next() {
            Some('(') => {
                self.at += 1;
                let inner = self.either()?;
                self.blanks();
                if !self.rest().starts_with(')') {
                    return Err(self.wrong("\")\""));
                }
                self.at += 1;
                Ok(inner)
            }
            Some('-') => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err(format!("at {}: nested deeper than {DEPTH_MAX}", self.place()));
                }
                self.at += 1;
                let (inner, kind) = self.item()?;
                self.depth -= 1;
                if kind != Kind::Number {
                    return Err(format!("at {}: found {} after `-`, expected a number", self.place(), kind.name()));
                }
                Ok((Node::Negative(Box::new(inner)), Kind::Number))
            }
            Some(quote @ ('"' | '\'')) => {
                let Some(length) = self.rest()[1..].find(quote) else {
                    return Err(format!("at {}: a text without its closing quote", self.place()));
                };
                let text = self.rest()[1..=length].to_owned();
                self.at += length + 2;
                Ok((Node::Value(Item::Text(text)), Kind::Text))
            }
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => {
                let name = word(self.rest()).to_owned();
                self.at += name.len();
                match name.as_str() {
                    "true" | "false" => return Ok((Node::Value(Item::Flag(name == "true")), Kind::Flag)),
                    "and" | "or" | "not" => {
                        self.at = start;
                        return Err(self.wrong(expected));
                    }
                    _ => {}
                }
                let found = (self.find)(&name).map_err(|hint| {
                    self.at = start;
                    format!("at {}: there is no parameter `{name}`{hint}", self.place())
                })?;
                Ok(match found {
                    Name::Axis(axis, value) => (Node::Axis(axis), Item::of(&value).kind()),
                    Name::Fixed(value) => {
                        let item = Item::of(&value);
                        let kind = item.kind();
                        (Node::Value(item), kind)
                    }
                })
            }
            _ => Err(self.wrong(expected)),
        }
    }

    fn number(&mut self) -> Parsed {
        let rest = self.rest();
        let mut end = 0;
        let bytes = rest.as_bytes();
        while end < bytes.len() {
            let exponent_sign = matches!(bytes[end], b'+' | b'-') && end > 0 && matches!(bytes[end - 1], b'e' | b'E');
            if !(bytes[end].is_ascii_alphanumeric() || bytes[end] == b'.' || bytes[end] == b'_' || exponent_sign) {
                break;
            }
            end += 1;
        }
        let text = rest[..end].replace('_', "");
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() => {
                self.at += end;
                Ok((Node::Value(Item::Number(x)), Kind::Number))
            }
            _ => Err(format!("at {}: `{}` is no number", self.place(), &rest[..end])),
        }
    }
}

/// The name at the start of a text: letters, digits, `_`, and dots within.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(name: &str) -> Result<Name, String> {
        match name {
            "fast" => Ok(Name::Axis(0, Scalar::Integer(5))),
            "slow" => Ok(Name::Axis(1, Scalar::Integer(20))),
            "sizing.kind" => Ok(Name::Axis(2, Scalar::Text("all_in".to_owned()))),
            "clamp" => Ok(Name::Axis(3, Scalar::Flag(true))),
            "signal" => Ok(Name::Fixed(Scalar::Integer(9))),
            _ => Err("; expected \"fast\"".to_owned()),
        }
    }

    #[test]
    fn what_holds() {
        let values = [Scalar::Integer(5), Scalar::Number(20.5), Scalar::Text("risk".to_owned()), Scalar::Flag(true)];
        for (text, expected) in [
            ("fast < slow", true),
            ("slow<fast", false),
            ("fast <= 5 and fast >= 5", true),
            ("fast != 5 or slow == 20.5", true),
            ("not fast == 5", false),
            ("not (fast > 6) and not false", true),
            ("fast + 2 * slow == 46", true),
            ("(fast + 2) * slow == 143.5", true),
            ("slow - fast - 5 == 10.5", true),
            ("slow / fast > 4.1 - 1e-1", true),
            ("-fast < -4", true),
            ("fast < signal", true),
            ("sizing.kind == \"risk\"", true),
            ("sizing.kind != 'risk'", false),
            ("clamp", true),
            ("clamp == false or fast * 1_000 == 5e3", true),
            ("fast < 1 or fast > 4 and slow > 100", false),
            ("fast / 0 > 1e300", true),
            ("0 / 0 == 0 / 0", false),
        ] {
            let constraint = Constraint::parse(text, &find).expect(text);
            assert_eq!(constraint.holds(&values), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong() {
        for (text, expected) in [
            ("fast <", "at character 7 of \"fast <\": found the end, expected a number, a name or \"(\""),
            ("fast << slow", "at character 7 of \"fast << slow\": found `<`, expected a number, a name or \"(\""),
            ("fast < slow)", "at character 12 of \"fast < slow)\": found `)`, expected an operator or the end"),
            ("(fast < slow", "at character 13 of \"(fast < slow\": found the end, expected \")\""),
            ("fsat < slow", "at character 1 of \"fsat < slow\": there is no parameter `fsat`; expected \"fast\""),
            ("fast + slow", "\"fast + slow\" is a number, expected a condition such as \"fast < slow\""),
            ("", "at character 1 of \"\": found the end, expected a number, a name or \"(\""),
            (
                "1 < fast < 3",
                "at character 10 of \"1 < fast < 3\": comparisons do not chain, write \"a < b and b < c\"",
            ),
            ("fast and slow", "at character 6 of \"fast and slow\": found a number beside it, expected true or false"),
            ("fast == 'x'", "at character 6 of \"fast == 'x'\": cannot compare a number with a text"),
            ("sizing.kind < 'x'", "at character 13 of \"sizing.kind < 'x'\": cannot compare a text with a text"),
            ("clamp + 1 > 0", "at character 7 of \"clamp + 1 > 0\": found true or false beside it, expected a number"),
            ("fast < 1x", "at character 8 of \"fast < 1x\": `1x` is no number"),
            ("fast < 'x", "at character 8 of \"fast < 'x\": a text without its closing quote"),
            ("fast slow", "at character 6 of \"fast slow\": found `slow`, expected an operator or the end"),
            ("or", "at character 1 of \"or\": found `or`, expected a number, a name or \"(\""),
            ("fast = 3", "at character 6 of \"fast = 3\": found `=`, expected an operator or the end"),
            ("日 < 3", "at character 1 of \"日 < 3\": there is no parameter `日`; expected \"fast\""),
        ] {
            assert_eq!(Constraint::parse(text, &find).err().as_deref(), Some(expected));
        }
        assert!(Constraint::parse(&"(".repeat(10_000), &find).is_err());
        assert!(Constraint::parse(&"-".repeat(10_000), &find).is_err());
        assert!(Constraint::parse(&"not ".repeat(10_000), &find).is_err());
        assert!(Constraint::parse(&format!("{}1 > 0", "1 + ".repeat(10_000)), &find).is_err());
    }
}
