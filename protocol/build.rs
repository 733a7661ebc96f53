//! Compiles our `.proto` files without a system `protoc`.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

const FILES: [&str; 3] = ["models.proto", "signal.proto", "events.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let descriptors = protox::compile(FILES, ["proto"])?;
    let encoded = descriptors.encode_to_vec();
    fs::write(out.join("descriptors.bin"), &encoded)?;

    prost_build::Config::new()
        .compile_well_known_types()
        // Boxes would be in the way of everybody who reads or writes them.
        .enum_attribute(".", "#[allow(clippy::large_enum_variant)]")
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
