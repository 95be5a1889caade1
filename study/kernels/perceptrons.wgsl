// Many perceptrons of one form in a dispatch: a network is a part ("split") of the inner dimension, whose result stands apart. Sizes:
// depth: blocks of the inner dimension of a network; left_stride: networks; right_stride: vec4s of a row of inputs; rows: samples; units: outputs.
// A constant input and a constant hidden unit stand for the biases.
const HIDDEN = 32u;
const HIDDEN_BLOCKS = HIDDEN / 4u;
const OUTPUTS = 16u; // with padding

struct Place { network: u32, block: u32 }
fn place_of(k: u32) -> Place { return Place(k / sizes.depth, k % sizes.depth); }

/// Where the weights of a network start, [HIDDEN, inputs] and then [OUTPUTS, HIDDEN], in vec4s.
fn first_weights(network: u32) -> u32 { return network * HIDDEN * (sizes.right_stride + OUTPUTS / 4u); }
fn last_weights(network: u32) -> u32 { return first_weights(network) + HIDDEN * sizes.right_stride; }
