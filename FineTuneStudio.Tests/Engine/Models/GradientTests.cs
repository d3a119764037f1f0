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

    public static TheoryData<string> Mixtures => [.. GoldenModels.Sparse];

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

    [Theory]
    [MemberData(nameof(Mixtures))]
    public void Backward_GivenExperts_ReachesTheRouters(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32, trainable: true);
        var reference = SafetensorsFile.Open(SharedData.Golden("models", name, "replay.safetensors"));
        using var scope = TensorScope.Enter();
        using var batch = ReferenceBatch.Read(reference);
        var context = new PackedAttentionContext(batch.Tokens) { RoutingGiven = new RouterComparison(reference, batch, model.Config.Experts).Given };

        (SftLoss.OfHidden(model, model.Hidden(batch.Tokens, context), batch.Learning) / batch.LearntTokens).Backward();

        // The reference has Mixtral's router under its name in newer classes.
        var parameters = model.Parameters.ToDictionary(
            parameter => "grad." + parameter.Key.Replace("block_sparse_moe", "mlp", StringComparison.Ordinal), parameter => parameter.Value);
        var routers = reference.Names.Where(key => key.StartsWith("grad.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(routers);
        Assert.All(routers, router => AssertClose(parameters[router], reference, router));
    }

    [Theory]
    [InlineData("qwen3_moe", "lora_experts")]
    [InlineData("deepseek_v3", "lora")]
    public void Backward_ExpertsWithCheckpointing_GivesTheSameGradients(string name, string kind)
        => AssertCheckpointingChangesNothing(name, kind);

    [Fact]
    public void Backward_WithCheckpointing_GivesTheSameGradients() => AssertCheckpointingChangesNothing("qwen3", "lora");

    private static void AssertCheckpointingChangesNothing(string name, string kind)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", name, kind), model.Linears);
        adapter.SetTrainable(true);
        using var view = model.WithAdapter(adapter);
        using var scope = TensorScope.Enter();

        // More rows than are decoded at a time: products with and without gradient are then the same.
        using var batch = TokenBatch.FromSequences([[.. Enumerable.Range(5, 30)], [10, 11, 12, 13, 14]]);

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

        // An expert that no token went to has zeros, here as there.
        var largest = expected.Abs().Max().Item();
        var difference = (parameter.Grad! - expected).Abs().Max().Item() / (largest == 0 ? 1 : largest);
        Assert.True(difference < Bar, $"{name}: {difference:E2}");
    }
}
