#!/bin/bash
# A bulk run as a Slurm job array, with a task of some cores for each shard.
#
#   fcfi bulk plan objects.jsonl -o /shared/run1 --shards 100
#   sbatch --array=0-99 examples/bulk/slurm.sh /shared/run1
#   fcfi bulk status /shared/run1        # lists the missing shards for --array
#   fcfi bulk merge /shared/run1 -o masks.parquet
#
# A task that is stopped, or whose node is lost, is queued again and resumes.
#SBATCH --job-name=fcfi-bulk
#SBATCH --cpus-per-task=8
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --output=fcfi-bulk-%A_%a.log
set -eu
# fcfi reads the shard from SLURM_ARRAY_TASK_ID.
exec fcfi bulk run "$1" --workers "${SLURM_CPUS_PER_TASK:-1}"
