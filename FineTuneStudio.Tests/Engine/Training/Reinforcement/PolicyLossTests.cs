using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Reinforcement;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>Policy losses where a closed form or a property says what they are.</summary>
public sealed class PolicyLossTests
{
    // The published table: loss and gradient of one token by advantage and ratio, clips 0.2 and 0.28.
    [Theory]
    [InlineData(1, 0.7, -0.7, -0.7)]
    [InlineData(1, 1.25, -1.25, -1.25)]
    [InlineData(1, 1.5, -1.28, 0)]
    [InlineData(1, 4, -1.28, 0)]
    [InlineData(-1, 0.7, 0.8, 0)]
    [InlineData(-1, 0.9, 0.9, 0.9)]
    [InlineData(-1, 1.5, 1.5, 1.5)]
    [InlineData(-1, 4, 3, 0)]
    public void Compute_OneTokenWithDualClip_IsTheTablesLossAndGradient(double advantage, double ratio, double loss, double gradient)
    {
        var options = PolicyLossOptions.Of(ReinforcementMethod.Dapo) with { DualClip = 3 };

        var (value, gradients) = Run(options, [1], [(float)Math.Log(ratio)], [0], [(float)advantage]);

        Assert.Equal(loss, value, 1e-5);
        Assert.Equal(gradient, gradients[0], 1e-5);
    }

    // Log-ratios 0.002, -0.001, 0.0015, 0.0003: their mean is 0.0007, beyond GSPO's upper clip.
    [Theory]
    [InlineData(1, 1, -1.0004, 0)]
    [InlineData(-1, 1, 1.0007002, 0.25017505)]
    [InlineData(1, -1, -0.9993002, -0.24982505)]
    [InlineData(-1, -1, 0.9997, 0)]
    public void Compute_GspoToken_ClipsTheAnswersRatio(double advantage, int sign, double loss, double gradient)
    {
        float[] logRatios = [0.002f, -0.001f, 0.0015f, 0.0003f];

        var (value, gradients) = Run(PolicyLossOptions.Of(ReinforcementMethod.GspoToken), [4], [.. logRatios.Select(ratio => ratio * sign)], new float[4], [(float)advantage]);

        Assert.Equal(loss, value, 1e-6);
        Assert.All(gradients, token => Assert.Equal(gradient, token, 1e-6));
    }

    // Rows of losses [-1, -0.5] and [0.4, 0.2, 0.2, 0.4]; ratio 1, so that a loss is its advantage turned round.
    [Theory]
    [InlineData(LossMean.AnswerThenToken, -0.225)]
    [InlineData(LossMean.Token, -0.05)]
    [InlineData(LossMean.LongestAnswer, -0.01875)]
    [InlineData(LossMean.AnswerSum, -0.15)]
    public void Compute_EachMean_DividesByItsOwn(LossMean mean, double expected)
    {
        var options = new PolicyLossOptions { Mean = mean, LongestAnswer = 8 };

        Assert.Equal(expected, Run(options, [2, 4], new float[6], new float[6], [1, 0.5f, -0.4f, -0.2f, -0.2f, -0.4f], byToken: true).Loss, 1e-6);
    }

