using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>Shows that an adapter on disk is what was trained: it is loaded anew, as a stranger would, and scored on the rows that its run held out.</summary>
public static class AdapterReload
{
    private const int TokensPerBatch = 4096;

    /// <summary>Scores the adapter.</summary>
    /// <param name="specification">Of its run, with paths in place of names: what was held out follows from it.</param>
    /// <param name="adapterFolder">In PEFT layout.</param>
    /// <param name="threads">Processor threads.</param>
    /// <param name="cancellationToken">Looked at between batches.</param>
    /// <returns>Held-out loss in nats per learnt token, and the rows it is over.</returns>
    /// <exception cref="UserErrorException">Model, dataset or adapter is gone or damaged, or the run held nothing out.</exception>
    public static (double Loss, int Rows) HeldOutLoss(RunSpecification specification, string adapterFolder, int threads, CancellationToken cancellationToken)
    {
        TorchRuntime.Threads = threads;
        var rows = TrainingRows.Load(specification, Renderer.Load(specification.Model), cancellationToken);
        if (rows.HeldOut.Count == 0)
        {
            throw new UserErrorException("dataset.heldOutFraction", "The run held no rows out, so there is nothing to score the adapter on.");
        }

        using var model = CausalModel.Load(specification.Model, specification.Precision, quantization: specification.Quantization);
        using var adapter = AdapterSet.Load(adapterFolder, model.Linears);
        using var tuned = model.WithAdapter(adapter);
        return (HeldOutEvaluator.Loss(tuned, [.. rows.HeldOut.Select(row => row.Rendered)], TokensPerBatch, cancellationToken), rows.HeldOut.Count);
    }
}
