// Classes: a sample is a row, measured by classes/row.wgsl. Its elements have no label and no loss of their own.

const LABELLED = true;
const WEIGHTED = true;  // samples hold the weights of their classes

fn element_weights(start: u32, stride: u32, positive: vec4<bool>) -> vec4u {
  return read_weights(start, stride);
}

fn labels_of(labels: vec4u) -> Labels {
  return Labels();
}

fn losses_of(first: vec4u, second: vec4u) -> Losses {
  return Losses();
}
