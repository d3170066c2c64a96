//! The samples of a soak as a table (`soak.csv`) and as a picture (`soak.svg`).

use std::{fmt::Write as _, fs, path::Path};

use super::Sample;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 300.0;
/// Room for the numbers beside the axes.
const MARGIN: f64 = 60.0;

/// Writes both into a folder.
pub fn write(folder: &Path, samples: &[Sample], came: usize, posted: usize) {
    let mut table = String::from("seconds,pss_bytes,sessions\n");
    for sample in samples {
        writeln!(table, "{:.1},{},{}", sample.at.as_secs_f64(), sample.pss_bytes, sample.sessions).unwrap();
    }
    fs::write(folder.join("soak.csv"), table).expect("the folder takes a file");
    fs::write(folder.join("soak.svg"), picture(samples, came, posted)).expect("the folder takes a file");
}

fn picture(samples: &[Sample], came: usize, posted: usize) -> String {
    let seconds = samples.last().map_or(1.0, |sample| sample.at.as_secs_f64().max(1.0));
    let mebibytes = |sample: &Sample| sample.pss_bytes as f64 / f64::from(1 << 20);
    let top = samples.iter().map(mebibytes).fold(10.0, f64::max) * 1.2;
    let x = |sample: &Sample| MARGIN + sample.at.as_secs_f64() / seconds * (WIDTH - 2.0 * MARGIN);
    let y = |value: f64| HEIGHT - MARGIN - value / top * (HEIGHT - 2.0 * MARGIN);
    let points: Vec<String> = samples.iter().map(|s| format!("{:.1},{:.1}", x(s), y(mebibytes(s)))).collect();
    let (left, right, foot) = (MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{left}\" y=\"24\">Memory of the process (PSS): {came} sessions came and went, {posted} events</text>\n"
    );
    for part in 0..=4 {
        let value = top * f64::from(part) / 4.0;
        let (at, label) = (y(value), left - 8.0);
        writeln!(svg, "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#ddd\"/>").unwrap();
        writeln!(svg, "<text x=\"{label}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0} MiB</text>", at + 4.0).unwrap();
    }
    let under = foot + 20.0;
    writeln!(svg, "<text x=\"{left}\" y=\"{under}\">0</text>").unwrap();
    writeln!(svg, "<text x=\"{right}\" y=\"{under}\" text-anchor=\"end\">{seconds:.0} s</text>").unwrap();
    writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#1a5fb4\" stroke-width=\"2\"/>", points.join(" "))
        .unwrap();
    svg + "</svg>\n"
}
