//! Judges every chain of an x509-limbo suite, and prints the verdicts as its harness reads them:
//!
//! ```sh
//! cargo run --release --example limbo -- ../shared/x509-limbo/limbo-open.json
//! ```

mod judge;

use serde_json::{Value, json};
use std::{env, error::Error, fs};
use symbolon::crypto::Ring;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("usage: limbo SUITE.json")?;
    let suite: Value = serde_json::from_str(&fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?)?;
    let cases = suite["testcases"].as_array().ok_or("testcases is not a list")?;
    let results: Vec<_> = cases
        .iter()
        .map(|case| {
            let (result, context) = match judge::judge(&Ring::new(), case, None) {
                Ok(summary) => ("SUCCESS", summary),
                Err(summary) => ("FAILURE", summary),
            };
            json!({ "id": case["id"], "actual_result": result, "context": context })
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&json!({ "version": 1, "harness": "symbolon", "results": results }))?);
    Ok(())
}
