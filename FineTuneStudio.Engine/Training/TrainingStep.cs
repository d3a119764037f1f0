using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training;

/// <summary>One optimizer step: loss and gradients of its micro-batches, norm, clipping, update.</summary>
internal sealed class TrainingStep
{
    private readonly CausalModel _model;
    private readonly WeightUpdate _update;
    private readonly LossScale? _lossScale;
    private readonly bool _checkpointing;
    private double _balance;
    private double _forward;
    private double _backward;

    /// <summary>Takes what it moves; all of it stays its owner's.</summary>
    /// <param name="model">With its adapter, where one learns.</param>
    /// <param name="parameters">What learns, by name.</param>
    /// <param name="optimizer">Over these parameters.</param>
    /// <param name="lossScale">For gradients in fp16; <see langword="null"/> otherwise.</param>
    /// <param name="clipNorm">Longest gradient; 0 clips nothing.</param>
    /// <param name="checkpointing">Recompute layers in the backward pass.</param>
    public TrainingStep(
        CausalModel model, IReadOnlyList<KeyValuePair<string, Tensor>> parameters, Optimizer optimizer, LossScale? lossScale, double clipNorm, bool checkpointing)
    {
        _model = model;
        _update = new WeightUpdate(parameters, optimizer, lossScale, clipNorm);
        _lossScale = lossScale;
        _checkpointing = checkpointing;
    }

    /// <summary>Factor on the balance of experts in what is learnt; 0 leaves it out.</summary>
    public double BalanceWeight { get; init; }

    /// <summary>Learns from rows.</summary>
    /// <param name="microBatches">Rows of each forward pass; at least one learnt token in each.</param>
    /// <param name="learningRate">The schedule's rate.</param>
    /// <param name="dropout">A micro-batch's random stream, by its number; disposed after it. <see langword="null"/> drops nothing.</param>
    /// <param name="cancellationToken">Looked at between micro-batches; the weights are then those of before.</param>
    public StepOutcome Run(
        IReadOnlyList<TrainingRow[]> microBatches, double learningRate, Func<int, RandomGenerator?> dropout, CancellationToken cancellationToken)
    {
        using var scope = TensorScope.Enter();
        (_balance, _forward, _backward) = (0, 0, 0);
        try
        {
            // Each micro-batch's share is of the learnt tokens of the whole step, so 8 x 1 equals 1 x 8. How evenly experts are used is a mean over
            // tokens, and counts by the micro-batch's share of all of these.
            var weight = MicroBatch.WeightOf(microBatches.SelectMany(rows => rows));
            var tokens = (double)microBatches.Sum(TokensOf);
            var loss = 0.0;
            var rowLosses = new List<RowLoss>();
            for (var index = 0; index < microBatches.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var stream = dropout(index);
                loss += Gather(microBatches[index], weight, TokensOf(microBatches[index]) / tokens, stream, rowLosses);
            }

            var start = TimeProvider.System.GetTimestamp();
            var (norm, end) = _update.Apply(loss, learningRate);
            return new(loss, norm, end, rowLosses, new(_forward, _backward, TimeProvider.System.GetElapsedTime(start).TotalSeconds))
            {
                ExpertBalance = BalanceWeight > 0 ? _balance : null,
            };
        }
        finally
        {
            _update.Clear();
        }
    }

    private static long TokensOf(TrainingRow[] rows) => rows.Sum(row => (long)row.Ids.Length);

    private double Gather(TrainingRow[] rows, double weight, double share, RandomGenerator? dropout, List<RowLoss> rowLosses)
    {
        using var scope = TensorScope.Enter();
        var start = TimeProvider.System.GetTimestamp();
        using var batch = MicroBatch.Of(rows, _model.Device);
        using var balance = BalanceWeight > 0 ? new LoadBalance() : null;
        var tokenLosses = Tensor.Empty([batch.Positions.Size(0)], DType.Float32, _model.Device);
        var loss = SftLoss.Sum(_model, batch, dropout, _checkpointing, tokenLosses, balance) / weight;
        _balance += share * (balance?.Close(BalanceWeight * share * (_lossScale?.Value ?? 1)) ?? 0);
        var middle = TimeProvider.System.GetTimestamp();
        (_lossScale is null ? loss : loss * _lossScale.Value).Backward();
        var value = loss.Item();
        rowLosses.AddRange(MicroBatch.RowLosses(rows, tokenLosses.ToArray<float>()));
        _forward += TimeProvider.System.GetElapsedTime(start, middle).TotalSeconds;
        _backward += TimeProvider.System.GetElapsedTime(middle).TotalSeconds;
        return value;
    }
}
