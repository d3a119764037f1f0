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
    public void Factor_OfAReferenceCase_ClipsTheSame(string name)
    {
        using var scope = TensorScope.Enter();
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Golden("optimizers", "clipping.json")));
        var reference = json.RootElement.GetProperty("cases").EnumerateArray().Single(reference => reference.GetProperty("name").GetString() == name);
        var gradients = Lists(reference.GetProperty("gradients"));
        var limit = reference.GetProperty("max_norm") is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.PositiveInfinity;
        var norm = GradientNorm.Of([.. gradients.Select(gradient => Tensor.From<float>(gradient))]);
        Assert.Equal(reference.GetProperty("total_norm").GetDouble(), norm, 1e-6 * Math.Max(norm, 1e-6));
        var factor = GradientClipping.Factor(norm, limit);
        foreach (var (ours, theirs) in gradients.SelectMany(gradient => gradient).Zip(Lists(reference.GetProperty("clipped")).SelectMany(gradient => gradient)))
        {
            Assert.Equal(theirs, ours * factor, 2e-6 * Math.Abs(theirs));
        }
    }

    [Fact]
    public void Factor_WithoutALimit_ClipsNothing() => Assert.Equal(1, GradientClipping.Factor(1e9, 0));

    private static float[][] Lists(JsonElement lists)
        => [.. lists.EnumerateArray().Select(list => list.EnumerateArray().Select(value => value.GetSingle()).ToArray())];
}
