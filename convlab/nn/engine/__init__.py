"""The same mathematics as ``nn.layers``, fast.

Arrays lie batch last, as (H, C, W, N): whatever works on one number at a time then runs over long
contiguous rows, and a convolution is one batched matrix product without the full im2col. A batch
is cut into shards that depend on its size alone; each shard goes through the whole network on its
own, and the gradients are added in a fixed order, so that the number of threads changes no bit.
"""

from convlab.nn.engine.engine import PREDICTED_SHARD, Engine, training_shards

__all__ = ["PREDICTED_SHARD", "Engine", "training_shards"]
