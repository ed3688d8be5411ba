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
#[path = "constraint_tests.rs"]
mod tests;
