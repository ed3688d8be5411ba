//! Pictures and tables on one self-contained HTML page, which asks the network for nothing.

use maud::{DOCTYPE, PreEscaped, html};

use crate::display::printable;

const STYLE: &str = include_str!("page.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A page: a title, a line below it, and parts in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// What it is about, in a line.
    pub lead: String,
    /// What stands on it.
    pub parts: Vec<Part>,
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A paragraph.
    Text(String),
    /// A table; the first column holds names, the others numbers.
    Table {
        /// Above it.
        title: String,
        /// Names of the columns.
        header: Vec<String>,
        /// Fields row by row.
        rows: Vec<Vec<String>>,
    },
    /// A picture made by this module, with what it shows in words.
    Picture {
        /// What it shows, for who cannot see it.
        text: String,
        /// The SVG.
        svg: String,
    },
}

impl Page {
    /// The page as HTML.
    #[must_use]
    pub fn html(&self) -> String {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    link rel="icon" href="data:,";
                    title { (printable(&self.title)) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (printable(&self.title)) }
                        p.lead { (printable(&self.lead)) }
                    }
                    main { @for part in &self.parts { (part.markup()) } }
                }
            }
        }
        .into_string()
    }
}

impl Part {
    fn markup(&self) -> maud::Markup {
        match self {
            Self::Text(text) => html! { p { (printable(text)) } },
            Self::Table { title, header, rows } => html! {
                section {
                    h2 { (printable(title)) }
                    div.scroll tabindex="0" role="region" aria-label=(printable(title)) {
                        table {
                            thead { tr { @for name in header { th scope="col" { (printable(name)) } } } }
                            tbody { @for row in rows { tr { @for (i, field) in row.iter().enumerate() {
                                @if i == 0 { th scope="row" { (printable(field)) } } @else { td { (printable(field)) } }
                            } } } }
                        }
                    }
                }
            },
            Self::Picture { text, svg } => html! {
                section { figure role="img" aria-label=(printable(text)) { (PreEscaped(svg)) } }
            },
        }
    }
}
