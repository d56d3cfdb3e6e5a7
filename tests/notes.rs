//! The notes in `spec-notes`, the code and the tests against each other: what a page calls done stands in the code and is
//! tested, and what the code cites stands on a page. `spec-notes/README.md` says how ids and tables are written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// One row of a table of requirements.
struct Row {
    page: String,
    id: String,
    code: Vec<String>,
    tests: Vec<String>,
    status: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Files below a folder, as paths from the root.
fn files(folder: &str, extension: &str) -> Vec<String> {
    fn walk(folder: &Path, all: &mut Vec<PathBuf>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { walk(&path, all) } else { all.push(path) }
        }
    }
    let mut all = Vec::new();
    walk(&root().join(folder), &mut all);
    let name = |path: PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    all.into_iter().filter(|path| path.extension().is_some_and(|e| e == extension)).map(name).collect()
}

/// Whether this is an id: an RFC and a dash unless it is RFC 8446, a section, a dash, a number.
fn is_id(text: &str) -> bool {
    let Some((section, number)) = text.rsplit_once('-') else { return false };
    let section = section.split_once('-').map_or(section, |(_, section)| section);
    let mut parts = section.split('.');
    let first = parts.next().unwrap();
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let appendix = first.len() == 1 && first.bytes().all(|b| b.is_ascii_uppercase());
    (numeric(first) || appendix) && parts.all(numeric) && numeric(number)
}

/// The ids in the comments of a text.
fn cited(text: &str) -> BTreeSet<String> {
    let comments = text.lines().filter_map(|line| line.find("//").map(|at| &line[at..]));
    let bracketed = comments.flat_map(|c| c.split('[').skip(1).filter_map(|rest| rest.split(']').next()));
    bracketed.filter(|id| is_id(id)).map(str::to_owned).collect()
}

/// Pages, but for those that have no table of requirements.
fn pages() -> Vec<String> {
    let other = ["README.md", "appendix-a.md", "decisions.md", "devices.md"];
    let is_page = |path: &String| !other.iter().any(|name| path.ends_with(name));
    files("spec-notes", "md").into_iter().filter(is_page).collect()
}

fn rows() -> Vec<Row> {
    let mut all = Vec::new();
    for page in pages() {
        let text = read(&page).unwrap();
        for line in text.lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            if cells[0] == "id" {
                continue;
            }
            let [id, _, _, code, tests, status] = cells[..] else { panic!("{page}: {line}") };
            assert!(is_id(id), "{page}: {id}");
            let list = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            let (id, status) = (id.to_owned(), status.to_owned());
            all.push(Row { page: page.clone(), id, code: list(code), tests: list(tests), status });
        }
    }
    all
}

/// What is wrong with a place named in a table: `file::name`, where `id` is cited, or `file.kv "title of a case"`.
fn wrong(place: &str, id: &str) -> Option<&'static str> {
    if let Some((file, title)) = place.split_once(" \"") {
        let title = format!("[{}]", title.trim_end_matches('"'));
        let found = read(file).is_some_and(|text| text.lines().any(|line| line == title));
        return (!found).then_some("no such case");
    }
    let (file, name) = place.split_once("::").unwrap_or((place, ""));
    let Some(text) = read(file) else { return Some("no such file") };
    let is_there = ["fn ", "const ", "static ", "struct ", "macro_rules! "].iter().any(|word| {
        text.match_indices(&format!("{word}{name}")).any(|(at, found)| !text[at + found.len()..].starts_with('_'))
    });
    match is_there {
        false => Some("no such name in the file"),
        true => (!cited(&text).contains(id)).then_some("the id is not there"),
    }
}

#[test]
fn what_is_done_stands_in_the_code_and_is_tested() {
    let mut all = Vec::new();
    for row in rows() {
        let mut complain = |what: &str| all.push(format!("{}: {}: {what}", row.page, row.id));
        match row.status.as_str() {
            "done" if row.code.is_empty() => complain("done, but no code is named"),
            "done" if row.tests.is_empty() => complain("done, but no test is named"),
            "done" | "open" | "refused" | "not applicable" => {}
            other => complain(&format!("status {other}")),
        }
        for place in row.code.iter().chain(&row.tests) {
            if let Some(what) = wrong(place, &row.id) {
                complain(&format!("{place}: {what}"));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn every_id_cited_in_code_and_tests_stands_on_one_page() {
    let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows() {
        pages.entry(row.id).or_default().push(row.page);
    }
    let twice: Vec<_> = pages.iter().filter(|(_, on)| on.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let mut strangers = Vec::new();
    for file in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        let ids = cited(&read(&file).unwrap());
        strangers.extend(ids.into_iter().filter(|id| !pages.contains_key(id)).map(|id| format!("{file}: [{id}]")));
    }
    assert!(strangers.is_empty(), "on no page: {}", strangers.join("\n"));
}

#[test]
fn every_page_has_its_parts_both_section_numbers_and_a_line_in_the_index() {
    let index = read("spec-notes/README.md").unwrap();
    for page in pages() {
        let (text, name) = (read(&page).unwrap(), page.rsplit('/').next().unwrap());
        for part in ["What it says", "Requirements", "What we decided", "Not done"] {
            assert!(text.contains(&format!("\n## {part}\n")), "{page}: {part}");
        }
        let title = text.lines().next().unwrap();
        let both = title.contains("RFC 8446 §") && title.contains("RFC 9846 §");
        assert!(both || name.starts_with("rfc") || name.starts_with("draft"), "{page}: {title}");
        assert!(index.contains(&format!("({name})")), "{page} is not in the index");
    }
}
