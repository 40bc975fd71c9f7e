"""Running the nonzero weights alone. In reading order:

one       csr, kernels                    the textbook format, and two loops over it
two       blocked_csr, slabs, blocks      the formats that panels are multiplied with
          stages                          a network as products, and what is done with them
          choice, measure                 which format a layer takes; what it costs on this machine
          memory                          where activations and weights lie
          microkernels, llvm              the innermost loops, and the vectors they consist of
          panels                          the plan for 64 samples side by side, and its loops
three     sliced, one_sample              the same for one sample alone; may be skipped
four      engine, compressed, workers     all of it together; the network at rest; threads
beside    bitmask, nm                     formats to keep weights in
"""
