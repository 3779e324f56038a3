// PyTorch on the processor, in a Python process of its own that obeys one line at a time.

import type { Contender } from "../peer.ts";
import { NotInstalledError } from "../peer.ts";

export const pytorch: Contender = {
  name: "pytorch",
  label: "PyTorch",
  backend: "cpu",
  async open() {
    throw new NotInstalledError("PyTorch is not installed (python3 cannot import torch)");
  },
};
