"""The method in PyTorch: backbones, heads, the paper's two feedback modules, checkpoints and export."""
