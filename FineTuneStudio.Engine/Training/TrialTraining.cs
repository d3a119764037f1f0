using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training;

/// <summary>A model, with random weights unless it is given, an adapter and random rows, trained by the very step that runs train by: to measure, without data.</summary>
public sealed class TrialTraining : IDisposable
{
    private readonly CausalModel _base;
    private readonly CausalModel _model;
    private readonly AdapterSet _adapter;
    private readonly Optimizer _optimizer;
    private readonly TrainingStep _step;
    private readonly TrainingRow[] _rows;
    private readonly bool _ownsBase;

    /// <summary>Makes the model and the rows.</summary>
    /// <param name="config">The network.</param>
    /// <param name="lora">Stands beside every linear but the head unless it says otherwise.</param>
    /// <param name="optimizer">The kind and its figures.</param>
    /// <param name="sequences">Rows of a step.</param>
    /// <param name="length">Tokens of each row; all are learnt but the first.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="packed">Few bits for the frozen linears and experts, or <see langword="null"/>.</param>
    public TrialTraining(ModelConfig config, LoraOptions lora, OptimizerOptions optimizer, int sequences, int length, Device device = default, PackedFormat? packed = null)
        : this(CausalModel.Create(config, seed: 1, Precision.Bf16, device, packed: packed), lora, optimizer, sequences, length)
    {
        _ownsBase = true;
    }

    /// <summary>Makes an adapter beside a model that is there, and the rows.</summary>
    /// <param name="frozen">Stays its owner's.</param>
    /// <param name="lora">As above.</param>
    /// <param name="optimizer">As above.</param>
    /// <param name="sequences">As above.</param>
    /// <param name="length">As above.</param>
    internal TrialTraining(CausalModel frozen, LoraOptions lora, OptimizerOptions optimizer, int sequences, int length)
    {
        _base = frozen;
        _adapter = AdapterSet.Create(_base.Linears, lora, seed: 2, _base.Device, _base.WeightOf);
        _adapter.SetTrainable(true);
        _model = _base.WithAdapter(_adapter);
        _optimizer = Optimizer.Create(_adapter.Parameters, optimizer);
        _step = new TrainingStep(_model, _adapter.Parameters, _optimizer, lossScale: null, optimizer.ClipNorm, checkpointing: false);

        var random = new Random(3);
        _rows = new TrainingRow[sequences];
        for (var row = 0; row < sequences; row++)
        {
            var weights = new float[length];
            weights.AsSpan(1).Fill(1);
            _rows[row] = new TrainingRow(row, row + 1, [.. Enumerable.Range(0, length).Select(_ => random.Next(_base.Config.VocabularySize))], weights, Cut: false);
        }
    }

    /// <summary>Weights that every token is multiplied with: all linears and the head.</summary>
    public long ProductParameters => _base.Linears.Sum(linear => linear.Inputs * linear.Outputs);

    /// <summary>Tokens of a step.</summary>
    public int Tokens => _rows.Sum(row => row.Ids.Length);

    /// <summary>Linears by shape, with their number.</summary>
    public IReadOnlyList<(long Outputs, long Inputs, int Count)> Shapes =>
        [.. _base.Linears.GroupBy(linear => (linear.Outputs, linear.Inputs)).Select(group => (group.Key.Outputs, group.Key.Inputs, group.Count()))];

    /// <summary>Bytes of the optimizer's state.</summary>
    public long OptimizerBytes => _optimizer.State.Sum(pair => pair.Value.Bytes);

    /// <summary>One step.</summary>
    /// <returns>Where its time went.</returns>
    public StepSeconds Run() => _step.Run([_rows], learningRate: 1e-4, dropout: _ => null, CancellationToken.None).Seconds;

    /// <summary>A pass of a few tokens without gradients, as answers take.</summary>
    /// <param name="tokens">How many.</param>
    public void Pass(int tokens)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([_rows[0].Ids[..tokens]]);
        _model.Hidden(batch, new PackedAttentionContext(batch));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
        _adapter.Dispose();
        if (_ownsBase)
        {
            _base.Dispose();
        }
    }
}
