using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>Mean loss over the learnt tokens of rows that are not learnt from.</summary>
internal static class HeldOutEvaluator
{
    /// <summary>Scores the rows, in the same batches each time, without recording anything.</summary>
    /// <param name="model">With its adapter.</param>
    /// <param name="rows">At least one, each with a learnt token.</param>
    /// <param name="tokensPerBatch">About so many tokens in one forward pass.</param>
    /// <param name="activity">Told how many rows are scored.</param>
    /// <param name="cancellationToken">Looked at between batches.</param>
    /// <returns>Nats per learnt token.</returns>
    public static double Loss(CausalModel model, IReadOnlyList<TrainingRow> rows, int tokensPerBatch, ActivityReport activity, CancellationToken cancellationToken)
    {
        using var off = GradMode.Off();
        var (sum, scored) = (0.0, 0);
        activity.Begin(RunActivity.ScoringHeldOut, rows.Count);
        foreach (var rowsOfBatch in Batches(rows, tokensPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = TensorScope.Enter();
            using var batch = MicroBatch.Of(rowsOfBatch, model.Device);
            sum += SftLoss.Sum(model, batch).Item();
            activity.Count(scored += rowsOfBatch.Count);
        }

        return sum / MicroBatch.WeightOf(rows);
    }

    private static IEnumerable<List<TrainingRow>> Batches(IReadOnlyList<TrainingRow> rows, int tokensPerBatch)
    {
        var batch = new List<TrainingRow>();
        var tokens = 0;
        foreach (var row in rows)
        {
            if (batch.Count > 0 && tokens + row.Ids.Length > tokensPerBatch)
            {
                yield return batch;
                (batch, tokens) = ([], 0);
            }

            batch.Add(row);
            tokens += row.Ids.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
