using System.Text.Json;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Optimizers;

/// <summary>PyTorch's clipping by the Euclidean norm, where a run goes on; docs/log.md lists the cases that end a run or are not offered.</summary>
public sealed class GoldenClippingTests
{
    [Theory]
    [InlineData("above")]
    [InlineData("below")]
    [InlineData("just-at")]
    [InlineData("one-tensor")]
    [InlineData("zeros")]
    [InlineData("max-infinite")]
    [InlineData("tiny")]
    [InlineData("nothing")]
    [InlineData("bfloat16")]
    public void Factor_OfAReferenceCase_ClipsTheSame(string name)
    {
        using var scope = TensorScope.Enter();
        var reference = Case(name);
        var gradients = Lists(reference.GetProperty("gradients"));
        var type = name == "bfloat16" ? DType.BFloat16 : DType.Float32;
        var tolerance = 2 * reference.GetProperty("relativeTolerance").GetDouble();
        var limit = reference.GetProperty("max_norm") is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.PositiveInfinity;
        var norm = GradientNorm.Of([.. gradients.Select(gradient => Tensor.From<float>(gradient).To(type))]);
        Assert.Equal(reference.GetProperty("total_norm").GetDouble(), norm, tolerance * Math.Max(norm, 1e-6));
        var factor = GradientClipping.Factor(norm, limit);
        foreach (var (ours, theirs) in gradients.SelectMany(gradient => gradient).Zip(Lists(reference.GetProperty("clipped")).SelectMany(gradient => gradient)))
        {
            Assert.Equal(theirs, ours * factor, tolerance * Math.Abs(theirs));
        }
    }

    [Theory]
    [InlineData("infinity-strict")]
    [InlineData("nan-strict")]
    [InlineData("infinity")]
    [InlineData("nan")]
    [InlineData("huge")]
    public void Norm_NotFinite_IsNoNumberAndEndsTheRun(string name)
    {
        // The strict cases throw in the reference; where it goes on with zeros and NaN, a run here ends before the weights change.
        using var scope = TensorScope.Enter();
        var gradients = Lists(Case(name).GetProperty("gradients"));

        Assert.False(double.IsFinite(GradientNorm.Of([.. gradients.Select(gradient => Tensor.From<float>(gradient))])));
    }

    [Fact]
    public void Factor_WithoutALimit_ClipsNothing() => Assert.Equal(1, GradientClipping.Factor(1e9, 0));

    private static JsonElement Case(string name)
        => JsonDocument.Parse(File.ReadAllText(SharedData.Golden("optimizers", "clipping.json"))).RootElement.GetProperty("cases").EnumerateArray()
            .Single(reference => reference.GetProperty("name").GetString() == name);

    private static float[][] Lists(JsonElement lists) => [.. lists.EnumerateArray().Select(list => list.EnumerateArray().Select(Number).ToArray())];

    private static float Number(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetSingle()
        : value.GetString() switch { "inf" => float.PositiveInfinity, "-inf" => float.NegativeInfinity, _ => float.NaN };
}
