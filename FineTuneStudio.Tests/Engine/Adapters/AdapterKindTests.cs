using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Adapters;

/// <summary>Adapters with magnitudes (DoRA) and adapters that begin with the principal part of the weights (PiSSA).</summary>
public sealed class AdapterKindTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CausalModel _model = CausalModel.Load(SharedData.Golden("models", "qwen3"), Precision.Fp32);

    public static TheoryData<bool, bool, bool> Kinds => new()
    {
        { true, false, false }, { false, true, false }, { false, true, true }, { true, true, false },
    };

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Merge_WithMagnitudes_IsTheMagnitudeTimesTheDirection()
    {
        using var scope = TensorScope.Enter();
        var weight = Matrix(3, 4, 0, 2);
        var magnitudes = LoraAdapter.MagnitudesOf(weight);
        using var adapter = new LoraAdapter("q_proj", Matrix(1, 0, 0, 1), Matrix(1, 0, 0, 1), alpha: 2, rankStabilised: false, dropout: 0, magnitudes);

        var merged = adapter.Merge(weight).Reshape(-1).ToArray<double>();
        var applied = adapter.Apply(Matrix(1, 0, 0, 1), weight, bias: null, dropout: null).Transpose(0, 1).Reshape(-1).ToArray<double>();

        Assert.Equal([5, 2], magnitudes.ToArray<double>(), Close);
        Assert.Equal([5 * 4 / 5.656854, 5 * 4 / 5.656854, 0, 2], merged, Close);
        Assert.Equal(merged, applied, Close);
    }

    [Fact]
    public void Apply_AfterAWriteIntoThePair_TakesTheNormsAnew()
    {
        using var scope = TensorScope.Enter();
        var weight = Matrix(3, 4, 0, 2);
        using var adapter = new LoraAdapter("q_proj", Matrix(1, 0, 0, 1), Matrix(0, 0, 0, 0), alpha: 2, rankStabilised: false, dropout: 0, LoraAdapter.MagnitudesOf(weight));
        var x = Matrix(1, 0, 0, 1);
        adapter.Apply(x, weight, bias: null, dropout: null);

        adapter.B.AddInPlace(Matrix(1, 2, 3, 4));

        Assert.Equal(
            adapter.Merge(weight).Transpose(0, 1).Reshape(-1).ToArray<double>(), adapter.Apply(x, weight, bias: null, dropout: null).Reshape(-1).ToArray<double>(), Close);
    }

    [Fact]
    public void Apply_PairThatIsTakenOffItsStart_IsPissaOnTheRestOfTheWeight()
    {
        using var scope = TensorScope.Enter();
        using var generator = new RandomGenerator(4);
        Tensor Random(params long[] shape) => Tensor.Empty(shape, DType.Float32).FillNormal(0, 1, generator);
        var (weight, x, direction) = (Random(6, 5), Random(40, 5), Random(40, 6));
        var (a, b) = PrincipalPart.Of(weight, rank: 2, scale: 2, generator);
        using var ours = new LoraAdapter("q_proj", a.Clone(), b.Clone(), alpha: 4, rankStabilised: false, dropout: 0, start: new LoraStart(a.Clone().Own(), (b * -1).Own()));
        using var papers = new LoraAdapter("q_proj", a.Clone(), b.Clone(), alpha: 4, rankStabilised: false, dropout: 0);
        foreach (var adapter in (LoraAdapter[])[ours, papers])
        {
            adapter.B.AddInPlace(Tensor.Full([6, 2], 0.1, DType.Float32));
            (adapter.A.RequiresGrad, adapter.B.RequiresGrad) = (true, true);
        }

        var (first, second) = (ours.Apply(x, weight, null, null), papers.Apply(x, weight - (b.MatMul(a) * 2), null, null));
        (first * direction).Sum().Backward();
        (second * direction).Sum().Backward();

        Assert.True((first - second).Abs().Max().Item() < 1e-4);
        Assert.True((ours.A.Grad! - papers.A.Grad!).Abs().Max().Item() < 1e-3);
        Assert.True((ours.B.Grad! - papers.B.Grad!).Abs().Max().Item() < 1e-3);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Create_OfEveryKind_ChangesNothingYet(bool dora, bool pissa, bool rsLora)
    {
        using var adapter = Create(_model, Options(dora, pissa, rsLora));

        Assert.InRange(LargestDifference(_model, adapter, null), 0, 2e-4);
        Assert.Equal(pissa, adapter.Adapters.Values.All(pair => pair.B.Abs().Max().Item() > 0));
        Assert.Equal(dora, adapter.Adapters.Values.All(pair => pair.Magnitude is not null));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Save_OfEveryKind_ComputesTheSameBesideTheOriginalModel(bool dora, bool pissa, bool rsLora)
    {
        using var adapter = Learnt(_model, Options(dora, pissa, rsLora));
        adapter.Save(_folder.FullName, "tiny");

        using var loaded = AdapterSet.Load(_folder.FullName, _model.Linears);
        using var unlearnt = Create(_model, Options(dora, pissa, rsLora));

        Assert.InRange(LargestDifference(_model, adapter, loaded), 0, 1e-5);
        Assert.True(LargestDifference(_model, adapter, unlearnt) > 1e-2);
        Assert.Equal(pissa ? 8 : 4, loaded.Configuration.Rank);
        Assert.Equal((dora, rsLora), (loaded.Configuration.WeightDecomposed, loaded.Configuration.RankStabilised));
        Assert.All(loaded.Adapters.Values, pair => Assert.Null(pair.Start));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_WhatWasSaved_IsTheSameToTheBit(bool dora, bool pissa, bool rsLora)
    {
        using var adapter = Learnt(_model, Options(dora, pissa, rsLora));
        adapter.Save(_folder.FullName, "tiny");
        using var filled = AdapterSet.Create(_model.Linears, Options(dora, pissa, rsLora), seed: 99);

        filled.Fill(_folder.At(AdapterFiles.Weights));

        Assert.All(adapter.Parameters.Zip(filled.Parameters), pair => Assert.True(pair.First.Value.HasSameElements(pair.Second.Value), pair.First.Key));
        Assert.Equal(0, LargestDifference(_model, adapter, filled));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sizes_OfEveryKind_CountWhatLearnsAndWhatIsFrozen(bool dora, bool pissa, bool rsLora)
    {
        var options = Options(dora, pissa, rsLora);
        using var adapter = Create(_model, options);

        var sizes = ModelSizes.Of(ModelConfigFile.Read(SharedData.Golden("models", "qwen3")), options);

        Assert.Equal(adapter.ParameterCount, sizes.Trainable);
        Assert.Equal(adapter.Adapters.Values.Sum(pair => pair.Start is { } start ? start.A.ElementCount + start.B.ElementCount : 0), sizes.Start);
        Assert.Equal((sizes.Trainable + sizes.Start) * 4, adapter.WrittenBytes);
    }

    [Fact]
    public void Create_QuantisedModel_BeginsWithTheWeightsAsTheyAreKept()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "qwen3"), Precision.Fp32, quantization: Quantization.Nf4);
        using var adapter = Create(model, Options(dora: true, pissa: true, rsLora: false));

        Assert.InRange(LargestDifference(model, adapter, null), 0, 2e-4);
    }

    [Theory]
    [InlineData("deepseek_v3")]
    public void Create_LatentAttention_AnswersAsItReads(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);
        using var adapter = Learnt(model, Options(dora: false, pissa: true, rsLora: false));
        adapter.Save(_folder.FullName, "tiny");
        using var loaded = AdapterSet.Load(_folder.FullName, model.Linears);
        int[] Answer(AdapterSet set)
        {
            using var view = model.WithAdapter(set);
            return new FineTuneStudio.Engine.Generation.TokenGenerator(view, []).Generate(
                [new([5, 6, 7], new SamplingOptions { Temperature = 0, MaxTokens = 8 })], null, TestContext.Current.CancellationToken)[0][0].Ids;
        }

        Assert.Equal(Answer(loaded), Answer(adapter));
    }

    [Fact]
    public void Create_Experts_NamesEveryOptionThatTheyDoNotHave()
    {
        var linears = ModelFolder.Linears(SharedData.Golden("models", "mixtral"));
        var options = new LoraOptions { Dropout = 0.1, Dora = true, Initialization = LoraInitialization.Pissa, Targets = ["q_proj", LoraOptions.Experts] };

        var errors = Assert.Throws<UserErrorException>(() => AdapterSet.Create(linears, options, seed: 1)).Errors;

        Assert.Equal(["lora.dropout", "lora.dora", "lora.initialization"], errors.Select(error => error.Field));
    }

    [Theory]
    [InlineData("\"pissa\"", false)]
    [InlineData("\"olora\"", false)]
    [InlineData("\"pissa_niter_4\"", false)]
    [InlineData("\"gaussian\"", true)]
    [InlineData("false", true)]
    public void Load_AdapterOfOtherWeights_IsRefusedWithTheWayOut(string start, bool isTaken)
    {
        using (var adapter = Create(_model, new LoraOptions { Rank = 2 }))
        {
            adapter.Save(_folder.FullName, "tiny");
        }

        var path = _folder.At(AdapterFiles.Configuration);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"init_lora_weights\": true", $"\"init_lora_weights\": {start}", StringComparison.Ordinal));

        if (isTaken)
        {
            AdapterSet.Load(_folder.FullName, _model.Linears).Dispose();
        }
        else
        {
            var error = Assert.Single(Assert.Throws<UserErrorException>(() => AdapterSet.Load(_folder.FullName, _model.Linears)).Errors);
            Assert.Contains("path_initial_model_for_weight_conversion", error.Message, StringComparison.Ordinal);
        }
    }

    private static LoraOptions Options(bool dora, bool pissa, bool rsLora) => new()
    {
        Rank = 4, Alpha = 8, Dora = dora, RsLora = rsLora, Initialization = pissa ? LoraInitialization.Pissa : LoraInitialization.Default,
    };

    private static AdapterSet Create(CausalModel model, LoraOptions options) => AdapterSet.Create(model.Linears, options, seed: 1, default, model.WeightOf);

    // As if it had learnt: every tensor is moved a little.
    private static AdapterSet Learnt(CausalModel model, LoraOptions options)
    {
        var adapter = Create(model, options);
        using var generator = new RandomGenerator(7);
        foreach (var (_, tensor) in adapter.Parameters)
        {
            using var scope = TensorScope.Enter();
            tensor.AddInPlace(Tensor.Empty([.. tensor.Shape], DType.Float32).FillNormal(0, 0.05, generator));
        }

        return adapter;
    }

    // Of the logits that two adapters give; many rows, so that the passes of training compute them.
    private static double LargestDifference(CausalModel model, AdapterSet? one, AdapterSet? other)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([[.. Enumerable.Range(5, 40)]]);
        Tensor Logits(AdapterSet? adapter)
        {
            using var view = model.WithAdapter(adapter);
            return view.Head.Logits(view.Hidden(batch, new PackedAttentionContext(batch)), wide: true);
        }

        return (Logits(one) - Logits(other)).Abs().Max().Item();
    }

    private static bool Close(double one, double other) => Math.Abs(one - other) < 1e-5;

    private static Tensor Matrix(params float[] values) => Tensor.From<float>(values).View(2, 2);
}
