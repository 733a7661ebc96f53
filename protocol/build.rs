//! Compiles our `.proto` files without a system `protoc`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fmt::Write,
    fs,
    path::PathBuf,
};

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost::Message;
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

const FILES: [&str; 3] = ["models.proto", "signal.proto", "events.proto"];

/// What `src/compact/frames.rs` reads by hand.
const FRAMES: [&str; 3] = [
    ".stream.video.sfu.event.AudioLevelChanged",
    ".stream.video.sfu.event.ConnectionQualityChanged",
    ".stream.video.sfu.event.DominantSpeakerChanged",
];

const SERDE: &str =
    "#[cfg_attr(not(feature = \"json\"), derive(serde::Serialize, serde::Deserialize))]";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let descriptors = protox::compile(FILES, ["proto"])?;
    let encoded = descriptors.encode_to_vec();
    fs::write(out.join("descriptors.bin"), &encoded)?;
    fs::write(out.join("compact.rs"), compact(&descriptors)?)?;

    prost_build::Config::new()
        .compile_well_known_types()
        // Boxes would be in the way of everybody who reads or writes them.
        .enum_attribute(".", "#[allow(clippy::large_enum_variant)]")
        // What the SDK's core is told can be written to a file; the feature `json` has its own form.
        .enum_attribute("stream.video.sfu.models.TrackType", SERDE)
        .enum_attribute("stream.video.sfu.models.AudioBitrateProfile", SERDE)
        .extern_path(".google.protobuf.Struct", "crate::sfu::Struct")
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds(descriptors)?;

    if env::var_os("CARGO_FEATURE_JSON").is_some() {
        pbjson_build::Builder::new()
            .register_descriptors(&encoded)?
            .ignore_unknown_fields()
            .ignore_unknown_enum_variants()
            .build(&[".stream.video.sfu"])?;
    }
    Ok(())
}

/// The code of `src/compact.rs` that knows the fields: `Read` for what an SFU sends, `Write` for what
/// a participant sends.
fn compact(descriptors: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let mut messages = BTreeMap::new();
    for file in &descriptors.file {
        for message in &file.message_type {
            messages.insert(format!(".{}.{}", file.package(), message.name()), message);
        }
    }
    let is_sent = |name: &str| name.ends_with("Request") || name.ends_with(".ICETrickle");
    let is_received = |name: &str| name.ends_with("Response") || name.ends_with(".SfuEvent");
    let mut code = String::new();
    for name in reachable(&messages, is_received) {
        read(&mut code, &name, messages[&name])?;
    }
    for name in reachable(&messages, is_sent) {
        write(&mut code, &name, messages[&name])?;
    }
    Ok(code)
}

