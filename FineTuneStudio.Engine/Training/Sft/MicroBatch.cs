using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Sft;

/// <summary>Rows one after another as one forward pass takes them, and what is learnt of them.</summary>
internal sealed class MicroBatch : IDisposable
{
    /// <summary>Takes over the tensors.</summary>
    public MicroBatch(TokenBatch tokens, Tensor positions, Tensor targets, Tensor? weights)
    {
        Tokens = tokens;
        Positions = positions;
        Targets = targets;
        Weights = weights;
    }

    /// <summary>All tokens, a sequence for each row.</summary>
    public TokenBatch Tokens { get; }

    /// <summary>Tokens whose successor is learnt. <c>[n]</c>, Int64</summary>
    public Tensor Positions { get; }

    /// <summary>Those successors. <c>[n]</c>, Int64</summary>
    public Tensor Targets { get; }

    /// <summary>How much each counts; <see langword="null"/> where all count fully. <c>[n]</c>, fp32</summary>
    public Tensor? Weights { get; }

    /// <summary>Puts rows together.</summary>
    public static MicroBatch Of(IReadOnlyList<TrainingRow> rows, Device device = default)
    {
        var starts = new int[rows.Count + 1];
        var positions = new List<long>();
        var targets = new List<long>();
        var weights = new List<float>();
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            starts[index + 1] = starts[index] + row.Ids.Length;
            for (var token = 1; token < row.Ids.Length; token++)
            {
                if (row.Weights[token] > 0)
                {
                    positions.Add(starts[index] + token - 1);
                    targets.Add(row.Ids[token]);
                    weights.Add(row.Weights[token]);
                }
            }
        }

        using var scope = TensorScope.Enter();
        var ids = rows.SelectMany(row => row.Ids).ToArray();
        return new(
            TokenBatch.FromPacked(ids, starts, device),
            Tensor.From<long>([.. positions]).To(device).Own(),
            Tensor.From<long>([.. targets]).To(device).Own(),
            weights.TrueForAll(weight => weight == 1) ? null : Tensor.From<float>([.. weights]).To(device).Own());
    }

    /// <summary>Sum of the weights of what is learnt: what a mean loss is divided by.</summary>
    public static double WeightOf(IEnumerable<TrainingRow> rows) => rows.Sum(row => row.Weights.Skip(1).Sum(weight => (double)weight));

    /// <summary>What each row cost, from what its learnt tokens cost.</summary>
    /// <param name="rows">Those of a micro-batch, in their order.</param>
    /// <param name="tokenLosses">Of their learnt tokens, unweighted, in nats. <c>[n]</c></param>
    public static IEnumerable<RowLoss> RowLosses(IReadOnlyList<TrainingRow> rows, float[] tokenLosses)
    {
        var next = 0;
        foreach (var row in rows)
        {
            var (sum, mass) = (0.0, 0.0);
            foreach (var weight in row.Weights.Skip(1).Where(weight => weight > 0))
            {
                sum += weight * (double)tokenLosses[next++];
                mass += weight;
            }

            yield return new RowLoss(row.Number, (float)(sum / mass));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tokens.Dispose();
        Positions.Dispose();
        Targets.Dispose();
        Weights?.Dispose();
    }
}
