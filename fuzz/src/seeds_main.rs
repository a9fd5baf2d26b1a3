//! Writes what libFuzzer starts from: `corpus/TARGET/*` and `corpus/TARGET.dict`.

use std::{fs, path::Path};

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, _) in fuzz::TARGETS {
        let folder = corpus.join(name);
        fs::create_dir_all(&folder)?;
        let seeds = fuzz::seeds::of(name);
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed)?;
        }
        let quoted = |word: &&str| word.bytes().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
        let words: String = fuzz::seeds::dictionary(name).iter().map(|word| format!("\"{}\"\n", quoted(word))).collect();
        fs::write(corpus.join(format!("{name}.dict")), words)?;
        println!("{name}: {} seeds", seeds.len());
    }
    Ok(())
}
