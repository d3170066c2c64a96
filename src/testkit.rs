//! What tests of every kind share: a test that carries a requirement says so once it has passed.
//!
//! Compiled into the unit tests here and, by path, into the integration tests.

use std::{fs::OpenOptions, io::Write, path::Path};

/// Notes that the running test has passed and carried these requirements (`R-031`, `D-12`). The last line of a test.
///
/// Appends `id, tab, test name` to `$BELLHOP_COVERAGE_DIR/<pid>.tsv`; does nothing when the variable is not set.
/// `make requirements` reads the result.
///
/// # Panics
/// On an id of another form than `R-ddd` or `D-dd`, and when the file cannot be written.
pub fn covers(ids: &[&str]) {
    for id in ids {
        assert!(is_requirement(id), "{id:?} is not a requirement id: R-031 or D-12 is the form");
    }
    if let Some(folder) = std::env::var_os("BELLHOP_COVERAGE_DIR") {
        append(Path::new(&folder), ids);
    }
}

fn is_requirement(id: &str) -> bool {
    let digits = match id.split_at_checked(2) {
        Some(("R-", digits)) if digits.len() == 3 => digits,
        Some(("D-", digits)) if digits.len() == 2 => digits,
        _ => return false,
    };
    digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// One write for all lines: tests of one process run side by side and append to the same file.
fn append(folder: &Path, ids: &[&str]) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("unnamed test");
    let lines: String = ids.iter().map(|id| format!("{id}\t{test}\n")).collect();
    std::fs::create_dir_all(folder).expect("the coverage folder can be made");
    let path = folder.join(format!("{}.tsv", std::process::id()));
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the coverage file can be opened");
    file.write_all(lines.as_bytes()).expect("the coverage file can be written");
}

#[cfg(test)]
mod tests {
    use super::is_requirement;

    #[test]
    fn requirement_ids_have_one_form() {
        for id in ["R-001", "R-232", "D-01", "D-27"] {
            assert!(is_requirement(id), "{id}");
        }
        for id in ["R-1", "R-0031", "D-001", "r-031", "R_031", "R-03a", "", "é-031"] {
            assert!(!is_requirement(id), "{id}");
        }
    }
}
