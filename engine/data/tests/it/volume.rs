//! Volume that is zero, empty or absent.

use crate::{Folder, daily, without_folder};

fn loaded(csv: &str) -> (Vec<f64>, Vec<String>) {
    let folder = Folder::new(csv);
    let loaded = folder.read(&daily()).expect("fine");
    let warnings = loaded.warnings.iter().map(|w| without_folder(w, folder.dir.path())).collect();
    (loaded.bars.columns().volume.clone(), warnings)
}

#[test]
fn each_case_is_said() {
    let rows = |volumes: [&str; 3]| {
        let rows = ["02", "03", "06"].iter().zip(volumes).map(|(d, v)| format!("2020-01-{d},10,11,9,10{v}\n"));
        format!(
            "time,open,high,low,close{}\n{}",
            if volumes[0].is_empty() { "" } else { ",volume" },
            rows.collect::<String>()
        )
    };
    assert_eq!(loaded(&rows([",5", ",0", ",7"])), (vec![5.0, 0.0, 7.0], vec![]));
    assert_eq!(
        loaded(&rows([",5", ",", ","])),
        (vec![5.0, 0.0, 0.0], vec!["p.csv:3: 2 volumes are empty: taken as 0, bars that did not trade".to_owned()])
    );
    let unknown = "taken as not known, so every bar counts as traded and no share of the volume can be capped";
    assert_eq!(loaded(&rows([",", ",", ","])), (vec![], vec![format!("p.csv: every volume is empty: {unknown}")]));
    assert_eq!(loaded(&rows(["", "", ""])), (vec![], vec![format!("p.csv:1: has no column volume: {unknown}")]));
    assert_eq!(
        loaded(&rows([",0", ",0", ",0"])).1,
        [
            "p.csv: every volume is 0, so no bar traded and no order would fill; leave the column out if volume is not known"
        ]
    );
}
