using System.Text;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Commands.Benches;

/// <summary>A model with random weights, a LoRA adapter of rank 16 on every linear but the head, and the step that trains it.</summary>
internal sealed class TrainStep : IDisposable
{
    private readonly CausalModel _base;
    private readonly CausalModel _model;
    private readonly AdapterSet _adapter;
    private readonly TokenBatch _batch;
    private readonly Tensor _learnt;
    private readonly Tensor _targets;
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _firstMoments;
    private readonly Tensor[] _secondMoments;
    private int _steps;

    public TrainStep(TrainShape shape)
    {
        var config = ModelConfigFile.Parse(Encoding.UTF8.GetBytes(shape.Configuration), "bench");
        _base = CausalModel.Create(config, seed: 1, Precision.Bf16);
        _adapter = AdapterSet.Create(_base.Linears, new LoraOptions { Rank = 16, Alpha = 32, Dropout = 0 }, seed: 2);
        _adapter.SetTrainable(true);
        _model = _base.WithAdapter(_adapter);
        _parameters = [.. _adapter.Parameters.Select(pair => pair.Value)];
        _firstMoments = [.. _parameters.Select(parameter => Tensor.ZerosLike(parameter.Detach()).Own())];
        _secondMoments = [.. _parameters.Select(parameter => Tensor.ZerosLike(parameter.Detach()).Own())];

        var random = new Random(3);
        var rows = Enumerable.Range(0, shape.Sequences)
            .Select(_ => Enumerable.Range(0, shape.Length).Select(_ => random.Next(config.VocabularySize)).ToArray())
            .ToArray();
        _batch = TokenBatch.FromSequences(rows);
        _learnt = Tensor.From<long>([.. rows.SelectMany((row, index) => Enumerable.Range(index * shape.Length, row.Length - 1).Select(token => (long)token))]);
        _targets = Tensor.From<long>([.. rows.SelectMany(row => row.Skip(1).Select(id => (long)id))]);
    }

    /// <summary>Weights that every token is multiplied with: all linears and the head.</summary>
    public long ProductParameters => _base.Linears.Sum(linear => linear.Inputs * linear.Outputs);

    /// <summary>Tokens of a step.</summary>
    public int Tokens => _batch.Tokens;

    /// <summary>Linears by shape, with their number.</summary>
    public IReadOnlyList<(long Outputs, long Inputs, int Count)> Shapes =>
        [.. _base.Linears.GroupBy(linear => (linear.Outputs, linear.Inputs)).Select(group => (group.Key.Outputs, group.Key.Inputs, group.Count()))];

    /// <summary>One forward and backward pass and one update.</summary>
    /// <returns>Mean loss, and the seconds of the three parts.</returns>
    public (double Loss, double Forward, double Backward, double Update) Run()
    {
        using var scope = TensorScope.Enter();
        var start = TimeProvider.System.GetTimestamp();
        double Lap()
        {
            var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            start = TimeProvider.System.GetTimestamp();
            return seconds;
        }

        var hidden = _model.Hidden(_batch, new PackedAttentionContext(_batch)).IndexSelect(0, _learnt);
        var loss = _model.Head.Loss(hidden, _targets) / _targets.ElementCount;
        var forward = Lap();
        loss.Backward();
        var backward = Lap();
        Tensor[] gradients = [.. _parameters.Select(parameter => parameter.Grad!)];
        var norm = GradientNorm.Of(gradients);
        AdamWStep.Apply(_parameters, gradients, _firstMoments, _secondMoments, ++_steps, 1e-4, 0.9, 0.999, 1e-8, 0.01, Math.Min(1, 1 / norm));
        foreach (var parameter in _parameters)
        {
            parameter.Grad = null;
        }

        return (loss.Item(), forward, backward, Lap());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _firstMoments.Concat(_secondMoments))
        {
            tensor.Dispose();
        }

        _learnt.Dispose();
        _targets.Dispose();
        _batch.Dispose();
        _model.Dispose();
        _adapter.Dispose();
        _base.Dispose();
    }
}
