// Rows that one workgroup has as a whole.

fn scan_row(row: u32, position: u32, factor: f32, rates: Rates, lane: u32) -> Scan {
  return scan_of(scan_online(row * settings.width, position, factor, rates, lane));
}
