//! Tells Cargo when the binary is out of date: it holds the built web pages and the migrations.

fn main() {
    // A folder that is not there would count as changed at every build; an empty one holds no pages.
    if let Err(error) = std::fs::create_dir_all("web/dist") {
        println!("cargo:warning=web/dist cannot be made: {error}");
    }
    println!("cargo:rerun-if-changed=web/dist");
    println!("cargo:rerun-if-changed=migrations");
}
