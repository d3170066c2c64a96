//! The `bellhop` program: reads the command line and hands over to [`bellhop::cli`].

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bellhop::cli::main()
}
