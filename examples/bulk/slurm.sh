#!/bin/bash
# A bulk run as a job array of Slurm: a task a shard, some cores each.
#
#   fcfi bulk plan objects.jsonl -o /shared/run1 --shards 100
#   sbatch --array=0-99 examples/bulk/slurm.sh /shared/run1
#   fcfi bulk status /shared/run1        # names the shards that are missing, ready for --array
#   fcfi bulk merge /shared/run1 -o masks.parquet
#
# A task that is stopped, or whose node is lost, is put into the queue again and resumes.
#SBATCH --job-name=fcfi-bulk
#SBATCH --cpus-per-task=8
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --output=fcfi-bulk-%A_%a.log
set -eu
# The shard is SLURM_ARRAY_TASK_ID, which fcfi reads itself.
exec fcfi bulk run "$1" --workers "${SLURM_CPUS_PER_TASK:-1}"
