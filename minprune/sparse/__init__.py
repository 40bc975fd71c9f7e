"""Running the nonzero weights alone. In reading order:

csr, kernels                     the textbook format, and two loops over it
nm, bitmask                      two more formats, to store weights in
blocked_csr, blocks, sliced      the formats that the engine multiplies with
microkernels                     its innermost loops; llvm: the vectors that they are written in
stages                           a network as products, with what can be done along with them
plan                             which format each takes, and where all activations lie
steps                            the loops that carry out a plan
engine                           all of it together; compressed: the network at rest
workers                          threads that wait for work
"""
