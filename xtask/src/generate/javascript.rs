//! The constants of JavaScript that enums are.

use std::fmt::Write;

use anyhow::{Result, ensure};
use trunkline_schema::Schema;

use super::{Files, text::HEADER};

const PATH: &str = "js/protocol-enums.js";

/// Every enum that has a name as a value. Only the keys are written down, because the values follow
/// from them: the file is part of what apps download.
pub fn render(schema: &Schema) -> Result<Files> {
    let mut text =
        format!("// {HEADER}\n// Types and documentation: `src/api/types/generated/enums.ts`.\n\n");
    let enums = schema.subjects.iter().flat_map(|subject| &subject.enums);
    for of in enums.filter(|of| of.is_const || !of.aliases.is_empty()) {
        let keys: Vec<String> = of.values.iter().map(|(value, _)| key(value)).collect();
        for (key, (value, _)) in keys.iter().zip(&of.values) {
            let follows = key.to_lowercase().replace('_', "-") == *value;
            ensure!(follows, "the value {value} of {} does not follow from its key", of.name);
        }
        let keys = keys.join("', '");
        let call = format!("/* @__PURE__ */ kebabValues(['{keys}'])");
        if of.is_const {
            _ = writeln!(text, "export const {} = {call};\n", of.name);
            continue;
        }
        _ = writeln!(text, "const {} = {call};\n", of.name);
        let aliases: Vec<String> =
            of.aliases.iter().map(|(alias, _)| format!("{} as {alias}", of.name)).collect();
        _ = writeln!(text, "export {{ {} }};\n", aliases.join(", "));
    }
    text.push_str(
        "/** `{ END_CALL: 'end-call', … }` */
function kebabValues(keys) {
  return Object.freeze(
    Object.fromEntries(keys.map((key) => [key, key.toLowerCase().replaceAll('_', '-')])),
  );
}
",
    );
    Ok(Files::from([(PATH.into(), text)]))
}

/// `join-ended-call` → `JOIN_ENDED_CALL`
pub fn key(value: &str) -> String {
    value.to_uppercase().replace('-', "_")
}
