//! A run result as terminal table, JSON and one self-contained HTML page.
