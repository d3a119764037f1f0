using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Finds the mildest single change with which a run fits into memory.</summary>
public static class MemoryFitter
{
    private const int LeastContext = 128;

    /// <summary>Tries smaller batches (with more accumulation, so that nothing else changes), then recomputing, then frozen weights in few bits, then shorter contexts.</summary>
    /// <param name="specification">Model is a path.</param>
    /// <param name="estimate">What the run takes as it is; measured memory scales what is tried.</param>
    /// <param name="limitBytes">Memory that there is.</param>
    /// <param name="shapes">Remembers what was read of models; <see langword="null"/> reads anew.</param>
    /// <returns><see langword="null"/> where it fits already, or where no single change is enough.</returns>
    public static MemoryFit? Find(RunSpecification specification, RunEstimate estimate, long limitBytes, ModelShapes? shapes = null)
    {
        if (estimate.MemoryBytes <= limitBytes)
        {
            return null;
        }

        var memory = (shapes ?? new ModelShapes()).Of(specification.Model).Memory.Value;
        long BytesOf(RunSpecification candidate) => memory.Parts(candidate, candidate.Batch.ContextLength).Sum(part => part.Bytes);

        var scale = (double)estimate.MemoryBytes / BytesOf(specification);
        foreach (var (candidate, change, cost) in Candidates(specification))
        {
            var bytes = (long)(BytesOf(candidate) * scale);
            if (bytes <= limitBytes)
            {
                return new MemoryFit(change, cost, bytes, candidate.Batch, candidate.GradientCheckpointing, candidate.Quantization);
            }
        }

        return null;
    }

    private static IEnumerable<(RunSpecification Candidate, string Change, string Cost)> Candidates(RunSpecification specification)
    {
        var batch = specification.Batch;
        for (var rows = batch.Rows / 2; rows >= 1; rows /= 2)
        {
            var accumulation = (batch.Rows * batch.Accumulation + rows - 1) / rows;
            yield return (specification with { Batch = batch with { Rows = rows, Accumulation = accumulation } },
                $"batch {batch.Rows} → {rows}, accumulation {batch.Accumulation} → {accumulation}", "The same steps, in smaller passes.");
        }

        if (!specification.GradientCheckpointing)
        {
            yield return (specification with { GradientCheckpointing = true }, "gradient checkpointing on", "The same result, about a third slower.");
        }

        if (specification.Quantization == Quantization.None && specification.Lora is not null)
        {
            yield return (specification with { Quantization = Quantization.Nf4Double }, "frozen weights in 4 bits", "Steps take longer, and answers lose a little.");
        }

        for (var context = batch.ContextLength / 2; context >= LeastContext; context /= 2)
        {
            yield return (specification with { Batch = batch with { ContextLength = context } },
                $"context {batch.ContextLength} → {context}", "Longer conversations are cut.");
        }
    }
}