/// The messages that fit, and all that they hold.
fn reachable(
    messages: &BTreeMap<String, &DescriptorProto>,
    fits: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = messages.keys().map(String::as_str).filter(|m| fits(m)).collect();
    while let Some(name) = open.pop() {
        // Well-known types are written by hand.
        let is_generated = name.starts_with(".stream.") && !FRAMES.contains(&name);
        if is_generated && found.insert(name.to_owned()) {
            let fields = messages[name].field.iter();
            open.extend(
                fields.filter(|f| f.r#type() == Type::Message).map(FieldDescriptorProto::type_name),
            );
        }
    }
    found
}

fn read(code: &mut String, name: &str, message: &DescriptorProto) -> Result<(), Box<dyn Error>> {
    writeln!(code, "impl Read for {} {{", rust_path(name))?;
    writeln!(code, "fn read(&mut self, number: u32, value: Value<'_>) -> Option<()> {{")?;
    let whole = message.field.first().and_then(|field| oneof(name, message, field));
    if let (Some((place, _)), 1) = (whole, message.oneof_decl.len())
        && message.field.iter().all(|field| field.oneof_index.is_some())
    {
        // One place where the former value is dropped, instead of one for each field.
        writeln!(code, "{place} = Some(match number {{")?;
        for field in message.field.iter().filter(|f| !FRAMES.contains(&f.type_name())) {
            let (number, method) = (field.number(), method(field)?);
            let (_, variant) = oneof(name, message, field).unwrap_or_default();
            writeln!(code, "{number} => {variant}(value.{method}()?),")?;
        }
        writeln!(code, "_ => return Some(()) }}); Some(()) }} }}")?;
        return Ok(());
    }
    writeln!(code, "match number {{")?;
    for field in &message.field {
        let (number, method) = (field.number(), method(field)?);
        let place = format!("self.{}", rust_name(field.name()));
        let is_list = field.label() == Label::Repeated;
        match (oneof(name, message, field), field.r#type()) {
            (Some((place, variant)), _) => {
                writeln!(code, "{number} => {place} = Some({variant}(value.{method}()?)),")?;
            }
            (None, Type::Enum) if is_list => {
                writeln!(code, "{number} => value.int32s(&mut {place})?,")?;
            }
            (None, _) if is_list => {
                writeln!(code, "{number} => {place}.push(value.{method}()?),")?;
            }
            (None, Type::Message) => {
                writeln!(code, "{number} => value.merge_into({place}.get_or_insert_default())?,")?;
            }
            (None, _) => writeln!(code, "{number} => {place} = value.{method}()?,")?,
        }
    }
    writeln!(code, "_ => {{ let _ = value; }} }} Some(()) }} }}")?;
    Ok(())
}

fn write(code: &mut String, name: &str, message: &DescriptorProto) -> Result<(), Box<dyn Error>> {
    writeln!(code, "impl Write for {} {{", rust_path(name))?;
    writeln!(code, "fn write(&self, out: &mut Writer) {{ let _ = &out;")?;
    let mut fields: Vec<&FieldDescriptorProto> = message.field.iter().collect();
    fields.sort_by_key(|field| field.number());
    for field in fields {
        let (number, method) = (field.number(), method(field)?);
        let place = format!("self.{}", rust_name(field.name()));
        let is_list = field.label() == Label::Repeated;
        match (oneof(name, message, field), field.r#type()) {
            (Some((place, variant)), Type::Message) => {
                writeln!(
                    code,
                    "if let Some({variant}(v)) = &{place} {{ out.message({number}, v); }}"
                )?;
            }
            (Some((place, variant)), Type::Float) => {
                writeln!(
                    code,
                    "if let Some({variant}(v)) = &{place} {{ out.some_float({number}, *v); }}"
                )?;
            }
            (None, Type::Enum) if is_list => {
                writeln!(code, "out.int32s({number}, &{place});")?;
            }
            (None, Type::String) if is_list => {
                writeln!(code, "for v in &{place} {{ out.some_string({number}, v); }}")?;
            }
            (None, Type::Message) if is_list => {
                writeln!(code, "for v in &{place} {{ out.message({number}, v); }}")?;
            }
            (None, Type::Message) => {
                writeln!(code, "if let Some(v) = &{place} {{ out.message({number}, v); }}")?;
            }
            (None, Type::String) => writeln!(code, "out.string({number}, &{place});")?,
            (None, _) if !is_list => writeln!(code, "out.{method}({number}, {place});")?,
            _ => return Err(format!("{name}.{}: how is it written?", field.name()).into()),
        }
    }
    writeln!(code, "}} }}")?;
    Ok(())
}

/// The method of `Value` and `Writer` for the type of a field.
fn method(field: &FieldDescriptorProto) -> Result<&'static str, Box<dyn Error>> {
    Ok(match field.r#type() {
        Type::Double => "double",
        Type::Float => "float",
        Type::Uint64 => "uint64",
        Type::Uint32 => "uint32",
        Type::Int32 | Type::Enum => "int32",
        Type::Bool => "bool",
        Type::String => "string",
        Type::Message => "message",
        other => return Err(format!("{}: no code for {other:?}", field.name()).into()),
    })
}

/// For a field of a `oneof`: where that stands, and the variant for the field.
fn oneof(
    name: &str,
    message: &DescriptorProto,
    field: &FieldDescriptorProto,
) -> Option<(String, String)> {
    let index = usize::try_from(field.oneof_index?).ok()?;
    let oneof = message.oneof_decl.get(index)?.name();
    let (package, message) = name.rsplit_once('.')?;
    let variant = format!(
        "{}::{}::{}::{}",
        rust_module(package),
        message.to_snake_case(),
        oneof.to_upper_camel_case(),
        field.name().to_upper_camel_case()
    );
    Some((format!("self.{}", rust_name(oneof)), variant))
}

/// Names as prost makes them.
fn rust_path(name: &str) -> String {
    let (package, message) = name.rsplit_once('.').unwrap_or(("", name));
    format!("{}::{}", rust_module(package), message.to_upper_camel_case())
}

fn rust_module(package: &str) -> String {
    format!("crate::sfu::{}", package.rsplit('.').next().unwrap_or(package))
}

fn rust_name(field: &str) -> String {
    match field {
        "type" => "r#type".to_owned(),
        other => other.to_snake_case(),
    }
}
