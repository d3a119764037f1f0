using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>How evenly a pass's tokens use the experts, as a loss: <c>E sum_e f_e P_e</c>, least where all are used alike.</summary>
/// <remarks>
/// Fedus et al. 2021, arXiv 2101.03961; tokens of all layers are pooled, as in transformers. f_e is the share of tokens that chose e, P_e the
/// mean of its softmax. f is known only after the whole pass, and counts as a constant: the gradient enters each layer at its own place, and
/// <see cref="Close"/> says how large it is.
/// </remarks>
public sealed class LoadBalance : IDisposable
{
    private Tensor? _slope;
    private double[] _mass = [];
    private double[] _counts = [];
    private double _tokens;
    private bool _isClosed;

    /// <summary>Ends the forward pass: computes the loss, and from now on backward passes add its gradient.</summary>
    /// <param name="factor">Factor of this loss in what is differentiated; what other losses are divided by has no part in it.</param>
    /// <returns>The loss, without the factor. 0 where the model has no experts.</returns>
    public double Close(double factor)
    {
        _isClosed = true;
        if (_slope is null)
        {
            return 0;
        }

        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        var scale = _mass.Length / (_tokens * _tokens);
        _slope.CopyFrom(Tensor.From<float>([.. _counts.Select(count => (float)(factor * scale * count))]));
        return scale * _mass.Zip(_counts, (mass, count) => mass * count).Sum();
    }

    /// <inheritdoc/>
    public void Dispose() => _slope?.Dispose();

    /// <summary>Counts a layer's choice, unless the pass is a repetition for the backward pass, and lets its gradient in.</summary>
    /// <param name="output">The layer's output. <c>[N, D]</c></param>
    /// <param name="choice">What its router chose.</param>
    /// <returns>The output.</returns>
    internal Tensor Observe(Tensor output, ExpertChoice choice)
    {
        var mass = choice.Logits.Softmax(-1).Sum(0);
        if (!_isClosed)
        {
            Count(mass, choice);
        }

        return SideGradient.Apply(output, mass, _slope!);
    }

    private void Count(Tensor mass, ExpertChoice choice)
    {
        var experts = (int)mass.Size(0);
        if (_slope is null)
        {
            _slope = Tensor.Zeros([experts], DType.Float32, mass.Device).Own();
            (_mass, _counts) = (new double[experts], new double[experts]);
        }

        _tokens += choice.Ids.Size(0);
        var (own, ids) = (mass.ToArray<float>(), choice.Ids.ToArray<long>());
        for (var expert = 0; expert < experts; expert++)
        {
            _mass[expert] += own[expert];
        }

        foreach (var id in ids)
        {
            _counts[id]++;
        }
    }
}