    [Theory]
    [InlineData(LossMean.AnswerThenToken)]
    [InlineData(LossMean.Token)]
    [InlineData(LossMean.LongestAnswer)]
    [InlineData(LossMean.AnswerSum)]
    public void Compute_MicroBatches_AddUpToTheStep(LossMean mean)
    {
        var options = new PolicyLossOptions { Mean = mean, LongestAnswer = 8 };
        float[] now = [-0.1f, -0.9f, -0.5f, -0.2f, -0.7f, -1.1f];
        float[] old = [-0.2f, -0.8f, -0.5f, -0.4f, -0.6f, -1.0f];

        var whole = Run(options, [2, 0, 3, 1], now, old, [1, -1, 0.5f, -0.5f]);
        var first = Run(options, [2, 0], now[..2], old[..2], [1, -1], new StepSize(4, 6));
        var second = Run(options, [3, 1], now[2..], old[2..], [0.5f, -0.5f], new StepSize(4, 6));

        Assert.Equal(whole.Loss, first.Loss + second.Loss, 1e-6);
        Assert.All(whole.Gradient.Zip([.. first.Gradient, .. second.Gradient]), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
    }

    [Fact]
    public void Compute_HugeLogRatio_StaysFiniteWithoutGradient()
    {
        var (loss, gradient) = Run(PolicyLossOptions.Of(ReinforcementMethod.Grpo) with { KlWeight = 0 }, [2], [-1, -1], [-200, 200], [-1]);

        Assert.True(double.IsFinite(loss));
        Assert.All(gradient, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(KlEstimator.K1, -1.0f, -1.2f, 0.2, 1)]
    [InlineData(KlEstimator.K2, -1.2f, -1.0f, 0.02, -0.2)]
    [InlineData(KlEstimator.K3, -1.0f, -1.2f, 0.018731, 0.181269)]
    [InlineData(KlEstimator.K3, -2.0f, -0.5f, 1.981689, -3.481689)]
    public void Compute_Kl_IsTheEstimatorsValueAndGradient(KlEstimator estimator, float now, float reference, double value, double gradient)
    {
        var options = new PolicyLossOptions { KlWeight = 1, Kl = estimator };

        var result = Run(options, [1], [now], [now], [0], reference: [reference]);

        Assert.Equal(value, result.Loss, 1e-5);
        Assert.Equal(gradient, result.Gradient[0], 1e-5);
    }

    [Fact]
    public void Compute_KlWithoutAReference_SaysWhatIsNeeded()
    {
        using var scope = TensorScope.Enter();
        var batch = new PolicyBatch { Lengths = [1], New = Tensor.From<float>([0]), Old = Tensor.From<float>([0]), Advantages = Tensor.From<float>([1]) };

        Assert.Contains("Reference", Assert.Throws<ArgumentException>(() => PolicyLoss.Compute(batch, new PolicyLossOptions { KlWeight = 1 }, StepSize.Of(batch))).Message, StringComparison.Ordinal);
    }

    // The published example: rho 1.105171, 0.367879, 0.951229, 4.481689; their product is 1.733253.
    [Theory]
    [InlineData(false, false, 0, 2, new[] { 1.105171f, 0.367879f, 0.951229f, 2f })]
    [InlineData(false, true, 0.5, 2, new[] { 1.105171f, 0f, 0.951229f, 0f })]
    [InlineData(true, false, 0, 2, new[] { 1.733253f, 1.733253f, 1.733253f, 1.733253f })]
    [InlineData(true, true, 0, 1.5, new[] { 0f, 0f, 0f, 0f })]
    public void SamplerWeights_OfThePublishedExample_AreTruncatedOrMasked(bool ofAnswer, bool masks, double least, double most, float[] expected)
    {
        using var scope = TensorScope.Enter();
        var batch = new PolicyBatch
        {
            Lengths = [4],
            New = Tensor.From<float>(new float[4]),
            Old = Tensor.From<float>([-1f, -2f, -0.5f, -3f]),
            Sampler = Tensor.From<float>([-1.1f, -1f, -0.45f, -4.5f]),
            Advantages = Tensor.From<float>([1f]),
        };

        var weights = PolicyLoss.SamplerWeights(batch, new AnswerRows(batch.Lengths), new SamplerCorrection(ofAnswer, masks, least, most)).ToArray<float>();

        Assert.All(expected.Zip(weights), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData(ReinforcementMethod.Dapo)]
    [InlineData(ReinforcementMethod.DrGrpo)]
    [InlineData(ReinforcementMethod.GspoToken)]
    public void Validate_KlWhereTheMethodHasNone_IsRefused(ReinforcementMethod method)
    {
        var fault = Assert.Single((PolicyLossOptions.Of(method) with { KlWeight = 0.1 }).Validate());

        Assert.Equal("loss.klWeight", fault.Field);
        Assert.Contains($"{method} has no KL term", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_EveryMethodsOwnDefaults_AreAllowed()
        => Assert.All(Enum.GetValues<ReinforcementMethod>(), method => Assert.Empty(PolicyLossOptions.Of(method).Validate()));

    [Fact]
    public void Validate_ImpossibleParts_AreAllListed()
        => Assert.Equal(
            ["loss.clipLow", "loss.dualClip", "loss.logRatioClamp", "loss.klWeight", "loss.sampler", "loss.longestAnswer"],
            new PolicyLossOptions { ClipLow = 2, DualClip = 1.1, LogRatioClamp = 0, KlWeight = double.NaN, Sampler = new SamplerCorrection(false, false, 2, 1), LongestAnswer = 0 }.Validate().Select(fault => fault.Field));

    private static (double Loss, float[] Gradient) Run(
        PolicyLossOptions options, int[] lengths, float[] now, float[] old, float[] advantages, StepSize? step = null, bool byToken = false, float[]? reference = null)
    {
        using var scope = TensorScope.Enter();
        var batch = new PolicyBatch
        {
            Lengths = lengths,
            New = Tensor.From<float>(now),
            Old = Tensor.From<float>(old),
            Reference = reference is null ? null : Tensor.From<float>(reference),
            Advantages = Tensor.From<float>(advantages),
            AdvantagesByToken = byToken,
        };
        batch.New.RequiresGrad = true;
        var (loss, _) = PolicyLoss.Compute(batch, options, step ?? StepSize.Of(batch));
        loss.Backward();
        return (loss.Item(), batch.New.Grad!.ToArray<float>());
    }
}
