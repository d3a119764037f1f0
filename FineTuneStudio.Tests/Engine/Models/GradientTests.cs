using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Sft;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>Gradients of the mean loss, relative to each tensor's largest entry; more than 1e-4 is a fault, not rounding.</summary>
public sealed class GradientTests
{
    private const double Bar = 1e-4;

    public static TheoryData<string> Models => [.. GoldenModels.Traced, .. GoldenModels.TracedSparse];

    public static TheoryData<string, string> Adapters => GoldenModels.Adapters;

    [Theory]
    [MemberData(nameof(Models))]
    public void Backward_EveryWeightLearns_MatchesReference(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32, trainable: true);
        var reference = SafetensorsFile.Open(SharedData.Golden("models", name, "reference.safetensors"));
        var gradients = SafetensorsFile.Open(SharedData.Golden("models", name, "gradients.safetensors"));

        Backward(model, reference);

        Assert.Equal(gradients.Names.Order(), model.Parameters.Select(parameter => parameter.Key).Order());
        Assert.All(model.Parameters, parameter => AssertClose(parameter.Value, gradients, parameter.Key));
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void Backward_AdapterLearns_MatchesReference(string name, string kind)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", name, kind), model.Linears);
        adapter.SetTrainable(true);
        var reference = SafetensorsFile.Open(SharedData.Golden("models", name, kind, "reference.safetensors"));

        Backward(model.WithAdapter(adapter), reference);

        var names = adapter.Parameters.ToDictionary(parameter => GradientName(parameter.Key, adapter), parameter => parameter.Value);
        Assert.Equal(reference.Names.Where(key => key.StartsWith("grad.", StringComparison.Ordinal)).Order(), names.Keys.Order());
        Assert.All(names, pair => AssertClose(pair.Value, reference, pair.Key));
        Assert.All(model.Parameters, parameter => Assert.Null(parameter.Value.Grad));
    }

    [Fact]
    public void Backward_WithCheckpointing_GivesTheSameGradients()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "qwen3"), Precision.Fp32);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", "qwen3", "lora"), model.Linears);
        adapter.SetTrainable(true);
        using var view = model.WithAdapter(adapter);
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([[5, 6, 7, 8, 9], [10, 11, 12]]);

        Tensor[] Gradients(AttentionContext context)
        {
            view.Head.Logits(view.Hidden(batch, context)).LogSoftmax(-1).Select(1, 3).Sum().Backward();
            var gradients = adapter.Parameters.Select(parameter => parameter.Value.Grad!.Clone()).ToArray();
            foreach (var parameter in adapter.Parameters)
            {
                parameter.Value.Grad = null;
            }

            return gradients;
        }

        var plain = Gradients(new PackedAttentionContext(batch));
        var checkpointed = Gradients(new PackedAttentionContext(batch) { Checkpointing = true });

        Assert.All(plain.Zip(checkpointed), pair => Assert.True(pair.First.HasSameElements(pair.Second)));
    }

    [Fact]
    public void Backward_DropoutWithCheckpointing_DropsTheSameTwice()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);
        using var adapter = AdapterSet.Create(model.Linears, new LoraOptions { Rank = 4, Dropout = 0.5 }, seed: 3);
        adapter.SetTrainable(true);
        using var view = model.WithAdapter(adapter);
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([[5, 6, 7, 8, 9], [10, 11, 12]]);

        Tensor[] Gradients(bool checkpointing)
        {
            using var dropout = new RandomGenerator(7);
            view.Hidden(batch, new PackedAttentionContext(batch) { Dropout = dropout, Checkpointing = checkpointing }).Sum().Backward();
            var gradients = adapter.Parameters.Select(parameter => parameter.Value.Grad!.Clone()).ToArray();
            foreach (var parameter in adapter.Parameters)
            {
                parameter.Value.Grad = null;
            }

            return gradients;
        }

        var (plain, checkpointed) = (Gradients(false), Gradients(true));

        Assert.Contains(plain, gradient => gradient.Norm().Item() > 0);
        Assert.All(plain.Zip(checkpointed), pair => Assert.True(pair.First.HasSameElements(pair.Second)));
    }

    private static void Backward(CausalModel model, SafetensorsFile reference)
    {
        using var scope = TensorScope.Enter();
        using var batch = ReferenceBatch.Read(reference);
        (SftLoss.Sum(model, batch.Learning) / batch.LearntTokens).Backward();
    }

    // The reference names a gradient after the module in training, which for two kinds is not the saved name.
    private static string GradientName(string saved, AdapterSet adapter) => "grad." + (
        saved.EndsWith("lora_magnitude_vector", StringComparison.Ordinal) ? saved + ".weight"
        : adapter.SavedModules.Keys.FirstOrDefault(module => saved == $"base_model.model.{module}.weight") is { } module ? $"base_model.model.{module}.modules_to_save.weight"
        : saved);

    private static void AssertClose(Tensor parameter, SafetensorsFile reference, string name)
    {
        using var scope = TensorScope.Enter();
        var expected = reference.Get(name);
        var difference = (parameter.Grad! - expected).Abs().Max().Item() / expected.Abs().Max().Item();
        Assert.True(difference < Bar, $"{name}: {difference:E2}");
    }
}
