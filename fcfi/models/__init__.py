"""The method in PyTorch: backbones, heads, the two feedback modules, checkpoints, export."""
