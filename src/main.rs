//! The `bellhop` program: reads the command line and hands over to [`bellhop::cli`].

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    bellhop::cli::main()
}
