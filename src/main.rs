//! The `bellhop` program: reads the command line and hands over to [`bellhop::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    bellhop::cli::main()
}
