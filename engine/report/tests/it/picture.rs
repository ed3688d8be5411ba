//! Pictures: what must be in them, and what cannot be drawn.

use engine_report::picture::{
    Axis, Chart, HeatMap, Histogram, Line, Look, Mark, Page, Panel, Part, Ranges, sheet, single,
};

fn chart(points: Vec<(f64, f64)>) -> Panel {
    Panel::Chart(Chart {
        title: "A <smile>".to_owned(),
        x: Axis::new("strike"),
        y: Axis::new("volatility").percent(0),
        lines: vec![Line::new("fit", points, Look::Solid)],
        ranges: vec![Ranges { name: "bid to ask".to_owned(), bars: vec![(1.0, f64::NEG_INFINITY, 0.4)] }],
        marks: vec![Mark { x: 1.5, label: "forward".to_owned() }],
        ..Chart::default()
    })
}

fn map(values: Vec<f64>) -> Panel {
    let names = |n: usize| (0..n).map(|i| format!("n{i}")).collect::<Vec<_>>();
    let value = Axis::new("USD").decimals(0);
    Panel::HeatMap(HeatMap { columns: names(2), rows: names(2), values, value, ..HeatMap::default() })
}

fn histogram(values: Vec<f64>) -> Panel {
    Panel::Histogram(Histogram { title: "P&L".to_owned(), values, bars: 10, share: true, ..Histogram::default() })
}

#[test]
fn words_are_in_it_and_safe() {
    let svg = single(&chart(vec![(0.0, 0.2), (1.0, f64::NAN), (2.0, 0.3)]), 640, 400).expect("a picture");
    for part in
        ["<svg width=\"640\" height=\"400\" viewBox=\"0 0 2560 1600\"", "A &lt;smile&gt;", "bid to ask", "forward"]
    {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    let svg = single(&map(vec![-1.0, 0.0, f64::NAN, 12_345.0]), 400, 300).expect("a picture");
    assert!(svg.contains("12,345") && svg.contains("USD"), "{svg}");
    let again = single(&map(vec![-1.0, 0.0, f64::NAN, 12_345.0]), 400, 300).expect("a picture");
    assert_eq!(svg, again);
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    for panel in [chart(vec![]), map(vec![f64::NAN; 4]), map(vec![1.0]), histogram(vec![f64::INFINITY])] {
        let Panel::Chart(_) = panel else {
            assert!(single(&panel, 400, 300).is_err(), "{panel:?}");
            continue;
        };
        // A range and a mark are something.
        assert!(single(&panel, 400, 300).is_ok());
    }
    assert!(single(&Panel::Chart(Chart::default()), 400, 300).is_err());
    assert!(single(&chart(vec![(0.0, 1.0)]), 10, 10).is_err());
    assert!(sheet("", &[], 2, 400, 300).is_err());
}

#[test]
fn every_kind_of_constant_data_is_drawn() {
    for panel in [chart(vec![(1.0, 1.0)]), map(vec![0.0; 4]), histogram(vec![5.0; 20]), histogram(vec![0.0])] {
        assert!(single(&panel, 400, 300).is_ok(), "{panel:?}");
    }
    let all = sheet("All", &[chart(vec![(0.0, 1.0)]), map(vec![1.0; 4]), histogram(vec![1.0, 2.0])], 2, 400, 300);
    assert!(all.expect("a picture").contains("width=\"800\" height=\"636\""));
}

#[test]
fn a_page_holds_its_parts() {
    let svg = single(&map(vec![1.0; 4]), 400, 300).expect("a picture");
    let table = Part::Table {
        title: "T".to_owned(),
        header: vec!["name".to_owned(), "value".to_owned()],
        rows: vec![vec!["<a>".to_owned(), "1".to_owned()]],
    };
    let parts = vec![Part::Text("words".to_owned()), table, Part::Picture { text: "map".to_owned(), svg }];
    let html = Page { title: "P".to_owned(), lead: "L".to_owned(), parts }.html();
    assert!(html.contains("<svg") && html.contains("&lt;a&gt;") && html.contains("words"), "{html}");
    assert!(!html.contains("<script") && !html.contains("https:"), "{html}");
}
